"""Which detections find an object, and average precision from them, as VOC and SBD instances are scored.

Sources: Hariharan et al., Simultaneous Detection and Segmentation, ECCV 2014 (sds_eccv2014 3804648:
generalized_det_eval.m, VOCap.m); Li et al., Fully Convolutional Instance-aware Semantic Segmentation, CVPR
2017 (FCIS 309f6c9: pascal_voc_eval.py), as chainercv 71596166 computes it too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from segmetrics.evaluators.voc_instance_rows import VocInstanceRows

THRESHOLDS: Final = tuple(k / 10 for k in range(1, 10))
"""IoU thresholds; AP^r_vol is the mean over them."""

RECALLS: Final = tuple(np.arange(0.0, 1.1, 0.1).tolist())
"""Recalls of the VOC 2007 metric, to the last bit those of the official tool: the fourth is
0.30000000000000004, which a recall of 3 / 10 does not reach."""

Matching = Literal["sds", "fcis"]
Interpolation = Literal["area", "11-point"]
Flags = NDArray[np.bool_]
Doubles = NDArray[np.float64]

_LEVELS: Final = np.array(THRESHOLDS)
_BITS: Final = (1 << np.arange(len(THRESHOLDS))).astype(np.uint16)


def match(iou: Doubles, matching: Matching) -> NDArray[np.uint16]:
    """Which detections of one class in one image find an object.

    Args:
        iou: (d, g) of the detections, best score first, with the objects.
        matching: "sds": a detection takes the object it overlaps most among those not yet taken. "fcis": the
            one it overlaps most of all; if that is taken, it has none.

    Returns:
        (d,): bit k is set where a detection finds an object at `THRESHOLDS[k]`.

    >>> iou = np.array([[0.8, 0.6], [0.7, 0.6]])
    >>> [[int(bits) >> 4 & 1 for bits in match(iou, matching)] for matching in ("sds", "fcis")]
    [[1, 1], [1, 0]]
    """
    if not iou.size:
        return np.zeros(len(iou), np.uint16)
    is_right = _match_free(iou) if matching == "sds" else _match_best(iou)
    bits: NDArray[np.uint16] = is_right.astype(np.uint16) @ _BITS
    return bits


def _match_free(iou: Doubles) -> Flags:
    """(d, t), for an IoU greater than the threshold."""
    level = np.arange(len(_LEVELS))
    free = np.ones((len(_LEVELS), iou.shape[1]), np.bool_)
    is_right = np.zeros((len(iou), len(_LEVELS)), np.bool_)
    for row in np.flatnonzero(iou.max(axis=1) > _LEVELS[0]):
        left = np.where(free, iou[row], 0)
        best = left.argmax(axis=1)
        is_right[row] = left[level, best] > _LEVELS
        free[level[is_right[row]], best[is_right[row]]] = False
    return is_right


def _match_best(iou: Doubles) -> Flags:
    """(d, t), for an IoU not less than the threshold."""
    best = iou.argmax(axis=1)
    is_right: Flags = iou.max(axis=1)[:, np.newaxis] >= _LEVELS
    for rows in (best == taken for taken in np.unique(best)):
        is_right[rows] &= np.cumsum(is_right[rows], axis=0) == 1
    return is_right


def area_under_envelope(is_right: Flags, n_objects: int) -> float:
    """Area under the precision that is reached at any higher recall (VOC 2010 and later).

    Args:
        is_right: (n,), whether a detection finds an object, best score first.
        n_objects: Objects there are to find, at least 1.

    >>> area_under_envelope(np.array([True, False, True]), 2)
    0.8333333333333333
    """
    _, envelope = _curve(is_right, n_objects)
    return float(envelope[is_right].sum() / n_objects)


def mean_at_11_points(is_right: Flags, n_objects: int) -> float:
    """The mean over `RECALLS` of the precision that is reached there or at any higher recall (VOC 2007).

    Arguments as `area_under_envelope`.

    >>> round(11 * mean_at_11_points(np.array([True, False, True]), 2), 9)  # 6 times 1 and 5 times 2 / 3
    9.333333333
    """
    recall, envelope = _curve(is_right, n_objects)
    return float(np.append(envelope, 0)[np.searchsorted(recall, RECALLS)].mean())


def _curve(is_right: Flags, n_objects: int) -> tuple[Doubles, Doubles]:
    n_right = np.cumsum(is_right)
    precision = n_right / np.arange(1, len(is_right) + 1)
    return n_right / n_objects, np.maximum.accumulate(precision[::-1])[::-1]


INTERPOLATIONS: Final[dict[Interpolation, Callable[[Flags, int], float]]] = {
    "area": area_under_envelope,
    "11-point": mean_at_11_points,
}


def average_precisions(
    rows: VocInstanceRows, n_objects: NDArray[np.int64], interpolation: Interpolation
) -> Doubles:
    """(classes, thresholds) float64: NaN for a class without objects.

    Detections of equal score keep the order of images, then that in their image.

    Args:
        rows: What is known of all images.
        n_objects: Objects of each class.
        interpolation: How the curve of precision becomes one number.
    """
    values = np.full((len(n_objects), len(THRESHOLDS)), np.nan)
    ranked = np.argsort(-rows.score, kind="stable")
    for c in np.flatnonzero(n_objects):
        found = rows.found[ranked[rows.category[ranked] == c]]
        for k, bit in enumerate(_BITS):
            values[c, k] = INTERPOLATIONS[interpolation]((found & bit) != 0, int(n_objects[c]))
    return values
