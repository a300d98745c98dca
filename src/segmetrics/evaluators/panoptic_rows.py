"""The state of a panoptic evaluator: integers, image by image, that can be put together in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.evaluators.tensors import Tensors, pack_keys, unpack_keys
from segmetrics.instances import segments as rows_of_stretches
from segmetrics.panoptic import MAX_AREA, Matches
from segmetrics.types import Key

_COLUMNS = {
    "matches": (np.int64, 3),
    "matches_per_image": (np.uint32, None),
    "mistakes": (np.uint32, 3),
    "mistakes_per_image": (np.uint32, None),
    "doubtful_per_image": (np.uint32, None),
}


@dataclass(frozen=True, eq=False)
class PanopticRows:
    """What became of the segments of some images, in the order of `keys`.

    Categories are positions among the evaluator's.

    Attributes:
        keys: (n_images,) int64, or str.
        matches: (m, 3) int64: category, intersection, union of each matched pair, in pixels; by image, then
            truth's id, then prediction's.
        matches_per_image: (n_images,) uint32.
        mistakes: (c, 3) uint32: category, false positives, false negatives, where there are any; by image,
            then category.
        mistakes_per_image: (n_images,) uint32.
        doubtful_per_image: (n_images,) uint32: true segments whose map and list disagree.
    """

    keys: NDArray[Any]
    matches: NDArray[np.int64]
    matches_per_image: NDArray[np.uint32]
    mistakes: NDArray[np.uint32]
    mistakes_per_image: NDArray[np.uint32]
    doubtful_per_image: NDArray[np.uint32]

    @classmethod
    def of_image(cls, key: Key, matches: Matches, category_ids: NDArray[np.int64]) -> Self:
        """One image; all categories are among `category_ids`, which ascend."""
        category = np.searchsorted(category_ids, matches.category)
        n = len(category_ids)
        invented, missed = (
            np.bincount(np.searchsorted(category_ids, categories), minlength=n)
            for categories in (matches.invented, matches.missed)
        )
        mistaken = np.flatnonzero(invented + missed)
        return cls(
            keys=np.array([key]),
            matches=np.stack([category, matches.intersection, matches.union], axis=1),
            matches_per_image=np.array([len(category)], np.uint32),
            mistakes=np.stack([mistaken, invented[mistaken], missed[mistaken]], axis=1).astype(np.uint32),
            mistakes_per_image=np.array([len(mistaken)], np.uint32),
            doubtful_per_image=np.array([matches.n_doubtful], np.uint32),
        )

    @classmethod
    def empty(cls) -> Self:
        """No images."""
        columns: dict[str, Any] = {
            name: np.empty(0 if width is None else (0, width), dtype)
            for name, (dtype, width) in _COLUMNS.items()
        }
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
                for name in ("keys", *_COLUMNS)
            }
        )
        if bool(np.all(joined.keys[1:] > joined.keys[:-1])):
            return joined
        return joined._taken(np.argsort(joined.keys, kind="stable"))

    def _taken(self, images: NDArray[np.intp]) -> Self:
        """These images, in this order."""
        return type(self)(
            keys=self.keys[images],
            matches=self.matches[_rows_of(images, self.matches_per_image)],
            matches_per_image=self.matches_per_image[images],
            mistakes=self.mistakes[_rows_of(images, self.mistakes_per_image)],
            mistakes_per_image=self.mistakes_per_image[images],
            doubtful_per_image=self.doubtful_per_image[images],
        )

    def to_tensors(self) -> Tensors:
        """Arrays by name; see `segmetrics.evaluators.tensors`."""
        return pack_keys(self.keys) | {name: getattr(self, name) for name in _COLUMNS}

    @classmethod
    def from_tensors(cls, tensors: Tensors, n_categories: int) -> Self:
        """What `to_tensors` gave, checked so that nothing computed from it can go astray.

        Raises:
            InputError: The arrays are not such rows.
        """
        columns: dict[str, Any] = {}
        for name, (dtype, _) in _COLUMNS.items():
            if name not in tensors or tensors[name].dtype != dtype:
                raise InputError(f"tensor {name!r} of dtype {np.dtype(dtype)} is missing from the state")
            columns[name] = np.ascontiguousarray(tensors[name])
        rows = cls(keys=unpack_keys(tensors), **columns)
        rows._check_shapes()
        rows._check_values(n_categories)
        return rows

    def _check_shapes(self) -> None:
        for name, (_, width) in _COLUMNS.items():
            column = getattr(self, name)
            expected = (len(self.keys),) if width is None else (*column.shape[:1], width)
            if column.shape != expected or column.ndim == 0:
                raise InputError(f"tensor {name!r} has shape {column.shape}, expected {expected}")
        for rows, per_image in (
            (self.matches, self.matches_per_image),
            (self.mistakes, self.mistakes_per_image),
        ):
            if per_image.sum(dtype=np.uint64) != len(rows):
                raise InputError("rows per image do not add up to the rows there are")
        if not np.all(self.keys[1:] > self.keys[:-1]):
            raise InputError("the images are not in the order of their keys")

    def _check_values(self, n_categories: int) -> None:
        category, intersection, union = self.matches.T
        if np.any((category < 0) | (category >= n_categories)):
            raise InputError("a match has an unknown category")
        if np.any((intersection < 1) | (union < 1) | (np.maximum(intersection, union) > MAX_AREA)):
            raise InputError("a match has an intersection or a union that no image has")
        if np.any(2 * intersection <= union):
            raise InputError("a match has an IoU that is no match")
        mistaken, invented, missed = self.mistakes.astype(np.int64).T
        image = np.repeat(np.arange(len(self.keys)), self.mistakes_per_image)
        place = image * n_categories + mistaken
        if np.any(mistaken >= n_categories) or np.any(place[1:] <= place[:-1]):
            raise InputError("mistakes are of unknown categories, or not in their order")
        if np.any(invented + missed == 0):
            raise InputError("a category is listed with no mistake")


def _rows_of(images: NDArray[np.intp], per_image: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Indices of the rows of these images, where image i has per_image[i]."""
    starts = np.cumsum(per_image, dtype=np.int64) - per_image
    return rows_of_stretches(starts[images], per_image[images])
