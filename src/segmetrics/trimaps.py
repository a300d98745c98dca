"""Trimaps: how well a label map is predicted close to where the true labels change.

The boundary of a map are the pixels that have a neighbour of another label, to the left or right, above or
below; its trimap of width d are the pixels at most d from one of them. Distance is Euclid's ("disk") or the
greater of rows and columns ("square"); papers use either, so it must be said which. The trimap is that of the
truth, so truth and prediction cannot change places.

Sources: Kohli et al., Robust Higher Order Potentials for Enforcing Label Consistency, IJCV 2009, section 6.3;
Chen et al., DeepLab, TPAMI 2018, figure 10.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmetrics import confusion, labelmaps
from segmetrics._core import boundary_bands as _core
from segmetrics.arrays import as_numpy
from segmetrics.errors import InputError
from segmetrics.masks import MAX_PIXELS

Shape = Literal["disk", "square"]
"""How far a pixel is from another: by Euclid, or by the greater of rows and columns."""


def trimap(labels: ArrayLike, width: int, *, shape: Shape, ignore: int | None = 255) -> NDArray[np.bool_]:
    """The pixels close to where the labels change.

    Args:
        labels: (h, w) integers.
        width: Pixels from the boundary, at least 0; 0 takes the boundary alone.
        shape: "disk" or "square".
        ignore: A label whose pixels are left out; a boundary with it is one like any other. None for none.

    Returns:
        (h, w) bool.

    Raises:
        InputError: It is no such map.
        ValueError: The width is less than 0, or the shape is neither.

    >>> trimap([[0, 0, 0, 1, 1, 1]], 1, shape="disk").astype(int).tolist()
    [[0, 1, 1, 1, 1, 0]]
    """
    if shape not in get_args(Shape) or width < 0:
        raise ValueError(f"shape is {shape!r}, width {width}; expected disk or square, at least 0 pixels")
    array = as_numpy(labels, "labels")
    if array.ndim != 2 or not 0 < array.size <= MAX_PIXELS or array.dtype.kind == "f":
        raise InputError(f"labels have shape {array.shape} of {array.dtype}, expected (h, w) of integers")
    near = _core.dilate(_boundary(array), min(width, max(array.shape)), shape == "square")
    return near if ignore is None else near & (array != ignore)


def _boundary(labels: NDArray[Any]) -> NDArray[np.uint8]:
    """1 where a pixel has a neighbour of another label."""
    boundary = np.zeros(labels.shape, np.bool_)
    for one, other in (np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:]):
        changes = labels[one] != labels[other]
        boundary[one] |= changes
        boundary[other] |= changes
    return boundary.view(np.uint8)


def trimap_confusion(
    truth: ArrayLike,
    prediction: ArrayLike,
    width: int,
    *,
    shape: Shape,
    classes: int,
    ignore: int | None = 255,
) -> NDArray[np.uint64]:
    """The confusion matrix over the trimap of the truth; those of several images add up.

    Args:
        truth: (h, w) classes 0 to classes - 1, or `ignore`.
        prediction: (h, w) classes of the same shape; anything where the truth is `ignore`.
        width: As `trimap`.
        shape: As `trimap`.
        classes: How many there are.
        ignore: True label of pixels that are not counted; None to count all.

    Returns:
        (classes, classes) uint64: row g, column p counts the pixels of true class g predicted as p.

    Raises:
        InputError: As `trimap` and `segmetrics.labelmaps.confusion_matrix`.
        ValueError: Likewise.

    >>> trimap_confusion([[0, 0, 1, 1]], [[1, 0, 0, 1]], 1, shape="disk", classes=2).tolist()
    [[1, 1], [1, 1]]
    """
    true, found = as_numpy(truth, "truth"), as_numpy(prediction, "prediction")
    if true.shape != found.shape:
        raise InputError(f"the prediction has shape {found.shape}, its truth {true.shape}")
    where = trimap(true, width, shape=shape, ignore=ignore)
    return labelmaps.confusion_matrix(true[where], found[where], classes=classes, ignore=ignore)


def trimap_iou(
    truth: ArrayLike,
    prediction: ArrayLike,
    width: int,
    *,
    shape: Shape,
    classes: int,
    ignore: int | None = 255,
) -> NDArray[np.float64]:
    """Intersection over union of each class within the trimap of the truth.

    Arguments and errors are those of `trimap_confusion`; `numpy.nanmean` of what it returns is the mean IoU.

    Returns:
        (classes,) float64, NaN for a class that neither occurs nor is predicted in the trimap.

    >>> trimap_iou([[0, 0, 1, 1]], [[0, 0, 0, 1]], 0, shape="disk", classes=2).tolist()
    [0.5, 0.0]
    """
    matrix = trimap_confusion(truth, prediction, width, shape=shape, classes=classes, ignore=ignore)
    return confusion.iou(matrix)
