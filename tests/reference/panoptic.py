"""Panoptic quality as its definition reads: pixel by pixel, segment by segment, slowly.

See docs/reference/protocols/coco-panoptic.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from reference.boundary_bands import boundary_band

Segment = dict[str, Any]
VOID = 0


@dataclass
class Tally:
    """What became of the segments of one category."""

    ious: list[float] = field(default_factory=list)
    invented: int = 0
    missed: int = 0

    @property
    def scores(self) -> tuple[float, float, float] | None:
        """PQ, SQ, RQ; None where nothing was counted."""
        matched = len(self.ious)
        segments = matched + self.invented / 2 + self.missed / 2
        if not segments:
            return None
        return sum(self.ious) / segments, sum(self.ious) / matched if matched else 0.0, matched / segments


@dataclass
class Image:
    """One image: ids row by row, and segments in COCO's form."""

    truth: list[list[int]]
    prediction: list[list[int]]
    truth_segments: list[Segment]
    prediction_segments: list[Segment]


def tally(
    images: Sequence[Image], categories: Sequence[int], *, official: bool, band_ratio: float | None = None
) -> dict[int, Tally]:
    """Every category's tally over the images in order."""
    tallies = {category: Tally() for category in categories}
    for image in images:
        _add(tallies, image, official=official, band_ratio=band_ratio)
    return tallies


def mean(tallies: Sequence[Tally]) -> tuple[float, float, float] | None:
    """Means of PQ, SQ and RQ over the categories that were counted."""
    scores = [each.scores for each in tallies if each.scores is not None]
    if not scores:
        return None
    pq, sq, rq = (sum(column) / len(scores) for column in zip(*scores, strict=True))
    return pq, sq, rq


def _add(tallies: dict[int, Tally], image: Image, *, official: bool, band_ratio: float | None) -> None:
    pixels = Counter(
        pair for row in zip(image.truth, image.prediction, strict=True) for pair in zip(*row, strict=True)
    )
    matched = set()
    for true in sorted(image.truth_segments, key=lambda segment: segment["id"]):
        for predicted in sorted(image.prediction_segments, key=lambda segment: segment["id"]):
            if true["iscrowd"] or true["category_id"] != predicted["category_id"]:
                continue
            shared = pixels[true["id"], predicted["id"]]
            area = true["area"] if official else _area(pixels, 0, true["id"])
            union = _area(pixels, 1, predicted["id"]) + area - shared - pixels[VOID, predicted["id"]]
            iou = shared / union if shared else 0
            if iou > 0.5 and band_ratio is not None:
                iou = min(iou, _band_iou(image, true["id"], predicted["id"], band_ratio))
            if iou > 0.5:
                tallies[true["category_id"]].ious.append(iou)
                matched |= {("truth", true["id"]), ("prediction", predicted["id"])}
    for true in image.truth_segments:
        tallies[true["category_id"]].missed += not true["iscrowd"] and ("truth", true["id"]) not in matched
    for predicted in image.prediction_segments:
        category = predicted["category_id"]
        crowds = [
            true["id"] for true in image.truth_segments if true["iscrowd"] and true["category_id"] == category
        ]
        excusing = [VOID, *(crowds[-1:] if official else crowds)]
        excused = sum(pixels[truth_id, predicted["id"]] for truth_id in excusing)
        is_excused = excused / _area(pixels, 1, predicted["id"]) > 0.5
        tallies[category].invented += not is_excused and ("prediction", predicted["id"]) not in matched


def _band_iou(image: Image, true_id: int, predicted_id: int, ratio: float) -> float:
    truth = np.array(image.truth)
    a = boundary_band(truth == true_id, ratio)
    b = boundary_band(np.array(image.prediction) == predicted_id, ratio)
    return float((a & b).sum() / ((a | b).sum() - (b & (truth == VOID)).sum()))


def _area(pixels: Counter[tuple[int, int]], side: int, segment_id: int) -> int:
    return sum(count for pair, count in pixels.items() if pair[side] == segment_id)
