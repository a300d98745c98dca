"""Scores of a confusion matrix of label maps.

A matrix is (k, m) with m >= k: matrix[g, p] counts the pixels of true class g that were predicted as p.
Columns from k on are predictions that are no class: misses of the row's class, false positives of nobody.
With TP_c = matrix[c, c], FN_c the rest of row c and FP_c the rest of column c, the plain definitions follow
(Everingham et al. 2015; Long et al. 2015). What divides zero by zero is NaN: a class that neither occurs nor
is predicted has no score, and no pixel, no accuracy.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmetrics.arrays import as_numpy
from segmetrics.errors import InputError

Absent = Literal["skip", "zero"]
"""What a class without a score is to a mean: left out, or a zero."""

Counts = NDArray[np.uint64]
Scores = NDArray[np.float64]


class Outcomes(NamedTuple):
    """Pixels of each class, (k,) uint64 each.

    Attributes:
        true_positives: Of the class, and predicted as such.
        false_negatives: Of the class, but predicted as something else, which may be no class.
        false_positives: Of another class, but predicted as this one.
    """

    true_positives: Counts
    false_negatives: Counts
    false_positives: Counts


def outcomes(matrix: ArrayLike) -> Outcomes:
    """What became of the pixels of each class.

    Args:
        matrix: (k, m) counts, m >= k.

    Raises:
        InputError: It has another shape, or holds what is no count.

    >>> hit, missed, wrong = outcomes([[3, 1, 2], [0, 4, 0]])
    >>> hit.tolist(), missed.tolist(), wrong.tolist()
    ([3, 4], [3, 0], [0, 1])
    """
    counts = _checked(matrix)
    hits = np.diagonal(counts).copy()
    of_class, as_class = counts.sum(axis=1), counts[:, : len(counts)].sum(axis=0)
    return Outcomes(hits, of_class - hits, as_class - hits)


def iou(matrix: ArrayLike) -> Scores:
    """Intersection over union of each class, TP / (TP + FN + FP): (k,) float64, NaN where undefined.

    Raises:
        InputError: As `outcomes`.

    >>> iou([[3, 1, 0], [0, 4, 0], [0, 0, 0]]).tolist()
    [0.75, 0.8, nan]
    """
    hit, missed, wrong = outcomes(matrix)
    return _ratio(hit, hit + missed + wrong)


def dice(matrix: ArrayLike) -> Scores:
    """Dice coefficient (F1) of each class, 2 TP / (2 TP + FN + FP): (k,) float64, NaN where undefined.

    Raises:
        InputError: As `outcomes`.

    >>> dice([[3, 2], [0, 4]]).tolist()
    [0.75, 0.8]
    """
    hit, missed, wrong = outcomes(matrix)
    return _ratio(2 * hit, 2 * hit + missed + wrong)


def accuracy(matrix: ArrayLike) -> Scores:
    """Share of the pixels of each class that were found, TP / (TP + FN): (k,) float64, NaN where undefined.

    Raises:
        InputError: As `outcomes`.

    >>> accuracy([[3, 1], [0, 4]]).tolist()
    [0.75, 1.0]
    """
    hit, missed, _ = outcomes(matrix)
    return _ratio(hit, hit + missed)


def pixel_accuracy(matrix: ArrayLike) -> float:
    """Share of all pixels that were predicted right; NaN where there are none.

    Raises:
        InputError: As `outcomes`.

    >>> pixel_accuracy([[3, 1], [0, 4]])
    0.875
    """
    hit, missed, _ = outcomes(matrix)
    return float(_ratio(hit.sum(), (hit + missed).sum()))


def mean_iou(matrix: ArrayLike, *, absent: Absent = "skip") -> float:
    """Mean of `iou` over the classes; NaN where there is none to take.

    Args:
        matrix: (k, m) counts, m >= k.
        absent: Leave a class without a score out ("skip"), or let it count as 0 ("zero").

    Raises:
        InputError: As `outcomes`.

    >>> mean_iou([[3, 1, 0], [0, 4, 0], [0, 0, 0]])
    0.775
    """
    return mean(iou(matrix), absent=absent)


def mean_dice(matrix: ArrayLike, *, absent: Absent = "skip") -> float:
    """Mean of `dice` over the classes, arguments and errors as `mean_iou`.

    >>> mean_dice([[3, 2], [0, 4]])
    0.775
    """
    return mean(dice(matrix), absent=absent)


def mean_accuracy(matrix: ArrayLike, *, absent: Absent = "skip") -> float:
    """Mean of `accuracy` over the classes, arguments and errors as `mean_iou`.

    >>> mean_accuracy([[3, 1], [0, 4]])
    0.875
    """
    return mean(accuracy(matrix), absent=absent)


def frequency_weighted_iou(matrix: ArrayLike) -> float:
    """Mean of `iou`, each class weighted with its pixels in the truth; NaN where there are none.

    Raises:
        InputError: As `outcomes`.

    >>> frequency_weighted_iou([[3, 1, 0], [0, 4, 0], [0, 0, 0]])
    0.775
    """
    hit, missed, wrong = outcomes(matrix)
    pixels = hit + missed
    occurs = pixels > 0
    weighted = pixels[occurs] * _ratio(hit[occurs], (pixels + wrong)[occurs])
    return float(_ratio(weighted.sum(), pixels.sum()))


def mean(scores: Scores, *, absent: Absent = "skip") -> float:
    """Mean of scores of classes, of which those that are NaN are left out or count as 0.

    Raises:
        ValueError: `absent` is another word.

    >>> mean(np.array([0.5, np.nan])), mean(np.array([0.5, np.nan]), absent="zero")
    (0.5, 0.25)
    """
    if absent not in ("skip", "zero"):
        raise ValueError(f'absent is {absent!r}, expected "skip" or "zero"')
    defined = scores[~np.isnan(scores)]
    return float(_ratio(defined.sum(), len(defined) if absent == "skip" else len(scores)))


def _checked(matrix: ArrayLike) -> Counts:
    counts = as_numpy(matrix, "the confusion matrix")
    if counts.ndim != 2 or counts.shape[0] > counts.shape[1]:
        raise InputError(
            f"the confusion matrix has shape {counts.shape}, expected (k, k) or more columns than rows"
        )
    if counts.dtype.kind == "f" or (counts < 0).any():
        raise InputError("the confusion matrix holds what is no count of pixels")
    return counts.astype(np.uint64, copy=False)


def _ratio(part: ArrayLike, whole: ArrayLike) -> Scores:
    with np.errstate(invalid="ignore"):
        return np.true_divide(part, whole, dtype=np.float64)
