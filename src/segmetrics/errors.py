"""Everything segmetrics raises on purpose, each with a message a reader can act on."""

from __future__ import annotations

from os import PathLike, fspath
from typing import Any


class SegmetricsError(Exception):
    """Base of all errors raised on purpose; its text is one line that can be shown as it is.

    Errors pickle with all they carry, whatever their constructors ask for, so that they arrive from other
    processes as they were raised.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.args, vars(self))


def _restored(
    kind: type[SegmetricsError], args: tuple[Any, ...], attributes: dict[str, Any]
) -> SegmetricsError:
    error = kind.__new__(kind, *args)
    error.args = args
    vars(error).update(attributes)
    return error


class InputError(SegmetricsError):
    """A file or an array is not what it should be.

    Attributes:
        message: What was found and what was expected, without the place.
        file: The file's path as the user gave it, or None for arrays and objects.
        place: Where in it ("record 18231 (byte 5,120,334)", "[3, 17]"), or None.
    """

    def __init__(
        self, message: str, *, file: str | PathLike[str] | None = None, place: str | None = None
    ) -> None:
        self.message = message
        self.file = None if file is None else fspath(file)
        self.place = place
        super().__init__(": ".join(part for part in (self.file, self.place, message) if part))


class CoverageError(SegmetricsError):
    """Predictions are missing, extra or doubled where the protocol needs exactly one each."""


class MergeError(SegmetricsError):
    """Two states cannot be merged: other protocol, other dataset, or samples in common."""


class PluginError(SegmetricsError):
    """A plugin is broken, incompatible, or clashes with another."""


class RecordError(SegmetricsError):
    """A record or a store cannot be read, written or understood."""
