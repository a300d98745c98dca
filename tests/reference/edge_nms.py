"""The slow twin of csrc/edge_nms.c: the definition, pixel by pixel where it is one of pixels."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Map = NDArray[np.float64]


def edges_nms(strengths: Map, radius: int, border: int, multiplier: float) -> Map:
    """Strengths that are 0 but on crests."""
    smoothed = triangle(strengths, 1)
    normals = normals_of(triangle(smoothed, 4))
    crests = np.zeros_like(smoothed)
    for y, x in np.argwhere(smoothed > 0).tolist():
        around = [
            interpolate(smoothed, x + d * normals[y, x, 0], y + d * normals[y, x, 1])
            for d in range(-radius, radius + 1)
            if d
        ]
        if all(smoothed[y, x] * multiplier >= value for value in around):
            crests[y, x] = smoothed[y, x]
    height, width = strengths.shape
    border = min(border, width // 2, height // 2)
    return crests * fade(width, border) * fade(height, border)[:, np.newaxis]


def triangle(values: Map, radius: int) -> Map:
    """Columns, then rows, filtered with 1, 2, ..., radius + 1, ..., 2, 1."""
    weights = [(radius + 1 - abs(k)) / (radius + 1) ** 2 for k in range(-radius, radius + 1)]
    height, width = values.shape
    padded = np.pad(values, ((radius, radius), (0, 0)), mode="symmetric")
    values = np.array(sum(weight * padded[k : k + height] for k, weight in enumerate(weights)))
    padded = np.pad(values, ((0, 0), (radius, radius)), mode="symmetric")
    return np.array(sum(weight * padded[:, k : k + width] for k, weight in enumerate(weights)))


def normals_of(blurred: Map) -> Map:
    """(h, w, 2): x and y of the unit vector across the boundary."""
    dy = derivative(blurred, 0)
    x = derivative(derivative(blurred, 1), 1) + 1e-5
    y = derivative(dy, 0) * np.sign(-derivative(dy, 1))
    length = np.sqrt(x * x + y * y)
    has_length = length > 0
    length[~has_length] = 1
    return np.stack([np.where(has_length, x, 1) / length, np.where(has_length, y, 0) / length], axis=-1)


def derivative(values: Map, axis: int) -> Map:
    """MATLAB's gradient along an axis."""
    return np.asarray(np.gradient(values, axis=axis)) if values.shape[axis] > 1 else np.zeros_like(values)


def interpolate(values: Map, x: float, y: float) -> float:
    """Bilinear, at the nearest point inside, which is 0.001 short of the last row and column."""
    height, width = values.shape
    x = min(max(x, 0), max(width - 1.001, 0))
    y = min(max(y, 0), max(height - 1.001, 0))
    column, row = math.floor(x), math.floor(y)
    next_column, next_row = min(column + 1, width - 1), min(row + 1, height - 1)
    right, down = x - column, y - row
    left, up = 1 - right, 1 - down
    return float(
        values[row, column] * left * up
        + values[row, next_column] * right * up
        + values[next_row, column] * left * down
        + values[next_row, next_column] * right * down
    )


def fade(size: int, border: int) -> Map:
    """What each of `size` columns or rows is multiplied by."""
    from_end = np.minimum(np.arange(size), np.arange(size)[::-1])
    return np.where(from_end < border, from_end / max(border, 1), 1.0)
