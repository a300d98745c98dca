"""Slow twins of surface distances: every pair of elements, every triangulation."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, ...]
Loop = list[Point]
Triangle = tuple[Point, Point, Point]


def nearest(points: list[Point], others: list[Point], spacing: tuple[float, ...]) -> list[float]:
    """Distance of each point to the nearest of the others."""
    return [min((_distance(point, other, spacing) for other in others), default=math.inf) for point in points]


def _distance(point: Point, other: Point, spacing: tuple[float, ...]) -> float:
    return math.sqrt(sum(((a - b) * s) ** 2 for a, b, s in zip(point, other, spacing, strict=True)))


def edge_pixels(mask: NDArray[np.bool_]) -> list[Point]:
    """Pixels of the mask with a neighbour along an axis that is not."""
    inside = {tuple(map(int, pixel)) for pixel in np.argwhere(mask)}
    return [pixel for pixel in sorted(inside) if any(other not in inside for other in _neighbours(pixel))]


def _neighbours(pixel: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    for axis, step in product(range(len(pixel)), (-1, 1)):
        yield (*pixel[:axis], pixel[axis] + step, *pixel[axis + 1 :])


def corners(mask: NDArray[np.bool_], spacing: tuple[float, ...]) -> list[tuple[Point, float]]:
    """Points where pixels of both kinds meet, half a pixel back, and how much surface there is."""
    padded = np.pad(mask, 1)
    found: list[tuple[Point, float]] = []
    for point in product(*(range(n + 1) for n in mask.shape)):
        around = padded[tuple(slice(i, i + 2) for i in point)]
        if around.any() and not around.all():
            found.append((point, surface(around, spacing)))
    return found


def surface(around: NDArray[np.bool_], spacing: tuple[float, ...]) -> float:
    """Length or area of the surface amid 2 x 2 or 2 x 2 x 2 pixels, of which the fewer are kept apart."""
    inside = {pixel for pixel in product((0, 1), repeat=around.ndim) if around[pixel]}
    if 2 * len(inside) > around.size:
        inside = set(product((0, 1), repeat=around.ndim)) - inside
    segments = list(_segments(inside, around.ndim))
    if around.ndim == 2:
        return sum(_distance(a, b, spacing) for a, b in segments)
    return sum(_area(triangle, spacing) for loop in _loops(segments) for triangle in _largest(loop))


def _segments(inside: set[tuple[int, ...]], n_axes: int) -> Iterator[tuple[Point, Point]]:
    """Lines through the midpoints of edges of each face, around its corners that are inside."""
    for face in _faces(n_axes):
        ring = [face[0], face[1], face[3], face[2]]
        cut = [k for k in range(4) if (ring[k] in inside) != (ring[(k + 1) % 4] in inside)]
        middles = [
            tuple((a + b) / 2 for a, b in zip(ring[k], ring[(k + 1) % 4], strict=True)) for k in range(4)
        ]
        if len(cut) == 2:
            yield middles[cut[0]], middles[cut[1]]
        if len(cut) == 4:
            for k in range(4):
                if ring[k] in inside:
                    yield middles[k - 1], middles[k]


def _faces(n_axes: int) -> Iterator[list[tuple[int, ...]]]:
    pixels = list(product((0, 1), repeat=n_axes))
    if n_axes == 2:
        yield pixels
    else:
        for axis, side in product(range(3), (0, 1)):
            yield [pixel for pixel in pixels if pixel[axis] == side]


def _loops(segments: list[tuple[Point, Point]]) -> Iterator[Loop]:
    left = list(segments)
    while left:
        loop = list(left.pop())
        while loop[0] != loop[-1]:
            onward = next(segment for segment in left if loop[-1] in segment)
            left.remove(onward)
            loop.append(onward[onward[0] == loop[-1]])
        yield loop[:-1]


def _largest(loop: Loop) -> list[Triangle]:
    """The triangulation of greatest area where pixels are cubes."""
    cube = (1.0, 1.0, 1.0)
    return max(_triangulations(loop), key=lambda triangles: sum(_area(each, cube) for each in triangles))


def _triangulations(loop: Loop) -> Iterator[list[Triangle]]:
    if len(loop) < 3:
        yield []
    for k in range(1, len(loop) - 1):
        for before, behind in product(_triangulations(loop[: k + 1]), _triangulations(loop[k:])):
            yield [*before, *behind, (loop[0], loop[k], loop[-1])]


def _area(triangle: Triangle, spacing: tuple[float, ...]) -> float:
    a, b, c = (np.multiply(point, spacing) for point in triangle)
    return float(np.linalg.norm(np.cross(b - a, c - a))) / 2


def codes(n_axes: int) -> Iterator[NDArray[np.bool_]]:
    """All ways in which the pixels around a corner can be, by their code."""
    pixels = list(product((0, 1), repeat=n_axes))
    for code in range(2 ** len(pixels)):
        around = np.zeros((2,) * n_axes, np.bool_)
        for pixel in pixels:
            around[pixel] = code >> sum(d << axis for axis, d in enumerate(pixel)) & 1
        yield around
