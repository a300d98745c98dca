"""Rows of counts kept for each image, as tensors of a state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.evaluators.tensors import Tensors
from segmetrics.types import Key

Rows = NDArray[np.uint64]
"""(n, columns)."""


def joined_rows(rows: Mapping[Key, Rows], n_columns: int) -> Rows:
    """The rows of all images, in the order of their keys."""
    return np.concatenate([np.empty((0, n_columns), np.uint64), *(rows[key] for key in _ordered(rows))])


def pack_rows(name: str, rows: Mapping[Key, Rows], n_columns: int) -> Tensors:
    """Two tensors: the rows of all images in the order of their keys, and how many each has.

    >>> pack_rows("pairs", {"b": np.ones((2, 3), np.uint64), "a": np.empty((0, 3))}, 3)["pairs_per_image"]
    array([0, 2], dtype=uint32)
    """
    per_image = np.array([len(rows[key]) for key in _ordered(rows)], np.uint32)
    return {name: joined_rows(rows, n_columns), f"{name}_per_image": per_image}


def _ordered(rows: Mapping[Key, Rows]) -> list[Key]:
    return sorted(rows)


def unpack_rows(name: str, tensors: Tensors, keys: Sequence[Key], n_columns: int) -> dict[Key, Rows]:
    """What `pack_rows` packed.

    Raises:
        InputError: A tensor is missing, or of another dtype or shape.
    """
    per_image = checked_tensor(tensors, f"{name}_per_image", np.dtype(np.uint32), (len(keys),))
    n = int(per_image.sum(dtype=np.uint64))
    rows = checked_tensor(tensors, name, np.dtype(np.uint64), (n, n_columns))
    ends = np.cumsum(per_image, dtype=np.int64).tolist()
    parts = (rows[start:end] for start, end in pairwise((0, *ends)))
    return dict(zip(keys, parts, strict=True))


def checked_tensor(tensors: Tensors, name: str, dtype: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """A tensor of a state.

    Raises:
        InputError: It is missing, or of another dtype or shape.
    """
    found = tensors.get(name)
    if found is None or found.dtype != dtype or found.shape != shape:
        what = "missing" if found is None else f"{found.dtype} of shape {found.shape}"
        raise InputError(f"tensor {name!r} is {what}, expected {dtype} of shape {shape}")
    return np.array(found)
