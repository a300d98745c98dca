from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import reliability as reference

from segmetrics import reliability
from segmetrics.errors import InputError
from segmetrics.reliability import (
    INVALID_RIGHT,
    INVALID_WRONG,
    LEVELS,
    VALID_RIGHT,
    VALID_WRONG,
    auroc,
    average_precision,
    calibration,
    confidence_counts,
    confidence_levels,
    expected_calibration_error,
    fpr_at_tpr,
    ranking_scores,
    reliability_diagram,
)

CLOSE = 1e-12
EDGES = [
    0,
    4369,
    8738,
    13107,
    17476,
    21845,
    26214,
    30583,
    34953,
    39322,
    43691,
    48060,
    52429,
    56798,
    61167,
    LEVELS,
]


def same(found: float, expected: Fraction | None) -> bool:
    return math.isnan(found) if expected is None else math.isclose(found, expected, rel_tol=0, abs_tol=CLOSE)


Outcomes = list[tuple[Any, bool]]
LEVEL = st.one_of(st.integers(0, 4).map(lambda fifth: 16383 * fifth), st.integers(0, LEVELS - 1))


def outcomes(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Outcomes]:
    return st.lists(st.tuples(values, st.booleans()), max_size=40)


def columns(cases: Outcomes, dtype: type) -> tuple[np.ndarray, np.ndarray]:
    return np.array([value for value, _ in cases], dtype), np.array([flag for _, flag in cases], np.bool_)


# ---- rankings --------------------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        outcomes(LEVEL).map(lambda cases: columns(cases, np.uint16)),
        outcomes(st.integers(-3, 3)).map(lambda cases: columns(cases, np.int64)),
        outcomes(st.floats(allow_nan=False, width=32)).map(lambda cases: columns(cases, np.float32)),
    ),
    st.sampled_from([0.0, 0.3, 0.5, 0.95, 1.0]),
)
def test_rankings_are_as_defined(case: tuple[np.ndarray, np.ndarray], tpr: float) -> None:
    score, positive = case
    plain = score.tolist(), positive.tolist()
    assert same(auroc(score, positive), reference.auroc(*plain))
    assert same(fpr_at_tpr(score, positive, tpr), reference.fpr_at_tpr(*plain, tpr))
    assert same(average_precision(score, positive), reference.average_precision(*plain))


@pytest.mark.parametrize("dtype", [np.uint16, np.float32, np.float64])
@pytest.mark.parametrize("seed", range(3))
def test_rankings_are_scikit_learns(dtype: type, seed: int) -> None:
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    random = np.random.default_rng(seed)
    positive = random.random(3000) < 0.3
    score: np.ndarray = np.clip(random.normal(200 + 80 * positive, 60), 0, 500).astype(np.int64).astype(dtype)
    assert len(np.unique(score)) < 500  # so that most are ties
    assert auroc(score, positive) == pytest.approx(metrics.roc_auc_score(positive, score), abs=CLOSE)
    expected = metrics.average_precision_score(positive, score)
    assert average_precision(score, positive) == pytest.approx(expected, abs=CLOSE)
    fpr, tpr, _ = metrics.roc_curve(positive, score, drop_intermediate=False)
    assert fpr_at_tpr(score, positive) == fpr[np.searchsorted(tpr, 0.95)]


def test_a_ranking_of_more_pixels_than_64_bits_can_pair() -> None:
    n = 2**61
    found = ranking_scores([n, 0, 1], [0, 1, n])
    pairs = (n + 1) ** 2
    assert found.auroc == float(Fraction(1 + Fraction(n, 2), pairs))
    assert ranking_scores([0, n], [n, 0]) == (1.0, 0.0, 1.0)
    with pytest.raises(InputError, match=r"2\^63 or more"):
        ranking_scores([2**62], [2**62])


# ---- calibration -----------------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(outcomes(LEVEL))
def test_calibration_of_levels_is_as_defined(cases: Outcomes) -> None:
    level, correct = columns(cases, np.uint16)
    diagram = reliability_diagram(level, correct)
    confidences = [Fraction(2 * int(q) + 1, 2 * LEVELS) for q in level]
    edges = [Fraction(edge, LEVELS) for edge in EDGES]
    assert diagram.edges.tolist() == [float(edge) for edge in edges]
    assert same(diagram.ece, reference.expected_calibration_error(confidences, correct.tolist(), edges))


@settings(max_examples=200, deadline=None)
@given(
    outcomes(st.one_of(st.floats(0, 1), st.integers(0, 10).map(lambda tenth: tenth / 10))), st.integers(1, 20)
)
def test_calibration_of_floats_is_as_defined(cases: Outcomes, bins: int) -> None:
    confidence, correct = columns(cases, np.float64)
    diagram = reliability_diagram(confidence, correct, bins=bins)
    exact = [Fraction(float(value)) for value in confidence]
    edges = [Fraction(float(edge)) for edge in diagram.edges]
    assert same(diagram.ece, reference.expected_calibration_error(exact, correct.tolist(), edges))
    assert same(
        expected_calibration_error(confidence, correct, bins=bins),
        None if not cases else Fraction(diagram.ece),
    )


def test_a_diagram_says_what_is_in_its_bins() -> None:
    diagram = calibration([1, 0, 0, 3], [3, 0, 0, 1], bins=4)
    assert diagram.edges.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert diagram.n.tolist() == [4, 0, 0, 4]
    assert diagram.confidence[[0, 3]].tolist() == [0.125, 0.875]
    assert diagram.accuracy[[0, 3]].tolist() == [0.25, 0.75]
    assert np.isnan(diagram.confidence[1:3]).all()
    assert np.isnan(diagram.accuracy[1:3]).all()


# ---- counts ----------------------------------------------------------------------------------------------


PIXELS = st.lists(
    st.tuples(st.sampled_from([0, 1, 2, 254, 255]), st.integers(0, 2), LEVEL, st.booleans()), max_size=60
)


@settings(max_examples=200, deadline=None)
@given(PIXELS, st.sampled_from([None, 255, (1, 254), 300]), st.booleans(), st.data())
def test_counts_are_as_defined(
    pixels: list[tuple[int, int, int, bool]], ignore: Any, has_invalid: bool, data: st.DataObject
) -> None:
    truth, prediction, level, invalid = np.array(pixels, int).reshape(-1, 4).T
    samples = data.draw(st.none() | st.lists(st.integers(0, max(len(pixels) - 1, 0)), max_size=len(pixels)))
    confidence = level.astype(np.uint16)
    arguments: dict[str, Any] = {"ignore": ignore}
    if has_invalid:
        arguments["invalid"] = invalid
    if samples is not None:
        arguments["samples"] = np.array(samples, int)
    found = confidence_counts(
        truth, prediction, confidence if samples is None else confidence[samples], **arguments
    )
    chosen = pixels if samples is None else [pixels[i] for i in samples]
    ignored = () if ignore is None else np.atleast_1d(ignore).tolist()
    expected = reference.counts([(t, p, q, i and has_invalid) for t, p, q, i in chosen], ignored)
    assert found.sum() == sum(expected.values())
    assert {(o, q): n for (o, q), n in expected.items() if found[o, q] != n} == {}


def test_counts_add_up() -> None:
    whole = confidence_counts([[0, 1], [1, 255]], [[0, 1], [0, 0]], [[0.5, 1.0], [0.25, 0.0]])
    parts = confidence_counts([0, 1], [0, 1], [0.5, 1.0])
    assert confidence_counts([1, 255], [0, 0], [0.25, 0.0], out=parts) is parts
    assert np.array_equal(whole, parts)
    rows = [VALID_RIGHT, VALID_WRONG, INVALID_RIGHT, INVALID_WRONG]
    assert whole.sum(axis=1)[rows].tolist() == [2, 1, 0, 0]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_fall_on_the_level_they_are_in(dtype: type) -> None:
    highest = np.nextafter(dtype(1), dtype(0))
    levels = confidence_levels(np.array([0, 2**-16, 0.5, highest, 1], dtype))
    assert levels.tolist() == [0, 1, 32768, int(highest * np.float64(LEVELS)), 65535]


# ---- what is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[1]], [[1, 1]], [[0.5]]), r"prediction has shape \(1, 2\), truth has \(1, 1\)"),
        (([[1]], [[1]], [0.5]), r"confidence has shape \(1,\), truth has \(1, 1\)"),
        (([[300]], [[1]], [[0.5]]), r"\[0, 0\]: truth is 300, expected 0 to 255"),
        (([[1]], [[-1]], [[0.5]]), r"\[0, 0\]: prediction is -1"),
        (([[1]], [[0.5]], [[0.5]]), "prediction has dtype float64, expected integers"),
        (([[1]], [[1]], [[1]]), "confidence has dtype int64, expected uint16, or floats 0 to 1"),
        (([[1, 1]], [[1, 1]], [[0.5, 1.5]]), r"\[0, 1\]: confidence is 1.5, expected 0 to 1"),
        (([[1, 1]], [[1, 1]], [[0.5, math.nan]]), r"\[0, 1\]: confidence is nan"),
    ],
)
def test_maps_that_cannot_be_counted_are_refused(arguments: Sequence[Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        confidence_counts(*arguments)


@pytest.mark.parametrize(
    "out",
    [
        np.zeros((3, LEVELS), np.uint64),
        np.zeros((4, LEVELS), np.int64),
        np.zeros((4, 2 * LEVELS), np.uint64)[:, ::2],
    ],
)
def test_counts_are_added_to_counts_only(out: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"expected contiguous uint64 of shape \(4, 65536\)"):
        confidence_counts([[1]], [[1]], [[0.5]], out=out)


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        ([0, 3, 4], r"sample 2: is pixel 4, of a map of 4"),
        ([0, -1, 1], "below 0"),
        ([[0, 1, 2]], r"int64 of shape \(1, 3\), expected integers of shape \(n,\)"),
        ([0.0, 1.0, 2.0], "float64"),
        ([0, 1], r"confidence has shape \(3,\), samples have \(2,\)"),
    ],
)
def test_samples_that_are_no_pixels_are_refused(samples: Any, message: str) -> None:
    out = np.zeros((4, LEVELS), np.uint64)
    with pytest.raises(InputError, match=message):
        confidence_counts([[1, 1], [1, 1]], [[1, 1], [1, 1]], [0.5] * 3, samples=samples, out=out)
    assert not out.any()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: auroc([0.5], [True, False]), InputError, r"score has shape \(1,\), positive \(2,\)"),
        (lambda: auroc([0.5, math.nan], [1, 0]), InputError, r"\[1\]: score is NaN"),
        (lambda: auroc([0.5, 0.7], [1, 2]), InputError, "positive holds other numbers than 0 and 1"),
        (lambda: fpr_at_tpr([0.5], [1], 1.5), ValueError, "tpr is 1.5, expected 0 to 1"),
        (lambda: fpr_at_tpr([0.5], [1], math.nan), ValueError, "tpr is nan"),
        (
            lambda: expected_calibration_error([0.5], [1], bins=0),
            ValueError,
            "bins is 0, expected 1 to 65536",
        ),
        (lambda: expected_calibration_error([1.5], [1]), InputError, r"\[0\]: confidence is 1.5"),
        (lambda: calibration([1, 2], [1, 2], bins=3), ValueError, "bins is 3, expected 1 to 2"),
        (lambda: calibration([1], [-1]), InputError, "wrong holds what is no count"),
        (lambda: ranking_scores([1], [1, 2]), InputError, r"positives has shape \(1,\), negatives \(2,\)"),
        (lambda: calibration([2**63], [0], bins=1), InputError, r"2\^63 or more"),
    ],
)
def test_what_cannot_be_scored_is_refused(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_nothing_has_no_scores() -> None:
    assert all(map(math.isnan, ranking_scores([], [])))
    assert all(map(math.isnan, ranking_scores([0, 0], [0, 0])))
    assert math.isnan(reliability.expected_calibration_error(np.empty(0), np.empty(0, np.bool_)))
    assert math.isnan(calibration([0], [0], bins=1).ece)
