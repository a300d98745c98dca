"""`segmetrics.trimaps` against its slow twin."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from reference import boundary_bands as reference

from segmetrics.errors import InputError
from segmetrics.trimaps import Shape, trimap, trimap_confusion, trimap_iou

LABELS = st.sampled_from([0, 1, 2, 255])
MAPS = st.tuples(st.just(2), st.integers(1, 9), st.integers(1, 40)).flatmap(
    lambda shape: arrays(np.uint8, shape, elements=LABELS)
)


def boundary(labels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    out = np.zeros(labels.shape, np.bool_)
    height, width = labels.shape
    for y, x in np.ndindex(height, width):
        places = [(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)]
        out[y, x] = any(labels[v, u] != labels[y, x] for v, u in places if 0 <= v < height and 0 <= u < width)
    return out


@settings(max_examples=200, deadline=None)
@given(MAPS, st.integers(0, 4), st.sampled_from(["disk", "square"]), st.sampled_from([None, 255]))
def test_trimaps_are_those_of_the_definition(
    maps: NDArray[np.uint8], width: int, shape: Shape, ignore: int | None
) -> None:
    expected = reference.dilate(boundary(maps[0]), width, square=shape == "square")
    expected &= maps[0] != (-1 if ignore is None else ignore)
    assert np.array_equal(trimap(maps[0], width, shape=shape, ignore=ignore), expected)


@settings(max_examples=100, deadline=None)
@given(MAPS, st.integers(0, 4), st.sampled_from(["disk", "square"]))
def test_scores_are_those_of_the_pixels_in_the_trimap(
    maps: NDArray[np.uint8], width: int, shape: Shape
) -> None:
    truth, prediction = maps[0], maps[1] % 3
    where = trimap(truth, width, shape=shape)
    matrix = trimap_confusion(truth, prediction, width, shape=shape, classes=3)
    ious = trimap_iou(truth, prediction, width, shape=shape, classes=3)
    for k in range(3):
        both = (where & (truth == k) & (prediction == k)).sum()
        either = (where & ((truth == k) | (prediction == k))).sum()
        assert matrix[k, k] == both
        assert ious[k] == (both / either if either else pytest.approx(np.nan, nan_ok=True))


def test_a_width_beyond_the_image_takes_all() -> None:
    assert trimap([[0, 0, 0, 1]], 10**9, shape="disk").all()


def test_no_boundary_no_trimap() -> None:
    assert not trimap([[1, 1]], 3, shape="square").any()


def test_what_cannot_be() -> None:
    with pytest.raises(ValueError, match="expected disk or square"):
        trimap([[1]], 1, shape="star")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least 0 pixels"):
        trimap([[1]], -1, shape="disk")
    with pytest.raises(InputError, match="of integers"):
        trimap([[0.5]], 1, shape="disk")
    with pytest.raises(InputError, match="the prediction has shape"):
        trimap_confusion([[1]], [[1, 1]], 1, shape="disk", classes=2)
