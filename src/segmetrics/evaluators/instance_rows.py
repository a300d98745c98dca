"""The state of an instance evaluator: plain rows, image by image, that can be put together in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from segmetrics._core import instances as _core
from segmetrics.errors import InputError
from segmetrics.evaluators.tensors import pack_keys, unpack_keys
from segmetrics.instances import segments

_DTYPES = {
    "score": np.float64,
    "category": np.uint32,
    "state": np.uint32,
    "detections_per_image": np.uint32,
    "outcomes": np.uint64,
    "cells": np.uint32,
    "cells_per_image": np.uint32,
}


MOST_OBJECTS = (1 << 31) - 1


@dataclass(frozen=True, eq=False)
class InstanceRows:
    """Rows of some images, in the order of `keys`. See csrc/instances.h.

    Attributes:
        keys: (n_images,) int64, or str.
        score: (n,) float64: detections, by image, category, then rank.
        category: (n,) uint32: position among the evaluator's categories.
        state: (n,) uint32: bit a: outside of area range a; bit 31: has outcomes.
        detections_per_image: (n_images,) uint32.
        outcomes: (m, n_areas, 2) uint64: a bit per threshold: matched, ignored.
        cells: (c, n_areas + 1) uint32: category, objects to find in each area range.
        cells_per_image: (n_images,) uint32.
    """

    keys: NDArray[Any]
    score: NDArray[np.float64]
    category: NDArray[np.uint32]
    state: NDArray[np.uint32]
    detections_per_image: NDArray[np.uint32]
    outcomes: NDArray[np.uint64]
    cells: NDArray[np.uint32]
    cells_per_image: NDArray[np.uint32]

    @classmethod
    def empty(cls, n_areas: int) -> Self:
        """No images."""
        shapes = {"outcomes": (0, n_areas, 2), "cells": (0, n_areas + 1)}
        columns = {name: np.empty(shapes.get(name, 0), dtype) for name, dtype in _DTYPES.items()}
        return cls(keys=np.empty(0, np.int64), **columns)

    @classmethod
    def join(cls, blocks: Sequence[Self]) -> Self:
        """The images of all blocks (at least one; no image in two), ordered by key."""
        if len(blocks) == 1:
            return blocks[0]
        filled = [block for block in blocks if len(block.keys)] or blocks[:1]
        joined = cls(
            **{
                name: np.concatenate([getattr(block, name) for block in filled])
                for name in ("keys", *_DTYPES)
            }
        )
        if bool(np.all(joined.keys[1:] > joined.keys[:-1])):
            return joined
        return joined._taken(np.argsort(joined.keys, kind="stable"))

    def _taken(self, images: NDArray[np.int64]) -> Self:
        """These images, in this order."""
        detections = _rows_of(images, self.detections_per_image)
        cells = _rows_of(images, self.cells_per_image)
        has_outcomes = (self.state & _core.HAS_OUTCOMES) != 0
        outcome = np.cumsum(has_outcomes) - has_outcomes
        return type(self)(
            keys=self.keys[images],
            score=self.score[detections],
            category=self.category[detections],
            state=self.state[detections],
            detections_per_image=self.detections_per_image[images],
            outcomes=self.outcomes[outcome[detections][has_outcomes[detections]]],
            cells=self.cells[cells],
            cells_per_image=self.cells_per_image[images],
        )

    def n_truths(self, n_categories: int) -> NDArray[np.uint32]:
        """(n_categories, n_areas) uint32: objects to find.

        Raises:
            InputError: There are more than any images can hold.
        """
        totals = np.zeros((n_categories, self.cells.shape[1] - 1), np.uint64)
        np.add.at(totals, self.cells[:, 0], self.cells[:, 1:])
        if np.any(totals > MOST_OBJECTS):
            raise InputError(f"a category has {totals.max():,} objects, expected at most {MOST_OBJECTS:,}")
        return totals.astype(np.uint32)

    def to_tensors(self) -> dict[str, NDArray[Any]]:
        """Arrays by name; see `segmetrics.evaluators.tensors`."""
        return pack_keys(self.keys) | {name: getattr(self, name) for name in _DTYPES}

    @classmethod
    def from_tensors(
        cls, tensors: dict[str, NDArray[Any]], n_categories: int, n_areas: int, n_thresholds: int
    ) -> Self:
        """What `to_tensors` gave, checked so that nothing computed from it can go astray.

        Raises:
            InputError: The arrays are not such rows.
        """
        columns = {}
        for name, dtype in _DTYPES.items():
            if name not in tensors or tensors[name].dtype != dtype:
                raise InputError(f"tensor {name!r} of dtype {np.dtype(dtype)} is missing from the state")
            columns[name] = np.ascontiguousarray(tensors[name])
        rows = cls(keys=unpack_keys(tensors), **columns)
        rows._check(n_categories, n_areas, n_thresholds)
        return rows

    def _check(self, n_categories: int, n_areas: int, n_thresholds: int) -> None:
        n, n_images = len(self.score), len(self.keys)
        n_outcomes = int(np.count_nonzero(self.state & _core.HAS_OUTCOMES))
        shapes = {
            "score": (n,),
            "category": (n,),
            "state": (n,),
            "detections_per_image": (n_images,),
            "outcomes": (n_outcomes, n_areas, 2),
            "cells": (len(self.cells), n_areas + 1),
            "cells_per_image": (n_images,),
        }
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise InputError(f"tensor {name!r} has shape {getattr(self, name).shape}, expected {shape}")
        sums = (self.detections_per_image.sum(dtype=np.uint64), self.cells_per_image.sum(dtype=np.uint64))
        if sums != (n, len(self.cells)):
            raise InputError("rows per image do not add up to the rows there are")
        positions = np.concatenate([self.category, self.cells[:, 0]])
        if np.any(positions >= n_categories) or not np.all(np.isfinite(self.score)):
            raise InputError("a row has an unknown category or a score that is not finite")
        if n_thresholds < _core.MAX_THRESHOLDS and np.any(self.outcomes >> np.uint64(n_thresholds)):
            raise InputError("a detection has an outcome at a threshold that there is not")
        if not np.all(self.keys[1:] > self.keys[:-1]):
            raise InputError("the images are not in the order of their keys")


def _rows_of(images: NDArray[np.int64], per_image: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Indices of the rows of these images, where image i has per_image[i]."""
    starts = np.cumsum(per_image, dtype=np.int64) - per_image
    return segments(starts[images], per_image[images])
