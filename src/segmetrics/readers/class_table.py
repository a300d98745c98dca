"""Tables of classes in files: text with a name a line, CSV with ids and names, or JSON of either kind."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Final

from segmetrics.classes import Classes
from segmetrics.errors import InputError

Row = tuple[object, object]
"""The id and name of a class, as they were found."""

_NO_ARRAY: Final = 'is no JSON array, expected one of names, or of objects with "id" and "name"'
MOST: Final = 255
"""The greatest number that a label map of 8 bits can hold."""


def read_class_table(
    path: str | PathLike[str], *, ignore: Iterable[int] = (), others: Iterable[int] = ()
) -> Classes:
    """The classes that a file lists, in its order.

    - `.csv`: a header with the columns `id` and `name`, and a row for each class;
    - `.json`: an array of names, of which the first is class 0, or of objects with "id" and "name";
    - any other file: a name a line, of which the first is class 0; a line may be empty only at the end.

    Args:
        path: The file, UTF-8.
        ignore: Values of pixels that are not scored; see `segmetrics.classes.Classes`.
        others: Values that are legal but no class; likewise.

    Raises:
        InputError: The file cannot be read, or holds no such table.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(error.strerror or str(error), file=path) from error
    except UnicodeDecodeError as error:
        raise InputError(f"is no UTF-8 text: {error}", file=path) from error
    read = _READERS.get(path.suffix.lower(), _lines)
    try:
        table = [_checked(row) for row in read(text)]
        ids = [number for number, _ in table]
        return Classes([name for _, name in table], ids=ids, ignore=ignore, others=others)
    except ValueError as error:
        raise InputError(f"{error}", file=path) from error


def _lines(text: str) -> Iterator[Row]:
    yield from enumerate(line.strip() for line in text.rstrip().splitlines())


def _csv(text: str) -> Iterator[Row]:
    rows = csv.DictReader(io.StringIO(text), skipinitialspace=True, strict=True)
    try:
        found = rows.fieldnames or ()
        if not {"id", "name"} <= set(found):
            raise ValueError(f"has the columns {', '.join(found) or 'none'}, expected id and name")
        yield from ((_number(row["id"]), row["name"]) for row in rows)
    except csv.Error as error:
        raise ValueError(f"after line {rows.line_num}: {error}") from error


def _number(text: str | None) -> object:
    return int(text) if text is not None and text.strip().isdecimal() else text


def _json(text: str) -> Iterator[Row]:
    table = json.loads(text)
    if not isinstance(table, list):
        raise ValueError(_NO_ARRAY)  # noqa: TRY004  # of the file, not of an argument
    yield from (_json_row(number, entry) for number, entry in enumerate(table))


def _json_row(number: int, entry: Any) -> Row:  # noqa: ANN401
    if isinstance(entry, Mapping):
        return entry.get("id"), entry.get("name")
    return number, entry


def _checked(row: Row) -> tuple[int, str]:
    number, name = row
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise ValueError(f"class {number}: its name is {name!r}, expected text")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= MOST:
        raise ValueError(f"class {name!r}: its id is {number!r}, expected a whole number from 0 to {MOST}")
    return number, name.strip()


_READERS: Final[Mapping[str, Callable[[str], Iterator[Row]]]] = {".csv": _csv, ".json": _json}
