"""From precision and recall over a grid to the numbers people quote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from segmetrics.evaluators.instance_curves import InstanceCurves
from segmetrics.instances import Category, names_of
from segmetrics.types import OverValue, Score, Scores

FREQUENCIES = ("r", "c", "f")


def summarize(
    curves: InstanceCurves, categories: Sequence[Category], n_truths: NDArray[np.uint32], *, family: str = ""
) -> Scores:
    """All scores of an instance evaluation.

    Args:
        curves: What was measured.
        categories: By id, as in the curves.
        n_truths: (n_categories, n_areas) uint32: objects to find.
        family: What their ids start with.
    """
    scores = (
        *_overall(curves, n_truths),
        *_by_frequency(curves, categories, n_truths),
        *_by_class(curves, categories, n_truths),
    )
    return Scores([msgspec.structs.replace(score, id=family + score.id) for score in scores])


def _overall(curves: InstanceCurves, n_truths: NDArray[np.uint32]) -> Iterator[Score]:
    grid = curves.grid
    n = int(np.count_nonzero(n_truths[:, 0]))
    yield _score("ap", curves.average_precision(), n)
    for t, threshold in enumerate(grid.thresholds):
        yield _score("ap", curves.average_precision(thresholds=[t]), n, iou=float(f"{threshold:.12g}"))
    for a, area in enumerate(grid.areas[1:], start=1):
        n_area = int(np.count_nonzero(n_truths[:, a]))
        yield _score("ap", curves.average_precision(area=a), n_area, area=area.name)
    for m, limit in enumerate(grid.max_dets):
        yield _score("ar", curves.average_recall(limit=m), n, max_dets=limit)
    for a, area in enumerate(grid.areas[1:], start=1):
        n_area = int(np.count_nonzero(n_truths[:, a]))
        over: dict[str, OverValue] = {"area": area.name, "max_dets": grid.max_dets[-1]}
        yield _score("ar", curves.average_recall(area=a), n_area, **over)


def _by_frequency(
    curves: InstanceCurves, categories: Sequence[Category], n_truths: NDArray[np.uint32]
) -> Iterator[Score]:
    for frequency in FREQUENCIES:
        members = [i for i, category in enumerate(categories) if category.frequency == frequency]
        if members:
            n = int(np.count_nonzero(n_truths[members, 0]))
            value = curves.average_precision(categories=members)
            yield _score("ap", value, n, frequency=frequency)


def _by_class(
    curves: InstanceCurves, categories: Sequence[Category], n_truths: NDArray[np.uint32]
) -> Iterator[Score]:
    for k, name in enumerate(names_of(categories)):
        n = int(n_truths[k, 0])
        over: dict[str, OverValue] = {"class": name}
        yield _score("ap", curves.average_precision(categories=k), n, **over)
        yield _score("ar", curves.average_recall(categories=k), n, **over)


def _score(score_id: str, value: float | None, n: int, **over: OverValue) -> Score:
    return Score(id=score_id, value=value, n=n, over=over)
