"""The state of a VOC instance evaluator: detections and numbers of objects, image by image, in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.evaluators.tensors import Tensors, pack_keys, unpack_keys
from segmetrics.instances import segments as rows_of_stretches

_COLUMNS = {
    "category": (np.uint32, None),
    "score": (np.float64, None),
    "found": (np.uint16, None),
    "detections_per_image": (np.uint32, None),
    "objects": (np.uint32, 2),
    "objects_per_image": (np.uint32, None),
}


@dataclass(frozen=True, eq=False)
class VocInstanceRows:
    """Detections of some images and what each found, in the order of `keys`.

    Classes are positions among the evaluator's.

    Attributes:
        keys: (n_images,) int64, or str.
        category: (d,) uint32: class of each detection; by image, then as given.
        score: (d,) float64.
        found: (d,) uint16: bit k is set where it finds an object at the k-th threshold.
        detections_per_image: (n_images,) uint32.
        objects: (o, 2) uint32: class, number of its objects, where there are any; by image, then class.
        objects_per_image: (n_images,) uint32: rows of `objects`.
    """

    keys: NDArray[Any]
    category: NDArray[np.uint32]
    score: NDArray[np.float64]
    found: NDArray[np.uint16]
    detections_per_image: NDArray[np.uint32]
    objects: NDArray[np.uint32]
    objects_per_image: NDArray[np.uint32]

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
        detections = _rows_of(images, self.detections_per_image)
        return type(self)(
            keys=self.keys[images],
            category=self.category[detections],
            score=self.score[detections],
            found=self.found[detections],
            detections_per_image=self.detections_per_image[images],
            objects=self.objects[_rows_of(images, self.objects_per_image)],
            objects_per_image=self.objects_per_image[images],
        )

    def with_objects(self) -> Self:
        """The images that have any object."""
        return self._taken(np.flatnonzero(self.objects_per_image))

    def n_objects(self, n_classes: int) -> NDArray[np.int64]:
        """(n_classes,): objects of each class."""
        return np.bincount(self.objects[:, 0], self.objects[:, 1], n_classes).astype(np.int64)

    def n_detections(self, n_classes: int) -> NDArray[np.int64]:
        """(n_classes,): detections of each class."""
        return np.bincount(self.category, minlength=n_classes)

    def to_tensors(self) -> Tensors:
        """Arrays by name; see `segmetrics.evaluators.tensors`."""
        return pack_keys(self.keys) | {name: getattr(self, name) for name in _COLUMNS}

    @classmethod
    def from_tensors(cls, tensors: Tensors, n_classes: int, n_thresholds: int) -> Self:
        """What `to_tensors` gave, checked so that nothing computed from it can go astray.

        Raises:
            InputError: The arrays are not such rows.
        """
        columns: dict[str, Any] = {}
        for name, (dtype, _) in _COLUMNS.items():
            if name not in tensors or tensors[name].dtype != dtype:
                raise InputError(f"tensor {name!r} of dtype {np.dtype(dtype)} is missing from the state")
            columns[name] = tensors[name]
        rows = cls(keys=unpack_keys(tensors), **columns)
        rows._check_shapes()
        rows._check_values(n_classes, n_thresholds)
        return rows

    def _check_shapes(self) -> None:
        n_images, n_detections = len(self.keys), self.category.size
        lengths = dict.fromkeys(("category", "score", "found"), n_detections)
        lengths |= dict.fromkeys(("detections_per_image", "objects_per_image"), n_images)
        for name, (_, width) in _COLUMNS.items():
            found = getattr(self, name).shape
            length = lengths.get(name, found[0] if found else 0)
            expected = (length,) if width is None else (length, width)
            if found != expected:
                raise InputError(f"tensor {name!r} has shape {found}, expected {expected}")
        for per_image, n in (
            (self.detections_per_image, n_detections),
            (self.objects_per_image, len(self.objects)),
        ):
            if per_image.sum(dtype=np.uint64) != n:
                raise InputError("rows per image do not add up to the rows there are")
        if not np.all(self.keys[1:] > self.keys[:-1]):
            raise InputError("the images are not in the order of their keys")

    def _check_values(self, n_classes: int, n_thresholds: int) -> None:
        if np.any(self.category >= n_classes) or np.any(self.objects[:, 0] >= n_classes):
            raise InputError("a detection or an object is of an unknown class")
        if not np.isfinite(self.score).all():
            raise InputError("a detection has a score that is no number")
        if np.any(self.found >> n_thresholds):
            raise InputError("a detection finds an object at an unknown threshold")
        places = self._places(self.objects_per_image, self.objects[:, 0], n_classes)
        if np.any(places[1:] <= places[:-1]) or np.any(self.objects[:, 1] == 0):
            raise InputError("objects are not in the order of their classes, or there are none of a class")
        finders = self._places(self.detections_per_image, self.category, n_classes)
        n_cells = len(self.keys) * n_classes
        there = np.bincount(places, self.objects[:, 1], n_cells)
        for k in range(n_thresholds):
            if np.any(np.bincount(finders[(self.found >> k & 1) != 0], minlength=n_cells) > there):
                raise InputError("more detections find an object than there are objects")

    def _places(
        self, per_image: NDArray[np.uint32], category: NDArray[np.uint32], n_classes: int
    ) -> NDArray[np.int64]:
        """Image and class as one number."""
        return np.repeat(np.arange(len(self.keys)), per_image) * n_classes + category


def _rows_of(images: NDArray[np.intp], per_image: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Indices of the rows of these images, where image i has per_image[i]."""
    starts = np.cumsum(per_image, dtype=np.int64) - per_image
    return rows_of_stretches(starts[images], per_image[images])
