"""Average precision of instances as Cityscapes defines it, from counts of pixels.

Source: cityscapesScripts 0bcc4a7 (evalInstanceLevelSemanticLabeling.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmetrics.evaluators.cityscapes_instance_rows import (
    OBJECTS_PER_LABEL,
    CityscapesInstanceRows,
    labels_of,
)

THRESHOLDS: Final = tuple(np.arange(0.5, 1.0, 0.05).tolist())
"""IoU thresholds, to the last bit those of the official tool: the third is 0.6000000000000001."""

Flags = NDArray[np.bool_]
Doubles = NDArray[np.float64]


class AveragePrecisions(NamedTuple):
    """Average precision of each class at each threshold.

    Attributes:
        values: (classes, thresholds) float64, NaN for a class without objects.
        n_objects: (classes,) int64, objects that are to be found.
    """

    values: Doubles
    n_objects: NDArray[np.int64]


def average_precisions(
    rows: CityscapesInstanceRows, labels: Sequence[int], min_region: int
) -> AveragePrecisions:
    """Average precision of each of the labels at each of `THRESHOLDS`.

    Args:
        rows: What is known of all images.
        labels: Those that are scored.
        min_region: Objects of fewer pixels are not to be found.
    """
    ids, pixels = rows.regions.T
    is_wanted = (ids >= OBJECTS_PER_LABEL) & (pixels >= min_region)
    n_objects = np.array([np.count_nonzero(is_wanted & (labels_of(ids) == label)) for label in labels])
    members = [rows.predictions[:, 0] == label for label in labels]
    values = np.full((len(labels), len(THRESHOLDS)), np.nan)
    overlaps = _Overlaps(rows, is_wanted, _excused(rows, min_region))
    for k, threshold in enumerate(THRESHOLDS):
        is_right, is_wrong = overlaps.judged(threshold)
        for c in np.flatnonzero(n_objects):
            right, wrong = (rows.confidence[members[c] & each] for each in (is_right, is_wrong))
            values[c, k] = area_under_curve(right, wrong, int(n_objects[c]))
    return AveragePrecisions(values, n_objects)


def area_under_curve(right: Doubles, wrong: Doubles, n_objects: int) -> float:
    """Area under the straight lines between the points (recall, precision), which begin at (0, 1).

    Args:
        right: Confidence of each true positive.
        wrong: Confidence of each false positive; predictions of equal confidence make one point.
        n_objects: Objects to be found, at least 1.

    >>> area_under_curve(np.array([0.9, 0.5]), np.array([0.7]), 2)
    0.7916666666666666
    """
    confidence = np.concatenate([right, wrong])
    order = np.argsort(-confidence)
    n_right = np.cumsum(order < len(right))
    n = np.cumsum(np.unique(-confidence, return_counts=True)[1])
    precision = np.concatenate([[1.0], n_right[n - 1] / n])
    recall = np.concatenate([[0.0], n_right[n - 1] / n_objects])
    return float(np.diff(recall) @ (precision[1:] + precision[:-1]) / 2)


def _excused(rows: CityscapesInstanceRows, min_region: int) -> Doubles:
    """Share of each prediction's pixels for which it is not to blame.

    They are void, of a group, or of a region too small to be wanted; a group that is small counts twice.
    """
    ids, pixels = rows.regions.T
    weight = (ids < OBJECTS_PER_LABEL).astype(np.int64) + (pixels < min_region)
    shared = rows.overlaps[:, 1] * weight[rows.regions_of_overlaps]
    excused = np.bincount(rows.predictions_of_overlaps, shared, len(rows.predictions))
    share: Doubles = (rows.predictions[:, 2] + excused) / rows.predictions[:, 1]
    return share


class _Overlaps:
    """Every overlap of a prediction with a region, and its IoU."""

    def __init__(self, rows: CityscapesInstanceRows, is_wanted: Flags, excused: Doubles) -> None:
        self._prediction, self._region = rows.predictions_of_overlaps, rows.regions_of_overlaps
        self._is_wanted = is_wanted[self._region]
        self._excused = excused
        self._iou = rows.overlaps[:, 2] / rows.overlaps[:, 3]
        self._by_rank = np.lexsort((-rows.confidence[self._prediction], self._region))

    def judged(self, threshold: float) -> tuple[Flags, Flags]:
        """Which predictions are right and which are wrong; those that are neither do not count.

        Above one half a prediction matches one region at most. Of the predictions that match one object the
        most confident is right; the others are wrong. Who matches nothing is wrong, unless excused.
        """
        is_match = self._iou > threshold
        is_right, is_wrong = np.zeros(len(self._excused), np.bool_), self._excused <= threshold
        is_wrong[self._prediction[is_match]] = False
        ranked = self._by_rank[(is_match & self._is_wanted)[self._by_rank]]
        is_best = np.diff(self._region[ranked], prepend=-1) != 0
        is_right[self._prediction[ranked[is_best]]] = True
        is_wrong[self._prediction[ranked[~is_best]]] = True
        return is_right, is_wrong
