"""Objects in video: means over objects, the merge law, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluators.states import Spoil, put, spoiled, with_header
from evaluators.video_object_cases import evaluated, sequence
from segmetrics.errors import InputError
from segmetrics.evaluators.video_objects import VideoObjectEvaluator
from segmetrics.video_objects import measure_objects, statistics


def test_scores_are_means_over_the_objects_of_all_sequences() -> None:
    scores = evaluated([3, 7]).compute()
    measured = [measure_objects(*sequence(number)) for number in (3, 7)]
    for measure, name in enumerate("jf"):
        expected = np.array([statistics(each) for one in measured for each in one[measure]]).mean(axis=0)
        found = [scores[f"{name}.{field}"] for field in ("mean", "recall", "decay")]
        assert found == pytest.approx(expected.tolist(), rel=0, abs=1e-15)
    means = np.array([scores["j.mean"], scores["f.mean"]], np.float64)
    assert scores["jf"] == pytest.approx(means.mean(), rel=0, abs=1e-15)
    assert scores.value("j.mean", object="7_1") == statistics(measured[1].similarity[0]).mean
    assert not scores.find("j.decay").higher_is_better


def test_nothing_measured_is_undefined() -> None:
    assert {score.value for score in VideoObjectEvaluator().compute()} == {None}


@settings(max_examples=50, deadline=None)
@given(st.permutations(range(5)), st.integers(0, 5))
def test_any_partition_in_any_order_is_the_whole(order: list[int], cut: int) -> None:
    whole, parts = evaluated([*range(5)]), [evaluated(order[:cut]), evaluated(order[cut:])]
    merged = VideoObjectEvaluator.merge_all(parts)
    assert merged.to_bytes() == whole.to_bytes()
    assert list(merged.compute()) == list(whole.compute())


def test_an_error_names_sequence_and_frame() -> None:
    truth, prediction = sequence(1)
    with pytest.raises(InputError, match="sequence boats, frame 1"):
        VideoObjectEvaluator().update([truth], [prediction + 9], keys=["boats"])
    with pytest.raises(InputError, match="1 sequences have annotations, found 0"):
        VideoObjectEvaluator().update([truth], [])


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(put("measures", (0, 0), 1.5), id="more than a fraction"),
        pytest.param(put("measures", (0, 1), np.nan), id="NaN"),
        pytest.param(put("frames_per_object", slice(0, 1), 0), id="an object without frames"),
    ],
)
def test_rows_that_cannot_be_are_refused(spoil: Spoil) -> None:
    with pytest.raises(InputError):
        VideoObjectEvaluator.from_bytes(spoiled(evaluated([3, 7]), spoil))


@pytest.mark.parametrize("tolerance", [-1, "0.008", None])
def test_headers_that_cannot_be_are_refused(tolerance: object) -> None:
    with pytest.raises(InputError):
        VideoObjectEvaluator.from_bytes(with_header(evaluated([3]), {"params": {"tolerance": tolerance}}))
