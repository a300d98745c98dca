"""Slow twins of segmetrics.labelmaps: pixel by pixel, as the definitions say."""

from __future__ import annotations

from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

Map = NDArray[Any]


def joint_counts(truth: Map, prediction: Map) -> NDArray[np.uint64]:
    """How often each pair of 8-bit labels occurs."""
    counts = np.zeros((256, 256), np.uint64)
    np.add.at(counts, (truth.astype(np.intp), prediction.astype(np.intp)), 1)
    return counts


def joint_pairs(truth: Map, prediction: Map) -> dict[tuple[int, int], int]:
    """How often each pair of ids occurs, in their order."""
    pixels = np.stack([ids(truth).ravel(), ids(prediction).ravel()], axis=1)
    pairs, counts = np.unique(pixels, axis=0, return_counts=True)
    return {(t, p): n for (t, p), n in zip(pairs.tolist(), counts.tolist(), strict=True)}


def ids(labels: Map) -> NDArray[np.int64]:
    """Ids of a map, which may be one of colours."""
    wide = labels.astype(np.int64)
    return wide if labels.ndim == 2 else wide @ np.array([1, 256, 65536])


def confusion_matrix(truth: Map, prediction: Map, classes: int, ignore: int | None) -> NDArray[np.uint64]:
    """How often each class was predicted as each class."""
    matrix = np.zeros((classes, classes), np.uint64)
    for g, p in zip(truth.ravel().tolist(), prediction.ravel().tolist(), strict=True):
        if g != ignore:
            matrix[g, p] += np.uint64(1)
    return matrix


def iou(truth: Map, prediction: Map, classes: int) -> list[float]:
    """Of each class the pixels in both maps over those in either; NaN without any."""
    return [
        ratio(int(((truth == c) & (prediction == c)).sum()), int(((truth == c) | (prediction == c)).sum()))
        for c in range(classes)
    ]


def ratio(part: float, whole: float) -> float:
    """A quotient that is NaN for nothing out of nothing."""
    return part / whole if whole else nan
