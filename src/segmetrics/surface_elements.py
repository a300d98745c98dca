"""How long a contour, or how large a surface, is at a corner where the pixels of a mask meet.

Between the pixels around a corner runs a polygon through the midpoints of all lines from a pixel of the mask
to a neighbour outside of it (Lorensen and Cline, Marching Cubes, 1987). Pixels that touch along a diagonal
alone are kept apart; of a set and its complement the smaller is looked at, so both have one surface. Where a
polygon is not flat, it is cut into the triangles that have the greatest area where pixels are cubes. That is
what the table of google-deepmind/surface-distance 0.1 comes to.

All triangles lie across an axis, a diagonal of a face, or a diagonal of the cube. So all is told by how much
surface there is of each kind, and by how large a unit of each kind is under the spacing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import chain, combinations, product
from typing import Final

import numpy as np
from numpy.typing import NDArray

Pixel = tuple[int, ...]
"""Which of the two along each axis."""

Axes = frozenset[int]
"""A kind of surface: the axes that are not parallel to it."""

_WHOLE: Final = frozenset((0, 1, 2))


def element_weights(spacing: Sequence[float]) -> NDArray[np.float64]:
    """Length or area of the surface at a corner, by the code of the pixels around it.

    Args:
        spacing: Between neighbours along each of 2 or 3 axes.

    Returns:
        (16,) lengths or (256,) areas, in units of the spacing. A code has bit sum(d[a] << a) set if the pixel
        d[a] steps up axis a, 0 or 1, is of the mask.

    >>> element_weights((2.0, 1.0))[[0b0001, 0b0011, 0b0101]].round(3).tolist()
    [1.118, 2.0, 1.0]
    """
    kinds = _kinds(len(spacing))
    across = np.prod(spacing) / np.asarray(
        spacing, np.float64
    )  # a face of a pixel, by the axis it lies across
    units = np.array([np.sqrt(sum(across[axis] ** 2 for axis in sorted(kind))) for kind in kinds])
    weights: NDArray[np.float64] = (_amounts(len(spacing)) * units).sum(axis=1)
    return weights


@cache
def _kinds(n_axes: int) -> tuple[Axes, ...]:
    sizes = (combinations(range(n_axes), size) for size in range(1, n_axes + 1))
    return tuple(map(frozenset, chain.from_iterable(sizes)))


@cache
def _amounts(n_axes: int) -> NDArray[np.float64]:
    """(codes, kinds): how much surface of each kind there is."""
    codes = range(2**2**n_axes)
    rows = [_surface(_smaller_side(code, n_axes), n_axes) for code in codes]
    return np.array([[row[kind] for kind in _kinds(n_axes)] for row in rows])


def _smaller_side(code: int, n_axes: int) -> set[Pixel]:
    around = list(product((0, 1), repeat=n_axes))
    inside = {pixel for pixel in around if code >> sum(d << axis for axis, d in enumerate(pixel)) & 1}
    return inside if 2 * len(inside) <= len(around) else set(around) - inside


def _surface(pixels: set[Pixel], n_axes: int) -> Counter[Axes]:
    form = _of_piece_in_plane if n_axes == 2 else _of_piece_in_volume
    amounts: Counter[Axes] = Counter()
    for piece in _pieces(pixels):
        amounts.update(form(piece))
    return amounts


def _pieces(pixels: set[Pixel]) -> list[set[Pixel]]:
    """The pixels, parted into those that hang together by neighbours along an axis."""
    pieces: list[set[Pixel]] = []
    for pixel in sorted(pixels):
        touching = [piece for piece in pieces if any(_steps({pixel, other}) for other in piece)]
        pieces = [piece for piece in pieces if piece not in touching]
        pieces.append({pixel}.union(*touching))
    return pieces


def _steps(piece: set[Pixel]) -> list[tuple[Pixel, Pixel, int]]:
    """Pairs of neighbours, and the axis along which they are."""
    pairs = []
    for a, b in combinations(sorted(piece), 2):
        differing = [axis for axis in range(len(a)) if a[axis] != b[axis]]
        if len(differing) == 1:
            pairs.append((a, b, differing[0]))
    return pairs


def _of_piece_in_plane(piece: set[Pixel]) -> dict[Axes, float]:
    along = {axis for _, _, axis in _steps(piece)}
    return {frozenset((0, 1)) - along: 1.0 if along else 0.5}


def _of_piece_in_volume(piece: set[Pixel]) -> dict[Axes, float]:
    """Of one to four pixels; only the polygons of three in a bend and of four in a row are not flat."""
    steps = _steps(piece)
    along = frozenset(axis for _, _, axis in steps)
    match len(steps):
        case 0:
            return {_WHOLE: 1 / 8}
        case 1:
            return {_WHOLE - along: 1 / 2}
        case 2:
            return {_WHOLE - along: 1 / 2, _WHOLE: 3 / 8}
        case 4:
            return {_WHOLE - along: 1.0}
    neighbours = Counter(pixel for a, b, _ in steps for pixel in (a, b))
    if 3 in neighbours.values():
        return {_WHOLE: 3 / 4}
    middle = next(axis for a, b, axis in steps if neighbours[a] == neighbours[b])
    return {frozenset((middle, axis)): 1 / 4 for axis in _WHOLE - {middle}} | {_WHOLE: 1 / 2}
