"""Arrays of run-length masks: what they hold, and what makes one right.

Their functions are in `segmetrics.masks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmetrics.errors import InputError

MAX_PIXELS: Final = 2**31 - 1
"""Largest height * width of a mask."""

Runs = NDArray[np.uint32]
Offsets = NDArray[np.int64]


@final
class MaskArray:
    """An immutable array of n run-length masks, which may differ in size.

    Index it as a NumPy array of one dimension: an integer gives an array of one mask; a slice, integers
    or booleans give an array of those masks. Slices share memory with the array they were cut from.

    Attributes:
        runs: (r, 2) uint32, read-only: all runs [start, end), mask after mask.
        offsets: (n + 1,) int64, read-only: mask i owns runs[offsets[i] : offsets[i + 1]].
        sizes: (n, 2) uint32, read-only: height and width in pixels.

    >>> array = MaskArray(runs=[[1, 3], [4, 6], [0, 6]], offsets=[0, 2, 3], sizes=(2, 3))
    >>> array
    MaskArray(2 masks of 2x3, 3 runs)
    >>> array[1].runs.tolist()
    [[0, 6]]
    """

    __slots__ = ("offsets", "runs", "sizes")
    __hash__ = None  # type: ignore[assignment]

    runs: Runs
    offsets: Offsets
    sizes: Runs

    def __init__(self, runs: ArrayLike, offsets: ArrayLike, sizes: ArrayLike) -> None:
        """Take masks as they are stored, after checking them; nothing is copied that need not be.

        Args:
            runs: (r, 2) integers.
            offsets: (n + 1,) integers, ascending from 0 to r.
            sizes: (n, 2) integers, or one (height, width) for all.

        Raises:
            InputError: A size is not a size, or the runs of a mask are empty, touch, are out of order or
                lie outside its image.
            ValueError: The shapes do not fit together.
        """
        runs, offsets = _integers(runs, "runs"), _integers(offsets, "offsets")
        if runs.shape[1:] != (2,):
            raise ValueError(f"runs have shape {runs.shape}, expected (r, 2)")
        if offsets.ndim != 1 or not len(offsets) or offsets[0] != 0 or offsets[-1] != len(runs):
            raise ValueError(f"offsets must be a list that goes from 0 to {len(runs)}")
        if (np.diff(offsets) < 0).any():
            raise ValueError("offsets must ascend")
        sizes = as_sizes(sizes, len(offsets) - 1)
        _check_canonical(runs, offsets, sizes)
        self.runs = _read_only(runs, np.uint32)
        self.offsets = _read_only(offsets, np.int64)
        self.sizes = _read_only(sizes, np.uint32)

    def __len__(self) -> int:
        return len(self.sizes)

    def __getitem__(
        self, index: int | slice | Sequence[int] | NDArray[np.integer[Any]] | NDArray[np.bool_]
    ) -> MaskArray:
        if isinstance(index, slice) and index.step in (None, 1):
            return self._slice(*index.indices(len(self)))
        return self._take(np.atleast_1d(np.arange(len(self))[index]))

    def _slice(self, start: int, stop: int, _step: int) -> MaskArray:
        stop = max(start, stop)
        offsets = self.offsets[start : stop + 1]
        runs = self.runs[offsets[0] : offsets[-1]]
        return trusted(runs, offsets - offsets[0], self.sizes[start:stop])

    def _take(self, chosen: NDArray[np.intp]) -> MaskArray:
        lengths = np.diff(self.offsets)[chosen]
        offsets = offsets_of(lengths)
        moved = self.offsets[chosen] - offsets[:-1]
        runs = self.runs[np.arange(offsets[-1]) + np.repeat(moved, lengths)]
        return trusted(runs, offsets, self.sizes[chosen])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MaskArray):
            return NotImplemented
        return (
            np.array_equal(self.sizes, other.sizes)
            and np.array_equal(self.offsets, other.offsets)
            and np.array_equal(self.runs, other.runs)
        )

    def __repr__(self) -> str:
        sizes = {f"{height}x{width}" for height, width in self.sizes.tolist()}
        of_size = f" of {sizes.pop()}" if len(sizes) == 1 else f" of {len(sizes)} sizes" if sizes else ""
        return f"MaskArray({_count(len(self), 'mask')}{of_size}, {_count(len(self.runs), 'run')})"


def trusted(runs: NDArray[Any], offsets: NDArray[Any], sizes: NDArray[Any]) -> MaskArray:
    """A MaskArray of runs that are canonical by construction."""
    array = MaskArray.__new__(MaskArray)
    array.runs = _read_only(runs, np.uint32)
    array.offsets = _read_only(offsets, np.int64)
    array.sizes = _read_only(sizes, np.uint32)
    return array


def as_sizes(sizes: ArrayLike, n: int) -> Runs:
    """(n, 2) heights and widths.

    Args:
        sizes: (n, 2) integers, or one (height, width) for all.
        n: How many.

    Raises:
        InputError: A size is not positive, or has more than `MAX_PIXELS`.
        ValueError: `sizes` has another shape.
    """
    array = _integers(sizes, "sizes")
    if array.shape not in ((2,), (n, 2)) and (array.size or n):
        raise ValueError(f"sizes have shape {array.shape}, expected (2,) or ({n}, 2)")
    array = np.broadcast_to(array if array.size else array.reshape(0, 2), (n, 2))
    height, width = np.clip(array, 0, MAX_PIXELS + 1).astype(np.int64).T
    wrong = (height == 0) | (width == 0) | (height * width > MAX_PIXELS)
    if wrong.any():
        i = int(np.argmax(wrong))
        message = f"the size is {array[i, 0]}x{array[i, 1]}, expected 1 to {MAX_PIXELS} pixels"
        raise InputError(message, place=f"mask {i}")
    return array.astype(np.uint32)


def n_pixels(sizes: Runs) -> NDArray[np.uint32]:
    """(n,) height times width."""
    return sizes[:, 0] * sizes[:, 1]


def offsets_of(lengths: ArrayLike) -> Offsets:
    """(n + 1,) where each of n stretches begins and the last ends."""
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])


def _integers(values: ArrayLike, name: str) -> NDArray[Any]:
    array = np.asarray(values)
    if array.size and array.dtype.kind not in "iu":
        raise TypeError(f"{name} are {array.dtype}, expected integers")
    return array


def _read_only(array: NDArray[Any], dtype: type[np.generic]) -> NDArray[Any]:
    view = np.ascontiguousarray(array, dtype).view()
    view.flags.writeable = False
    return view


def _check_canonical(runs: NDArray[Any], offsets: NDArray[Any], sizes: Runs) -> None:
    lengths = np.diff(offsets)
    start, end = runs.astype(np.int64).T
    behind = np.concatenate([[-1], end[:-1]])
    behind[offsets[:-1][lengths > 0]] = -1
    wrong = (start >= end) | (start <= behind) | (end > np.repeat(n_pixels(sizes), lengths))
    if wrong.any():
        k = int(np.argmax(wrong))
        i = int(np.searchsorted(offsets, k, side="right")) - 1
        message = f"run [{start[k]}, {end[k]}) is empty, outside the image or not behind the run before"
        raise InputError(message, place=f"mask {i}")


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
