"""Small made-up ground truths and results with everything in them that evaluators trip over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from hypothesis import strategies as st
from reference import masks
from reference.instances import best_of_each_image

from segmetrics.evaluators.instances import AreaRange, InstanceEvaluator, InstanceGrid, Rules
from segmetrics.instances import Compared, geometry_of
from segmetrics.readers.coco import AreaRule, GroundTruth, Results, read_ground_truth, read_results

Record = dict[str, Any]
Element = TypeVar("Element")

BORDERS = (4.0, 1.0, 9.0, 16.0, 30.0, 0.0)
"""Sizes at which area ranges end and which objects have, so that objects lie exactly on a border."""

SCORES = (-1.5, -0.0, 0.0, 0.25, 0.5, 0.5000000000000001, 0.75, 1.0, 1e-320)
UNLISTED = 77


@dataclass(frozen=True)
class Case:
    """One evaluation."""

    truth: Record
    results: list[Record]
    grid: InstanceGrid
    geometry: Compared
    rules: Rules

    def read(self, area: AreaRule = "official", threads: int = 1) -> tuple[GroundTruth, Results]:
        """Both sides as tables."""
        federated = self.rules == "lvis"
        truth = read_ground_truth(
            self.truth, geometry=geometry_of(self.geometry), federated=federated, threads=threads
        )
        limit = self.grid.max_dets[-1] if federated else 0
        return truth, read_results(self.results, truth, area=area, max_per_image=limit, threads=threads)

    def evaluator(self, truth: GroundTruth, threads: int = 1) -> InstanceEvaluator:
        """An empty evaluator."""
        return InstanceEvaluator(
            truth.categories, geometry=self.geometry, rules=self.rules, grid=self.grid, threads=threads
        )

    def evaluated(self, area: AreaRule = "official", threads: int = 1) -> InstanceEvaluator:
        """An evaluator that has seen all images."""
        truth, results = self.read(area)
        evaluator = self.evaluator(truth, threads)
        evaluator.update(truth.instances, results.instances)
        return evaluator

    def of_images(self, keys: Sequence[int]) -> Case:
        """The case of some of the images alone, as files of their own would hold it."""
        truth = self.truth | {
            name: [one for one in self.truth[name] if one[key] in keys]
            for name, key in (("images", "id"), ("annotations", "image_id"))
        }
        results = [one for one in self.results if one["image_id"] in keys]
        return Case(truth, results, self.grid, self.geometry, self.rules)


def _ascending(values: Sequence[Any], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True).map(
        lambda chosen: tuple(sorted(chosen))
    )


def _lists(elements: st.SearchStrategy[Element], least: int, most: int) -> st.SearchStrategy[list[Element]]:
    """Lists of any length alike, where hypothesis prefers short ones."""
    return st.integers(least, most).flatmap(lambda n: st.lists(elements, min_size=n, max_size=n))


@st.composite
def grids(draw: st.DrawFn, *, one_limit: bool = False) -> InstanceGrid:
    """Grids that are no linspace; IoU threshold 0 makes every pair a candidate."""
    bounds = draw(st.lists(st.tuples(st.sampled_from(BORDERS), st.sampled_from(BORDERS)), max_size=2))
    return InstanceGrid(
        thresholds=draw(_ascending((0.5, 0.0, 0.1, 0.25, 1 / 3, 0.75, 0.95, 1.0), 4)),
        recalls=draw(_ascending((0.0, 0.1, 0.25, 1 / 3, 0.5, 2 / 3, 0.7, 0.9, 1.0), 5)),
        areas=(
            AreaRange("all", 0.0, 1e10),
            *(AreaRange(f"range {i}", min(pair), max(pair)) for i, pair in enumerate(bounds)),
        ),
        max_dets=draw(_ascending((1, 2, 3, 5, 100), 1 if one_limit else 3)),
    )


@st.composite
def _counts(draw: st.DrawFn, height: int, width: int) -> list[int]:
    """Lengths of stretches that fill an image: of a rectangle, of nothing, or of anything."""
    kind = draw(st.sampled_from(["rectangle", "rectangle", "empty", "stretches"]))
    if kind == "empty":
        return [height * width]
    if kind == "rectangle":
        left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
        right, bottom = draw(st.integers(left + 1, width)), draw(st.integers(top + 1, height))
        binary = np.zeros((height, width), np.bool_)
        binary[top:bottom, left:right] = True
        return masks.counts(binary)
    lengths: list[int] = []
    while sum(lengths) < height * width:
        most = height * width - sum(lengths)
        lengths.append(draw(st.integers(1 if lengths else 0, most)))
    return lengths


_coordinates = st.integers(-6, 40).map(lambda n: n / 2) | st.floats(-30, 60, width=32)


@st.composite
def _polygons(draw: st.DrawFn) -> list[list[float]]:
    """One part or two, also outside of the image."""
    return draw(
        st.lists(
            st.integers(3, 5).flatmap(lambda n: st.lists(_coordinates, min_size=2 * n, max_size=2 * n)),
            min_size=1,
            max_size=2,
        )
    )


@st.composite
def _boxes(draw: st.DrawFn, height: int, width: int) -> list[float]:
    """x, y, width, height; may be empty, may reach beyond the image."""
    if draw(st.booleans()):
        x, y, w, h = (draw(st.integers(0, side)) for side in (width, height, width, height))
        return [float(x), float(y), float(w), float(h)]
    return [draw(st.floats(-5, 15)), draw(st.floats(-5, 15)), draw(st.floats(0, 12)), draw(st.floats(0, 12))]


@dataclass(frozen=True)
class _Scene:
    """An image and the few shapes that truth and detections pick from, so that they meet and tie."""

    image: Record
    counts: list[list[int]]
    polygons: list[list[list[float]]]
    boxes: list[list[float]]


@st.composite
def _scenes(draw: st.DrawFn, key: int) -> _Scene:
    height, width = draw(st.integers(1, 14) | st.just(9)), draw(st.integers(1, 14) | st.just(9))
    return _Scene(
        {"id": key, "height": height, "width": width},
        draw(st.lists(_counts(height, width), min_size=1, max_size=3)),
        draw(st.lists(_polygons(), min_size=1, max_size=2)),
        draw(st.lists(_boxes(height, width), min_size=1, max_size=3)),
    )


def _text_of(scene: _Scene, counts: list[int]) -> Record:
    return {"size": [scene.image["height"], scene.image["width"]], "counts": masks.text(counts)}


@st.composite
def _annotation(draw: st.DrawFn, scene: _Scene, category: int, rules: Rules) -> Record:
    counts = draw(st.sampled_from(scene.counts))
    polygons = draw(st.sampled_from(scene.polygons))
    size = [scene.image["height"], scene.image["width"]]
    segmentation = draw(
        st.sampled_from([_text_of(scene, counts), {"size": size, "counts": counts}, polygons])
    )
    annotation = {
        "image_id": scene.image["id"],
        "category_id": category,
        "segmentation": segmentation,
        "bbox": draw(st.sampled_from(scene.boxes)),
        "area": draw(st.sampled_from(BORDERS) | st.floats(0, 40)),
    }
    if rules == "coco":
        annotation["iscrowd"] = draw(st.sampled_from([0, 0, 1]))
    if draw(st.integers(0, 3)) == 0:
        annotation["ignore"] = draw(st.integers(0, 1))
    return annotation


@st.composite
def _annotations(draw: st.DrawFn, places: Sequence[tuple[_Scene, int]], rules: Rules) -> list[Record]:
    """Annotations at these places, with ids in no order, from 0 or from 1."""
    ids = draw(st.permutations(range(len(places))))
    first = draw(st.integers(0, 1))
    return [
        draw(_annotation(scene, category, rules)) | {"id": first + number}
        for number, (scene, category) in zip(ids, places, strict=True)
    ]


@st.composite
def _detection(draw: st.DrawFn, scene: _Scene, category: int, boxes: str) -> Record:
    """`boxes`: which records have one: "none", "all", or "some", with a mask in any case."""
    box = draw(st.sampled_from(scene.boxes))
    placed = {
        "image_id": scene.image["id"],
        "category_id": category,
        "score": draw(st.sampled_from(SCORES)),
    }
    mask = {"segmentation": _text_of(scene, draw(st.sampled_from(scene.counts)))}
    polygons = {"segmentation": draw(st.sampled_from(scene.polygons))}
    with_mask = [{"bbox": box} | mask, mask | {"bbox": box}]
    forms: dict[str, list[Record]] = {
        "none": [mask],
        "all": [*with_mask, {"bbox": box}, {"bbox": box} | polygons],
        "some": [*with_mask, mask],
    }
    return placed | draw(st.sampled_from(forms[boxes]))


@st.composite
def _results(
    draw: st.DrawFn, places: Sequence[tuple[_Scene, int]], rules: Rules, geometry: Compared, limit: int
) -> list[Record]:
    """Detections at these places. Where only some have a box, the one that decides about sizes has none."""
    boxes = draw(st.sampled_from(["none", "all", "some"]))
    results = [draw(_detection(scene, category, boxes)) for scene, category in places]
    if boxes == "some":
        first = best_of_each_image(results, limit)[0] if rules == "lvis" else results[0]
        first.pop("bbox", None)
        if rules == "coco" and geometry != "boxes" and draw(st.booleans()):
            first["bbox"] = []
    return results


@st.composite
def cases(
    draw: st.DrawFn,
    rules: st.SearchStrategy[Rules] = st.sampled_from(["coco", "lvis"]),  # noqa: B008
    *,
    grid: InstanceGrid | None = None,
    most: int = 14,
) -> Case:
    """Up to four images, some empty, and up to three categories; ids in no order."""
    chosen: Rules = draw(rules)
    geometry: Compared = draw(st.sampled_from(["masks", "boxes", "boundary"]))
    grid = grid or draw(grids(one_limit=chosen == "lvis"))
    keys = draw(st.lists(st.integers(-3, 9), min_size=1, max_size=4, unique=True))
    categories = draw(st.lists(st.integers(-2, 9), min_size=1, max_size=3, unique=True))
    scenes = [draw(_scenes(key)) for key in keys]
    images = [scene.image for scene in scenes]
    if chosen == "lvis":
        listed = st.lists(st.sampled_from([*categories, UNLISTED]), max_size=2, unique=True)
        images = [
            image | {"neg_category_ids": draw(listed), "not_exhaustive_category_ids": draw(listed)}
            for image in images
        ]
    place = st.tuples(st.sampled_from(scenes), st.sampled_from([*categories * 3, UNLISTED]))
    annotated = draw(_lists(place, draw(st.sampled_from([0, 1, 3])), most))
    found = draw(_lists(st.sampled_from(annotated) | place if annotated else place, 1, most))
    truth = {
        "images": images,
        "annotations": draw(_annotations(annotated, chosen)),
        "categories": [
            {"id": category, "name": draw(st.sampled_from("ab")), "frequency": draw(st.sampled_from("rcf"))}
            for category in categories
        ],
    }
    results = draw(_results(found, chosen, geometry, grid.max_dets[-1]))
    return Case(truth, results, grid, geometry, chosen)


def small() -> Case:
    """Two images with two objects and three detections, one of each image right."""
    square: Record = {"segmentation": [[1, 1, 1, 3, 3, 3, 3, 1]], "bbox": [1, 1, 2, 2]}
    stripe: Record = {"segmentation": [[0, 0, 0, 4, 2, 4, 2, 0]], "bbox": [0, 0, 2, 4]}
    boat = {"category_id": 1, "area": 4}
    return Case(
        {
            "images": [{"id": key, "height": 4, "width": 6} for key in (7, 3)],
            "annotations": [
                {"id": 1, "image_id": 7} | boat | square,
                {"id": 2, "image_id": 3} | boat | stripe,
            ],
            "categories": [{"id": 2, "name": "buoy"}, {"id": 1, "name": "boat"}],
        },
        [
            {"image_id": 7, "category_id": 1, "score": 0.9} | square,
            {"image_id": 3, "category_id": 1, "score": 0.8} | stripe,
            {"image_id": 3, "category_id": 2, "score": 0.7} | square,
        ],
        InstanceGrid(thresholds=(0.5, 0.75), recalls=(0.0, 0.5, 1.0), max_dets=(1, 10)),
        "masks",
        "coco",
    )
