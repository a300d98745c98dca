"""Boundaries: thinning, matching at least cost, and how predicted ones correspond to annotated ones.

A boundary map is a binary image, (h, w), true on boundaries. Two pixels may correspond if they are at most
`max_distance` of the image's diagonal apart; of all ways to pair them, the one with the most pairs counts,
and of those the one with the least total distance.

Source: Martin, Fowlkes and Malik, Learning to Detect Natural Image Boundaries Using Local Brightness, Color,
and Texture Cues (PAMI 26(5), 2004), and the benchmark of BSDS500.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmetrics._core import boundaries as _core
from segmetrics.arrays import as_numpy
from segmetrics.errors import InputError

MAX_DISTANCE: Final = 0.0075
"""Of the image's diagonal: BSDS500's. NYUDv2 is scored with 0.011."""

_BRIGHTEST: Final = 255


def thin(mask: ArrayLike) -> NDArray[np.bool_]:
    """Thin boundaries to lines of one pixel.

    Args:
        mask: (h, w) bool or numbers; what is not 0 is boundary.

    Returns:
        (h, w) bool.

    Raises:
        InputError: It is no such array.

    Source: Guo and Hall, Parallel thinning with two-subiteration algorithms (CACM 32(3), 1989), algorithm A1;
    the same as MATLAB's `bwmorph(mask, 'thin', Inf)`.

    >>> thin([[1, 1, 1], [1, 1, 1], [1, 1, 1]]).astype(int)
    array([[0, 0, 0],
           [0, 1, 0],
           [0, 0, 0]])
    """
    image = _as_image(mask, "mask").copy()
    _core.thin(image)
    return image.view(np.bool_)


@dataclass(frozen=True, eq=False)
class Matches:
    """Which pixels of two boundary maps correspond.

    Attributes:
        predicted: (n, 2) int64, row and column of predicted pixels that are matched, row by row.
        annotated: (n, 2) int64, the annotated pixel of each.
    """

    predicted: NDArray[np.int64]
    annotated: NDArray[np.int64]

    def __len__(self) -> int:
        """How many pairs there are."""
        return len(self.predicted)


def match(predicted: ArrayLike, annotated: ArrayLike, max_distance: float = MAX_DISTANCE) -> Matches:
    """Match the pixels of two boundary maps: the most pairs, and of those the least total distance.

    Args:
        predicted: (h, w) bool or numbers, true on boundaries; not thinned here.
        annotated: The same, of the same size.
        max_distance: How far apart two pixels may be, as a share of the image's diagonal.

    Raises:
        InputError: A map is no such array, or their sizes differ.
        ValueError: max_distance is negative or no number.

    Source: the module's; where several matchings are as good, hashes of the pixels decide.

    >>> match([[0, 1, 0], [0, 0, 0]], [[0, 0, 0], [1, 1, 0]], max_distance=0.3).annotated
    array([[1, 1]])
    """
    one, other = _as_image(predicted, "predicted"), _as_image(annotated, "annotated")
    if one.shape != other.shape:
        raise InputError(f"predicted has shape {one.shape}, annotated {other.shape}; they must agree")
    mates = _core.match(one, other, radius_of(one.shape, max_distance))
    rows, columns = np.nonzero(mates >= 0)
    matched = np.unravel_index(mates[rows, columns], one.shape)
    return Matches(np.stack([rows, columns], axis=1), np.stack(matched, axis=1))


def radius_of(shape: Sequence[int], max_distance: float) -> float:
    """Pixels that `max_distance` of the diagonal of a (height, width) image is.

    Raises:
        ValueError: It is negative or no number.
    """
    if not max_distance >= 0:
        raise ValueError(f"max_distance is {max_distance}, expected a share of the diagonal, 0 or more")
    height, width = map(float, shape[:2])
    return float(max_distance * np.sqrt(height * height + width * width))


def boundaries_of_segments(labels: ArrayLike) -> NDArray[np.bool_]:
    """The boundaries between the segments of a label map.

    A pixel is on a boundary if of itself, its right, its lower and its lower right neighbour two that touch
    along a side have different labels; in the last row and column, those of these that there are.

    Args:
        labels: (h, w) integers.

    Returns:
        (h, w) bool.

    Raises:
        InputError: It is no label map.

    Source: `seg2bdry(labels, 'imageSize')` of the benchmark of BSDS500.

    >>> boundaries_of_segments([[1, 1, 2], [1, 1, 2], [3, 3, 3]]).astype(int)
    array([[0, 1, 0],
           [1, 1, 1],
           [0, 0, 0]])
    """
    array = as_numpy(labels, "labels")
    if array.ndim != 2 or not array.size or array.dtype.kind not in "biu":
        raise InputError(
            f"labels are {array.dtype} of shape {array.shape}, expected integers of shape (h, w)"
        )
    right, down = array[:, :-1] != array[:, 1:], array[:-1] != array[1:]
    boundary = np.zeros(array.shape, np.bool_)
    boundary[:-1, :-1] = right[:-1] | right[1:] | down[:, :-1] | down[:, 1:]
    boundary[-1, :-1] = right[-1]
    boundary[:-1, -1] = down[:, -1]
    return boundary


def strengths_of_contours(contours: ArrayLike) -> NDArray[Any]:
    """The boundary strengths of pixels, from an ultrametric contour map on the grid between them.

    Args:
        contours: (2h + 1, 2w + 1) numbers.

    Returns:
        (h, w), a view.

    Raises:
        InputError: It has no such shape.

    >>> strengths_of_contours([[0, 0, 0], [0, 0, 0], [0, 0, 0.5]])
    array([[0.5]])
    """
    array = as_numpy(contours, "contours")
    if array.ndim != 2 or array.shape[0] % 2 == 0 or array.shape[1] % 2 == 0 or min(array.shape) < 3:
        raise InputError(f"contours have shape {array.shape}, expected (2h + 1, 2w + 1)")
    return array[2::2, 2::2]


class BoundaryCounter:
    """Counts pixels that correspond, for one image after another. Not for several threads at once.

    Args:
        max_distance: How far apart two pixels may be, as a share of the image's diagonal.
        thin: Whether predicted boundaries are thinned first.

    Raises:
        ValueError: max_distance is negative or no number.

    >>> counter = BoundaryCounter(max_distance=0.4)
    >>> counter.of_strengths([[0.0, 0.6, 0.0]], [0.5, 0.9], [[[0, 1, 1]], [[0, 0, 1]]]).tolist()
    [[2, 3, 1, 1], [0, 3, 0, 0]]
    """

    def __init__(self, max_distance: float = MAX_DISTANCE, *, thin: bool = True) -> None:
        radius_of((1, 1), max_distance)
        self._max_distance = max_distance
        self._thin = thin
        self._core = _core.BoundaryCounter()

    def of_strengths(
        self, strengths: ArrayLike, thresholds: ArrayLike, annotations: Sequence[ArrayLike]
    ) -> NDArray[np.int64]:
        """Counts of one map of strengths, cut at thresholds: boundaries are where it reaches them.

        Args:
            strengths: (h, w) floats in [0, 1], or uint8 that stands for value / 255.
            thresholds: (k,) ascending.
            annotations: (h, w) bool or numbers each, what is not 0 being boundary; at least one.

        Returns:
            (k, 4): annotated pixels found, added up over annotations; annotated pixels, likewise; predicted
            pixels that are right, matched with one of any annotation; predicted pixels.

        Raises:
            InputError: A map is wrong, or sizes differ, or there are no annotations.
        """
        drawn = _as_annotations(annotations)
        values = _as_strengths(strengths)
        _check_size("the prediction", values, drawn)
        cuts = np.ascontiguousarray(thresholds, np.float64)
        radius = radius_of(values.shape, self._max_distance)
        return self._core.of_strengths(values, cuts, self._thin, drawn, radius)

    def of_boundaries(
        self, boundaries: Sequence[ArrayLike], annotations: Sequence[ArrayLike]
    ) -> NDArray[np.int64]:
        """Counts of several boundary maps of one image, as `of_strengths`.

        Args:
            boundaries: (h, w) bool or numbers each; at least one.
            annotations: As there.

        Returns:
            (len(boundaries), 4), as there.

        Raises:
            InputError: As there.
        """
        drawn = _as_annotations(annotations)
        images = [_as_image(image, "a prediction") for image in boundaries]
        if not images:
            raise InputError("there are no boundary maps")
        for image in images:
            _check_size("a prediction", image, drawn)
        radius = radius_of(drawn.shape[1:], self._max_distance)
        return self._core.of_images(np.stack(images), self._thin, drawn, radius)


def _as_image(mask: ArrayLike, name: str) -> NDArray[np.uint8]:
    """(h, w) bytes of 0 and 1."""
    array = as_numpy(mask, name)
    if array.ndim != 2 or not array.size:
        raise InputError(f"{name} has shape {array.shape}, expected (h, w)")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise InputError(f"{name} holds numbers that are not finite")
    return np.ascontiguousarray(array != 0).view(np.uint8)


def _as_annotations(annotations: Sequence[ArrayLike]) -> NDArray[np.uint8]:
    images = [_as_image(image, f"annotation {i}") for i, image in enumerate(annotations)]
    if not images:
        raise InputError("there are no annotations, expected one of each annotator")
    for i, image in enumerate(images):
        if image.shape != images[0].shape:
            raise InputError(f"annotation {i} has shape {image.shape}, the first {images[0].shape}")
    return np.stack(images)


def _as_strengths(strengths: ArrayLike) -> NDArray[np.float64]:
    """(h, w) in [0, 1]."""
    array = as_numpy(strengths, "the prediction")
    if array.ndim != 2 or not array.size:
        raise InputError(f"the prediction has shape {array.shape}, expected (h, w)")
    if array.dtype == np.uint8:
        shares: NDArray[np.float64] = np.divide(array, _BRIGHTEST, dtype=np.float64)
        return np.ascontiguousarray(shares)
    if array.dtype.kind != "f":
        raise InputError(f"the prediction is {array.dtype}, expected floats in [0, 1] or uint8")
    low, high = array.min(), array.max()
    if not (low >= 0 and high <= 1):  # false for NaN too
        row, column = np.argwhere(~((array >= 0) & (array <= 1)))[0].tolist()
        raise InputError(
            f"the prediction is {array[row, column]:g}, expected floats in [0, 1]",
            place=f"pixel [{row}, {column}]",
        )
    return np.ascontiguousarray(array, np.float64)


def _check_size(name: str, image: NDArray[Any], annotations: NDArray[np.uint8]) -> None:
    if image.shape != annotations.shape[1:]:
        raise InputError(
            f"{name} has shape {image.shape}, its annotations {annotations.shape[1:]}; they must agree"
        )
