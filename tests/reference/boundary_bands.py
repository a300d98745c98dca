"""Bands, contours and trimaps by their definitions, pixel by pixel."""

from itertools import product
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.bool_]


def band_distance(height: int, width: int, ratio: float) -> int:
    return max(1, round(ratio * sqrt(height**2 + width**2)))


def boundary_band(mask: Image, ratio: float) -> Image:
    """Erode by 3 x 3 ones, so many times; beyond the image is background."""
    inside = np.pad(mask, 1)
    height, width = mask.shape
    for _ in range(band_distance(mask.shape[0], mask.shape[1], ratio)):
        shifted = [inside[dy : dy + height, dx : dx + width] for dy, dx in product(range(3), repeat=2)]
        inside = np.pad(np.logical_and.reduce(shifted), 1)
    return mask & ~inside[1:-1, 1:-1]


def boundary_iou(a: Image, b: Image, ratio: float) -> float:
    bands = boundary_band(a, ratio), boundary_band(b, ratio)
    either = np.count_nonzero(bands[0] | bands[1])
    return np.count_nonzero(bands[0] & bands[1]) / either if either else np.nan


def label_bands(labels: NDArray[Any], ratio: float) -> Image:
    bands = [boundary_band(labels == label, ratio) for label in np.unique(labels)]
    return np.array(np.logical_or.reduce(bands), np.bool_)


def dilate(mask: Image, radius: int, *, square: bool) -> Image:
    out = np.zeros_like(mask)
    ys, xs = np.nonzero(mask)
    for y, x in product(*map(range, mask.shape)):
        dy, dx = np.abs(ys - y), np.abs(xs - x)
        distance = np.maximum(dy, dx) ** 2 if square else dy**2 + dx**2
        out[y, x] = bool((distance <= radius**2).any())
    return out


def contour(mask: Image) -> Image:
    """A pixel is on it if its right, lower or lower right neighbour is of the other kind."""
    height, width = mask.shape
    out = np.zeros_like(mask)
    for y, x in product(range(height), range(width)):
        neighbours = []
        if x + 1 < width:
            neighbours.append((y, x + 1))
        if y + 1 < height:
            neighbours.append((y + 1, x))
        if x + 1 < width and y + 1 < height:
            neighbours.append((y + 1, x + 1))
        out[y, x] = any(mask[place] != mask[y, x] for place in neighbours)
    return out
