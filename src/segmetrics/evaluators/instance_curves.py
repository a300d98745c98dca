"""Precision, recall and scores over the whole grid of an instance evaluation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmetrics._core import instances as _core
from segmetrics.errors import InputError
from segmetrics.evaluators.instance_grid import InstanceGrid
from segmetrics.evaluators.instance_rows import InstanceRows

Index = int | Sequence[int] | slice
EVERYTHING = slice(None)


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

    def average_precision(
        self,
        *,
        area: int = 0,
        thresholds: Index = EVERYTHING,
        categories: Index = EVERYTHING,
    ) -> float | None:
        """Mean precision over thresholds, recalls and categories, under the last limit of detections.

        Args:
            area: Which size range.
            thresholds: Which of the grid's thresholds: an index, several, or a slice.
            categories: Which categories, by position, likewise.
        """
        return _mean(_narrowed(self.precision[..., area, -1], thresholds, categories))

    def average_recall(
        self,
        *,
        area: int = 0,
        limit: int = -1,
        thresholds: Index = EVERYTHING,
        categories: Index = EVERYTHING,
    ) -> float | None:
        """Mean recall over thresholds and categories, under one limit of detections."""
        return _mean(_narrowed(self.recall[..., area, limit], thresholds, categories))


def _narrowed(values: NDArray[np.float64], thresholds: Index, categories: Index) -> NDArray[np.float64]:
    """Values over (thresholds, ..., categories) of some of either."""
    some = values[[thresholds] if isinstance(thresholds, int) else thresholds]
    return some[..., categories]


def _mean(values: NDArray[np.float64]) -> float | None:
    """Mean of what is defined, summed in the order the official tools sum it; None where nothing is."""
    defined = values[values > -1]
    return float(np.mean(defined)) if defined.size else None


def accumulate(
    rows: InstanceRows, grid: InstanceGrid, n_categories: int, *, with_scores: bool, threads: int
) -> InstanceCurves:
    """The curves of these rows, categories shared out among threads.

    Raises:
        InputError: The rows tell of more matches than there are objects; no evaluation does that.
    """
    n_truths = rows.n_truths(n_categories)
    curves = _undefined(grid, n_categories, with_scores=with_scores)
    outcome, rank = _core.number_detections(rows.category, rows.state, rows.detections_per_image)
    order, starts = _core.group(rows.category, n_categories)
    recalls, max_dets = np.array(grid.recalls, np.float64), np.array(grid.max_dets, np.uint32)

    def fill(first: int, last: int) -> None:
        _core.accumulate(
            rows.score,
            rows.state,
            rows.outcomes,
            outcome,
            rank,
            order,
            starts,
            n_truths,
            recalls,
            max_dets,
            first,
            last,
            curves.precision,
            curves.recall,
            curves.scores,
        )

    try:
        _share_out(fill, _even_bounds(starts, threads))
    except ValueError as error:
        raise InputError(f"the state is corrupt: {error}") from None
    return curves


def _share_out(fill: Callable[[int, int], None], bounds: list[int]) -> None:
    """Fill the ranges between these bounds, each in a thread of its own."""
    if len(bounds) <= 2:  # one range, or none
        fill(bounds[0], bounds[-1])
        return
    with ThreadPoolExecutor(len(bounds) - 1, thread_name_prefix="segmetrics-accumulate") as pool:
        list(pool.map(fill, bounds[:-1], bounds[1:]))


def _undefined(grid: InstanceGrid, n_categories: int, *, with_scores: bool) -> InstanceCurves:
    shape = (len(grid.thresholds), len(grid.recalls), n_categories, len(grid.areas), len(grid.max_dets))
    return InstanceCurves(
        grid=grid,
        precision=np.full(shape, -1.0),
        recall=np.full((shape[0], *shape[2:]), -1.0),
        scores=np.full(shape, -1.0) if with_scores else None,
    )


def _even_bounds(starts: NDArray[np.uint32], n: int) -> list[int]:
    """Bounds of at most n ranges of categories with about as many detections each."""
    wanted = np.linspace(0, int(starts[-1]), n + 1)[1:-1]
    inner = np.searchsorted(starts, wanted)
    return sorted({0, *inner.tolist(), len(starts) - 1})
