"""`segmetrics.contours` against its slow twin."""

from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from reference import boundary_bands as reference

from segmetrics.contours import contour, contour_accuracy, contour_radius, region_similarity
from segmetrics.errors import InputError

SIZES = st.tuples(st.integers(1, 12), st.integers(1, 70))
Pixels = NDArray[np.bool_]


def pairs(n: int) -> st.SearchStrategy[Pixels]:
    return SIZES.flatmap(lambda size: arrays(np.bool_, (n, *size)))


def accuracy(truth: Pixels, prediction: Pixels, radius: int) -> float:
    """F by its definition."""
    true, found = reference.contour(truth), reference.contour(prediction)
    if not true.any() and not found.any():
        return 1
    if not true.any() or not found.any():
        return 0
    precision = np.mean(reference.dilate(true, radius, square=False)[found])
    recall = np.mean(reference.dilate(found, radius, square=False)[true])
    return float(2 * precision * recall / (precision + recall)) if precision + recall else 0


@settings(max_examples=200, deadline=None)
@given(pairs(1))
def test_contours_are_those_of_the_definition(images: Pixels) -> None:
    assert np.array_equal(contour(images[0]), reference.contour(images[0]))


@settings(max_examples=200, deadline=None)
@given(pairs(2), st.sampled_from([0.0, 0.008, 0.1, 1, 3, 200]))
def test_accuracy_is_that_of_the_definition(images: Pixels, tolerance: float) -> None:
    size = images.shape[1:]
    radius = contour_radius(*size, tolerance=tolerance)
    assert radius == (tolerance if tolerance >= 1 else ceil(tolerance * np.linalg.norm(size)))
    assert contour_accuracy(*images, tolerance=tolerance) == pytest.approx(
        accuracy(images[0], images[1], radius), rel=0, abs=1e-15
    )


@settings(max_examples=100, deadline=None)
@given(pairs(3))
def test_void_is_background_on_both_sides(images: Pixels) -> None:
    truth, prediction, void = images
    assert contour_accuracy(truth, prediction, void=void) == contour_accuracy(
        truth & ~void, prediction & ~void
    )
    either = (truth | prediction) & ~void
    expected = (truth & prediction & ~void).sum() / either.sum() if either.any() else 1
    assert region_similarity(truth, prediction, void=void) == expected


@pytest.mark.parametrize("tolerance", [-1, 1.5, float("nan"), float("inf")])
def test_a_tolerance_that_is_none(tolerance: float) -> None:
    with pytest.raises(ValueError, match="expected a share below 1 or whole pixels"):
        contour_accuracy([[1]], [[1]], tolerance=tolerance)


def test_void_of_another_size() -> None:
    with pytest.raises(InputError, match="void has shape"):
        region_similarity([[1]], [[1]], void=[[1, 0]])
