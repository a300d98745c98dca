"""A record as text for the terminal."""

from __future__ import annotations

from os import fspath
from typing import TYPE_CHECKING

from segmetrics.errors import RecordError
from segmetrics.records import Record, exports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from segmetrics.types import OverValue, Score

_PREDICTIONS = {"instance": "detections", "panoptic": "segments"}
"""What a task calls its predictions, where it has a word of its own."""

UNDEFINED = "-"

_SINGLE = ("class", "category", "threshold")
_IN_RECORD_ONLY = ("bin",)
_WHOLE = "all"
_MOST_CLASSES = 5


def run(record: Record, path: Path | None, *, per_class: bool = False) -> str:
    """What was scored, the scores, and how long it took."""
    classes = f"{_indented(class_table(record))}\n" if per_class else ""
    return f"{header(record)}\n\n{_indented(summary(record))}\n{classes}{footer(record, path)}\n"


def header(record: Record) -> str:
    """What was scored and how: "rivers · val · 40 images · 40 predictions · protocol rivers (clean)"."""
    protocol = record.protocol
    same_as = f", = {protocol.reference}" if protocol.parity == "official" and protocol.reference else ""
    parts = [record.dataset.name, record.dataset.split, f"{record.dataset.n_images} images"]
    if record.predictions is not None:
        parts.append(f"{record.predictions.n} {_PREDICTIONS.get(record.task, 'predictions')}")
    parts.append(f"protocol {protocol.name} ({protocol.parity}{same_as})")
    return " · ".join(parts)


def summary(record: Record) -> str:
    """A failed run's error; else the official tool's own lines, or the scores that are not of one class."""
    if record.status == "failed":
        return f"failed: {record.error}\n"
    try:
        return _coverage(record) + exports.coco_lines(record)
    except RecordError:
        return _coverage(record) + overall(record) + _first_classes(record)


def overall(record: Record) -> str:
    """A line for each score that is of no single class, threshold or bin; parts of one kind side by side."""
    scores = [score for score in record.scores if score.over.keys().isdisjoint(_SINGLE + _IN_RECORD_ONLY)]
    if len({name for score in scores for name in score.over}) > 1:
        return table([(_title(score.id, score.over), number(score)) for score in scores])
    cells: dict[str, dict[str, str]] = {}
    for score in scores:
        part = next((str(value) for value in score.over.values()), _WHOLE)
        cells.setdefault(score.id, {})[part] = number(score)
    return _grid("", cells)


def _first_classes(record: Record) -> str:
    """The scores of the first classes on one line: "iou: road 0.9811 · sidewalk 0.8423 · ..."."""
    of_classes = [score for score in record.scores if list(score.over) == ["class"]]
    first = [score for score in of_classes if score.id == of_classes[0].id]
    if not first:
        return ""
    shown = [f"{score.over['class']} {number(score)}" for score in first[:_MOST_CLASSES]]
    rest = ["…"] if len(first) > _MOST_CLASSES else []
    return f"{first[0].id}: {' · '.join([*shown, *rest])}\n"


def _coverage(record: Record) -> str:
    if record.status != "partial":
        return ""
    coverage = record.coverage
    return f"partial: {coverage.scored} of {coverage.expected} samples scored, {coverage.missing} missing\n"


def class_table(record: Record) -> str:
    """A line for each class, a column for each score of single classes; so for categories and thresholds."""
    tables = (_table_of(record, name) for name in _SINGLE)
    return "\n".join(filter(None, tables)) or "no scores of single classes\n"


def _table_of(record: Record, name: str) -> str:
    cells: dict[str, dict[str, str]] = {}
    for score in record.scores:
        if name in score.over:
            rest = {other: value for other, value in score.over.items() if other != name}
            cells.setdefault(str(score.over[name]), {})[_title(score.id, rest)] = number(score)
    return _grid(name, cells)


def _grid(corner: str, cells: Mapping[str, Mapping[str, str]]) -> str:
    """Lines of cells by their titles, under a line of the columns' titles unless all is over everything."""
    columns = list(dict.fromkeys(title for row in cells.values() for title in row))
    titles = [] if columns == [_WHOLE] or not cells else [[corner, *columns]]
    return table(
        [*titles, *([name, *(row.get(title, "") for title in columns)] for name, row in cells.items())]
    )


def footer(record: Record, path: Path | None) -> str:
    """How long it took, and where the record lies."""
    parts = []
    if record.timing is not None:
        timing = record.timing
        done = "failed after" if record.status == "failed" else "scored in"
        parts.append(f"{done} {timing.wall_s:.2f} s (read {timing.read_s:.2f}, score {timing.score_s:.2f})")
    parts.append(f"run {record.id}" if path is None else f"record {fspath(path)}")
    return " · ".join(parts)


def number(score: Score) -> str:
    """A score's value with as many digits as its unit is read with; "-" where it is undefined."""
    if score.value is None:
        return UNDEFINED
    return f"{score.value:{ {'fraction': '.4f', 'percent': '.2f'}.get(score.unit, '.6g') }}"


def table(rows: Sequence[Sequence[str]], align: Callable[[str, int], str] = str.rjust) -> str:
    """Lines of cells: the first column set to the left, the others as `align` sets them."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join(f"{_line(row, widths, align)}\n" for row in rows)


def _line(row: Sequence[str], widths: Iterable[int], align: Callable[[str, int], str]) -> str:
    first, *others = zip(row, widths, strict=True)
    return "  ".join([str.ljust(*first), *(align(cell, width) for cell, width in others)]).rstrip()


def _title(score_id: str, over: Mapping[str, OverValue]) -> str:
    return " ".join([score_id, *(f"{name}={value}" for name, value in over.items())])


def _indented(text: str) -> str:
    return "".join(f"  {line}".rstrip() + "\n" for line in text.splitlines())
