from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from numpy.typing import NDArray
from reference import labelmaps as reference

from segmetrics import confusion, labelmaps
from segmetrics.errors import InputError

Map = NDArray[Any]

COLOURS = 3  # a dtype of its own: (h, w, 3) uint8
STORED = [np.uint8, np.int8, np.uint16, np.int32, np.uint32, np.int64, np.uint64, ">u2", ">i4", COLOURS]

shapes = st.tuples(st.integers(0, 9), st.integers(0, 90))


def stretches(draw: st.DrawFn, shape: tuple[int, int], labels: int) -> Map:
    """Stretches of one label; of one pixel each, they are noise."""
    size = shape[0] * shape[1]
    longest = draw(st.sampled_from([1, 3, 40, 400]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    lengths = rng.integers(1, longest, size, endpoint=True)
    return np.repeat(rng.integers(0, labels, size), lengths)[:size].reshape(shape)


@st.composite
def map_pairs(draw: st.DrawFn, labels: int = 256) -> tuple[Map, Map]:
    """Truth and prediction of one shape, coherent or noisy, alike or not."""
    shape = draw(shapes)
    truth = stretches(draw, shape, labels)
    if draw(st.booleans()):
        return truth, stretches(draw, shape, labels)
    wrong = np.random.default_rng(draw(st.integers(0, 99))).random(shape) < draw(st.floats(0, 1))
    return truth, np.where(wrong, stretches(draw, shape, labels), truth)


def stored(labels: Map, dtype: Any) -> Map:
    if dtype != COLOURS:
        return labels.astype(dtype)
    return np.stack([labels & 255, labels >> 8 & 255, labels >> 16], axis=-1).astype(np.uint8)


def as_dict(pairs: labelmaps.PairCounts) -> dict[tuple[int, int], int]:
    truths, predictions, counts = (column.tolist() for column in pairs)
    return dict(zip(zip(truths, predictions, strict=True), counts, strict=True))


# ---- joint counts ------------------------------------------------------------------------------------------


@given(map_pairs())
def test_joint_counts_are_the_definition(pair: tuple[Map, Map]) -> None:
    truth, prediction = pair
    expected = reference.joint_counts(truth, prediction)
    assert_array_equal(labelmaps.joint_counts(truth.astype(np.uint8), prediction.astype(np.uint8)), expected)
    assert_array_equal(labelmaps.joint_counts(truth, prediction.astype(np.uint16)), expected)


@pytest.mark.parametrize("share", [0, 0.02, 0.2, 0.6, 1])
def test_joint_counts_of_large_maps(share: float) -> None:
    """Large enough that noise is worth tables of its own."""
    rng = np.random.default_rng(0)
    truth = np.repeat(rng.integers(0, 256, (301, 13), np.uint8), 79, axis=1)
    prediction = np.where(rng.random(truth.shape) < share, rng.integers(0, 30, truth.shape), truth)
    prediction = prediction.astype(np.uint8)
    assert_array_equal(labelmaps.joint_counts(truth, prediction), reference.joint_counts(truth, prediction))


@given(map_pairs(), st.integers(0, 9))
def test_joint_counts_of_parts_add_up(pair: tuple[Map, Map], row: int) -> None:
    truth, prediction = pair
    parts = labelmaps.joint_counts(truth[:row], prediction[:row]) + labelmaps.joint_counts(
        truth[row:], prediction[row:]
    )
    assert_array_equal(parts, labelmaps.joint_counts(truth, prediction))


@given(map_pairs())
def test_exchanging_the_maps_transposes_the_counts(pair: tuple[Map, Map]) -> None:
    truth, prediction = pair
    assert_array_equal(labelmaps.joint_counts(truth, prediction), labelmaps.joint_counts(prediction, truth).T)
    pairs = as_dict(labelmaps.joint_pairs(truth, prediction))
    exchanged = as_dict(labelmaps.joint_pairs(prediction, truth))
    assert pairs == {(t, p): n for (p, t), n in exchanged.items()}


def test_maps_may_lie_in_memory_in_any_way() -> None:
    truth = np.arange(240, dtype=np.uint8).reshape(12, 20)
    prediction = (truth * 7).T.copy().T[::-1, ::2]
    truth = np.asfortranarray(truth)[:, ::-2]
    assert_array_equal(labelmaps.joint_counts(truth, prediction), reference.joint_counts(truth, prediction))
    assert as_dict(labelmaps.joint_pairs(truth, prediction)) == reference.joint_pairs(truth, prediction)


def test_counts_are_added_to_a_table() -> None:
    table = labelmaps.joint_counts([[0, 1]], [[0, 2]])
    assert labelmaps.joint_counts([[1]], [[2]], out=table) is table
    with pytest.raises(InputError):
        labelmaps.joint_counts([[1, 256]], [[2, 2]], out=table)
    assert (table[0, 0], table[1, 2], table.sum()) == (1, 2, 3)
    with pytest.raises(ValueError, match=r"out has shape \(2, 2\)"):
        labelmaps.joint_counts([[0]], [[0]], out=np.zeros((2, 2), np.uint64))


def test_bool_maps_and_lists_are_label_maps() -> None:
    assert labelmaps.joint_counts([[True, False]], [[1, 1]])[:2, :2].tolist() == [[0, 1], [0, 1]]
    assert labelmaps.joint_counts([], []).sum() == 0


# ---- joint pairs -------------------------------------------------------------------------------------------


@given(map_pairs(labels=120), st.sampled_from(STORED), st.sampled_from(STORED))
def test_joint_pairs_are_the_definition_however_ids_are_stored(
    pair: tuple[Map, Map], dtype_of_truth: Any, dtype_of_prediction: Any
) -> None:
    truth, prediction = pair
    pairs = labelmaps.joint_pairs(stored(truth, dtype_of_truth), stored(prediction, dtype_of_prediction))
    assert list(as_dict(pairs).items()) == list(reference.joint_pairs(truth, prediction).items())


@given(map_pairs(labels=2**24), st.sampled_from([np.uint32, np.int64, COLOURS]))
def test_joint_pairs_of_large_ids(pair: tuple[Map, Map], dtype: Any) -> None:
    truth, prediction = pair
    pairs = labelmaps.joint_pairs(stored(truth, dtype), prediction + 2**31)
    assert list(as_dict(pairs).items()) == list(reference.joint_pairs(truth, prediction + 2**31).items())


def test_dtypes_of_pairs() -> None:
    pairs = labelmaps.joint_pairs([[1, 2]], [[3, 4]])
    assert [column.dtype.name for column in pairs] == ["uint32", "uint32", "uint64"]


# ---- confusion matrices and scores -------------------------------------------------------------------------


@given(map_pairs(labels=7), st.sampled_from([None, 255, 0, 3, -1]), st.sampled_from([np.uint8, np.int16]))
def test_confusion_matrix_is_the_definition(pair: tuple[Map, Map], ignore: int | None, dtype: Any) -> None:
    truth, prediction = pair[0].astype(dtype), pair[1].astype(dtype)
    if ignore is not None and (dtype, ignore) != (np.uint8, -1):
        truth[::3] = ignore
    expected = reference.confusion_matrix(truth, prediction, 9, ignore)
    assert_array_equal(labelmaps.confusion_matrix(truth, prediction, classes=9, ignore=ignore), expected)


def test_confusion_matrix_of_more_classes_than_bytes_hold() -> None:
    truth, prediction = np.array([[0, 299, -1, 2**40]]), np.array([[5, 299, 2**50, 3]], np.uint64)
    matrix = labelmaps.confusion_matrix(truth[:, :3], prediction[:, :3], classes=300, ignore=-1)
    assert matrix[0, 5] == matrix[299, 299] == 1
    assert matrix.sum() == 2


@given(map_pairs(labels=7))
def test_scores_are_those_of_the_confusion_matrix(pair: tuple[Map, Map]) -> None:
    truth, prediction = pair
    matrix = labelmaps.confusion_matrix(truth, prediction, classes=7)
    assert_array_equal(labelmaps.iou(truth, prediction, classes=7), reference.iou(truth, prediction, 7))
    assert_array_equal(labelmaps.dice(truth, prediction, classes=7), confusion.dice(matrix))
    for name in ("mean_iou", "mean_dice", "mean_accuracy"):
        of_maps, of_matrix = getattr(labelmaps, name), getattr(confusion, name)
        zeros = of_maps(truth, prediction, classes=7, absent="zero")
        assert_array_equal(zeros, of_matrix(matrix, absent="zero"))
        assert_array_equal(of_maps(truth, prediction), of_matrix(matrix))
    for name in ("pixel_accuracy", "frequency_weighted_iou"):
        assert_array_equal(getattr(labelmaps, name)(truth, prediction), getattr(confusion, name)(matrix))


def test_classes_are_inferred_from_counted_pixels() -> None:
    assert len(labelmaps.iou([[0, 4, 255]], [[1, 2, 9]])) == 5
    assert len(labelmaps.iou([[0, 4, 255]], [[1, 6, 9]])) == 7
    assert len(labelmaps.iou([[0, 4, 255]], [[1, 2, 9]], ignore=None)) == 256
    assert len(labelmaps.iou([[255]], [[3]])) == 0


# ---- refusals ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("truth", "prediction", "message"),
    [
        ([[0, 256]], [[0, 0]], "[0, 1]: truth is 256, expected 0 to 255"),
        ([[0, 0]], [[-1, 0]], "[0, 0]: prediction is -1, expected 0 to 255"),
        ([[0.0]], [[0]], "truth has dtype float64, expected integers"),
        ([[0]], [["a"]], "prediction has dtype <U1, expected numbers"),
        ([[0]], [[0, 1]], "truth has shape (1, 1), prediction (1, 2); they must agree"),
    ],
)
def test_joint_counts_refuse(truth: Any, prediction: Any, message: str) -> None:
    with pytest.raises(InputError) as raised:
        labelmaps.joint_counts(truth, prediction)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("truth", "prediction", "message"),
    [
        ([[0, -5]], [[0, 0]], "[0, 1]: truth is -5, expected 0 to 4294967295"),
        ([[0]], [[2**32]], "[0, 0]: prediction is 4294967296, expected 0 to 4294967295"),
        ([0], [0], "truth has shape (1,) and dtype int64, expected (h, w), or (h, w, 3) of uint8"),
        (
            [[0]],
            [[[0, 0, 0]]],
            "prediction has shape (1, 1, 3) and dtype int64, expected (h, w), or (h, w, 3) of uint8",
        ),
        (
            [[0, 0]],
            np.zeros((2, 1, 3), np.uint8),
            "truth has shape (1, 2), prediction (2, 1, 3); they must agree",
        ),
    ],
)
def test_joint_pairs_refuse(truth: Any, prediction: Any, message: str) -> None:
    with pytest.raises(InputError) as raised:
        labelmaps.joint_pairs(truth, prediction)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("truth", "prediction", "ignore", "message"),
    [
        (
            [[0, 1], [2, 7]],
            [[0, 1], [3, 9]],
            255,
            "[1, 0]: prediction is 3, expected a class 0 to 2",
        ),
        (
            [[0, 1], [2, 7]],
            [[0, 1], [2, 9]],
            255,
            "[1, 1]: truth is 7, expected a class 0 to 2, or 255, which is ignored",
        ),
        ([[0, 255]], [[0, 255]], None, "[0, 1]: truth is 255, expected a class 0 to 2"),
        ([[0, 1]], [[0, 255]], 255, "[0, 1]: prediction is 255, expected a class 0 to 2"),
        ([[0, 1]], [[0, -(2**40)]], 255, "[0, 1]: prediction is -1099511627776, expected a class 0 to 2"),
    ],
)
def test_what_is_no_class_is_refused_at_its_first_place(
    truth: Any, prediction: Any, ignore: int | None, message: str
) -> None:
    with pytest.raises(InputError) as raised:
        labelmaps.confusion_matrix(truth, prediction, classes=3, ignore=ignore)
    assert str(raised.value) == message


def test_a_label_too_large_to_infer_classes_from_is_refused() -> None:
    with pytest.raises(InputError, match=r"\[0, 1\]: truth is 2000000000, expected a class 0 to 16383"):
        labelmaps.iou([[0, 2_000_000_000]], [[0, 0]])


def test_numbers_of_classes_and_ignored_labels_have_limits() -> None:
    with pytest.raises(ValueError, match="classes is -1, expected 0 to 16384"):
        labelmaps.confusion_matrix([[0]], [[0]], classes=-1)
    with pytest.raises(ValueError, match="ignore is 4294967296, expected -2147483647 to 2147483646"):
        labelmaps.iou([[0]], [[0]], ignore=2**32)


# ---- real data ---------------------------------------------------------------------------------------------


def ade20k_matrix(shared: Path) -> NDArray[np.uint64]:
    """(150, 151) counts of the sample's three images: classes are labels 1 to 150, label 0 is none."""
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed, which reads the sample's maps")
    folder = shared / "truth" / "inputs" / "ade"
    names = [path.name for path in sorted((folder / "annotations").glob("*.png"))]
    maps = [
        [np.array(image.open(folder / kind / name)) for kind in ("annotations", "predictions")]
        for name in names
    ]
    table = np.sum([labelmaps.joint_counts(truth, prediction) for truth, prediction in maps], axis=0)
    return np.asarray(table[1:151][:, [*range(1, 151), 0]])


def test_numbers_of_sceneparsing_on_its_sample(shared: Path) -> None:
    """Its utils_eval.py (commit e202229) on the sample's annotations and perturbed predictions."""
    expected = json.loads((shared / "truth" / "labelmaps.json").read_text())["ade20k"]["perturbed"]
    matrix = ade20k_matrix(shared)
    outcomes = confusion.outcomes(matrix)
    assert_array_equal(outcomes.true_positives, expected["area_intersection_sum"])
    assert_array_equal(sum(outcomes), expected["area_union_sum"])
    assert confusion.pixel_accuracy(matrix) == pytest.approx(expected["pixel_accuracy"], rel=1e-12)
    assert confusion.mean_iou(matrix, absent="zero") == pytest.approx(expected["mean_IoU_150"], rel=1e-12)
    assert confusion.mean_iou(matrix) == pytest.approx(expected["nanmean_IoU_mmseg"], rel=1e-12)
    for label, iou in expected["iou_nonzero"].items():
        assert confusion.iou(matrix)[int(label) - 1] == pytest.approx(iou, rel=1e-12)
