"""`segmetrics.boundary_bands` and the bands of run-length masks against their slow twins."""

from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from reference import boundary_bands as reference

from segmetrics import masks as run_length
from segmetrics.boundary_bands import band_distance, boundary_band, boundary_iou, label_bands
from segmetrics.errors import InputError

SIZES = st.tuples(st.integers(1, 140), st.integers(1, 140))
RATIOS = st.sampled_from([0.0, 0.005, 0.02, 0.05, 0.3, 5.0])


@st.composite
def blobs(draw: st.DrawFn, n: int, n_labels: int = 2) -> NDArray[np.uint8]:
    """(n, h, w) labels: rectangles over one another, and some single pixels."""
    height, width = draw(SIZES)
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    images = np.full((n, height, width), draw(st.integers(0, 1)), np.uint8)
    for image in images:
        for _ in range(draw(st.integers(0, 6))):
            (top, bottom), (left, right) = (np.sort(rng.integers(0, side + 1, 2)) for side in (height, width))
            image[top:bottom, left:right] = rng.integers(n_labels)
        for _ in range(draw(st.integers(0, 3))):
            image[rng.integers(height), rng.integers(width)] = rng.integers(n_labels)
    return images


@given(blobs(1), RATIOS)
@settings(max_examples=200, deadline=None)
def test_a_band_is_what_repeated_erosion_takes_away(images: NDArray[np.uint8], ratio: float) -> None:
    expected = reference.boundary_band(images[0] != 0, ratio)
    assert np.array_equal(boundary_band(images[0], ratio=ratio), expected)
    runs = run_length.boundary_bands(run_length.encode(images), ratio=ratio)
    assert runs == run_length.encode(expected)


@given(blobs(2), RATIOS)
@settings(max_examples=200, deadline=None)
def test_boundary_iou_is_that_of_the_bands(images: NDArray[np.uint8], ratio: float) -> None:
    truth, prediction = images
    expected = reference.boundary_iou(truth != 0, prediction != 0, ratio)
    found = boundary_iou(truth, prediction, ratio=ratio)
    assert found == expected or (isnan(found) and isnan(expected))
    runs = run_length.encode(images)
    assert run_length.boundary_iou(runs[:1], runs[1:], ratio=ratio)[0, 0] == np.nan_to_num(expected)


@given(blobs(1, n_labels=4), RATIOS)
@settings(max_examples=200, deadline=None)
def test_bands_of_labels_are_those_of_their_masks(images: NDArray[np.uint8], ratio: float) -> None:
    assert np.array_equal(label_bands(images[0], ratio=ratio), reference.label_bands(images[0], ratio))


@given(arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 70)), elements=st.booleans()))
@settings(max_examples=100)
def test_noise_has_bands_too(image: NDArray[np.bool_]) -> None:
    expected = reference.boundary_band(image, 0.02)
    assert np.array_equal(boundary_band(image), expected)
    assert run_length.boundary_bands(run_length.encode(image)) == run_length.encode(expected)
    assert np.array_equal(label_bands(image), reference.label_bands(image, 0.02))


@given(st.integers(1, 5000), st.integers(1, 5000), st.sampled_from([0.005, 0.02]))
def test_distances_are_rounded_half_to_even(height: int, width: int, ratio: float) -> None:
    assert band_distance(height, width, ratio=ratio) == reference.band_distance(height, width, ratio)


def test_distances_seen() -> None:
    # 0.5 of a diagonal of 5 is 2.5, of 15 it is 7.5: to the even neighbour.
    assert [band_distance(3, 4, ratio=0.5), band_distance(9, 12, ratio=0.5)] == [2, 8]
    assert band_distance(480, 640) == 16
    assert band_distance(1, 1, ratio=0) == 1
    assert band_distance(3, 7, ratio=1e300) == 7


def test_two_empty_masks_have_no_boundary_iou() -> None:
    assert isnan(boundary_iou(np.zeros((2, 3)), np.zeros((2, 3))))


def test_no_mask_at_all() -> None:
    assert len(run_length.boundary_bands(run_length.encode(np.zeros((0, 2, 3))))) == 0


def test_labels_of_64_bits() -> None:
    assert label_bands(np.array([[2**32 - 1]])).all()
    with pytest.raises(InputError, match="does not fit 32 bits"):
        label_bands(np.array([[2**32]]))


@pytest.mark.parametrize("ratio", [-0.1, float("nan"), float("inf")])
def test_a_ratio_that_is_none(ratio: float) -> None:
    with pytest.raises(ValueError, match="expected a number >= 0"):
        boundary_band([[1]], ratio=ratio)


@pytest.mark.parametrize("wrong", [[1, 2], np.zeros((0, 4)), [[np.nan, 1.0]]])
def test_what_is_no_image(wrong: object) -> None:
    with pytest.raises(InputError, match="mask"):
        boundary_band(wrong)  # type: ignore[arg-type]


def test_two_sizes() -> None:
    with pytest.raises(InputError, match="the prediction is 1 x 2, its truth is 2 x 1"):
        boundary_iou([[1], [0]], [[1, 0]])
