"""Class tables in the headers of states."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from segmetrics.classes import Classes


def class_table(described: object) -> Classes:
    """The class table of which `dataclasses.asdict` gave this.

    Raises:
        TypeError, ValueError: There is none.

    >>> from dataclasses import asdict
    >>> class_table(asdict(Classes("land water", ignore=255))).names
    ('land', 'water')
    """
    return Classes(**msgspec.convert(described, _Table))


class _Table(TypedDict):
    names: list[str]
    ids: list[int]
    ignore: list[int]
    others: list[int]
    categories: list[str] | None
    things: list[bool] | None
