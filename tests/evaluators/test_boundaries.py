"""BoundaryEvaluator: its scores from counts, the merge law, what it refuses, and BSDS500's own numbers."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from reference import boundaries as reference

from evaluators.boundary_cases import THRESHOLDS, evaluated, image
from evaluators.states import put, spoiled
from segmetrics.boundaries import BoundaryCounter, boundaries_of_segments
from segmetrics.errors import InputError, MergeError
from segmetrics.evaluators import BoundaryEvaluator
from segmetrics.evaluators.boundary_curves import BoundaryCurve
from segmetrics.types import Scores

SCORES = (
    *("ods.f", "ods.recall", "ods.precision", "ods.threshold"),
    *("ois.f", "ois.recall", "ois.precision", "ap", "r50"),
)


def numbers(scores: Scores) -> dict[str, float | None]:
    return {score.id: score.value for score in scores}


@st.composite
def curves(draw: st.DrawFn) -> BoundaryCurve:
    n = draw(st.integers(1, 8))
    shares = st.lists(st.integers(0, 12).map(lambda twelfths: twelfths / 12), min_size=n, max_size=n)
    thresholds = np.arange(1, n + 1) / (n + 1)
    return BoundaryCurve(thresholds, np.array(draw(shares)), np.array(draw(shares)))


@given(curves())
def test_the_best_point_is_found_as_the_benchmark_finds_it(curve: BoundaryCurve) -> None:
    assert tuple(curve.best()) == reference.best(
        *map(list, (curve.thresholds, curve.recall, curve.precision))
    )


def test_scores_of_a_curve_worked_out_by_hand() -> None:
    """Recall .75, .5, 0 and precision .5, .75, 1: F is .6 at both of the first, and greatest halfway."""
    curve = BoundaryCurve(np.array([0.25, 0.5, 0.75]), np.array([0.75, 0.5, 0]), np.array([0.5, 0.75, 1]))
    best = curve.best()
    assert best.f == pytest.approx(0.625, abs=2e-5)
    assert best.recall == pytest.approx(best.precision, abs=0.003)
    # precision falls from 1 to .75 over recalls 0 to .5, to .5 at .75: 51 and 25 steps of .01, and 0 beyond
    area = (
        sum(1 - 0.25 * i / 50 for i in range(51)) + sum(0.75 - 0.25 * i / 25 for i in range(1, 26))
    ) * 0.01
    assert curve.area() == pytest.approx(area, abs=1e-12)
    assert curve.recall_at_half_precision() == 0.75


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
    recall: list[float], precision: list[float], area: object, half: float | None
) -> None:
    curve = BoundaryCurve(np.array([0.25, 0.75]), np.array(recall), np.array(precision))
    assert curve.area() == area
    assert curve.recall_at_half_precision() == (None if half is None else pytest.approx(half))


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
    assert evaluator.curve().recall.tolist() == [1, 0.5]


def test_nothing_seen_is_no_number() -> None:
    scores = BoundaryEvaluator(3).compute()
    assert numbers(scores) == dict.fromkeys(SCORES)


def test_nothing_predicted_is_zero() -> None:
    evaluator = BoundaryEvaluator(3)
    evaluator.update([[np.ones((3, 3))]], [np.zeros((3, 3))])
    assert numbers(evaluator.compute()) == dict.fromkeys(SCORES, 0.0) | {"ods.threshold": 0.25, "r50": None}


def test_lists_are_operating_points() -> None:
    segments = [np.array([[1, 1, 2, 2]]), np.array([[1, 2, 2, 3]])]
    drawn = [np.array([[0, 1, 0, 0]])]
    from_labels, from_boundaries = BoundaryEvaluator([1, 2]), BoundaryEvaluator([1, 2])
    from_labels.update([drawn], [segments])
    from_boundaries.update([drawn], [[boundaries_of_segments(each) for each in segments]])
    assert numbers(from_labels.compute()) == numbers(from_boundaries.compute())
    assert from_labels.curve().precision.tolist() == [1, 0]


def test_a_threshold_of_zero_is_none_by_the_other_convention() -> None:
    """What is 0 is no boundary to Dollar's toolbox, whatever the threshold."""
    drawn, strengths = [np.array([[0, 0, 1]])], np.array([[0, 0, 0.5]])
    predicted = {}
    for convention in ("bsds", "pdollar"):
        evaluator = BoundaryEvaluator([0, 0.25], convention=convention, thin=False)
        evaluator.update([drawn], [strengths])
        predicted[convention] = evaluator.curve().precision.tolist()
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


def test_an_update_that_fails_changes_nothing() -> None:
    evaluator = evaluated([1])
    before = evaluator.to_bytes()
    drawn, strengths = image(2)
    with pytest.raises(InputError, match=r"^image 9: the prediction has shape"):
        evaluator.update([drawn, drawn], [strengths, strengths[1:]], keys=[8, 9])
    assert evaluator.to_bytes() == before


@pytest.mark.parametrize(
    ("truth", "prediction", "told"),
    [
        ([[]], [np.zeros((2, 2))], "image 0: there are no annotations"),
        ([[np.zeros((1, 2))]], [np.array([[0, np.nan]])], r"image 0, pixel \[0, 1\]: the prediction is nan"),
        ([[np.zeros((1, 2))]], [], "1 images have annotations, found 0 with predictions"),
        (
            [[np.zeros((1, 2))]],
            [[np.zeros((1, 2), int)]],
            "image 0: found 1 maps, expected 3",
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
    with pytest.raises(InputError, match="counts that cannot be"):
        BoundaryEvaluator.from_bytes(spoiled(evaluated([3, 7]), put("counts", (0, 0, column), value)))


# ---- the whole test set of BSDS500


def official(shared: Path, name: str) -> NDArray[np.float64]:
    """A result file of the benchmark's program for gPb-owt-ucm."""
    folder = shared / "data" / "bsds500" / "official_results" / "BSDS500" / "ucm2" / "test_eval"
    return np.loadtxt(folder / name)


@pytest.fixture(scope="module")
def bsds500(shared: Path) -> BoundaryEvaluator:
    """gPb-owt-ucm on all 200 images."""
    loadmat = pytest.importorskip("scipy.io").loadmat
    evaluator = BoundaryEvaluator()
    for path in sorted((shared / "data" / "bsds500" / "groundTruth" / "test").glob("*.mat")):
        people = loadmat(path)["groundTruth"][0]
        packed = np.load(shared / "data" / "bsds500" / "ucm2_lossless" / f"{path.stem}.npz")
        strengths = packed["values"][packed["index"]][2::2, 2::2]
        evaluator.update([[one["Boundaries"][0, 0] for one in people]], [strengths], keys=[path.stem])
    return evaluator


def test_bsds500_is_scored_as_the_benchmark_scores_it(bsds500: BoundaryEvaluator, shared: Path) -> None:
    """The program's outlier edges are drawn at random and are too few, so that it finds up to .04 % less."""
    scores = numbers(bsds500.compute())
    threshold, recall, precision, ods, ois_recall, ois_precision, ois, ap = official(shared, "eval_bdry.txt")
    assert scores["ods.f"] == pytest.approx(ods, abs=3e-4)
    assert scores["ois.f"] == pytest.approx(ois, abs=6e-4)
    assert scores["ap"] == pytest.approx(ap, abs=3e-4)
    assert scores["ods.threshold"] == pytest.approx(threshold, abs=5e-3)
    assert (scores["ods.recall"], scores["ods.precision"]) == pytest.approx((recall, precision), abs=3e-3)
    assert (scores["ois.recall"], scores["ois.precision"]) == pytest.approx(
        (ois_recall, ois_precision), abs=2e-3
    )


def test_bsds500_at_each_threshold(bsds500: BoundaryEvaluator, shared: Path) -> None:
    thresholds, recall, precision, _ = official(shared, "eval_bdry_thr.txt").T
    curve = bsds500.curve()
    assert curve.thresholds == pytest.approx(thresholds)
    assert np.abs(curve.recall - recall).max() < 5e-4
    assert np.abs(curve.precision - precision).max() < 3e-4


def test_bsds500_image_by_image(bsds500: BoundaryEvaluator, shared: Path) -> None:
    f = official(shared, "eval_bdry_img.txt")[:, 4]
    images = bsds500.image_scores()
    assert len(images.keys) == 200
    assert np.abs(images.f - f).max() < 3e-3
    assert np.abs(images.f - f).mean() < 5e-4


def test_bsds500_counts_what_the_program_counts(bsds500: BoundaryEvaluator, shared: Path) -> None:
    """Annotated and thinned pixels to the last; matches as the program's, but for its randomness."""
    truth = np.load(shared / "truth" / "bsds500" / "official_counts_gpb_ucm.npz")
    rows = bsds500._rows()
    chosen = [list(rows.keys).index(key) for key in truth["ids"].astype(str)]
    found, annotated, right, predicted = np.moveaxis(rows.counts[chosen], -1, 0)
    assert np.array_equal(annotated, truth["sumR"])
    assert np.array_equal(predicted, truth["sumP"])
    assert (found >= truth["cntR"]).all()
    assert (found - truth["cntR"]).sum() / truth["cntR"].sum() < 1e-3
    assert np.abs(right - truth["cntP"]).max() <= 25
    assert abs((right - truth["cntP"]).mean()) < 0.5


def test_bsds500_does_not_depend_on_the_thresholds(shared: Path) -> None:
    loadmat = pytest.importorskip("scipy.io").loadmat
    folder = shared / "data" / "bsds500"
    people = loadmat(folder / "groundTruth" / "test" / "100007.mat")["groundTruth"][0]
    drawn = [one["Boundaries"][0, 0] for one in people]
    packed = np.load(folder / "ucm2_lossless" / "100007.npz")
    strengths = packed["values"][packed["index"]][2::2, 2::2]
    thresholds = BoundaryEvaluator().thresholds
    counter = BoundaryCounter()
    whole = counter.of_strengths(strengths, thresholds, drawn)
    for i in chain(range(0, 99, 9), [98]):
        assert np.array_equal(whole[i], counter.of_strengths(strengths, thresholds[[i]], drawn)[0])
