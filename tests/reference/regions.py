"""Slow twins of segmetrics.regions: a labelling for each threshold, and the definitions as they stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Map = NDArray[Any]


def segmentation(contours: NDArray[np.float64], threshold: float) -> Map:
    """The 8-connected components of what is no higher than the threshold, at the pixels."""
    labels: Map = ndimage.label(contours <= threshold, np.ones((3, 3)))[0][1::2, 1::2]
    return labels


def overlaps(labels: Map, truth: Map) -> NDArray[np.int64]:
    """(regions, segments): pixels that each two have in common."""
    regions, segments = np.unique(labels), np.unique(truth)
    table = [[np.count_nonzero((labels == r) & (truth == g)) for g in segments] for r in regions]
    return np.array(table)


def iou(labels: Map, truth: Map) -> NDArray[np.float64]:
    """(regions, segments)."""
    n = overlaps(labels, truth)
    result: NDArray[np.float64] = n / (n.sum(1, keepdims=True) + n.sum(0) - n)
    return result


def covered(labels: Sequence[Map], truths: Sequence[Map]) -> float:
    """Annotated pixels, each times the greatest IoU of its segment with a region of any segmentation."""
    total = 0.0
    for truth in truths:
        best = np.max([iou(each, truth).max(axis=0) for each in labels], axis=0)
        total += float((np.unique(truth, return_counts=True)[1] * best).sum())
    return total


def covered_regions(labels: Map, truths: Sequence[Map]) -> float:
    """Pixels, each times the greatest IoU of its region with any annotator's segment."""
    best = np.max([iou(labels, truth).max(axis=1) for truth in truths], axis=0)
    return float((np.unique(labels, return_counts=True)[1] * best).sum())


def rand_index(labels: Map, truth: Map) -> float:
    """Pair of pixels by pair of pixels."""
    first, second = np.triu_indices(labels.size, 1)
    together = [each.ravel()[first] == each.ravel()[second] for each in (labels, truth)]
    return float(np.mean(together[0] == together[1])) if len(first) else 1.0


def entropy(counts: NDArray[np.int64]) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


def variation_of_information(labels: Map, truth: Map) -> float:
    """H + H - 2 I, where I = H + H - H together."""
    n = overlaps(labels, truth)
    alone = entropy(n.sum(axis=1)) + entropy(n.sum(axis=0))
    return alone - 2 * (alone - entropy(n.ravel()))
