from __future__ import annotations

from math import isnan, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal
from numpy.typing import NDArray
from reference.labelmaps import ratio

from segmetrics import confusion
from segmetrics.errors import InputError

Matrix = NDArray[np.uint64]

# The last row and column of an absent class, the last column of predictions that are no class.
MATRIX = np.array([[6, 2, 0, 1], [1, 4, 0, 2], [0, 0, 0, 0]], np.uint64)


@st.composite
def matrices(draw: st.DrawFn) -> Matrix:
    classes, others = draw(st.integers(0, 5)), draw(st.integers(0, 2))
    counts = st.sampled_from([0, 0, 1, 2, 7, 10**12])
    return draw(arrays(np.uint64, (classes, classes + others), elements=counts))


def outcomes_by_cell(matrix: Matrix) -> list[tuple[int, int, int]]:
    """TP, FN and FP of each class, cell by cell."""
    cells = {(g, p): int(n) for (g, p), n in np.ndenumerate(matrix)}
    return [
        (
            cells[c, c],
            sum(n for (g, p), n in cells.items() if g == c and p != c),
            sum(n for (g, p), n in cells.items() if g != c and p == c),
        )
        for c in range(len(matrix))
    ]


@given(matrices())
def test_scores_follow_from_outcomes_cell_by_cell(matrix: Matrix) -> None:
    expected = outcomes_by_cell(matrix)
    assert list(zip(*(part.tolist() for part in confusion.outcomes(matrix)), strict=True)) == expected
    assert_array_equal(confusion.iou(matrix), [ratio(tp, tp + fn + fp) for tp, fn, fp in expected])
    assert_array_equal(confusion.dice(matrix), [ratio(2 * tp, 2 * tp + fn + fp) for tp, fn, fp in expected])
    assert_array_equal(confusion.accuracy(matrix), [ratio(tp, tp + fn) for tp, fn, _ in expected])
    hits = sum(tp for tp, _, _ in expected)
    assert_array_equal(confusion.pixel_accuracy(matrix), ratio(hits, int(matrix.sum())))


@given(matrices())
def test_a_perfect_prediction_scores_one_wherever_there_is_a_score(matrix: Matrix) -> None:
    perfect = np.diag(np.diagonal(matrix))
    for score in (confusion.iou(perfect), confusion.dice(perfect), confusion.accuracy(perfect)):
        assert_array_equal(score, np.where(np.diagonal(perfect) > 0, 1.0, nan))


@given(matrices())
def test_iou_and_dice_do_not_ask_which_map_is_the_truth(matrix: Matrix) -> None:
    square = matrix[:, : len(matrix)]
    assert_array_equal(confusion.iou(square), confusion.iou(square.T))
    assert_array_equal(confusion.dice(square), confusion.dice(square.T))


def test_a_matrix_by_hand() -> None:
    assert_array_equal(confusion.iou(MATRIX), [6 / 10, 4 / 9, nan])
    assert_array_equal(confusion.dice(MATRIX), [12 / 16, 8 / 13, nan])
    assert_array_equal(confusion.accuracy(MATRIX), [6 / 9, 4 / 7, nan])
    assert confusion.pixel_accuracy(MATRIX) == 10 / 16
    assert confusion.mean_iou(MATRIX) == pytest.approx((6 / 10 + 4 / 9) / 2, rel=1e-15)
    assert confusion.mean_iou(MATRIX, absent="zero") == pytest.approx((6 / 10 + 4 / 9) / 3, rel=1e-15)
    assert confusion.mean_dice(MATRIX) == pytest.approx((12 / 16 + 8 / 13) / 2, rel=1e-15)
    assert confusion.mean_accuracy(MATRIX) == pytest.approx((6 / 9 + 4 / 7) / 2, rel=1e-15)
    weighted = (9 * 6 / 10 + 7 * 4 / 9) / 16
    assert confusion.frequency_weighted_iou(MATRIX) == pytest.approx(weighted, rel=1e-15)


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 3), (3, 5)])
def test_nothing_has_no_score(shape: tuple[int, int]) -> None:
    nothing = np.zeros(shape, np.uint64)
    assert np.isnan(confusion.iou(nothing)).all()
    assert isnan(confusion.mean_iou(nothing))
    assert isnan(confusion.pixel_accuracy(nothing))
    assert isnan(confusion.frequency_weighted_iou(nothing))


def test_an_unknown_word_for_absent_is_refused() -> None:
    with pytest.raises(ValueError, match="absent is 'nan'"):
        confusion.mean_iou(MATRIX, absent="nan")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.zeros((3, 2), int), "the confusion matrix has shape (3, 2), expected (k, k) or more columns"),
        (np.zeros(3, int), "the confusion matrix has shape (3,), expected"),
        (np.eye(2), "the confusion matrix holds what is no count of pixels"),
        ([[1, -1], [0, 1]], "the confusion matrix holds what is no count of pixels"),
        ([["a"]], "the confusion matrix has dtype <U1, expected numbers"),
    ],
)
def test_what_is_no_matrix_of_counts_is_refused(matrix: Any, message: str) -> None:
    with pytest.raises(InputError) as raised:
        confusion.iou(matrix)
    assert str(raised.value).startswith(message)
