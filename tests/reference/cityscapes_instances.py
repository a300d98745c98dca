"""Cityscapes' AP of instances as its definition reads: pixel by pixel, pair by pair, slowly.

See docs/reference/protocols/cityscapes-instances.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from reference.boundary_bands import boundary_iou

THRESHOLDS = (
    0.5,
    0.55,
    0.6000000000000001,
    0.6500000000000001,
    0.7000000000000002,
    0.7500000000000002,
    0.8000000000000003,
    0.8500000000000003,
    0.9000000000000004,
    0.9500000000000004,
)


@dataclass
class Instance:
    """A prediction."""

    label: int
    confidence: float
    mask: list[list[int]]


@dataclass
class Image:
    """One image: ids row by row, and what is predicted."""

    truth: list[list[int]]
    predictions: list[Instance]


def average_precision(
    images: Sequence[Image],
    label: int,
    threshold: float,
    *,
    void: Collection[int],
    min_region: int,
    band_ratio: float | None = None,
) -> float | None:
    """AP of one label; None without objects."""
    right: list[float] = []
    wrong: list[float] = []
    n_objects = 0
    for image in images:
        n_objects += _judge(image, label, threshold, void, min_region, band_ratio, right, wrong)
    if not n_objects:
        return None
    points = [(0.0, 1.0)]
    for least in sorted({*right, *wrong}, reverse=True):
        tp, fp = (sum(confidence >= least for confidence in side) for side in (right, wrong))
        points.append((tp / n_objects, tp / (tp + fp)))
    return sum((r1 - r0) * (p0 + p1) / 2 for (r0, p0), (r1, p1) in pairwise(points))


def _judge(
    image: Image,
    label: int,
    threshold: float,
    void: Collection[int],
    min_region: int,
    band_ratio: float | None,
    right: list[float],
    wrong: list[float],
) -> int:
    """Sort the predictions of one image into right and wrong; how many objects there are."""
    areas = Counter(id_ for row in image.truth for id_ in row)
    regions = [id_ for id_ in areas if (id_ // 1000 if id_ >= 1000 else id_) == label]
    objects = [id_ for id_ in regions if id_ >= 1000 and areas[id_] >= min_region]
    finders: dict[int, list[float]] = {id_: [] for id_ in objects}
    for prediction in image.predictions:
        inside = _inside(image.truth, prediction.mask)
        n = inside.total()
        if prediction.label != label or not n:
            continue
        ious = {id_: inside[id_] / (areas[id_] + n - inside[id_]) for id_ in regions}
        touched = regions
        if band_ratio is not None:
            of_bands = {id_: _band_iou(image.truth, id_, prediction.mask, band_ratio) for id_ in regions}
            touched = [id_ for id_ in regions if of_bands[id_] > 0]
            ious = {id_: min(ious[id_], of_bands[id_]) for id_ in regions}
        matched = [id_ for id_ in regions if ious[id_] > threshold]
        for id_ in matched:
            finders.get(id_, []).append(prediction.confidence)
        excused = sum(inside[id_] for id_ in void)
        excused += sum(inside[id_] for id_ in touched if id_ < 1000)
        excused += sum(inside[id_] for id_ in touched if areas[id_] < min_region)
        if not matched and excused / n <= threshold:
            wrong.append(prediction.confidence)
    for confidences in finders.values():
        best_last = sorted(confidences)
        right += best_last[-1:]
        wrong += best_last[:-1]
    return len(objects)


def _band_iou(truth: list[list[int]], region: int, mask: list[list[int]], ratio: float) -> float:
    return boundary_iou(np.array(truth) == region, np.array(mask) != 0, ratio)


def _inside(truth: list[list[int]], mask: list[list[int]]) -> Counter[int]:
    return Counter(
        id_
        for ids, row in zip(truth, mask, strict=True)
        for id_, is_inside in zip(ids, row, strict=True)
        if is_inside
    )
