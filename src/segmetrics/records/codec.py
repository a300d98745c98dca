"""A record as bytes, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from segmetrics.errors import RecordError
from segmetrics.records.canonical import readable
from segmetrics.records.model import Record
from segmetrics.records.upgrade import CURRENT_MAJOR, STEPS, Step, climb, major_of

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Heading(msgspec.Struct):
    """What every major has in common."""

    schema_version: str
    kind: Literal["segmetrics.record"]


def encode(record: Record) -> bytes:
    """The record as it stands on disk: UTF-8 JSON, fields in their declared order, indented.

    Raises:
        RecordError: A field holds what its type does not allow, so that nobody could read it back.
    """
    data = readable(record)
    decode(data)
    return data


def decode(data: bytes, *, steps: Mapping[int, Step] = STEPS) -> Record:
    """The record in `data`, brought up to the current major; unknown fields are ignored.

    Raises:
        RecordError: The bytes are not such a record: malformed, truncated, of another kind, of a
            newer major, or contradicting themselves.
    """
    try:
        major = major_of(msgspec.json.decode(data, type=_Heading).schema_version)
        if major == CURRENT_MAJOR:
            return msgspec.json.decode(data, type=Record)
        return msgspec.convert(climb(msgspec.json.decode(data), major, steps), Record)
    except msgspec.ValidationError as error:
        raise RecordError(f"not a record: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RecordError(f"not a record ({len(data):,} bytes): {error}") from error
