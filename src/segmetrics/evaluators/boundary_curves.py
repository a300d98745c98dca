"""Precision and recall of boundaries, and what BSDS500's benchmark reads off their curve."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
"""(..., 4): annotated pixels matched, all annotated, predicted pixels matched, all predicted."""

Values = NDArray[np.float64]

_BETWEEN: Final = np.linspace(0, 1, 100)
_RECALLS: Final = np.linspace(0, 1, 101)


class Rates(NamedTuple):
    """Arrays of one shape, (...,)."""

    recall: Values
    precision: Values
    f: Values


class OperatingPoint(NamedTuple):
    """One point of a curve."""

    threshold: float
    recall: float
    precision: float
    f: float


def rates(counts: Counts) -> Rates:
    """Recall, precision and their harmonic mean; 0 where there is nothing to divide by.

    >>> rates(np.array([1, 2, 3, 4]))
    Rates(recall=array(0.5), precision=array(0.75), f=array(0.6))
    """
    matched_annotated, annotated, matched_predicted, predicted = np.moveaxis(counts, -1, 0)
    recall = _ratio(matched_annotated, annotated)
    precision = _ratio(matched_predicted, predicted)
    return Rates(recall, precision, f_measure(recall, precision))


def f_measure(recall: Values, precision: Values) -> Values:
    """Harmonic mean, 0 where both are 0."""
    return _ratio(2 * precision * recall, precision + recall)


def _ratio(part: NDArray[np.generic], whole: NDArray[np.generic]) -> Values:
    return np.asarray(np.divide(part, whole, out=np.zeros(np.shape(part)), where=whole != 0))


def best_point(thresholds: Values, recall: Values, precision: Values) -> OperatingPoint:
    """The first point of greatest F, also between thresholds, where recall and precision are interpolated.

    >>> round(best_point(np.array([0.25, 0.75]), np.array([1.0, 0.5]), np.array([0.5, 1.0])).recall, 4)
    0.7475
    """
    at_start = thresholds[:1], recall[:1], precision[:1]
    along = [
        np.concatenate([first, (end[:, None] * _BETWEEN + start[:, None] * (1 - _BETWEEN)).ravel()])
        for first, start, end in (
            (start, values[:-1], values[1:])
            for start, values in zip(at_start, (thresholds, recall, precision), strict=True)
        )
    ]
    f = f_measure(along[1], along[2])
    best = int(f.argmax())
    return OperatingPoint(*(float(values[best]) for values in (*along, f)))


def average_precision(recall: Values, precision: Values) -> float:
    """Area under precision, interpolated linearly at recalls 0, 0.01, ..., 1; 0 outside of the curve.

    Of points that share a recall the first counts. A sum of 101 values over 100, as both benchmarks have it.

    >>> round(average_precision(np.array([1.0, 0.0]), np.array([0.5, 1.0])), 4)
    0.7575
    """
    ascending, first = np.unique(recall, return_index=True)
    if len(ascending) < 2:
        return 0.0
    values = np.interp(_RECALLS, ascending, precision[first], left=0, right=0)
    return float(values.sum() / 100)


def recall_at_half_precision(recall: Values, precision: Values) -> float | None:
    """R50: recall where precision is 0.5, interpolated; None if precision does not get there.

    Where all precisions are greater, the recall at the least.

    >>> recall_at_half_precision(np.array([0.75, 0.25]), np.array([0.25, 0.75]))
    0.5
    """
    ascending, first = np.unique(precision, return_index=True)
    wanted = max(float(ascending[0]), 0.5)
    if len(ascending) < 2 or wanted > ascending[-1]:
        return None
    return float(np.interp(wanted, ascending, recall[first]))
