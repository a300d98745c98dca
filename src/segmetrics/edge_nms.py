"""Non-maximum suppression: the crests of a detector's raw boundary strengths."""

from __future__ import annotations

from math import inf
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmetrics._core import edge_nms as _core
from segmetrics.arrays import as_numpy
from segmetrics.errors import InputError

MAX_DISTANCE: Final = 100_000
"""Largest radius and border, in pixels."""


def edges_nms(
    strengths: ArrayLike, radius: int = 1, border: int = 5, multiplier: float = 1.01
) -> NDArray[np.float64]:
    """Strengths that are 0 but on crests, as boundary benchmarks expect them of a detector.

    Strengths are smoothed a little (a triangle filter of radius 1). The direction across a boundary comes
    from second derivatives of what a triangle filter of radius 4 leaves of them. A pixel becomes 0 if,
    multiplied by `multiplier`, it is less than one 1 to `radius` pixels from it across the boundary, by
    bilinear interpolation. `csrc/edge_nms.h` has the definition.

    Crests can still be two pixels wide: benchmarks thin them at each threshold. Results are not rounded;
    published numbers were mostly computed from 8-bit files.

    Args:
        strengths: (h, w) numbers from 0 to 1, or bool; of 8-bit maps, their values divided by 255.
        radius: How far to look, in pixels; 1, or 2 for some detectors. 0 to look nowhere.
        border: Width in pixels of the frame in which strengths fade to 0, at most half the image's smaller
            side; 0 for none.
        multiplier: Above 1, so that plateaus stay; 1.03 for some detectors.

    Returns:
        (h, w) float64.

    Raises:
        InputError: A strength is NaN or outside 0 to 1; the image has no pixel, or `strengths` is no array
            of numbers; radius or border is no integer of 0 to `MAX_DISTANCE`, or the multiplier not
            positive and finite.
        ValueError: `strengths` has another number of dimensions.

    Source:
        edgesNms of Piotr Dollar's edge toolbox: Dollar and Zitnick, Fast Edge Detection Using Structured
        Forests, PAMI 37(8), 2015. docs/reference/parity.md lists its oddities.

    >>> edges_nms([[0, 0.4, 0.8, 0.4, 0]] * 3, border=0).round(3).tolist()
    [[0.0, 0.0, 0.6, 0.0, 0.0], [0.0, 0.0, 0.6, 0.0, 0.0], [0.0, 0.0, 0.6, 0.0, 0.0]]
    """
    for value, name in ((radius, "radius"), (border, "border")):
        if not isinstance(value, int | np.integer) or not 0 <= value <= MAX_DISTANCE:
            raise InputError(f"{name} is {value!r}, expected an integer from 0 to {MAX_DISTANCE:,}")
    if not 0 < multiplier < inf:
        raise InputError(f"multiplier is {multiplier!r}, expected a positive number")
    return _core.suppress(_as_strengths(strengths), radius, border, multiplier)


def _as_strengths(strengths: ArrayLike) -> NDArray[np.float64]:
    array = as_numpy(strengths, "strengths")
    if array.ndim != 2:
        raise ValueError(f"strengths have shape {array.shape}, expected (h, w)")
    if array.size == 0:
        raise InputError(f"strengths have shape {array.shape}, expected at least one pixel")
    is_strength = (array >= 0) & (array <= 1)
    if not is_strength.all():
        y, x = np.unravel_index(int(np.argmin(is_strength)), array.shape)
        hint = "; divide 8-bit maps by 255" if array.dtype == np.uint8 else ""
        raise InputError(f"found {array[y, x]}, expected 0 to 1{hint}", place=f"strengths[{y}, {x}]")
    return np.ascontiguousarray(array, np.float64)
