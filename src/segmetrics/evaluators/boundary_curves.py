"""What counts of corresponding boundary pixels come to: precision, recall and F, at thresholds and between.

Source: `collect_eval_bdry.m` of the benchmark of BSDS500; `edgesEvalDir.m` of Dollar's toolbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

FOUND, ANNOTATED, RIGHT, PREDICTED = range(4)
"""Columns of counts."""

_STEPS: Final = np.linspace(0, 1, 100)
_RECALLS: Final = np.linspace(0, 1, 101)
_HALF: Final = 0.5

Curve = NDArray[np.float64]


class OperatingPoint(NamedTuple):
    """Where on its curve a detector is used."""

    threshold: float
    recall: float
    precision: float
    f: float


@dataclass(frozen=True, eq=False)
class BoundaryCurve:
    """Precision and recall over thresholds.

    Attributes:
        thresholds: (k,) float64, ascending.
        recall: (k,) share of the annotated pixels that are found; 0 where there are none.
        precision: (k,) share of the predicted pixels that are right; 0 where there are none.
    """

    thresholds: Curve
    recall: Curve
    precision: Curve

    @classmethod
    def of_counts(cls, counts: NDArray[np.int64], thresholds: Curve) -> BoundaryCurve:
        """Of (k, 4) counts."""
        return cls(
            thresholds,
            _shares(counts[:, FOUND], counts[:, ANNOTATED]),
            _shares(counts[:, RIGHT], counts[:, PREDICTED]),
        )

    @property
    def f(self) -> Curve:
        """(k,) harmonic mean of precision and recall; 0 where both are."""
        return f_measure(self.recall, self.precision)

    def best(self) -> OperatingPoint:
        """The first of the greatest F at a threshold, or in 100 even steps from one to the next."""
        points = np.stack([self.thresholds, self.recall, self.precision])
        before, after = points[:, :-1, np.newaxis], points[:, 1:, np.newaxis]
        between = (after * _STEPS + before * (1 - _STEPS)).reshape(3, -1)
        threshold, recall, precision = np.concatenate([points[:, :1], between], axis=1)
        f = f_measure(recall, precision)
        i = int(f.argmax())
        return OperatingPoint(*(float(each[i]) for each in (threshold, recall, precision, f)))

    def area(self) -> float:
        """Area under precision at recalls 0, 0.01, ..., 1, interpolated linearly and 0 outside the curve."""
        recall, first = np.unique(self.recall, return_index=True)
        if len(recall) < 2:
            return 0.0
        precision = np.interp(_RECALLS, recall, self.precision[first], left=0, right=0)
        return float(precision.sum() * 0.01)

    def recall_at_half_precision(self) -> float | None:
        """Recall where precision is 0.5, interpolated linearly, or its least, if that is greater."""
        precision, first = np.unique(self.precision, return_index=True)
        at = max(float(precision[0]), _HALF)
        return float(np.interp(at, precision, self.recall[first])) if at <= precision[-1] else None


def f_measure(recall: Curve, precision: Curve) -> Curve:
    """2PR / (P + R), 0 where both are 0."""
    return _shares(2 * precision * recall, precision + recall)


def _shares(part: NDArray[np.number], whole: NDArray[np.number]) -> Curve:
    """Quotients, 0 where there is nothing to divide by."""
    shares: Curve = np.divide(part, whole, out=np.zeros(len(part)), where=whole != 0)
    return shares


def best_of_each(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """(4,) counts of n images, (n, k, 4), each at the first threshold where its own F is greatest."""
    found, annotated, right, predicted = counts.astype(np.float64).reshape(-1, 4).T
    f = f_measure(_shares(found, annotated), _shares(right, predicted))
    best = f.reshape(counts.shape[:2]).argmax(axis=1)
    of_best: NDArray[np.int64] = counts[np.arange(len(counts)), best].sum(axis=0)
    return of_best
