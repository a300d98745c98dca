"""BoundaryEvaluator: its scores from counts, the merge law, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import boundaries as reference

from evaluators.boundary_cases import THRESHOLDS, evaluated, image
from evaluators.states import put, spoiled
from segmetrics.boundaries import segmentation_boundaries
from segmetrics.edge_nms import edges_nms
from segmetrics.errors import InputError, MergeError
from segmetrics.evaluators import BoundaryEvaluator
from segmetrics.evaluators.boundary_curves import average_precision, best_point, recall_at_half_precision
from segmetrics.types import Scores

SCORES = (
    *("ods.f", "ods.recall", "ods.precision", "ods.threshold"),
    *("ois.f", "ois.recall", "ois.precision", "ap", "r50"),
)


def numbers(scores: Scores) -> dict[str, float | None]:
    return {score.id: score.value for score in scores if not score.over}


Shares = list[float]


@st.composite
def curves(draw: st.DrawFn) -> tuple[Shares, Shares, Shares]:
    """Thresholds, recall and precision."""
    n = draw(st.integers(1, 8))
    shares = st.lists(st.integers(0, 12).map(lambda twelfths: twelfths / 12), min_size=n, max_size=n)
    return [i / (n + 1) for i in range(1, n + 1)], draw(shares), draw(shares)


@given(curves())
def test_the_best_point_is_found_as_the_benchmark_finds_it(curve: tuple[Shares, Shares, Shares]) -> None:
    assert tuple(best_point(*map(np.array, curve))) == reference.best(*curve)


def test_scores_of_a_curve_worked_out_by_hand() -> None:
    """Recall .75, .5, 0 and precision .5, .75, 1: F is .6 at both of the first, and greatest halfway."""
    thresholds, recall, precision = np.array([[0.25, 0.5, 0.75], [0.75, 0.5, 0], [0.5, 0.75, 1]])
    best = best_point(thresholds, recall, precision)
    assert best.f == pytest.approx(0.625, abs=2e-5)
    assert best.recall == pytest.approx(best.precision, abs=0.003)
    # precision falls from 1 to .75 over recalls 0 to .5, to .5 at .75: 51 and 25 steps of .01, and 0 beyond
    first, second = sum(1 - i / 200 for i in range(51)), sum(0.75 - i / 100 for i in range(1, 26))
    assert average_precision(recall, precision) == pytest.approx((first + second) * 0.01, abs=1e-12)
    assert recall_at_half_precision(recall, precision) == 0.75


@pytest.mark.parametrize(
    ("recall", "precision", "area", "half"),
    [
        ([0.5, 0.5], [0.25, 0.75], 0.0, 0.5),
        ([0.2, 0.4], [0.1, 0.3], pytest.approx(sum(0.1 + 0.2 * i / 20 for i in range(21)) * 0.01), None),
        ([0.0, 0.0], [0.0, 0.0], 0.0, None),
        ([0.2, 0.4], [0.9, 0.8], pytest.approx(sum(0.9 - 0.1 * i / 20 for i in range(21)) * 0.01), 0.4),
    ],
)
def test_edges_of_area_and_half_precision(
    recall: Shares, precision: Shares, area: object, half: float | None
) -> None:
    curve = np.array([recall, precision])
    assert average_precision(*curve) == area
    assert recall_at_half_precision(*curve) == (None if half is None else pytest.approx(half))


def test_each_image_has_its_own_threshold_in_ois() -> None:
    """One image is best at the first threshold, the other at the second; both are perfect there."""
    line = [np.array([[0, 1, 0, 0, 0, 0]])]
    weak, strong = np.array([[0, 0.3, 0, 0, 0, 0]]), np.array([[0, 0.8, 0, 0, 0.3, 0]])
    evaluator = BoundaryEvaluator([0.2, 0.5], max_distance=0.1)
    evaluator.update([line, line], [weak, strong])
    scores = numbers(evaluator.compute())
    assert scores["ois.f"] == scores["ois.recall"] == scores["ois.precision"] == 1
    assert scores["ods.f"] == reference.best([0.2, 0.5], [1, 0.5], [2 / 3, 1])[3]
    assert evaluator.image_scores().threshold.tolist() == [0.2, 0.5]
    assert evaluator.curves().recall.tolist() == [1, 0.5]


def test_nothing_seen_is_no_number() -> None:
    scores = BoundaryEvaluator(3).compute()
    assert numbers(scores) == dict.fromkeys(SCORES)


def test_nothing_predicted_is_zero() -> None:
    evaluator = BoundaryEvaluator(3)
    evaluator.update([[np.ones((3, 3), int)]], [np.zeros((3, 3))])
    assert numbers(evaluator.compute()) == dict.fromkeys(SCORES, 0.0) | {"ods.threshold": 0.25, "r50": None}


def test_lists_are_operating_points() -> None:
    segments = [np.array([[1, 1, 2, 2]]), np.array([[1, 2, 2, 3]])]
    drawn = [np.array([[0, 1, 0, 0]])]
    from_labels, from_boundaries = BoundaryEvaluator([1, 2]), BoundaryEvaluator([1, 2])
    from_labels.update([drawn], [segments])
    from_boundaries.update([drawn], [[segmentation_boundaries(each) for each in segments]])
    assert numbers(from_labels.compute()) == numbers(from_boundaries.compute())
    assert from_labels.curves().precision.tolist() == [1, 0]


def test_what_is_no_maximum_is_suppressed_first() -> None:
    drawn, strengths = image(4)
    of_crests, of_raw = BoundaryEvaluator(THRESHOLDS), BoundaryEvaluator(THRESHOLDS, nms=True)
    of_crests.update([drawn], [edges_nms(strengths)])
    of_raw.update([drawn], [strengths])
    assert tuple(of_raw.compute()) == tuple(of_crests.compute())
    again = BoundaryEvaluator.from_bytes(of_raw.to_bytes())
    assert again.protocol.params["nms"] is True


def test_a_threshold_of_zero_is_none_by_the_other_convention() -> None:
    """What is 0 is no boundary to Dollar's toolbox, whatever the threshold."""
    drawn, strengths = [np.array([[0, 0, 1]])], np.array([[0, 0, 0.5]])
    predicted = {}
    for convention in ("bsds", "pdollar"):
        evaluator = BoundaryEvaluator([0, 0.25], convention=convention, thin=False)
        evaluator.update([drawn], [strengths])
        predicted[convention] = evaluator.curves().precision.tolist()
    assert predicted == {"bsds": [pytest.approx(1 / 3), 1], "pdollar": [1, 1]}


@given(st.data())
def test_any_partition_gives_the_same_bytes(data: st.DataObject) -> None:
    numbers_of = data.draw(st.permutations(range(6)))
    cuts = sorted(data.draw(st.lists(st.integers(0, 6), max_size=3)))
    parts = [numbers_of[start:end] for start, end in zip([0, *cuts], [*cuts, 6], strict=True)]
    states = [evaluated(part) for part in parts if part]
    merged = BoundaryEvaluator.merge_all(BoundaryEvaluator.from_bytes(state.to_bytes()) for state in states)
    whole = evaluated(range(6))
    assert merged.to_bytes() == whole.to_bytes()
    assert tuple(merged.compute()) == tuple(whole.compute())


def test_states_of_other_protocols_do_not_merge() -> None:
    with pytest.raises(MergeError, match="different protocols"):
        evaluated([1]).merge(evaluated([2], thin=False))
    with pytest.raises(MergeError, match="different protocols"):
        evaluated([1]).merge(evaluated([2], nms=True))


def test_an_update_that_fails_changes_nothing() -> None:
    evaluator = evaluated([1])
    before = evaluator.to_bytes()
    drawn, strengths = image(2)
    with pytest.raises(InputError, match=r"^image 9: prediction has shape"):
        evaluator.update([drawn, drawn], [strengths, strengths[1:]], keys=[8, 9])
    assert evaluator.to_bytes() == before


@pytest.mark.parametrize(
    ("truth", "prediction", "told"),
    [
        ([[]], [np.zeros((2, 2))], "image 0: the list of annotations is empty"),
        ([[np.zeros((1, 2), int)]], [np.array([[0, np.nan]])], r"image 0, pixel \[0, 1\]: prediction is nan"),
        ([[np.zeros((1, 2), int)]], [], "1 images have annotations, found 0 with predictions"),
        (
            [[np.zeros((1, 2), int)]],
            [[np.zeros((1, 2), int)]],
            "image 0: found 1 predicted maps, expected 3",
        ),
    ],
)
def test_what_it_refuses(truth: list[Any], prediction: list[Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        BoundaryEvaluator(THRESHOLDS).update(truth, prediction)


@pytest.mark.parametrize(
    "options",
    [
        {"thresholds": 0},
        {"thresholds": [0.5, 0.5]},
        {"thresholds": [float("nan")]},
        {"convention": "matlab"},
        {"max_distance": -1},
    ],
)
def test_what_is_no_evaluator(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected"):
        BoundaryEvaluator(**options)


@pytest.mark.parametrize(("column", "value"), [(0, -1), (0, 10**9), (2, 10**9), (1, 2**60)])
def test_counts_that_cannot_be_are_refused(column: int, value: int) -> None:
    with pytest.raises(InputError, match=r"more boundary pixels are matched|differ between thresholds"):
        BoundaryEvaluator.from_bytes(spoiled(evaluated([3, 7]), put("counts", (0, 0, column), value)))
