"""From precision and recall over a grid to the numbers people quote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmetrics.evaluators.instance_grid import InstanceGrid
from segmetrics.instances import Category, names_of
from segmetrics.types import OverValue, Score, Scores

FREQUENCIES = ("r", "c", "f")


@dataclass(frozen=True, eq=False)
class InstanceCurves:
    """Precision, recall and scores over a grid, -1 where there is nothing to find.

    The arrays are those of pycocotools 2.0.11's `COCOeval.eval`, bit for bit, and without the last axis those
    of lvis 0.5.3's `LVISEval.eval`.

    Attributes:
        grid: Thresholds, recalls, size ranges and limits: the axes, in this order.
        precision: (thresholds, recalls, categories, areas, max_dets) float64.
        recall: (thresholds, categories, areas, max_dets) float64.
        scores: As precision: the score at which the recall is reached; None where not asked for.
    """

    grid: InstanceGrid
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    scores: NDArray[np.float64] | None

    def average_precision(self, *, area: int = 0, **narrowed: Any) -> float | None:  # noqa: ANN401
        """Mean precision over thresholds, recalls and categories, under the last limit of detections.

        Args:
            area: Which size range.
            **narrowed: `thresholds` or `categories`: an index of that axis.
        """
        thresholds = narrowed.get("thresholds", slice(None))
        categories = narrowed.get("categories", slice(None))
        return _mean(self.precision[thresholds, :, :, area, -1][..., categories])

    def average_recall(
        self, *, area: int = 0, limit: int = -1, categories: int | slice = slice(None)
    ) -> float | None:
        """Mean recall over thresholds and categories."""
        return _mean(self.recall[:, :, area, limit][:, categories])


def _mean(values: NDArray[np.float64]) -> float | None:
    """Mean of what is defined, summed in the order the official tools sum it; None where nothing is."""
    defined = values[values > -1]
    return float(np.mean(defined)) if defined.size else None


def summarize(curves: InstanceCurves, categories: Sequence[Category], n_truths: NDArray[np.uint32]) -> Scores:
    """All scores of an instance evaluation.

    Args:
        curves: What was measured.
        categories: By id, as in the curves.
        n_truths: (n_categories, n_areas) uint32: objects to find.
    """
    return Scores(
        [
            *_overall(curves, n_truths),
            *_by_frequency(curves, categories),
            *_by_class(curves, categories, n_truths),
        ]
    )


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


def _by_frequency(curves: InstanceCurves, categories: Sequence[Category]) -> Iterator[Score]:
    for frequency in FREQUENCIES:
        members = [i for i, category in enumerate(categories) if category.frequency == frequency]
        if members:
            yield _score(
                "ap", curves.average_precision(categories=members), len(members), frequency=frequency
            )


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
