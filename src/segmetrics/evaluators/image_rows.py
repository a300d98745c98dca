"""Rows of some images, in tables of plain columns: they can be put together in any order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.evaluators.tensors import Tensors, pack_keys, unpack_keys
from segmetrics.instances import segments
from segmetrics.types import Key


class Column(NamedTuple):
    """What an array of rows holds; `shape` is that of one row."""

    dtype: type[np.generic]
    shape: tuple[int, ...] = ()


@dataclass(frozen=True)
class Table:
    """Columns of one length, and further tables, of which each row here has some rows.

    Attributes:
        columns: By name.
        parts: Those further tables, each by the name of what says how many rows of it a row here has: a
            column of this table, or a property of its `ImageRows`.
    """

    columns: Mapping[str, Column] = field(default_factory=dict)
    parts: Mapping[str, Table] = field(default_factory=dict)

    def all_columns(self) -> dict[str, Column]:
        """Those of this table and of all its parts."""
        columns = dict(self.columns)
        for part in self.parts.values():
            columns |= part.all_columns()
        return columns


@dataclass(frozen=True, eq=False)
class ImageRows:
    """Rows of some images, in the order of their keys.

    A subclass is a dataclass with an array for each column of its table.

    Attributes:
        table: Which columns there are. Its rows are the images.
        keys: (n_images,) int64 or str, ascending.

    >>> @dataclass(frozen=True, eq=False)
    ... class Sightings(ImageRows):
    ...     birds: NDArray[np.float32]
    ...     birds_per_image: NDArray[np.uint32]
    >>> birds = Table({"birds": Column(np.float32)})
    >>> table = Table({"birds_per_image": Column(np.uint32)}, {"birds_per_image": birds})
    >>> one = Sightings(table, np.array([7]), np.array([0.5, 0.25], np.float32), np.array([2], np.uint32))
    >>> other = Sightings(table, np.array([3]), np.array([1.5], np.float32), np.array([1], np.uint32))
    >>> both = Sightings.join([one, other])
    >>> both.keys.tolist(), both.birds.tolist()
    ([3, 7], [1.5, 0.5, 0.25])
    """

    table: Table
    keys: NDArray[Any]

    @classmethod
    def empty(cls, table: Table) -> Self:
        """No images."""
        columns = {name: np.empty((0, *shape), dtype) for name, (dtype, shape) in table.all_columns().items()}
        return cls(table, np.empty(0, np.int64), **columns)

    @classmethod
    def join(cls, blocks: Sequence[Self]) -> Self:
        """The images of all blocks (at least one; no image in two), ordered by key."""
        filled = [block for block in blocks if len(block.keys)] or blocks[:1]
        if len(filled) == 1:
            return filled[0]
        names = ("keys", *filled[0].table.all_columns())
        columns = {name: np.concatenate([getattr(block, name) for block in filled]) for name in names}
        joined = cls(filled[0].table, **columns)
        return joined if joined._is_ordered() else joined.taken(np.argsort(joined.keys, kind="stable"))

    def taken(self, images: NDArray[np.intp]) -> Self:
        """These images, in this order."""
        return type(self)(self.table, self.keys[images], **self._taken(self.table, images))

    def of(self, key: Key) -> Self:
        """One image.

        Raises:
            KeyError: There is no such image.
        """
        found = np.flatnonzero(self.keys == key)
        if not len(found):
            raise KeyError(key)
        return self.taken(found)

    def _taken(self, table: Table, rows: NDArray[np.intp]) -> Tensors:
        """Columns of these rows of a table, and of those that belong to them."""
        columns = {name: self._column(name)[rows] for name in table.columns}
        for counts, part in table.parts.items():
            columns |= self._taken(part, _rows_of(rows, self._column(counts)))
        return columns

    def to_tensors(self) -> Tensors:
        """Arrays by name; see `segmetrics.evaluators.tensors`."""
        return pack_keys(self.keys) | {name: self._column(name) for name in self.table.all_columns()}

    @classmethod
    def from_tensors(cls, table: Table, tensors: Tensors) -> Self:
        """What `to_tensors` gave.

        Raises:
            InputError: A tensor is missing, or of another dtype or shape, or the images are not in order.
        """
        columns = {
            name: tensor_of(tensors, name, np.dtype(dtype))
            for name, (dtype, _) in table.all_columns().items()
        }
        rows = cls(table, unpack_keys(tensors), **columns)
        rows._check_shapes(table, len(rows.keys))
        if not rows._is_ordered():
            raise InputError("the images are not in the order of their keys")
        return rows

    def _check_shapes(self, table: Table, n: int) -> None:
        for name, column in table.columns.items():
            check_shape(name, self._column(name), (n, *column.shape))
        for counts, part in table.parts.items():
            self._check_shapes(part, int(self._column(counts).sum(dtype=np.uint64)))

    def _is_ordered(self) -> bool:
        return bool(np.all(self.keys[1:] > self.keys[:-1]))

    def _column(self, name: str) -> NDArray[Any]:
        column: NDArray[Any] = getattr(self, name)
        return column


def tensor_of(tensors: Tensors, name: str, dtype: np.dtype[Any]) -> NDArray[Any]:
    """A tensor of a state.

    Raises:
        InputError: It is missing, or of another dtype.
    """
    found = tensors.get(name)
    if found is None or found.dtype != dtype:
        what = "missing" if found is None else str(found.dtype)
        raise InputError(f"tensor {name!r} is {what}, expected {dtype}")
    return found


def check_shape(name: str, tensor: NDArray[Any], shape: tuple[int, ...]) -> None:
    """Raise InputError if a tensor of a state has another shape."""
    if tensor.shape != shape:
        raise InputError(f"tensor {name!r} has shape {tensor.shape}, expected {shape}")


def _rows_of(owners: NDArray[np.intp], per_owner: NDArray[Any]) -> NDArray[np.intp]:
    """Indices of the rows that belong to these owners, where owner i has per_owner[i]."""
    starts = np.cumsum(per_owner, dtype=np.int64) - per_owner
    return segments(starts[owners], per_owner[owners])
