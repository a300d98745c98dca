"""The slow twin of csrc/polygon.c: every upsampled point of the outline, walked one by one."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator

UPSAMPLING = 5


def polygon_mask(outline: npt.ArrayLike, height: int, width: int) -> npt.NDArray[np.bool_]:
    """Fills one polygon by COCO's rule (rleFrPoly of pycocotools 2.0.11, maskApi.c).

    A pixel is foreground when an odd number of crossings lie at or before it, column by column.

    Args:
        outline: x0, y0, x1, y1, ... in pixels; one vertex or more.
        height: rows of the image.
        width: columns of the image.

    Returns:
        The mask, shape (height, width).

    Example:
        >>> polygon_mask([0, 0, 3, 0, 3, 2, 0, 2], height=3, width=4).astype(int)
        array([[1, 1, 1, 0],
               [1, 1, 1, 0],
               [0, 0, 0, 0]])
    """
    n_crossings = np.zeros(height * width + 1, dtype=np.int64)
    for column, row in _crossings(np.asarray(outline, dtype=np.float64), height, width):
        n_crossings[column * height + row] += 1
    is_foreground: npt.NDArray[np.bool_] = np.cumsum(n_crossings[:-1]) % 2 == 1
    return is_foreground.reshape(width, height).T


def _crossings(outline: npt.NDArray[np.float64], height: int, width: int) -> Iterator[tuple[int, int]]:
    for (u, v), (next_u, next_v) in pairwise(_points(outline)):
        column = _to_pixels(min(u, next_u))
        if u != next_u and column.is_integer() and 0 <= column <= width - 1:
            row = min(max(_to_pixels(min(v, next_v)), 0), height)
            yield int(column), math.ceil(row)


def _points(outline: npt.NDArray[np.float64]) -> Iterator[tuple[int, int]]:
    vertices = [(int(UPSAMPLING * x + 0.5), int(UPSAMPLING * y + 0.5)) for x, y in outline.reshape(-1, 2)]
    for start, end in pairwise([*vertices, vertices[0]]):
        yield from _edge_points(start, end)


def _edge_points(start: tuple[int, int], end: tuple[int, int]) -> list[tuple[int, int]]:
    """From start to end, computed from the end that comes first along the longer axis."""
    (x0, y0), (x1, y1) = start, end
    along_x = abs(x1 - x0) >= abs(y1 - y0)
    if start == end:
        return [start]
    if (x0 > x1) if along_x else (y0 > y1):
        return _edge_points(end, start)[::-1]
    if along_x:
        slope = (y1 - y0) / (x1 - x0)
        return [(x0 + t, int(y0 + slope * t + 0.5)) for t in range(x1 - x0 + 1)]
    slope = (x1 - x0) / (y1 - y0)
    return [(int(x0 + slope * t + 0.5), y0 + t) for t in range(y1 - y0 + 1)]


def _to_pixels(fifths: int) -> float:
    return (fifths + 0.5) / UPSAMPLING - 0.5
