"""Bands: the pixels of a mask that lie close to its boundary, and how well two masks agree there.

The band of a mask at a distance d are its pixels that are at most d columns and rows away from a pixel that
is not in the mask; beyond the image nothing is. d is a ratio of the image's diagonal, rounded half to even
and at least 1.
Boundary IoU is the intersection over union of two bands, which asks the same precision of large and of small
objects. `segmetrics.masks` has the same for run-length masks.

Source: Cheng et al., Boundary IoU: Improving Object-Centric Image Segmentation Evaluation, CVPR 2021, as
boundary-iou-api 37d2558 computes it (boundary_utils.py).
"""

from __future__ import annotations

from math import nan
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmetrics._core import boundary_bands as _core
from segmetrics.arrays import as_numpy
from segmetrics.errors import InputError
from segmetrics.masks import MAX_PIXELS, checked_ratio


def band_distance(height: int, width: int, *, ratio: float = 0.02) -> int:
    """How wide a band is in pixels; no more than the larger side, beyond which nothing changes.

    >>> band_distance(480, 640)
    16
    """
    return _core.band_distance(height, width, checked_ratio(ratio))


def boundary_band(mask: ArrayLike, *, ratio: float = 0.02) -> NDArray[np.bool_]:
    """The pixels of a mask close to its boundary.

    Args:
        mask: (h, w), foreground is what is not zero.
        ratio: How wide the band is, as a share of the image's diagonal.

    Returns:
        (h, w) bool.

    Raises:
        InputError: It is no image.
        ValueError: The ratio is negative or not finite.

    >>> boundary_band(np.ones((3, 4))).astype(int).tolist()
    [[1, 1, 1, 1], [1, 0, 0, 1], [1, 1, 1, 1]]
    """
    pixels = as_image(mask, "mask")
    return _core.band(pixels, band_distance(*pixels.shape, ratio=ratio))


def boundary_iou(truth: ArrayLike, prediction: ArrayLike, *, ratio: float = 0.02) -> float:
    """Intersection over union of the bands of two masks.

    Args:
        truth: (h, w), foreground is what is not zero.
        prediction: Likewise, of the same shape.
        ratio: How wide the bands are, as a share of the image's diagonal.

    Returns:
        A fraction; NaN where both masks are empty.

    Raises:
        InputError: One is no image, or the shapes differ.
        ValueError: The ratio is negative or not finite.

    >>> round(boundary_iou([[0, 1, 1, 0]], [[1, 1, 1, 0]]), 3)
    0.667
    """
    pixels = as_images(truth, prediction)
    both, either = _core.band_overlap(*pixels, band_distance(*pixels[0].shape, ratio=ratio))
    return both / either if either else nan


def label_bands(labels: ArrayLike, *, ratio: float = 0.02) -> NDArray[np.bool_]:
    """The bands of all labels of a map at once.

    Args:
        labels: (h, w) integers that fit 32 bits.
        ratio: How wide the bands are, as a share of the image's diagonal.

    Returns:
        (h, w) bool: whether a pixel is in the band of its label.

    Raises:
        InputError: It is no such map.
        ValueError: The ratio is negative or not finite.

    >>> label_bands([[5, 5, 5, 7], [5, 5, 5, 7], [5, 5, 5, 7]]).astype(int).tolist()
    [[1, 1, 1, 1], [1, 0, 1, 1], [1, 1, 1, 1]]
    """
    array = as_numpy(labels, "labels")
    _check_image(array, "labels")
    if array.dtype.kind == "f":
        raise InputError(f"labels have dtype {array.dtype}, expected integers")
    if array.itemsize > np.dtype(np.uint32).itemsize and np.any(array != array.astype(np.uint32)):
        raise InputError("a label does not fit 32 bits")
    distance = band_distance(*array.shape, ratio=ratio)
    return _core.label_band(np.ascontiguousarray(array, np.uint32), distance)


def as_image(mask: ArrayLike, name: str) -> NDArray[np.uint8]:
    """(h, w) uint8, contiguous: zero where the mask is zero.

    Raises:
        InputError: It is no image, or holds what is no number.
    """
    array = as_numpy(mask, name)
    _check_image(array, name)
    is_bytes = array.dtype in (np.bool_, np.uint8, np.int8)
    return np.ascontiguousarray(array if is_bytes else array != 0).view(np.uint8)


def as_images(truth: ArrayLike, prediction: ArrayLike) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Both as `as_image`, of one shape.

    Raises:
        InputError: One is no image, or the shapes differ.
    """
    images = as_image(truth, "truth"), as_image(prediction, "prediction")
    if images[0].shape != images[1].shape:
        found, expected = (" x ".join(map(str, image.shape)) for image in reversed(images))
        raise InputError(f"the prediction is {found}, its truth is {expected}")
    return images


def _check_image(array: NDArray[Any], name: str) -> None:
    if array.ndim != 2 or not 0 < array.size <= MAX_PIXELS:
        raise InputError(f"{name} has shape {array.shape}, expected (h, w) of 1 to {MAX_PIXELS} pixels")
    if array.dtype.kind == "f" and np.isnan(array).any():
        raise InputError(f"{name} holds NaN")
