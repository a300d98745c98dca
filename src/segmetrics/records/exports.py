"""A record in other people's formats: pure functions, text or rows out, nothing read or written."""

from __future__ import annotations

import csv as csv_files
import io
from typing import TYPE_CHECKING

from segmetrics.errors import RecordError
from segmetrics.records.canonical import compact
from segmetrics.types import OverValue, Score, Scores

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmetrics.records.model import Record

Cell = str | int | float | bool | None
_Line = tuple[str, dict[str, OverValue]]

_UNDEFINED = "–"  # noqa: RUF001  (an en dash stands for no number in print)

_COCO: tuple[_Line, ...] = (
    ("ap", {}),
    ("ap", {"iou": 0.5}),
    ("ap", {"iou": 0.75}),
    ("ap", {"area": "small"}),
    ("ap", {"area": "medium"}),
    ("ap", {"area": "large"}),
    ("ar", {"max_dets": 1}),
    ("ar", {"max_dets": 10}),
    ("ar", {"max_dets": 100}),
    ("ar", {"area": "small", "max_dets": 100}),
    ("ar", {"area": "medium", "max_dets": 100}),
    ("ar", {"area": "large", "max_dets": 100}),
)
_LVIS: tuple[_Line, ...] = (
    ("ap", {}),
    ("ap", {"iou": 0.5}),
    ("ap", {"iou": 0.75}),
    ("ap", {"area": "small"}),
    ("ap", {"area": "medium"}),
    ("ap", {"area": "large"}),
    ("ap", {"frequency": "r"}),
    ("ap", {"frequency": "c"}),
    ("ap", {"frequency": "f"}),
    ("ar", {"max_dets": 300}),
    ("ar", {"area": "small", "max_dets": 300}),
    ("ar", {"area": "medium", "max_dets": 300}),
    ("ar", {"area": "large", "max_dets": 300}),
)


def coco_lines(record: Record) -> str:
    """The summary as the official tool prints it: pycocotools' twelve lines, or lvis-api's thirteen.

    Undefined is -1.000 here, as there.

    Raises:
        RecordError: The protocol is neither of the two, or a line's score is not in the record.
    """
    lines = {"coco-instances": _coco_lines, "lvis-instances": _lvis_lines}.get(record.protocol.name)
    if lines is None:
        raise RecordError(
            f"{record.id}: protocol is {record.protocol.name}, expected coco-instances or lvis-instances"
        )
    return "".join(f"{line}\n" for line in lines(record))


def _coco_lines(record: Record) -> Iterator[str]:
    for score_id, over in _COCO:
        yield (
            f"{_title(score_id, over)} | area={over.get('area', 'all'):>6} "
            f"| maxDets={over.get('max_dets', 100):>3} ] = {_official(record, score_id, over):0.3f}"
        )


def _lvis_lines(record: Record) -> Iterator[str]:
    for score_id, over in _LVIS:
        area = str(over["area"])[0] if "area" in over else "all"
        yield (
            f"{_title(score_id, over)} | area={area:>6} | maxDets={over.get('max_dets', 300):>3} "
            f"catIds={over.get('frequency', 'all'):>3}] = {_official(record, score_id, over):0.3f}"
        )


def _title(score_id: str, over: dict[str, OverValue]) -> str:
    name = "Average Precision" if score_id == "ap" else "Average Recall"
    iou = f"{over['iou']:0.2f}" if "iou" in over else "0.50:0.95"
    return f" {name:<18} ({score_id.upper()}) @[ IoU={iou:<9}"


def _official(record: Record, score_id: str, over: dict[str, OverValue]) -> float:
    family = "boundary." if record.protocol.params.get("iou") == "boundary" else ""
    try:
        value = Scores(record.scores).value(family + score_id, **over)
    except KeyError as error:
        raise RecordError(f"{record.id}: {error.args[0]}") from error
    return -1.0 if value is None else value


def rows(record: Record) -> list[dict[str, Cell]]:
    """One flat row per score: what was run, then the score, at full precision.

    `over` is compact JSON with sorted keys, so that equal text means the same score.
    """
    run: dict[str, Cell] = {
        "run": record.id,
        "status": record.status,
        "dataset": record.dataset.name,
        "split": record.dataset.split,
        "protocol": record.protocol.name,
        "protocol_version": record.protocol.version,
        "parity": record.protocol.parity,
        "model": record.model.name if record.model else None,
    }
    return [run | _score_cells(score) for score in record.scores]


def _score_cells(score: Score) -> dict[str, Cell]:
    return {
        "score": score.id,
        "over": compact(score.over).decode(),
        "value": score.value,
        "unit": score.unit,
        "higher_is_better": score.higher_is_better,
        "n": score.n,
        "ci_low": score.ci.low if score.ci else None,
        "ci_high": score.ci.high if score.ci else None,
        "ci_level": score.ci.level if score.ci else None,
    }


def csv(record: Record) -> str:
    """`rows` with a heading line; undefined is an empty field. Empty text for a record without scores."""
    table = rows(record)
    if not table:
        return ""
    text = io.StringIO()
    writer = csv_files.DictWriter(text, fieldnames=table[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return text.getvalue()


def markdown(record: Record) -> str:
    """A heading, what was measured and how much of it, and a table of all scores."""
    lines = [
        f"## {record.dataset.name} · {record.dataset.split} · {_protocol(record)}",
        "",
        f"Run {record.id}, **{record.status}**: {_coverage(record)}.",
        *([f"Error: {record.error}"] if record.error else []),
        "",
        "| score | over | value | unit |",
        "|---|---|---:|---|",
        *(f"| {' | '.join(_escape_pipes(cell) for cell in _printed(score))} |" for score in record.scores),
    ]
    return "".join(f"{line}\n" for line in lines)


def latex(record: Record) -> str:
    r"""A `tabular` (package booktabs) of the scores that are not of a single class."""
    lines = [
        rf"% run {record.id}, {record.status}: {_coverage(record)}",
        r"\begin{tabular}{llrl}",
        r"\toprule",
        r"score & over & value & unit \\",
        r"\midrule",
        *(
            rf"{' & '.join(_escape_latex(cell) for cell in _printed(score))} \\"
            for score in record.scores
            if "class" not in score.over
        ),
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return "".join(f"{line}\n" for line in lines)


def _protocol(record: Record) -> str:
    protocol = record.protocol
    return f"protocol {protocol.name} {protocol.version} ({protocol.parity}, = {protocol.reference})"


def _coverage(record: Record) -> str:
    coverage = record.coverage
    text = f"{coverage.scored} of {coverage.expected} samples scored"
    left_out = {"missing": coverage.missing, "skipped": coverage.skipped, "failed": coverage.failed}
    return ", ".join([text, *(f"{count} {name}" for name, count in left_out.items() if count)])


def _printed(score: Score) -> tuple[str, str, str, str]:
    over = ", ".join(f"{name} {value}" for name, value in score.over.items()) or "all"
    return score.id, over, _value(score), score.unit


def _value(score: Score) -> str:
    if score.value is None:
        return _UNDEFINED
    number = {"fraction": ".4f", "percent": ".2f"}.get(score.unit, ".6g")
    if score.ci is None:
        return f"{score.value:{number}}"
    return f"{score.value:{number}} [{score.ci.low:{number}}, {score.ci.high:{number}}]"


def _escape_pipes(text: str) -> str:
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").split())


def _escape_latex(text: str) -> str:
    plain = str.maketrans(
        {character: f"\\{character}" for character in "&%$#_{}"}
        | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
        | {_UNDEFINED: "--"}
    )
    return text.translate(plain)
