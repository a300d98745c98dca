"""`segmetrics.video_objects`: frames, objects and their statistics."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmetrics.contours import contour_accuracy, region_similarity
from segmetrics.errors import InputError
from segmetrics.video_objects import measure_objects, statistics

RNG = np.random.default_rng(5)
TRUTH = RNG.choice([0, 1, 2, 255], (5, 9, 14), p=[0.4, 0.3, 0.2, 0.1])
FOUND = np.where(RNG.random(TRUTH.shape) < 0.8, TRUTH, 0) % 255


def test_first_and_last_frame_are_not_measured() -> None:
    measured = measure_objects(TRUTH, FOUND)
    assert measured.similarity.shape == measured.accuracy.shape == (2, 3)
    for k in (1, 2):
        for i in (1, 2, 3):
            sides = TRUTH[i] == k, FOUND[i] == k
            assert measured.similarity[k - 1, i - 1] == region_similarity(*sides)
            assert measured.accuracy[k - 1, i - 1] == contour_accuracy(*sides)
    changed = [FOUND[0] * 0, *FOUND[1:-1], FOUND[-1] * 0]
    assert np.array_equal(measure_objects(TRUTH, changed).similarity, measured.similarity)


def test_objects_that_enter_later_are_not_scored() -> None:
    first = np.minimum(TRUTH[0], 1)
    assert len(measure_objects([first, *TRUTH[1:]], np.minimum(FOUND, 1)).similarity) == 1


def test_a_sequence_without_objects() -> None:
    assert measure_objects(np.zeros((4, 2, 2), int), np.zeros((4, 2, 2), int)).accuracy.shape == (0, 2)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=90))
def test_statistics_are_those_of_db_statistics(values: list[float]) -> None:
    # davis2017-evaluation ac7c43f, utils.py, in its own words of NumPy
    ids = (np.round(np.linspace(1, len(values), 5) + 1e-10) - 1).astype(np.uint8)
    bins = [values[ids[i] : ids[i + 1] + 1] for i in range(4)]
    expected = np.mean(values), np.mean(np.array(values) > 0.5), np.mean(bins[0]) - np.mean(bins[3])
    assert statistics(values) == pytest.approx(expected, rel=0, abs=1e-12)


def test_what_cannot_be() -> None:
    with pytest.raises(InputError, match="there are 2 frames of the truth, 2 predicted"):
        measure_objects(TRUTH[:2], FOUND[:2])
    with pytest.raises(InputError, match="label 7 is predicted, expected 0 to 2"):
        measure_objects(TRUTH, np.where(FOUND == 1, 7, FOUND))
    with pytest.raises(InputError, match="the prediction is 9 x 13, its truth is 9 x 14"):
        measure_objects(TRUTH, FOUND[:, :, :-1])
    with pytest.raises(InputError, match="expected \\(frames,\\)"):
        statistics([])
