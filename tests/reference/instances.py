"""The slow twin of segmetrics.evaluators.instances: COCO's and LVIS's evaluation, one pair at a time.

Written from the definitions (Lin et al. 2014; Gupta et al. 2019) and the documented oddities of the official
tools, on the dicts that the files hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from reference import boundary_bands, masks
from reference.polygon import polygon_mask

from segmetrics.evaluators.instances import AreaRange, InstanceGrid

Record = Mapping[str, Any]
Result = TypeVar("Result", bound=Record)
Compared = Literal["masks", "boxes", "boundary"]
Rules = Literal["coco", "lvis"]


@dataclass(frozen=True)
class Curves:
    """Arrays of the shapes that `segmetrics.evaluators.instances.InstanceCurves` has."""

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    scores: NDArray[np.float64]


@dataclass(frozen=True)
class Truth:
    """An object to find: its mask or box, and how the protocol treats it."""

    shape: Any
    area: float
    crowd: bool
    aside: bool
    unnamed: bool


@dataclass(frozen=True)
class Detection:
    """Something found. `excused`: where it takes nothing it is no mistake, whatever its size."""

    shape: Any
    area: float
    score: float
    excused: bool


@dataclass(frozen=True)
class Cell:
    """One category in one image: its objects in the order of the file, its detections best first."""

    truths: Sequence[Truth]
    detections: Sequence[Detection]


@dataclass(frozen=True)
class Judged:
    """A detection of one cell, area range and threshold: what became of it."""

    score: float
    rank: int
    matched: bool
    ignored: bool


def evaluate(
    truth: Record,
    results: Sequence[Record],
    grid: InstanceGrid,
    *,
    geometry: Compared = "masks",
    rules: Rules = "coco",
) -> Curves:
    """Precision, recall and scores of results against ground truth, as the official tools give them."""
    n_categories = len(truth["categories"])
    shape = (len(grid.thresholds), len(grid.recalls), n_categories, len(grid.areas), len(grid.max_dets))
    curves = Curves(np.full(shape, -1.0), np.full((shape[0], *shape[2:]), -1.0), np.full(shape, -1.0))
    for k, cells in enumerate(_cells_by_category(truth, results, grid, geometry, rules)):
        for t, threshold in enumerate(grid.thresholds):
            for a, area in enumerate(grid.areas):
                n_truths = sum(not is_ignored(found, area) for cell in cells for found in cell.truths)
                if n_truths == 0:
                    continue
                judged = [
                    one
                    for cell in cells
                    for one in match(cell, threshold, area, crowds=rules == "coco", geometry=geometry)
                ]
                for m, limit in enumerate(grid.max_dets):
                    ranked = sorted((one for one in judged if one.rank < limit), key=lambda one: -one.score)
                    at = np.s_[t, :, k, a, m]
                    curves.precision[at], curves.recall[t, k, a, m], curves.scores[at] = curve(
                        ranked, n_truths, grid.recalls
                    )
    return curves


def is_ignored(truth: Truth, area: AreaRange) -> bool:
    """Whether an object need not be found in an area range."""
    return truth.aside or not area.low <= truth.area <= area.high


def match(
    cell: Cell, threshold: float, area: AreaRange, *, crowds: bool, geometry: Compared
) -> Iterator[Judged]:
    """Each detection takes the best free object: one that counts before others, by IoU, then the later."""
    free = set(range(len(cell.truths)))
    for rank, detection in enumerate(cell.detections):
        overlaps = [_iou(detection, truth, geometry) for truth in cell.truths]
        taken = max(
            (i for i in free if overlaps[i] >= min(threshold, 1 - 1e-10)),
            key=lambda i: (not is_ignored(cell.truths[i], area), overlaps[i], i),
            default=None,
        )
        matched = taken is not None and not cell.truths[taken].unnamed
        outside = detection.excused or not area.low <= detection.area <= area.high
        ignored = not matched and outside
        if taken is not None:
            ignored |= is_ignored(cell.truths[taken], area)
            if not (crowds and cell.truths[taken].crowd):
                free.remove(taken)
        yield Judged(detection.score, rank, matched, ignored)


def curve(
    ranked: Sequence[Judged], n_truths: int, recalls: Sequence[float]
) -> tuple[NDArray[np.float64], float, NDArray[np.float64]]:
    """Best precision at or after each recall is first reached, the last recall, and the scores there."""
    hits = np.cumsum([one.matched and not one.ignored for one in ranked], dtype=float)
    misses = np.cumsum([not one.matched and not one.ignored for one in ranked], dtype=float)
    reached = hits / n_truths
    precision = hits / (misses + hits + np.spacing(1))
    best_from_here = np.maximum.accumulate(precision[::-1])[::-1]
    first = np.searchsorted(reached, recalls, side="left")
    scores = np.array([one.score for one in ranked])
    last = float(reached[-1]) if ranked else 0.0
    return np.append(best_from_here, 0.0)[first], last, np.append(scores, 0.0)[first]


def best_of_each_image(results: Sequence[Result], limit: int) -> list[Result]:
    """The best detections of each image, images in the order in which they first occur."""
    by_image: dict[int, list[Result]] = {}
    for one in results:
        by_image.setdefault(one["image_id"], []).append(one)
    return [
        one
        for group in by_image.values()
        for one in (group if len(group) <= limit else sorted(group, key=lambda one: -one["score"])[:limit])
    ]


# ---- from the dicts to cells -----------------------------------------------------------------------------


def _cells_by_category(
    truth: Record, results: Sequence[Record], grid: InstanceGrid, geometry: Compared, rules: Rules
) -> Iterator[list[Cell]]:
    """For each category, by id, its cells by id of the image."""
    images = {image["id"]: image for image in truth["images"]}
    is_lvis = rules == "lvis"
    kept = best_of_each_image(results, grid.max_dets[-1]) if is_lvis else list(results)
    areas = _detection_areas(kept, images)
    for category in sorted(one["id"] for one in truth["categories"]):
        cells = []
        for key in sorted(images):
            annotations = [
                one
                for one in truth["annotations"]
                if (one["image_id"], one["category_id"]) == (key, category)
                and not (is_lvis and one["area"] <= 0)
            ]
            found = [
                (one, area)
                for one, area in zip(kept, areas, strict=True)
                if (one["image_id"], one["category_id"]) == (key, category) and not (is_lvis and area <= 0)
            ]
            if is_lvis and not annotations and category not in images[key]["neg_category_ids"]:
                found = []
            excused = is_lvis and category in images[key]["not_exhaustive_category_ids"]
            found = sorted(found, key=lambda pair: -pair[0]["score"])
            if not is_lvis:
                found = found[: grid.max_dets[-1]]
            cells.append(
                Cell(
                    [_truth(one, images[key], geometry, rules) for one in annotations],
                    [
                        Detection(_shape(one, images[key], geometry), area, one["score"], excused)
                        for one, area in found
                    ],
                )
            )
        yield cells


def _detection_areas(results: Sequence[Record], images: Mapping[int, Record]) -> list[float]:
    """Sizes of boxes if the first record has one, of masks otherwise."""
    if results and results[0].get("bbox"):
        return [one["bbox"][2] * one["bbox"][3] for one in results]
    return [float(_mask(one["segmentation"], images[one["image_id"]]).sum()) for one in results]


def _truth(annotation: Record, image: Record, geometry: Compared, rules: Rules) -> Truth:
    crowd = bool(annotation.get("iscrowd", 0)) and rules == "coco"
    aside = crowd if rules == "coco" else bool(annotation.get("ignore", 0))
    return Truth(
        _shape(annotation, image, geometry), annotation["area"], crowd, aside, unnamed=annotation["id"] == 0
    )


def _shape(record: Record, image: Record, geometry: Compared) -> Any:
    """The mask or the box of a record; either is made of the other where it is missing."""
    if geometry == "boxes":
        return record.get("bbox") or masks.box(_mask(record["segmentation"], image))
    if "segmentation" in record:
        return _mask(record["segmentation"], image)
    left, top, width, height = record["bbox"]
    right, bottom = left + width, top + height
    return _mask([[left, top, left, bottom, right, bottom, right, top]], image)


def _mask(segmentation: Any, image: Record) -> NDArray[np.bool_]:
    height, width = image["height"], image["width"]
    if isinstance(segmentation, Mapping):
        counts = segmentation["counts"]
        lengths = masks.counts_of_text(counts) if isinstance(counts, str) else counts
        flat = np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)
        return flat.reshape(width, height).T
    union = np.zeros((height, width), np.bool_)
    for outline in segmentation:
        union |= polygon_mask(outline, height, width)
    return union


def _iou(detection: Detection, truth: Truth, geometry: Compared) -> float:
    overlap = masks.box_iou if geometry == "boxes" else masks.iou
    iou = overlap(detection.shape, truth.shape, crowd=truth.crowd)
    if geometry == "boundary" and not truth.crowd and iou:
        return min(iou, boundary_bands.boundary_iou(detection.shape, truth.shape, 0.02))
    return iou
