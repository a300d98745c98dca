"""Boundaries: thinning them, matching them with annotated ones, and counting what corresponds.

Sources: Martin, Fowlkes and Malik, Learning to Detect Natural Image Boundaries (PAMI 26(5), 2004); Arbelaez
et al., Contour Detection and Hierarchical Image Segmentation (PAMI 33(5), 2011), for BSDS500.
Its own matcher draws at random; what it draws from is here exact, see docs/reference/parity.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmetrics._core import boundaries as _core
from segmetrics.arrays import as_numpy
from segmetrics.edge_nms import edges_nms
from segmetrics.errors import InputError

MAX_DISTANCE: Final = 0.0075
"""Of an image's diagonal: how far BSDS500 lets corresponding pixels lie apart."""

Map = NDArray[Any]


class Matches(NamedTuple):
    """Pairs of pixels that correspond, in raster order of the predicted ones.

    Attributes:
        predicted: (n, 2) int64, row and column.
        annotated: (n, 2) int64, row and column.
        distance: (n,) float64, in pixels.
    """

    predicted: NDArray[np.int64]
    annotated: NDArray[np.int64]
    distance: NDArray[np.float64]


def thin(mask: ArrayLike) -> NDArray[np.bool_]:
    """Reduce boundaries to lines of one pixel.

    Args:
        mask: (h, w) bool, or integers that are boundary where not 0.

    Returns:
        (h, w) bool, as MATLAB's bwmorph(mask, 'thin', Inf) and skimage.morphology.thin.

    Raises:
        InputError: It is no such mask.

    Source: Guo and Hall, Parallel Thinning with Two-Subiteration Algorithms (CACM 32(3), 1989), A1.

    >>> thin([[1, 1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1]]).astype(int).tolist()
    [[0, 0, 0, 0, 0], [0, 1, 1, 1, 0], [0, 0, 0, 0, 0]]
    """
    image = _mask(mask, "mask").copy()
    _core.thin(image)
    return image.view(np.bool_)


def match(predicted: ArrayLike, annotated: ArrayLike, max_distance: float = MAX_DISTANCE) -> Matches:
    """Match boundary pixels one to one: as many as can be, with the least sum of distances.

    Distances are added up in whole hundredths of a pixel. What remains open is settled by a hash of the
    pixels' places, so the same maps give the same matches.

    Args:
        predicted: (h, w) bool, or integers that are boundary where not 0.
        annotated: Likewise, of the same size.
        max_distance: How far matched pixels may lie apart, as a share of the image's diagonal.

    Raises:
        InputError: A map is none, or the sizes differ.
        ValueError: `max_distance` is not a number from 0 on, or is too large for the image.

    >>> match([[1, 1, 0, 0]], [[0, 1, 0, 1]], max_distance=0.5).annotated.tolist()
    [[0, 1], [0, 3]]
    """
    maps = _mask(predicted, "predicted"), _mask(annotated, "annotated")
    if maps[0].shape != maps[1].shape:
        raise InputError(f"predicted has shape {maps[0].shape}, annotated {maps[1].shape}; they must agree")
    height, width = maps[0].shape
    mates = _core.match(*maps, matching_radius(height, width, max_distance))
    rows = np.argwhere(mates >= 0)
    partners = np.stack(np.divmod(mates[mates >= 0], width), axis=1)
    return Matches(rows, partners, np.hypot(*(rows - partners).T))


def segmentation_boundaries(labels: ArrayLike) -> NDArray[np.bool_]:
    """The boundaries between the segments of a label map.

    A pixel is boundary if of the 2 x 2 pixels from it to the right and down two that share a side differ; in
    the last row and column, if it differs from the next one there.

    Args:
        labels: (h, w) integers.

    Returns:
        (h, w) bool, as seg2bdry(labels, 'imageSize') of the BSDS500 benchmark.

    Raises:
        InputError: It is no label map.

    >>> segmentation_boundaries([[1, 1, 2], [1, 1, 2], [3, 3, 3]]).astype(int).tolist()
    [[0, 1, 0], [1, 1, 1], [0, 0, 0]]
    """
    array = as_numpy(labels, "labels")
    if array.ndim != 2 or not array.size or array.dtype.kind == "f":
        raise InputError(f"labels are {array.dtype} of shape {array.shape}, expected (h, w) integers")
    right, down = np.zeros(array.shape, np.bool_), np.zeros(array.shape, np.bool_)
    right[:, :-1] = array[:, 1:] != array[:, :-1]
    down[:-1] = array[1:] != array[:-1]
    boundaries = right | down
    boundaries[:-1] |= right[1:]
    boundaries[:, :-1] |= down[:, 1:]
    return boundaries


def contour_strengths(contours: ArrayLike) -> Map:
    """The strength of boundaries at each pixel, from an ultrametric contour map of double size.

    Args:
        contours: (2h + 1, 2w + 1): contours between pixels, which lie at odd rows and columns.

    Returns:
        (h, w), a view: every second row and column from the third on, as the BSDS500 benchmark takes them.

    Raises:
        InputError: It has no such shape.

    >>> contour_strengths(np.arange(15).reshape(3, 5)).tolist()
    [[12, 14]]
    """
    array = as_numpy(contours, "contours")
    if array.ndim != 2 or any(side < 3 or side % 2 == 0 for side in array.shape):
        raise InputError(f"contours have shape {array.shape}, expected (2h + 1, 2w + 1)")
    return array[2::2, 2::2]


def matching_radius(height: int, width: int, max_distance: float) -> float:
    """How many pixels `max_distance`, a share of the diagonal, is in an image of this size.

    Raises:
        ValueError: It is not a number from 0 on.

    >>> matching_radius(30, 40, 0.1)
    5.0
    """
    if not 0 <= max_distance < float("inf"):
        raise ValueError(f"max_distance is {max_distance}, expected a share of the diagonal, from 0 on")
    return max_distance * sqrt(height * height + width * width)


class BoundaryCounter:
    """Counts corresponding pixels of one image after the other, in memory that is used again.

    Args:
        thresholds: (k,) ascending, finite.
        max_distance: How far matched pixels may lie apart, as a share of the image's diagonal.
        thin: Whether predicted boundaries are thinned after the cut.
        nms: Whether strengths that are no maxima across their edge are suppressed before it, as
            `segmetrics.edge_nms.edges_nms` does.

    Raises:
        ValueError: `max_distance` is not a number from 0 on.

    >>> counter = BoundaryCounter([0.5], max_distance=0.2)
    >>> counter.count(np.array([[0.2, 0.7, 0.5]]), [[[0, 0, 1]], [[1, 0, 0]]]).tolist()
    [[1, 2, 1, 2]]
    """

    def __init__(
        self,
        thresholds: ArrayLike,
        max_distance: float = MAX_DISTANCE,
        *,
        thin: bool = True,
        nms: bool = False,
    ) -> None:
        self._thresholds = np.array(thresholds, np.float64)
        self._max_distance = max_distance
        self._thin = thin
        self._nms = nms
        self._core = _core.BoundaryCounter()
        matching_radius(1, 1, max_distance)  # refuses what is no share

    def count(self, prediction: Any, annotations: Sequence[Any]) -> NDArray[np.int64]:  # noqa: ANN401
        """Counts of one image.

        Args:
            prediction: (h, w) strengths in [0, 1], of which a pixel is boundary where they reach the
                threshold; 8-bit ones are divided by 255. Or a list with one map for each threshold: bool
                boundaries, or integer labels, whose `segmentation_boundaries` are taken.
            annotations: At least one (h, w) map, bool or integers that are boundary where not 0.

        Returns:
            (k, 4) int64 for each threshold: annotated pixels that are matched, and all, both added up over
            annotations; predicted pixels that are matched with any annotation, and all.

        Raises:
            InputError: A map is none, sizes differ, or there are no annotations.
        """
        annotated = _stack([_mask(each, f"annotation {i}") for i, each in enumerate(annotations)])
        shape = annotated.shape[1:]
        radius = matching_radius(shape[0], shape[1], self._max_distance)
        if isinstance(prediction, list | tuple):
            images = self._images(prediction, shape)
            return self._core.of_images(images, self._thin, annotated, radius)
        strengths = _strengths(prediction, shape)
        if self._nms:
            strengths = edges_nms(strengths)
        return self._core.of_strengths(strengths, self._thresholds, self._thin, annotated, radius)

    def _images(self, maps: Sequence[object], shape: tuple[int, ...]) -> NDArray[np.uint8]:
        if len(maps) != len(self._thresholds):
            expected = f"{len(self._thresholds)}: one a threshold"
            raise InputError(f"found {len(maps)} predicted maps, expected {expected}")
        images = []
        for i, each in enumerate(maps):
            name = f"prediction {i}"
            array = as_numpy(each, name)
            _check_shape(array, shape, name)
            images.append(_mask(array if array.dtype == np.bool_ else segmentation_boundaries(array), name))
        return np.stack(images)


def _mask(value: object, name: str) -> NDArray[np.uint8]:
    """(h, w) bytes, contiguous, of 0 and 1 if they were bool."""
    array = as_numpy(value, name)
    if array.ndim != 2 or not array.size or array.dtype.kind == "f":
        raise InputError(f"{name} is {array.dtype} of shape {array.shape}, expected (h, w) bool or integers")
    if array.dtype.itemsize > 1:
        array = array != 0
    return np.ascontiguousarray(array).view(np.uint8)


def _stack(annotations: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    if not annotations:
        raise InputError("the list of annotations is empty, expected at least one map")
    for i, annotation in enumerate(annotations):
        if annotation.shape != annotations[0].shape:
            expected = annotations[0].shape
            raise InputError(f"annotation {i} has shape {annotation.shape}, that before it {expected}")
    return np.stack(annotations)


def _check_shape(array: Map, shape: tuple[int, ...], name: str) -> None:
    if array.shape != shape:
        raise InputError(f"{name} has shape {array.shape}, its annotations {shape}; they must agree")


def _strengths(value: object, shape: tuple[int, ...]) -> NDArray[np.float64]:
    array = as_numpy(value, "prediction")
    _check_shape(array, shape, "prediction")
    if array.dtype == np.uint8:
        return array / 255
    if array.dtype.kind not in "fb":
        raise InputError(f"prediction has dtype {array.dtype}, expected floats in [0, 1], or uint8")
    strengths = np.ascontiguousarray(array, np.float64)
    if not (strengths.min() >= 0 and strengths.max() <= 1):
        first = np.unravel_index((~((strengths >= 0) & (strengths <= 1))).argmax(), strengths.shape)
        place = f"pixel {[int(i) for i in first]}"
        raise InputError(f"prediction is {strengths[first]}, expected a strength from 0 to 1", place=place)
    return strengths
