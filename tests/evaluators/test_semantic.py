"""Semantic evaluation against the slow twin; what a batch may be; policies; what is refused."""

from __future__ import annotations

from math import nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from evaluators.semantic_cases import Case, cases
from segmetrics import labelmaps
from segmetrics.classes import Classes
from segmetrics.errors import InputError, MergeError
from segmetrics.evaluators import AnnotatedMaps, InstanceSizes, SemanticEvaluator
from segmetrics.evaluators.label_counts import LabelError

STREETS = Classes(
    "road car bus", ids=(7, 26, 28), others=(0, 29), ignore=255, categories=("flat", "vehicle", "vehicle")
)
VEHICLES = InstanceSizes({"car": 8.0, "bus": 30.0}, {"vehicle": [29]})


def computed(evaluator: SemanticEvaluator) -> dict[Any, float]:
    """Scores by identity, NaN for null."""
    return {
        (score.id, tuple(score.over.items())): nan if score.value is None else score.value
        for score in evaluator.compute()
    }


@settings(max_examples=200, deadline=None)
@given(cases())
def test_scores_are_those_of_the_definition(case: Case) -> None:
    expected = case.expected()
    assert computed(case.evaluated()) == pytest.approx(expected, rel=1e-12, nan_ok=True)


@settings(max_examples=100, deadline=None)
@given(cases())
def test_an_image_scores_as_if_it_were_alone(case: Case) -> None:
    evaluator = case.evaluated()
    for position, key in enumerate(case.keys):
        if case.per_image:
            assert list(evaluator.image_scores(key)) == list(case.of_image(position).compute())
        else:
            with pytest.raises(ValueError, match="per_image=True"):
                evaluator.image_scores(key)


def test_an_image_that_was_not_seen_has_no_scores() -> None:
    with pytest.raises(KeyError):
        SemanticEvaluator(2, per_image=True).image_scores("a")


def evaluator_of(arguments: dict[str, Any]) -> SemanticEvaluator:
    """An evaluator of arguments that may be wrong."""
    return SemanticEvaluator(**arguments)


# ---- what a batch may be ---------------------------------------------------------------------------------


def test_a_training_loop_streams_batches() -> None:
    rng = np.random.default_rng(5)
    truth, prediction = rng.integers(0, 4, (2, 12, 9, 7))
    truth[truth == 3] = 255
    streamed, whole = SemanticEvaluator(4), SemanticEvaluator(4)
    for start in range(0, 12, 5):
        streamed.update(truth[start : start + 5], prediction[start : start + 5])
        streamed.compute()
    whole.update(truth, prediction)

    assert streamed.keys == list(range(12))
    assert streamed.to_bytes() == whole.to_bytes()
    assert streamed.compute()["iou.mean"] == labelmaps.mean_iou(truth, prediction, classes=4)
    assert_array_equal(streamed.confusion_matrix(), labelmaps.confusion_matrix(truth, prediction, classes=4))


class Dlpack:
    """An array of another library."""

    def __init__(self, array: Any) -> None:
        self._array = np.asarray(array)

    def __dlpack__(self, **arguments: Any) -> Any:
        return self._array.__dlpack__(**arguments)

    def __dlpack_device__(self) -> Any:
        return self._array.__dlpack_device__()


@pytest.mark.parametrize(
    ("truth", "prediction"),
    [
        pytest.param([[0, 1, 255]], [[0, 0, 2]], id="one map"),
        pytest.param([[[0, 1, 255]]], np.array([[[0, 0, 2]]]), id="a stack"),
        pytest.param([np.array([[0, 1, 255]])], ([[0, 0, 2]],), id="a sequence"),
        pytest.param(Dlpack([[0, 1, 255]]), Dlpack([[0, 0, 2]]), id="dlpack"),
        pytest.param(np.array([[0, 1, 255]], np.uint8), np.array([[0, 0, 2]], np.int64), id="two dtypes"),
    ],
)
def test_forms_of_one_image(truth: Any, prediction: Any) -> None:
    evaluator = SemanticEvaluator(3)
    evaluator.update(truth, prediction)
    assert evaluator.keys == [0]
    assert evaluator.compute().per("class", "iou") == {"0": 0.5, "1": 0.0, "2": None}


def test_masks_of_two_classes_may_be_booleans() -> None:
    evaluator = SemanticEvaluator(2, ignore=None)
    evaluator.update(np.array([[True, False]]), np.array([[True, True]]))
    assert evaluator.compute()["accuracy.pixel"] == 0.5


def test_images_of_different_sizes_make_one_batch() -> None:
    evaluator = SemanticEvaluator(2)
    maps = [np.zeros((2, 3), int), np.ones((1, 4), int)]
    evaluator.update(maps, maps)
    assert evaluator.confusion_matrix().tolist() == [[6, 0], [0, 4]]


class Shared:
    """Maps that are made when they are asked for, in memory that the next one takes."""

    ndim = 2

    def __init__(self, memory: NDArray[np.uint8], label: int) -> None:
        self.memory, self.label = memory, label

    def __array__(self, dtype: Any = None, copy: Any = None) -> NDArray[np.uint8]:
        self.memory[:] = self.label
        return self.memory


def test_maps_of_a_list_are_asked_for_image_by_image() -> None:
    true, predicted, ids = (np.empty((3, 5), np.uint8) for _ in range(3))
    labels = [0, 1, 1, 0, 1]
    sizes = InstanceSizes({"a": 15.0}, divisor=2)
    classes = Classes("a b", ids=(1, 2), others=(0,), ignore=255)
    evaluator = SemanticEvaluator(classes, instance_sizes=sizes, per_image=True)
    evaluator.update(
        AnnotatedMaps([Shared(true, 1 + k) for k in labels], [Shared(ids, 2 * (1 - k)) for k in labels]),
        [Shared(predicted, 1) for _ in labels],
    )
    assert evaluator.confusion_matrix().tolist() == [[30, 0, 0], [45, 0, 0]]
    assert [evaluator.image_scores(key)["accuracy.pixel"] for key in range(5)] == [1, 0, 0, 1, 0]
    assert evaluator.compute().value("iiou", **{"class": "a"}) == 30 / (30 + 45)


@pytest.mark.parametrize("per_image", [False, True])
def test_a_batch_with_a_wrong_label_leaves_the_state_as_it_was(per_image: bool) -> None:
    evaluator = SemanticEvaluator(2, per_image=per_image)
    evaluator.update([[0, 1]], [[0, 0]], keys=["a"])
    before = evaluator.to_bytes()
    memory = np.empty((2, 2), np.uint8)
    for label in (2, 255):
        predictions = [Shared(memory, 0), Shared(memory, label), Shared(memory, 1)]
        with pytest.raises(LabelError, match=rf"image c, pixel \[0, 0\]: prediction is {label}") as caught:
            evaluator.update([np.zeros((2, 2), int)] * 3, predictions, keys=["b", "c", "d"])
        assert (caught.value.side, caught.value.key) == ("prediction", "c")
        assert evaluator.to_bytes() == before


def test_no_images_at_all() -> None:
    evaluator = SemanticEvaluator(2)
    evaluator.update([], [])
    evaluator.update(np.empty((0, 4, 4), np.uint8), np.empty((0, 4, 4), np.uint8))
    assert evaluator.keys == []
    assert {score.value for score in evaluator.compute()} == {None}


def test_shards_that_number_their_images_say_from_where() -> None:
    first, second = SemanticEvaluator(2), SemanticEvaluator(2, keys_from=10)
    first.update([[0]], [[0]])
    second.update([[[1]], [[1]]], [[[1]], [[0]]])
    first.merge(second)
    assert first.keys == [0, 10, 11]
    first.update([[0]], [[0]])
    assert first.keys == [0, 10, 11, 12]


# ---- policies --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("absent", "parity", "mean", "n"),
    [
        ("skip", "official", 1.0, 2),
        ("zero", "official", 0.5, 4),
        ("undefined", "official", None, 2),
        ("zero", "clean", 1.0, 2),
        ("undefined", "clean", 1.0, 2),
    ],
)
def test_what_an_absent_class_is_to_a_mean(absent: Any, parity: Any, mean: float | None, n: int) -> None:
    evaluator = SemanticEvaluator(4, absent=absent, parity=parity)
    evaluator.update([[0, 0, 3, 255]], [[0, 0, 3, 1]])
    scores = evaluator.compute()
    assert scores.per("class", "iou") == {"0": 1.0, "1": None, "2": None, "3": 1.0}
    assert [scores[f"{score_id}.mean"] for score_id in ("iou", "accuracy", "dice")] == [mean] * 3
    assert scores.find("iou.mean").n == n


def test_a_score_can_be_the_mean_of_others() -> None:
    evaluator = SemanticEvaluator(4, means={"final": ("iou.mean", "accuracy.pixel")}, absent="zero")
    evaluator.update([[0, 1]], [[0, 1]])
    assert evaluator.compute()["final"] == (0.5 + 1.0) / 2
    assert SemanticEvaluator.from_bytes(evaluator.to_bytes()).compute()["final"] == 0.75


def test_the_mean_of_an_undefined_score_is_undefined() -> None:
    evaluator = SemanticEvaluator(2, means={"final": ("iou.mean", "accuracy.pixel")}, absent="undefined")
    evaluator.update([[0]], [[0]])
    assert evaluator.compute()["final"] is None


def test_others_are_misses_and_false_positives_of_nobody() -> None:
    evaluator = SemanticEvaluator(STREETS)
    evaluator.update([[7, 7, 26, 29, 0, 255]], [[7, 29, 0, 26, 7, 255]])
    scores = evaluator.compute()
    assert scores.per("class", "iou") == {"road": 0.5, "car": 0.0, "bus": None}
    assert scores.per("category", "iou") == {"flat": 0.5, "vehicle": 0.0}
    assert scores.value("iou.mean", group="categories") == 0.25
    assert evaluator.confusion_matrix().tolist() == [[1, 0, 0, 0, 1], [0, 0, 0, 1, 0], [0, 0, 0, 0, 0]]


def test_instance_weighted_iou_by_hand() -> None:
    """A car of 2 pixels that weigh 4, one found; one of 4 that weigh 2, all found; one wrong pixel."""
    evaluator = SemanticEvaluator(STREETS, instance_sizes=VEHICLES)
    truth, instances = [[26, 26, 26, 26, 26, 26, 7, 29]], [[26000, 26000, 26001, 26001, 26001, 26001, 7, 29]]
    evaluator.update(AnnotatedMaps(truth, instances), [[26, 29, 26, 26, 26, 26, 26, 26]])
    scores = evaluator.compute()
    assert scores.per("class", "iiou") == {"car": (4 + 8) / (4 + 8 + 1 + 4), "bus": None}
    assert scores.per("category", "iiou") == {"vehicle": 16 / 17}
    assert scores["iiou.mean"] == 12 / 17
    assert scores.value("iiou.mean", group="categories") == 16 / 17


# ---- what is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("truth", "prediction", "message"),
    [
        ([[7, 5]], [[7, 7]], r"image 3, pixel \[0, 1\]: truth is 5, expected 0, 7, 26, 28 to 29 or 255"),
        ([[7], [7]], [[7], [300]], r"pixel \[1, 0\]: prediction is 300, expected 0, 7, 26 or 28 to 29"),
        ([[7]], [[255]], r"prediction is 255, expected 0, 7, 26 or 28 to 29"),
        ([[255]], [[-1]], r"prediction is -1, expected 0, 7, 26, 28 to 29 or 255"),
    ],
)
def test_labels_that_may_not_stand_there(truth: Any, prediction: Any, message: str) -> None:
    evaluator = SemanticEvaluator(STREETS)
    with pytest.raises(LabelError, match=message) as caught:
        evaluator.update(
            [np.array([[7]]), np.array(truth)], [np.array([[7]]), np.array(prediction)], keys=[1, 3]
        )
    assert caught.value.side == ("truth" if "truth" in message else "prediction")
    assert caught.value.key == 3
    assert evaluator.keys == []
    assert not evaluator.confusion_matrix().any()


def test_objects_of_a_class_without_a_size() -> None:
    evaluator = SemanticEvaluator(STREETS, instance_sizes=VEHICLES)
    with pytest.raises(
        LabelError, match="image 0: instance 7003 is of label 7, expected one of 26, 28"
    ) as caught:
        evaluator.update(AnnotatedMaps([[7]], [[7003]]), [[7]])
    assert caught.value.side == "instances"
    assert evaluator.keys == []


@pytest.mark.parametrize(
    ("truth", "prediction", "message"),
    [
        ([[0, 1]], [[0], [1]], r"image 0: truth has shape \(1, 2\), prediction \(2, 1\); they must agree"),
        ([[[0]], [[0]]], [[0]], "2 images have a truth, 1 have prediction"),
        ([[0]], [[0.5]], "prediction has dtype float64, expected integers"),
        ([0], [0], r"truth has shape \(1,\), expected"),
        (np.zeros((1, 1, 1, 1), int), [[0]], r"truth has shape \(1, 1, 1, 1\), expected"),
        ("road", [[0]], "truth has dtype"),
    ],
)
def test_sides_that_do_not_fit(truth: Any, prediction: Any, message: str) -> None:
    evaluator = SemanticEvaluator(2)
    with pytest.raises(InputError, match=message):
        evaluator.update(truth, prediction)
    assert evaluator.keys == []


def test_instances_must_come_with_the_truth_and_fit_it() -> None:
    evaluator = SemanticEvaluator(STREETS, instance_sizes=VEHICLES)
    with pytest.raises(InputError, match="expected AnnotatedMaps"):
        evaluator.update([[7]], [[7]])
    with pytest.raises(InputError, match=r"truth has shape \(1, 1\), instances \(1, 2\)"):
        evaluator.update(AnnotatedMaps([[7]], [[7, 7]]), [[7]])


def test_keys_that_are_not_one_for_each_image() -> None:
    evaluator = SemanticEvaluator(2)
    for keys in ([1], [1, 1], [1, 2, 3]):
        with pytest.raises(InputError, match="distinct keys for 2 images"):
            evaluator.update([[[0]], [[0]]], [[[0]], [[0]]], keys=keys)
    evaluator.update([[0]], [[0]], keys=["a"])
    with pytest.raises(MergeError, match="image a was seen before"):
        evaluator.update([[0]], [[0]], keys=["a"])
    with pytest.raises(MergeError, match="one dataset has one kind"):
        evaluator.update([[0]], [[0]])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"absent": "drop"}, "absent is 'drop'"),
        ({"parity": "exact"}, "parity is 'exact'"),
        ({"means": {"final": ("iou.mean", "pq")}}, "final is to be the mean of"),
        ({"means": {"final": ()}}, "final is to be the mean of"),
        ({"means": {"iou.mean": ("accuracy.pixel",)}}, "two scores are 'iou.mean'"),
        ({"instance_sizes": InstanceSizes({"train": 1.0})}, "sizes of train"),
        ({"instance_sizes": InstanceSizes({}, {"sky": [29]})}, "sizes of sky"),
        ({"instance_sizes": InstanceSizes({}, {"vehicle": [28]})}, "value 28 counts as a category"),
        ({"instance_sizes": InstanceSizes({"car": 0.0})}, "not positive"),
        ({"instance_sizes": InstanceSizes({"car": float("inf")})}, "not positive"),
        ({"instance_sizes": InstanceSizes({}, {}, 0)}, "divisor not 1 to"),
        ({"instance_sizes": InstanceSizes({}, {}, 2**32)}, "divisor not 1 to"),
        ({"classes": 2**12}, "4097 values"),
    ],
)
def test_arguments_that_make_no_sense(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        evaluator_of({"classes": STREETS, "ignore": -1} | arguments)
