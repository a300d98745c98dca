"""Canonical JSON: equal values are equal bytes, so that a digest names a value.

Floats are written as the shortest text that reads back to the same bits; keys are sorted by code
point. NaN and the infinities have no JSON and are refused by place rather than written as null.
"""

from __future__ import annotations

import hashlib
import math
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from segmetrics.errors import RecordError

_LEAVES = frozenset({str, int, float, bool, type(None), datetime})


class _Flaw(NamedTuple):
    """What JSON cannot say, and its path from where one looks: `.scores[3].value`."""

    path: str
    finding: str

    def under(self, step: str) -> _Flaw:
        return _Flaw(step + self.path, self.finding)


def compact(value: object) -> bytes:
    """The one-line form that digests are computed over: every key sorted, no spaces.

    Raises:
        RecordError: Something in it has no JSON; the message names its place.

    >>> compact({"b": [1, 0.5], "a": None})
    b'{"a":null,"b":[1,0.5]}'
    """
    check_values(value)
    return _encode(value, order="sorted")


def readable(value: object) -> bytes:
    """The form on disk: fields in the order their type declares, dictionary keys sorted, indented by two.

    Raises:
        RecordError: Something in it has no JSON; the message names its place.
    """
    check_values(value)
    return msgspec.json.format(_encode(value, order="deterministic"), indent=2) + b"\n"


def digest_of(value: object) -> str:
    """SHA-256 of the compact form, as `sha256:` and 64 hexadecimal digits.

    Raises:
        RecordError: As `compact`.

    >>> digest_of({"b": 1, "a": 2}) == digest_of({"a": 2, "b": 1})
    True
    """
    return f"sha256:{hashlib.sha256(compact(value)).hexdigest()}"


def check_values(value: object) -> None:
    """Refuse what JSON cannot say.

    Raises:
        RecordError: A float is NaN or infinite, or a value is no JSON value (a NumPy scalar, bytes).
    """
    flaw = _flaw(value)
    if flaw is not None:
        raise RecordError(f"{flaw.path.removeprefix('.') or 'value'} is {flaw.finding}")


def _flaw(value: object) -> _Flaw | None:
    """The first thing under `value` that has no JSON; paths are spelled only for a flaw, which is rare."""
    if isinstance(value, float) and not math.isfinite(value):
        return _Flaw("", f"{value}, expected a finite number (undefined is None)")
    if type(value) in _LEAVES:
        return None
    if isinstance(value, list | tuple):
        return next(
            (flaw.under(f"[{index}]") for index, item in enumerate(value) if (flaw := _flaw(item))), None
        )
    if isinstance(value, dict):
        return next((flaw.under(f".{name}") for name, item in value.items() if (flaw := _flaw(item))), None)
    if isinstance(value, msgspec.Struct):
        return _flaw({name: getattr(value, name) for name in value.__struct_fields__})
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    return _Flaw("", f"a {kind}, expected str, int, float, bool, None, list or dict")


def _encode(value: object, *, order: Literal["deterministic", "sorted"]) -> bytes:
    try:
        return msgspec.json.encode(value, order=order)
    except (TypeError, UnicodeEncodeError, RecursionError) as error:
        raise RecordError(f"cannot be written as JSON: {error}") from error
