"""Class tables in the headers of states."""

from __future__ import annotations

from typing import Any

import msgspec

from segmetrics.classes import Classes


class _ClassTable(msgspec.Struct, frozen=True):
    names: tuple[str, ...]
    ids: tuple[int, ...]
    ignore: tuple[int, ...]
    others: tuple[int, ...]
    categories: tuple[str, ...] | None
    things: tuple[bool, ...] | None


def classes_from_builtins(table: Any) -> Classes:  # noqa: ANN401
    """The class table that `msgspec.to_builtins` made JSON's types of.

    Raises:
        ValueError: It is none.

    >>> boats = Classes("boat buoy", ignore=255)
    >>> classes_from_builtins(msgspec.to_builtins(boats)) == boats
    True
    """
    return Classes(**msgspec.structs.asdict(msgspec.convert(table, _ClassTable)))
