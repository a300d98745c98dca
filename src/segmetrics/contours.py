"""Contours: how precisely the outline of an object is found, as the DAVIS challenges measure it.

The contour of a mask is one pixel wide and lies half a pixel up and left of the outline. Contour accuracy F
is the F-measure of the contour pixels that have a pixel of the other contour within a tolerance.

Source: Perazzi et al., A Benchmark Dataset and Evaluation Methodology for Video Object Segmentation, CVPR
2016, as davis2017-evaluation ac7c43f computes it (metrics.py).
"""

from __future__ import annotations

from math import ceil, inf, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmetrics._core import boundary_bands as _core
from segmetrics.boundary_bands import as_image, as_images
from segmetrics.errors import InputError

TOLERANCE = 0.008
"""Share of the image's diagonal at which a contour is still found."""


def contour(mask: ArrayLike) -> NDArray[np.bool_]:
    """The pixels whose right, lower or lower right neighbour is not of their kind, inside or outside.

    Args:
        mask: (h, w), foreground is what is not zero.

    Returns:
        (h, w) bool. On the last column only the lower, on the last row only the right neighbour counts.

    Raises:
        InputError: It is no image.

    >>> contour([[0, 0, 0], [0, 1, 1], [0, 1, 1]]).astype(int).tolist()
    [[1, 1, 1], [1, 0, 0], [1, 0, 0]]
    """
    return _core.contour(as_image(mask, "mask"))


def contour_radius(height: int, width: int, *, tolerance: float = TOLERANCE) -> int:
    """How far in pixels two contours may be apart: the share of the diagonal rounded up, or pixels from 1 on.

    Raises:
        ValueError: The tolerance is negative, not finite, or at least 1 and not whole.

    >>> contour_radius(480, 854)
    8
    """
    if not 0 <= tolerance < inf or (tolerance >= 1 and tolerance != int(tolerance)):
        raise ValueError(f"tolerance is {tolerance}, expected a share below 1 or whole pixels")
    return int(tolerance) if tolerance >= 1 else ceil(tolerance * sqrt(height**2 + width**2))


def contour_accuracy(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    void: ArrayLike | None = None,
    tolerance: float = TOLERANCE,
) -> float:
    """F-measure of two contours, DAVIS's F.

    Args:
        truth: (h, w), foreground is what is not zero.
        prediction: Likewise, of the same shape.
        void: (h, w) likewise: pixels that are taken for background on both sides. None for none.
        tolerance: See `contour_radius`.

    Returns:
        A fraction: 1 where neither has a contour, 0 where one has none.

    Raises:
        InputError: One is no image, or the shapes differ.
        ValueError: As `contour_radius`.

    >>> truth = np.pad(np.ones((4, 4)), 4)
    >>> contour_accuracy(truth, np.roll(truth, 1, axis=1), tolerance=1)
    1.0
    """
    sides = _without_void(truth, prediction, void)
    radius = contour_radius(*sides[0].shape, tolerance=tolerance)
    # Nothing lies farther apart than this, and it bounds the work.
    n_true, n_recalled, n_found, n_precise = _core.contour_matches(*sides, min(radius, sum(sides[0].shape)))
    if not n_true and not n_found:
        return 1.0
    if not n_true or not n_found:
        return 0.0
    precision, recall = n_precise / n_found, n_recalled / n_true
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def region_similarity(truth: ArrayLike, prediction: ArrayLike, *, void: ArrayLike | None = None) -> float:
    """Intersection over union of two masks, DAVIS's J; 1 where both are empty.

    Args:
        truth: (h, w), foreground is what is not zero.
        prediction: Likewise, of the same shape.
        void: (h, w) likewise: pixels that do not count. None for none.

    Raises:
        InputError: One is no image, or the shapes differ.

    >>> region_similarity([[1, 1, 0]], [[1, 0, 0]])
    0.5
    """
    true, found = (side != 0 for side in _without_void(truth, prediction, void))
    either = np.count_nonzero(true | found)
    return float(np.count_nonzero(true & found) / either) if either else 1.0


def _without_void(
    truth: ArrayLike, prediction: ArrayLike, void: ArrayLike | None
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    sides = as_images(truth, prediction)
    if void is None:
        return sides
    left_out = as_image(void, "void") != 0
    if left_out.shape != sides[0].shape:
        raise InputError(f"void has shape {left_out.shape}, its truth {sides[0].shape}")
    true, found = (np.where(left_out, np.uint8(0), side) for side in sides)
    return true, found
