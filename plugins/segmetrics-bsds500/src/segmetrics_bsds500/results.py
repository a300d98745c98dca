"""`segmetrics bsds500-results`: a run as the text files that the benchmark's own program writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from segmetrics.errors import RecordError
from segmetrics.records import Store

if TYPE_CHECKING:
    from segmetrics.types import Scores

Files = Iterator[tuple[str, str]]
"""Names of files and what they hold."""


@click.command()
@click.argument("run")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--store",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="SEGMETRICS_STORE",
    default=Path("store"),
    show_default=True,
    help="Where runs are kept; SEGMETRICS_STORE changes the default.",
)
def bsds500_results(run: str, folder: Path, store: Path) -> None:
    """Write RUN, its id or a path to its record.json, into FOLDER as the benchmark's result files."""
    runs = Store(store)
    protocol = runs.load(run).protocol.name
    if protocol not in _WRITERS:
        raise RecordError(f"{run}: protocol is {protocol}, expected {' or '.join(_WRITERS)}")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in _WRITERS[protocol](runs.load_state(run)):
        (folder / name).write_text(text, encoding="ascii")
        click.echo(str(folder / name))


# NumPy and the C core are imported once a run is written, so that commands are listed quickly.


def _boundary_files(state: bytes) -> Files:
    from segmetrics.evaluators import BoundaryEvaluator  # noqa: PLC0415

    evaluator = BoundaryEvaluator.from_bytes(state)
    scores, curve, images = evaluator.compute(), evaluator.curves(), evaluator.image_scores()
    overall = _values(scores, "ods", "threshold", "recall", "precision", "f")
    overall += _values(scores, "ois", "recall", "precision", "f")
    by_image = zip(images.threshold, images.recall, images.precision, images.f, strict=True)
    yield "eval_bdry.txt", _lines([[*overall, _number(scores["ap"])]])
    yield (
        "eval_bdry_thr.txt",
        _lines(zip(curve.thresholds, curve.recall, curve.precision, curve.f, strict=True)),
    )
    yield "eval_bdry_img.txt", _lines([i, *row] for i, row in enumerate(by_image, 1))


def _region_files(state: bytes) -> Files:
    from segmetrics.evaluators import RegionEvaluator  # noqa: PLC0415

    evaluator = RegionEvaluator.from_bytes(state)
    scores, curves, images = evaluator.compute(), evaluator.curves(), evaluator.image_scores()
    by_image = zip(images.threshold, images.covering, images.precision, strict=True)
    yield "eval_cover.txt", _lines([_values(scores, "covering", "ods.threshold", "ods", "ois", "best")])
    yield "eval_cover_th.txt", _lines(zip(curves.thresholds, curves.covering, strict=True))
    yield "eval_cover_img.txt", _lines([i, *row] for i, row in enumerate(by_image, 1))
    rand, variation = (_values(scores, name, "ods.threshold", "ods", "ois") for name in ("pri", "vi"))
    yield "eval_RI_VOI.txt", _lines([rand + variation])
    yield "eval_RI_VOI_thr.txt", _lines(zip(curves.thresholds, curves.pri, curves.vi, strict=True))


def _values(scores: Scores, measure: str, *names: str) -> list[float]:
    return [_number(scores[f"{measure}.{name}"]) for name in names]


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def _lines(rows: Iterable[Iterable[float]]) -> str:
    return "".join(" ".join(f"{value:10g}" for value in row) + "\n" for row in rows)


_WRITERS: dict[str, Callable[[bytes], Files]] = {
    "bsds-boundaries": _boundary_files,
    "bsds-regions": _region_files,
}
