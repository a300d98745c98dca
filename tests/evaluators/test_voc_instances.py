"""VOC's and SBD's AP of instances: the definition, cases by hand, the merge law, corrupt states."""

from __future__ import annotations

import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.voc_instances import Detection, Image, average_precision

from evaluators.states import Spoil, put, spoiled, with_header
from evaluators.voc_instance_cases import ANIMALS, LABELS, evaluated, evaluator, images, predicted, small
from segmetrics.classes import Classes
from segmetrics.errors import InputError, MergeError
from segmetrics.evaluators.voc_instance_ap import RECALLS, THRESHOLDS
from segmetrics.evaluators.voc_instances import REFERENCES, VocInstanceEvaluator
from segmetrics.instance_arrays import ImageObjects, objects_from_maps
from segmetrics.masks import concatenate, encode
from segmetrics.readers.label_png import read_label_png
from segmetrics_voc import CLASSES

PROTOCOLS = [*REFERENCES]
LEFT_OUT = "ignore:.* detections lie in images without any object:UserWarning"


# ---- numbers ---------------------------------------------------------------------------------------------


def test_thresholds_and_recalls_are_the_official_doubles() -> None:
    assert THRESHOLDS == (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
    assert RECALLS[3] == 0.30000000000000004
    assert len(RECALLS) == 11


@pytest.mark.filterwarnings(LEFT_OUT)
@pytest.mark.parametrize(("matching", "interpolation"), PROTOCOLS)
@pytest.mark.parametrize("parity", ["official", "clean"])
@settings(max_examples=100, deadline=None)
@given(cases=st.lists(images(), max_size=4))
def test_scores_are_those_of_the_definition(
    cases: list[Image], matching: str, interpolation: str, parity: str
) -> None:
    rule: Any = {"matching": matching, "interpolation": interpolation}
    found = evaluated(cases, parity=parity, **rule).average_precisions()
    rule["skips_empty"] = matching == "sds" and parity == "official"
    for c, label in enumerate(LABELS):
        for k in range(9):
            expected = average_precision(cases, label, k + 1, **rule)
            assert found[c, k] == pytest.approx(
                np.nan if expected is None else expected, rel=0, abs=1e-12, nan_ok=True
            )


# Ten pixels in a row; objects are [first, last) stretches of them, and so are detections. Worked out by hand.
def row(*stretches: tuple[int, int], numbers: tuple[int, ...] = (1, 2, 3)) -> list[list[int]]:
    pixels = np.zeros((1, 10), int)
    for number, (first, last) in zip(numbers, stretches, strict=False):
        pixels[:, first:last] = number
    return pixels.tolist()


def cats(objects: list[tuple[int, int]], *found: tuple[float, tuple[int, int]]) -> Image:
    true = row(*objects)
    labels = [[int(number > 0) for number in pixels] for pixels in true]
    return Image(true, labels, [Detection(1, score, row(stretch)) for score, stretch in found])


@pytest.mark.parametrize(
    ("image", "tenths", "by_sds", "by_fcis", "at_11_points"),
    [
        pytest.param(cats([(0, 4)]), 5, 0, 0, 0, id="nothing predicted"),
        pytest.param(cats([(0, 4)], (0.9, (0, 4))), 9, 1, 1, 1, id="found"),
        # The IoU is 2 / 4: equal to the threshold.
        pytest.param(cats([(0, 4)], (0.9, (0, 2))), 5, 0, 1, 1, id="half"),
        pytest.param(cats([(0, 4)], (0.9, (0, 2))), 4, 1, 1, 1, id="more than 0.4"),
        # 3 / 10: no threshold of binary digits is between.
        pytest.param(cats([(0, 10)], (0.9, (0, 3))), 3, 0, 1, 1, id="three tenths"),
        pytest.param(cats([(0, 10)], (0.9, (0, 7))), 7, 0, 1, 1, id="seven tenths"),
        # The second overlaps the first object most (3 / 7), which is taken, and the other by 2 / 7.
        pytest.param(
            cats([(0, 5), (5, 7)], (0.9, (0, 5)), (0.8, (2, 7))), 2, 1, 1 / 2, 6 / 11, id="second choice"
        ),
        # Precision falls to 1 / 2 and rises to 2 / 3, which counts from recall 1 / 2 on; below, it is 1.
        pytest.param(
            cats([(0, 4), (5, 9)], (0.9, (0, 4)), (0.8, (0, 4)), (0.7, (5, 9))),
            5,
            5 / 6,
            5 / 6,
            (6 + 5 * 2 / 3) / 11,
            id="envelope",
        ),
        # Equal scores keep their order: the first detection is wrong.
        pytest.param(cats([(0, 4)], (0.5, (6, 9)), (0.5, (0, 4))), 5, 1 / 2, 1 / 2, 1 / 2, id="tie"),
        pytest.param(cats([(0, 4)], (0.5, (0, 0))), 1, 0, 0, 0, id="an empty mask"),
    ],
)
def test_cases_by_hand(image: Image, tenths: int, by_sds: float, by_fcis: float, at_11_points: float) -> None:
    for (matching, interpolation), expected in zip(PROTOCOLS, (by_sds, by_fcis, at_11_points), strict=True):
        result = evaluated([image], matching=matching, interpolation=interpolation)
        found = (
            result.compute().value("ap", iou=tenths / 10, **{"class": "cat"}) if tenths in (5, 7) else None
        )
        assert result.average_precisions()[0, tenths - 1] == pytest.approx(expected, rel=0, abs=1e-12)
        assert found is None or found == pytest.approx(expected, rel=0, abs=1e-12)


def test_void_pixels_belong_to_no_object_but_to_the_mask_that_covers_them() -> None:
    image = Image([[1, 1, 255, 255]], [[1, 1, 255, 255]], [Detection(1, 0.9, [[1, 1, 1, 0]])])
    found = evaluated([image]).average_precisions()[0]
    assert found.tolist() == [1] * 6 + [0] * 3  # the IoU is 2 / 3


def test_the_mean_is_over_thresholds_and_classes() -> None:
    scores = evaluated(small(), parity="clean").compute()
    assert scores["ap"] == pytest.approx(0.75, rel=0, abs=1e-12)
    assert scores.value("ap", iou=0.9) == pytest.approx(0.75, rel=0, abs=1e-12)
    assert scores.value("ap", **{"class": "cat"}) == pytest.approx(0.5, rel=0, abs=1e-12)
    assert scores.find("ap").n == 2
    assert scores.find("ap", **{"class": "cat"}).n == 2


@pytest.mark.parametrize(
    ("matching", "parity", "found", "expected"),
    [
        ("sds", "official", [], 0.5),  # (1 / 2 + 1 + 0) / 3: a class that nobody predicts has AP 0
        ("sds", "official", [Detection(3, 0.1, [[0, 0, 0, 0]])], None),
        ("sds", "clean", [Detection(3, 0.1, [[0, 0, 0, 0]])], 0.75),
        ("fcis", "official", [Detection(3, 0.1, [[0, 0, 0, 0]])], 0.75),
    ],
)
def test_a_class_without_objects(
    matching: str, parity: str, found: list[Detection], expected: float | None
) -> None:
    cases = small()
    cases[1].detections += found
    scores = evaluated(cases, matching=matching, parity=parity).compute()
    assert scores["ap"] == (None if expected is None else pytest.approx(expected, rel=0, abs=1e-12))
    assert scores.value("ap", **{"class": "dog"}) is None


def test_detections_in_images_without_any_object_are_left_out_by_sds() -> None:
    cases = [*small(), Image([[0, 0]], [[0, 0]], [Detection(1, 0.99, [[1, 1]])])]
    expected = {("sds", "official"): 0.5, ("sds", "clean"): 0.25, ("fcis", "official"): 0.25}
    for (matching, parity), value in expected.items():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = evaluated(cases, matching=matching, parity=parity).average_precisions()
        assert found[0, 4] == value
        assert [str(each.message)[:36] for each in caught] == (
            ["1 detections lie in images without a"] if value == 0.5 else []
        )


def test_no_images_at_all() -> None:
    result = evaluator()
    assert {score.value for score in result.compute()} == {None}
    assert VocInstanceEvaluator.from_bytes(result.to_bytes()).to_bytes() == result.to_bytes()
    result.update([], [])
    assert result.keys == []


def test_maps_masks_and_run_lengths_are_the_same() -> None:
    by_maps = evaluated(small(), [3, 7])
    by_masks = evaluator()
    for key, image in zip((3, 7), small(), strict=True):
        found = predicted(image)
        by_masks.update(
            [objects_from_maps(image.objects, image.labels)],
            [ImageObjects(**(found | {"masks": encode(found["masks"])}))],
            keys=[key],
        )
    assert by_masks.to_bytes() == by_maps.to_bytes()


def test_classes_that_say_nothing_of_things_are_all_scored() -> None:
    result = VocInstanceEvaluator(Classes("cow cat", ids=(9, 4)))
    result.update([([[1, 2]], [[4, 9]])], [{"masks": [[[1, 0]]], "categories": [4], "scores": [1]}])
    np.testing.assert_array_equal(result.average_precisions()[:, 0], [0, 1])


def test_real_maps_scored_against_themselves(shared: Path) -> None:
    folder = shared / "data" / "voc" / "labelme_voc_layout_3img"
    result = VocInstanceEvaluator(CLASSES, parity="clean")
    for path in sorted((folder / "SegmentationObject").glob("*.png")):
        maps = read_label_png(path), read_label_png(folder / "SegmentationClass" / path.name)
        found = objects_from_maps(*maps)
        prediction = {"masks": found.masks, "categories": found.categories}
        scores = np.ones(len(found.categories))
        result.update([maps], [prediction | {"scores": scores}], keys=[path.stem])
    scores_of = result.compute()
    assert scores_of["ap"] == pytest.approx(1, rel=0, abs=1e-12)
    n_objects = {str(score.over["class"]): score.n for score in scores_of if list(score.over) == ["class"]}
    assert {name: n for name, n in n_objects.items() if n} == {
        "bottle": 1,
        "bus": 2,
        "car": 1,
        "chair": 1,
        "person": 6,
        "sofa": 1,
    }


# ---- the merge law ---------------------------------------------------------------------------------------


@pytest.mark.filterwarnings(LEFT_OUT)
@settings(max_examples=100, deadline=None)
@given(st.lists(images(), max_size=6), st.sampled_from(PROTOCOLS), st.booleans(), st.data())
def test_any_partition_in_any_order_is_the_whole(
    cases: list[Image], protocol: tuple[str, str], has_names: bool, data: st.DataObject
) -> None:
    rule = dict(zip(("matching", "interpolation"), protocol, strict=True))
    keys: list[Any] = [f"é{i}" if has_names else i for i in range(len(cases))]
    whole = evaluated(cases, keys, **rule)
    pairs = {
        key: ((case.objects, case.labels), predicted(case)) for key, case in zip(keys, cases, strict=True)
    }
    states = [evaluator(**rule)]
    for key in data.draw(st.permutations(keys)):
        if data.draw(st.booleans()):
            states.append(evaluator(**rule))
        truth, prediction = pickle.loads(pickle.dumps(pairs[key]))  # noqa: S301  # our own
        states[-1].update([truth], [prediction], keys=[key])
    merged = VocInstanceEvaluator.merge_all(
        VocInstanceEvaluator.from_bytes(state.to_bytes()) if data.draw(st.booleans()) else state
        for state in data.draw(st.permutations(states))
    )
    assert merged.to_bytes() == whole.to_bytes()
    assert merged.keys == whole.keys == keys
    assert list(merged.compute()) == list(whole.compute())


@pytest.mark.parametrize(
    "other", [evaluator(matching="fcis"), evaluator(parity="clean"), VocInstanceEvaluator(CLASSES)]
)
def test_states_measured_otherwise_do_not_merge(other: VocInstanceEvaluator) -> None:
    with pytest.raises(MergeError, match="different"):
        evaluated(small()).merge(other)


# ---- what is refused -------------------------------------------------------------------------------------


NOTHING: dict[str, Any] = {"masks": np.zeros((0, 1, 2)), "categories": [], "scores": []}
ONE: dict[str, Any] = {"masks": [[[1, 0]]], "categories": [1], "scores": [0.5]}
TRUTH = ([[0, 1]], [[0, 1]])


@pytest.mark.parametrize(
    ("truth", "prediction", "words"),
    [
        (TRUTH, None, "1 images have annotations, found 2 with predictions"),
        (
            ([[1, 1]], [[1, 2]]),
            NOTHING,
            "truth of image 0: object 1 .* two classes: 1 of class 1, 1 of class 2",
        ),
        (([[1, 1]], [[1, 255]]), NOTHING, "1 of class 1, 1 of class 255"),
        (
            ([[0, 1]], [[0, 0]]),
            NOTHING,
            "truth of image 0, object 0: is of class 0, which is no class of obj",
        ),
        (([[0, 1]], [[0, 21]]), NOTHING, "is of class 21"),
        (
            ([[1, 1]], [[1]]),
            NOTHING,
            r"the map of objects is 1 x 2, that of classes 1 x 1 \(height x width\)",
        ),
        (([1, 1], [[1, 1]]), NOTHING, r"the map of objects has shape \(2,\), expected \(height, width\)"),
        (([[0.5]], [[1]]), NOTHING, "truth of image 0: .*integers"),
        (5, NOTHING, "truth of image 0: found int, expected a tuple of two maps, or ImageObjects"),
        ({"categories": [1]}, NOTHING, "truth of image 0: masks are missing"),
        (TRUTH, {"masks": [], "categories": []}, "prediction of image 0: scores are missing"),
        (TRUTH, ([[1]], [[1]]), "prediction of image 0: found tuple, expected ImageObjects"),
        (TRUTH, {"boats": 1}, "expected a mapping with keys"),
        (TRUTH, ONE | {"masks": [[1, 0]]}, r"masks have shape \(1, 2\), expected \(n, height, width\)"),
        (TRUTH, ONE | {"masks": [[[1], [0]]]}, "object 0: the mask is 2 x 1, its ground truth is 1 x 2"),
        (TRUTH, ONE | {"categories": [1, 1]}, r"categories have shape \(2,\), expected \(1,\)"),
        (TRUTH, ONE | {"categories": [1.5]}, "categories have dtype float64, expected integers"),
        (TRUTH, ONE | {"categories": [4]}, "prediction of image 0, object 0: is of class 4"),
        (TRUTH, ONE | {"scores": [float("nan")]}, "object 0: the score is nan, expected a finite number"),
        (TRUTH, ONE | {"scores": [float("inf")]}, "the score is inf"),
        (TRUTH, ONE | {"scores": [True]}, "scores have dtype bool, expected numbers"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_batches_that_do_not_fit_leave_the_state_as_it_was(truth: Any, prediction: Any, words: str) -> None:
    result = evaluated(small(), [3, 7])
    before = result.to_bytes()
    predictions = [NOTHING, NOTHING] if prediction is None else [prediction]
    with pytest.raises(InputError, match=words):
        result.update([truth], predictions, keys=[0])
    assert result.to_bytes() == before


def test_masks_that_differ_in_size_are_refused() -> None:
    mixed = concatenate([encode(np.ones((1, 1, 2))), encode(np.ones((1, 2, 2)))])
    with pytest.raises(InputError, match="prediction of image 0, object 1: the mask is 2 x 2"):
        evaluator().update([TRUTH], [{"masks": mixed, "categories": [1, 1], "scores": [1.0, 1.0]}])
    with pytest.raises(InputError, match="truth of image 0: the masks differ in size"):
        evaluator().update([{"masks": mixed, "categories": [1, 1]}], [NOTHING])


def test_rules_that_no_tool_has_are_refused() -> None:
    with pytest.raises(ValueError, match="expected one of sds with area, fcis with area, fcis with 11-point"):
        evaluator(matching="sds", interpolation="11-point")


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(put("category", 0, 3), id="class of a detection"),
        pytest.param(put("objects", (0, 0), 3), id="class of an object"),
        pytest.param(put("objects", (0, 1), 0), id="no object"),
        pytest.param(put("score", 0, np.nan), id="score NaN"),
        pytest.param(put("found", 0, 512), id="a tenth threshold"),
        pytest.param(put("found", slice(2, 4), 511), id="one object found twice"),
        pytest.param(put("objects", (1, 0), 0), id="objects of a class that is found are gone"),
    ],
)
def test_rows_that_cannot_be_are_refused(spoil: Spoil) -> None:
    with pytest.raises(InputError):
        VocInstanceEvaluator.from_bytes(spoiled(evaluated(small(), [3, 7]), spoil))


@pytest.mark.parametrize(
    "change",
    [
        {"protocol": None},
        {"classes": None},
        {"table": {"names": []}},
        {"params": {"matching": "best"}},
        {"params": {"interpolation": "11-point"}},
        {"params": {"iou_thresholds": [0.5]}},
    ],
    ids=str,
)
def test_headers_that_cannot_be_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        VocInstanceEvaluator.from_bytes(with_header(evaluated(small(), [3, 7]), change))


def test_the_class_table_is_kept() -> None:
    assert VocInstanceEvaluator.from_bytes(evaluated(small()).to_bytes()).classes == ANIMALS
