"""Tables of objects: the annotated or detected instances of some images, column by column.

A row is one annotation or one detection, in the order of its source. Geometry stays in the form it came in
(a detector's compressed counts, an annotator's polygons) until an evaluator needs its pixels, so that a table
of half a million masks is as large as their text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from segmetrics._core import coco as _coco
from segmetrics._core import instances as _core

Geometry = Literal["masks", "boxes"]
"""What is read."""

Compared = Literal["masks", "boxes", "boundary"]
"""What the IoU of a pair is of; "boundary" is the lesser of that of the masks and that of their bands."""

NOT_LISTED: int = _core.NOT_LISTED
"""`Instances.category` of a row whose category the table does not list."""

SHAPE_DTYPE: np.dtype[Any] = _coco.SHAPE
"""One row's geometry: where it lies in the payload, and in which form. See csrc/objects.h."""

SHAPE_NONE, SHAPE_TEXT, SHAPE_COUNTS, SHAPE_POLYGONS, SHAPE_BOX = range(5)
"""Values of its `kind`."""


def geometry_of(compared: Compared) -> Geometry:
    """What must be read to compare it.

    >>> geometry_of("boundary")
    'masks'
    """
    return "boxes" if compared == "boxes" else "masks"


@dataclass(frozen=True)
class Category:
    """A class of objects. `frequency` is LVIS's: "r", "c" or "f"; None elsewhere."""

    id: int
    name: str
    frequency: str | None = None


@dataclass(frozen=True, eq=False)
class Listing:
    """Category positions listed per image: those of image i are `category[starts[i]:starts[i + 1]]`."""

    starts: NDArray[np.uint32]
    category: NDArray[np.uint32]

    @classmethod
    def empty(cls, n_images: int) -> Self:
        """Nothing listed for any image."""
        return cls(np.zeros(n_images + 1, np.uint32), np.empty(0, np.uint32))


@dataclass(frozen=True, eq=False)
class Instances:
    """One side, truth or predictions, of a batch of images.

    Both sides of a batch list the same images and categories. A slice of the images shares all arrays.

    Attributes:
        keys: (n_images,) int64 or str, ascending: which images.
        heights: (n_images,) uint32, pixels; 0 where unknown.
        widths: Likewise.
        category_ids: (n_categories,) int64, ascending.
        order: (n,) uint32: rows by image.
        starts: (n_images + 1,) uint32 into `order`.
        category: (n,) uint32: position in `category_ids`, or NOT_LISTED.
        areas: (n,) float64, pixels: what size ranges are judged by.
        shapes: (n,) SHAPE_DTYPE.
        payloads: uint8 arrays: the geometry; which of them is a row's, its shape says.
        scores: (n,) float64, finite; empty for truth.
        ids: (n,) int64 for truth; empty for predictions.
        flags: (n,) uint8 for truth: 1 crowd, 2 ignore; empty for predictions.
        negative: LVIS: categories known to be absent.
        not_exhaustive: LVIS: categories of which not every object is annotated.
        first: The first image of this slice.
        last: One past its last.
    """

    keys: NDArray[Any]
    heights: NDArray[np.uint32]
    widths: NDArray[np.uint32]
    category_ids: NDArray[np.int64]
    order: NDArray[np.uint32]
    starts: NDArray[np.uint32]
    category: NDArray[np.uint32]
    areas: NDArray[np.float64]
    shapes: NDArray[Any]
    payloads: tuple[NDArray[np.uint8], ...]
    scores: NDArray[np.float64]
    ids: NDArray[np.int64]
    flags: NDArray[np.uint8]
    negative: Listing
    not_exhaustive: Listing
    first: int
    last: int

    @property
    def n_images(self) -> int:
        """Images in this slice."""
        return self.last - self.first

    def __len__(self) -> int:
        """Rows in this slice."""
        return int(self.starts[self.last]) - int(self.starts[self.first])

    def __repr__(self) -> str:
        return f"Instances(n_images={self.n_images}, n_rows={len(self)})"

    def images(self, first: int, last: int) -> Self:
        """The slice of images [first, last), counted within this one; shares all arrays."""
        if not 0 <= first <= last <= self.n_images:
            raise IndexError(f"images {first} to {last} of {self.n_images}")
        return replace(self, first=self.first + first, last=self.first + last)

    def compact(self) -> Self:
        """This slice alone, in arrays of its own: what travels to another process."""
        images = slice(self.first, self.last)
        bounds = self.starts[self.first : self.last + 1]
        rows = np.sort(self.order[bounds[0] : bounds[-1]])
        order = np.searchsorted(rows, self.order[bounds[0] : bounds[-1]]).astype(np.uint32)
        shapes, payload = _compact_shapes(self.shapes[rows], self.payloads)
        return replace(
            self,
            keys=self.keys[images],
            heights=self.heights[images],
            widths=self.widths[images],
            order=order,
            starts=bounds - bounds[0],
            category=self.category[rows],
            areas=self.areas[rows],
            shapes=shapes,
            payloads=(payload,),
            scores=self.scores[rows] if self.scores.size else self.scores,
            ids=self.ids[rows] if self.ids.size else self.ids,
            flags=self.flags[rows] if self.flags.size else self.flags,
            negative=_compact_listing(self.negative, self.first, self.last),
            not_exhaustive=_compact_listing(self.not_exhaustive, self.first, self.last),
            first=0,
            last=self.n_images,
        )

    def __reduce__(self) -> tuple[Any, ...]:
        alone = self.compact()
        return type(self), tuple(getattr(alone, field.name) for field in fields(self))


def segments(starts: NDArray[np.integer[Any]], lengths: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Indices of many stretches, one after the other: starts[0], starts[0] + 1, ..., starts[1], ...

    >>> segments(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    lengths = lengths.astype(np.int64)
    ends = np.cumsum(lengths)
    shift: NDArray[np.int64] = np.repeat(starts.astype(np.int64) - (ends - lengths), lengths)
    return np.arange(shift.size, dtype=np.int64) + shift


def _compact_listing(listing: Listing, first: int, last: int) -> Listing:
    bounds = listing.starts[first : last + 1]
    return Listing(bounds - bounds[0], listing.category[bounds[0] : bounds[-1]])


PADDING = 64
"""Bytes that C may read past a payload (SM_PADDING of csrc/memory.h)."""


def _compact_shapes(
    shapes: NDArray[Any], payloads: Sequence[NDArray[np.uint8]]
) -> tuple[NDArray[Any], NDArray[np.uint8]]:
    """The payloads of these shapes alone in one, each shape's starting at a multiple of 8."""
    lengths = (shapes["length"].astype(np.int64) + 7) // 8 * 8
    moved = shapes.copy()
    moved["offset"] = np.cumsum(lengths) - lengths
    moved["payload"] = 0
    whole = np.zeros(int(lengths.sum()) + PADDING, np.uint8)
    for number, payload in enumerate(payloads):
        here = shapes["payload"] == number
        source = segments(shapes["offset"][here], lengths[here])
        whole[segments(moved["offset"][here], lengths[here])] = payload[source]
    return moved, whole


def category_positions(ids: NDArray[np.int64], listed: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Positions of category ids among those listed (ascending), or NOT_LISTED. (n,) uint32."""
    return _core.lookup(ids, listed)


def group_by_image(image: NDArray[np.uint32], n_images: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """`order` and `starts` of `Instances` for rows that lie in these images."""
    return _core.group(image, n_images)


def names_of(categories: Sequence[Category]) -> list[str]:
    """A distinct name for each category: its own, followed by its id where others share it."""
    names = [category.name for category in categories]
    return [
        category.name if names.count(category.name) == 1 else f"{category.name} ({category.id})"
        for category in categories
    ]
