"""The state of a VOC instance evaluator: detections and numbers of objects, image by image, in any order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.evaluators.image_rows import Column, ImageRows, Table

VOC_INSTANCE_TABLE: Final = Table(
    {"detections_per_image": Column(np.uint32), "objects_per_image": Column(np.uint32)},
    {
        "detections_per_image": Table(
            {"category": Column(np.uint32), "score": Column(np.float64), "found": Column(np.uint16)}
        ),
        "objects_per_image": Table({"objects": Column(np.uint32, (2,))}),
    },
)
"""The columns of `VocInstanceRows`."""


@dataclass(frozen=True, eq=False)
class VocInstanceRows(ImageRows):
    """Detections of some images and what each found, in the order of `keys`.

    Classes are positions among the evaluator's.

    Attributes:
        category: (d,) uint32: class of each detection; by image, then as given.
        score: (d,) float64.
        found: (d,) uint16: bit k is set where it finds an object at the k-th threshold.
        detections_per_image: (n_images,) uint32.
        objects: (o, 2) uint32: class, number of its objects, where there are any; by image, then class.
        objects_per_image: (n_images,) uint32: rows of `objects`.
    """

    category: NDArray[np.uint32]
    score: NDArray[np.float64]
    found: NDArray[np.uint16]
    detections_per_image: NDArray[np.uint32]
    objects: NDArray[np.uint32]
    objects_per_image: NDArray[np.uint32]

    def with_objects(self) -> Self:
        """The images that have any object."""
        return self.taken(np.flatnonzero(self.objects_per_image))

    def n_objects(self, n_classes: int) -> NDArray[np.int64]:
        """(n_classes,): objects of each class."""
        return np.bincount(self.objects[:, 0], self.objects[:, 1], n_classes).astype(np.int64)

    def n_detections(self, n_classes: int) -> NDArray[np.int64]:
        """(n_classes,): detections of each class."""
        return np.bincount(self.category, minlength=n_classes)

    def check(self, n_classes: int, n_thresholds: int) -> None:
        """Raise InputError if something computed from these rows could go astray."""
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
