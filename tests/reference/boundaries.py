"""Slow twins of `segmetrics.boundaries`: pixel by pixel, and matchings by SciPy."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

Map = NDArray[np.bool_]


def thin(mask: Map) -> Map:
    """By the definition: both passes over all pixels, until nothing goes."""
    image = np.pad(mask, 1)
    while True:
        before = image.copy()
        for second in (False, True):
            going = [
                (y, x)
                for y, x in zip(*np.nonzero(image), strict=True)
                if _may_go(_neighbours(image, y, x), second=second)
            ]
            for y, x in going:
                image[y, x] = False
        if (image == before).all():
            return image[1:-1, 1:-1]


def _neighbours(image: Map, y: int, x: int) -> list[bool]:
    """E, NE, N, NW, W, SW, S, SE."""
    around = [(0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0), (1, 1)]
    return [bool(image[y + down, x + right]) for down, right in around]


def _may_go(x: list[bool], *, second: bool) -> bool:
    e, ne, n, nw, w, sw, s, se = x
    around = [*x, e]
    crossings = sum(not around[i] and (around[i + 1] or around[i + 2]) for i in (0, 2, 4)) + (
        not s and (se or e)
    )
    n1 = sum((e or ne, n or nw, w or sw, s or se))
    n2 = sum((ne or n, nw or w, sw or s, se or e))
    held = (sw or s or not nw) and w if second else (ne or n or not se) and e
    return crossings == 1 and 2 <= min(n1, n2) <= 3 and not held


def arcs(predicted: Map, annotated: Map, radius: float) -> NDArray[np.float64]:
    """(n, m) distances of the pixels of both, row by row; NaN beyond the radius."""
    one, other = np.argwhere(predicted), np.argwhere(annotated)
    squared = ((one[:, np.newaxis] - other[np.newaxis]) ** 2).sum(axis=2).astype(np.float64)
    return np.where(squared <= radius * radius, np.sqrt(squared), np.nan)


def cardinality(predicted: Map, annotated: Map, radius: float) -> int:
    """Pairs of a matching with the most of them."""
    allowed = ~np.isnan(arcs(predicted, annotated, radius))
    if not allowed.any():
        return 0
    return int((maximum_bipartite_matching(csr_array(allowed), perm_type="column") >= 0).sum())


def cost(predicted: Map, annotated: Map, radius: float) -> int:
    """Least total of lengths, 100 times and rounded each, of a matching with the most pairs."""
    distances = arcs(predicted, annotated, radius)
    n, m = distances.shape
    missed = (n + m) * np.ceil(100 * radius) + 1
    square = np.full((n + m, n + m), 0.0)
    square[:n, :m] = np.where(np.isnan(distances), 3 * missed, np.rint(100 * np.nan_to_num(distances)))
    square[:n, m:] = missed
    rows, columns = linear_sum_assignment(square)
    chosen = square[rows, columns]
    return int(chosen[chosen < missed].sum())


def segmentation_boundaries(labels: NDArray[np.int64]) -> Map:
    """By the grid between the pixels, whose outermost lines repeat the next."""
    height, width = labels.shape
    grid = np.zeros((2 * height + 1, 2 * width + 1), np.bool_)
    grid[1::2, 2:-1:2] = labels[:, 1:] != labels[:, :-1]
    grid[2:-1:2, 1::2] = labels[1:] != labels[:-1]
    for y in range(2, 2 * height, 2):
        for x in range(2, 2 * width, 2):
            grid[y, x] = grid[y - 1, x] or grid[y + 1, x] or grid[y, x - 1] or grid[y, x + 1]
    grid[0], grid[-1] = grid[1], grid[-2]
    grid[:, 0], grid[:, -1] = grid[:, 1], grid[:, -2]
    return grid[2::2, 2::2]


def best(
    thresholds: Sequence[float], recall: Sequence[float], precision: Sequence[float]
) -> tuple[float, float, float, float]:
    """Threshold, recall, precision and F of the best, as the benchmark's program looks for it."""
    found = float(thresholds[0]), float(recall[0]), float(precision[0]), _f(recall[0], precision[0])
    points = list(zip(thresholds, recall, precision, strict=True))
    for before, after in pairwise(points):
        for step in np.linspace(0, 1, 100):
            t, r, p = (float(b * step + a * (1 - step)) for a, b in zip(before, after, strict=True))
            if _f(r, p) > found[3]:
                found = t, r, p, _f(r, p)
    return found


def _f(recall: float, precision: float) -> float:
    return float(2 * precision * recall / (precision + recall)) if precision + recall else 0.0
