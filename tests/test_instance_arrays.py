"""Batches given as arrays, image by image, score as the same batches in COCO's form do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from segmetrics import masks
from segmetrics.errors import InputError, MergeError
from segmetrics.evaluators.instances import InstanceEvaluator
from segmetrics.instance_arrays import ImageObjects
from segmetrics.instances import Geometry

NAMES = {1: "boat", 2: "buoy"}
SIZE = (6, 7)
Image = dict[str, Any]


class Foreign:
    """An array of another library: it exports itself and does nothing else."""

    def __init__(self, values: NDArray[Any]) -> None:
        self._values = values

    def __dlpack__(self, **options: Any) -> Any:
        return self._values.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self._values.__dlpack_device__()


@st.composite
def sides(draw: st.DrawFn) -> tuple[Image, Image]:
    """The annotations and the detections of one image."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))

    def objects(n: int) -> Image:
        return {"categories": random.integers(1, 3, n), "masks": random.random((n, *SIZE)) < 0.5}

    truth, found = objects(draw(st.integers(0, 3))), objects(draw(st.integers(0, 4)))
    truth["crowd"] = random.random(len(truth["categories"])) < 0.2
    found["scores"] = random.integers(0, 5, len(found["categories"])) / 4
    return truth, found


def coco(images: list[tuple[Image, Image]]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The same in COCO's form; its results carry no boxes."""

    def records(key: int, image: Image) -> list[dict[str, Any]]:
        encoded = masks.encode(image["masks"])
        areas = masks.area(encoded).tolist()
        places = {"image_id": key}
        return [
            places | {"category_id": int(category), "segmentation": rle, "area": area}
            for category, rle, area in zip(image["categories"], masks.to_coco(encoded), areas, strict=True)
        ]

    annotations: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    for key, (truth, found) in enumerate(images):
        for record, crowd in zip(records(key, truth), truth["crowd"], strict=True):
            annotations.append(record | {"id": len(annotations) + 1, "iscrowd": int(crowd)})
        for record, score in zip(records(key, found), found["scores"], strict=True):
            results.append(record | {"score": float(score)})
    sizes = [{"id": key, "height": SIZE[0], "width": SIZE[1]} for key in range(len(images))]
    categories = [{"id": number, "name": name} for number, name in NAMES.items()]
    return {"images": sizes, "annotations": annotations, "categories": categories}, results


@pytest.mark.parametrize("geometry", ["masks", "boxes"])
@given(images=st.lists(sides(), min_size=1, max_size=4))
@settings(deadline=None, max_examples=60)
def test_arrays_score_as_coco_does(geometry: Geometry, images: list[tuple[Image, Image]]) -> None:
    by_arrays, by_dicts = (InstanceEvaluator(NAMES, geometry=geometry, area="mask") for _ in range(2))
    truths = [truth | {"areas": truth["masks"].sum((1, 2))} for truth, _ in images]
    found = [prediction | {"areas": prediction["masks"].sum((1, 2))} for _, prediction in images]
    by_arrays.update(truths, found)
    truth, results = coco(images)
    if geometry == "boxes":
        boxes = [box for image, _ in images for box in masks.boxes(masks.encode(image["masks"])).tolist()]
        for annotation, box in zip(truth["annotations"], boxes, strict=True):
            annotation["bbox"] = box
    by_dicts.update(truth, results)
    left, right = by_arrays.curves(), by_dicts.curves()
    assert_array_equal(left.precision, right.precision)
    assert_array_equal(left.recall, right.recall)


def test_one_image_a_batch_is_the_same_as_all_at_once() -> None:
    random = np.random.default_rng(1)
    images = [
        {"categories": [1, 2], "masks": random.random((2, *SIZE)) < 0.5, "scores": random.random(2)}
        for _ in range(5)
    ]
    truths = [{key: image[key] for key in ("categories", "masks")} for image in images]
    whole, piecewise = InstanceEvaluator(NAMES), InstanceEvaluator(NAMES)
    whole.update(truths, images)
    for truth, image in zip(truths, images, strict=True):
        piecewise.update([truth], [image])
    assert whole.to_bytes() == piecewise.to_bytes()
    assert list(whole.keys) == [0, 1, 2, 3, 4]


def test_arrays_of_other_libraries_and_masks_of_ours_are_taken() -> None:
    binary = np.zeros((1, *SIZE), np.uint8)
    binary[0, 1:4, 2:5] = 1
    forms = [binary, binary.tolist(), Foreign(binary), masks.encode(binary), np.asfortranarray(binary)]
    states = []
    for form in forms:
        evaluator = InstanceEvaluator(NAMES)
        found = ImageObjects(
            categories=np.array([2], np.int32), masks=form, scores=Foreign(np.array([0.5], np.float32))
        )
        evaluator.update([{"categories": [2], "masks": form}], [found])
        states.append(evaluator.to_bytes())
    assert len(set(states)) == 1


def one(**more: Any) -> list[Image]:
    return [{"categories": [1], "boxes": [[0, 0, 4, 4]], **more}]


BAD = [
    (one(), one(), "prediction of image 0: scores are missing"),
    (one(), [], "1 images have annotations, found 0 with detections"),
    (one(categories=[3]), one(scores=[0.5]), "a category that the evaluator does not list"),
    (one(categories=[1.5]), one(scores=[0.5]), "categories has dtype float64, expected integers"),
    (one(boxes=[[0, 0, 4]]), one(scores=[0.5]), r"boxes have shape \(1, 3\), expected \(1, 4\)"),
    (one(boxes=[[0, 0, -1, 4]]), one(scores=[0.5]), "not four finite numbers"),
    (one(boxes=[[0, 0, np.nan, 4]]), one(scores=[0.5]), "not four finite numbers"),
    (one(), one(scores=[np.nan]), "scores holds nan, expected finite numbers"),
    (one(), one(scores=[0.5, 0.5]), r"scores has shape \(2,\), expected \(1,\)"),
    (one(), one(scores=["high"]), "scores has dtype <U4, expected numbers"),
    (one(labels=[1]), one(scores=[0.5]), "truth of image 0: found .*labels"),
    ([5], one(scores=[0.5]), "truth of image 0: found int, expected a mapping"),
]


@pytest.mark.parametrize(("truth", "found", "message"), BAD, ids=[message[:40] for *_, message in BAD])
def test_what_is_wrong_is_said(truth: list[Image], found: list[Image], message: str) -> None:
    evaluator = InstanceEvaluator(NAMES, geometry="boxes")
    before = evaluator.to_bytes()
    with pytest.raises(InputError, match=message):
        evaluator.update(truth, found)
    assert evaluator.to_bytes() == before


def test_masks_of_an_image_have_one_size() -> None:
    evaluator = InstanceEvaluator(NAMES)
    with pytest.raises(InputError, match=r"image 0: masks are 5 x 7, those of its annotations 6 x 7"):
        evaluator.update(
            [{"categories": [1], "masks": np.ones((1, 6, 7))}],
            [{"categories": [1], "masks": np.ones((1, 5, 7)), "scores": [1]}],
        )


def test_lvis_must_be_told_what_is_not_annotated() -> None:
    evaluator = InstanceEvaluator(NAMES, geometry="boxes", rules="lvis")
    with pytest.raises(InputError, match="truth of image 0: negative is missing"):
        evaluator.update(one(), one(scores=[0.5]))


@pytest.mark.parametrize(("negative", "ap"), [([], 1.0), ([2], 0.5)])
def test_a_false_positive_counts_where_its_category_is_known_to_be_absent(
    negative: list[int], ap: float
) -> None:
    box = [[0, 0, 4, 4]]
    truths = [
        {"categories": [1], "boxes": box, "negative": negative, "not_exhaustive": []},
        {"categories": [2], "boxes": box, "negative": [], "not_exhaustive": []},
    ]
    found = [{"categories": [2], "boxes": box, "scores": [score]} for score in (0.9, 0.5)]
    evaluator = InstanceEvaluator(NAMES, geometry="boxes", rules="lvis")
    evaluator.update(truths, found)
    assert evaluator.compute().value("ap", **{"class": "buoy"}) == pytest.approx(ap)


def test_numbers_and_names_do_not_mix_as_keys() -> None:
    evaluator = InstanceEvaluator(NAMES, geometry="boxes")
    evaluator.update(one(), one(scores=[0.5]), keys=["a"])
    with pytest.raises(MergeError, match="one dataset has one kind"):
        evaluator.update(one(), one(scores=[0.5]), keys=[1])


def test_states_that_numbered_their_own_images_do_not_merge() -> None:
    first, second = (InstanceEvaluator(NAMES, geometry="boxes") for _ in range(2))
    for evaluator in (first, second):
        evaluator.update(one(), one(scores=[0.5]))
    with pytest.raises(MergeError, match="keys_from"):
        first.merge(second)


def test_states_with_ranges_of_their_own_merge() -> None:
    parts = [InstanceEvaluator(NAMES, geometry="boxes", keys_from=start) for start in (100, 0)]
    for part in parts:
        part.update(one(), one(scores=[0.5]))
    merged = InstanceEvaluator.merge_all(InstanceEvaluator.from_bytes(part.to_bytes()) for part in parts)
    assert list(merged.keys) == [0, 100]


def test_sizes_by_another_rule_are_another_protocol() -> None:
    by_mask, by_box = (InstanceEvaluator(NAMES, area=rule) for rule in ("mask", "box"))
    with pytest.raises(MergeError, match="different protocols"):
        by_mask.merge(by_box)
