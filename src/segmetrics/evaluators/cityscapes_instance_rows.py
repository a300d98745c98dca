"""The state of a Cityscapes instance evaluator: counts of pixels, image by image, joined in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.evaluators.tensors import Tensors, pack_keys, unpack_keys
from segmetrics.instances import segments as rows_of_stretches
from segmetrics.labelmaps import MAX_ID

OBJECTS_PER_LABEL: Final = 1000
"""An object's id is so many times its label and its number; smaller ids are labels themselves."""

MAX_AREA: Final = 2**53
"""Pixels that a double counts exactly."""

_COLUMNS = {
    "regions": (np.int64, 2),
    "regions_per_image": (np.uint32, None),
    "predictions": (np.int64, 3),
    "confidence": (np.float64, None),
    "predictions_per_image": (np.uint32, None),
    "overlaps": (np.int64, 4),
    "overlaps_per_prediction": (np.uint32, None),
}
_ROWS_PER = {
    "regions_per_image": "regions",
    "predictions_per_image": "predictions",
    "overlaps_per_prediction": "overlaps",
}

Integers = NDArray[np.int64]


def labels_of(ids: Integers) -> Integers:
    """The label of each region.

    >>> labels_of(np.array([26, 26000, 26013])).tolist()
    [26, 26, 26]
    """
    return np.where(ids < OBJECTS_PER_LABEL, ids, ids // OBJECTS_PER_LABEL)


@dataclass(frozen=True, eq=False)
class CityscapesInstanceRows:
    """True regions and predictions of some images, in the order of `keys`, and where they overlap.

    Attributes:
        keys: (n_images,) int64, or str.
        regions: (r, 2) int64: id, pixels of each true region of a scored label; by image, then id.
        regions_per_image: (n_images,) uint32.
        predictions: (p, 3) int64: label, pixels, and those of them that are void in the truth; by image.
        confidence: (p,) float64, of each prediction.
        predictions_per_image: (n_images,) uint32.
        overlaps: (o, 4) int64: id of a region of the prediction's label, pixels shared with it, where there
            are any, and the intersection and union that their IoU is of: of the two, or of their bands if
            those have the lesser one; by prediction, then id.
        overlaps_per_prediction: (p,) uint32.
    """

    keys: NDArray[Any]
    regions: Integers
    regions_per_image: NDArray[np.uint32]
    predictions: Integers
    confidence: NDArray[np.float64]
    predictions_per_image: NDArray[np.uint32]
    overlaps: Integers
    overlaps_per_prediction: NDArray[np.uint32]

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
        predictions = _rows_of(images, self.predictions_per_image)
        return type(self)(
            keys=self.keys[images],
            regions=self.regions[_rows_of(images, self.regions_per_image)],
            regions_per_image=self.regions_per_image[images],
            predictions=self.predictions[predictions],
            confidence=self.confidence[predictions],
            predictions_per_image=self.predictions_per_image[images],
            overlaps=self.overlaps[_rows_of(predictions, self.overlaps_per_prediction)],
            overlaps_per_prediction=self.overlaps_per_prediction[predictions],
        )

    @property
    def predictions_of_overlaps(self) -> NDArray[np.intp]:
        """(o,) rows of `predictions`."""
        return np.repeat(np.arange(len(self.predictions)), self.overlaps_per_prediction)

    @property
    def regions_of_overlaps(self) -> NDArray[np.intp]:
        """(o,) rows of `regions`; where there is no such region, the row of another or beyond the last."""
        image = np.repeat(np.arange(len(self.keys)), self.predictions_per_image)[self.predictions_of_overlaps]
        return np.searchsorted(self._places(), image * (MAX_ID + 1) + self.overlaps[:, 0])

    def _places(self) -> Integers:
        """(r,) of each region: its image and id as one number."""
        image = np.repeat(np.arange(len(self.keys)), self.regions_per_image)
        return image * (MAX_ID + 1) + self.regions[:, 0]

    def to_tensors(self) -> Tensors:
        """Arrays by name; see `segmetrics.evaluators.tensors`."""
        return pack_keys(self.keys) | {name: getattr(self, name) for name in _COLUMNS}

    @classmethod
    def from_tensors(cls, tensors: Tensors, labels: Sequence[int]) -> Self:
        """What `to_tensors` gave, checked so that nothing computed from it can go astray.

        Args:
            tensors: Arrays by name.
            labels: Those that are scored.

        Raises:
            InputError: The arrays are not such rows.
        """
        columns: dict[str, Any] = {}
        for name, (dtype, _) in _COLUMNS.items():
            if name not in tensors or tensors[name].dtype != dtype:
                raise InputError(f"tensor {name!r} of dtype {np.dtype(dtype)} is missing from the state")
            columns[name] = np.ascontiguousarray(tensors[name])
            if tensors[name].ndim != columns[name].ndim:
                raise InputError(f"tensor {name!r} is a single number")
        rows = cls(keys=unpack_keys(tensors), **columns)
        rows._check_shapes()
        rows._check_regions(labels)
        rows._check_predictions(labels)
        rows._check_overlaps()
        return rows

    def _check_shapes(self) -> None:
        n_images, n_predictions = len(self.keys), len(self.predictions)
        lengths = {"regions": len(self.regions), "predictions": n_predictions, "overlaps": len(self.overlaps)}
        lengths |= dict.fromkeys(("regions_per_image", "predictions_per_image"), n_images)
        lengths |= dict.fromkeys(("confidence", "overlaps_per_prediction"), n_predictions)
        for name, (_, width) in _COLUMNS.items():
            found = getattr(self, name).shape
            expected = (lengths[name],) if width is None else (lengths[name], width)
            if found != expected:
                raise InputError(f"tensor {name!r} has shape {found}, expected {expected}")
        for per, rows in _ROWS_PER.items():
            if getattr(self, per).sum(dtype=np.uint64) != lengths[rows]:
                raise InputError(f"tensor {per!r} does not add up to the {rows} there are")
        if not np.all(self.keys[1:] > self.keys[:-1]):
            raise InputError("the images are not in the order of their keys")

    def _check_regions(self, labels: Sequence[int]) -> None:
        ids, pixels = self.regions.T
        if np.any((ids < 0) | (ids > MAX_ID)) or not np.isin(labels_of(ids), labels).all():
            raise InputError("a region has a label that is not scored")
        if np.any((pixels < 1) | (pixels > MAX_AREA)):
            raise InputError("a region has a number of pixels that no image has")
        places = self._places()
        if np.any(places[1:] <= places[:-1]):
            raise InputError("the regions are not in the order of their ids")

    def _check_predictions(self, labels: Sequence[int]) -> None:
        label, pixels, void = self.predictions.T
        if not np.isin(label, labels).all():
            raise InputError("a prediction has a label that is not scored")
        if np.any((pixels < 1) | (pixels > MAX_AREA) | (void < 0) | (void > pixels)):
            raise InputError("a prediction has a number of pixels that no image has")
        if not np.isfinite(self.confidence).all():
            raise InputError("a prediction has a confidence that is no number")

    def _check_overlaps(self) -> None:
        ids, shared, intersection, union = self.overlaps.T
        prediction = self.predictions_of_overlaps
        label, pixels, void = self.predictions[prediction].T
        if np.any((ids < 0) | (ids > MAX_ID)) or np.any(labels_of(ids) != label):
            raise InputError("a prediction overlaps a region of another label")
        region = self.regions_of_overlaps
        if np.any(region >= len(self.regions)) or np.any(self.regions[region, 0] != ids):
            raise InputError("a prediction overlaps a region that its image does not have")
        if np.any((prediction[1:] == prediction[:-1]) & (region[1:] <= region[:-1])):
            raise InputError("the overlaps of a prediction are not in the order of their regions")
        if np.any((shared < 1) | (shared > np.minimum(pixels - void, self.regions[region, 1]))):
            raise InputError("an overlap has a number of pixels that its prediction or region has not")
        of_both = pixels + self.regions[region, 1] - shared
        if np.any((intersection < 1) | (intersection > np.minimum(shared, union)) | (union > of_both)):
            raise InputError("an overlap has an intersection or a union that its prediction has not")
        if np.any(intersection / union > shared / of_both):
            raise InputError("the bands of an overlap do not have the lesser IoU")
        total = np.bincount(prediction, shared, len(self.predictions))
        if np.any(total > self.predictions[:, 1] - self.predictions[:, 2]):
            raise InputError("a prediction overlaps more pixels than it has")


def _rows_of(owners: NDArray[np.integer[Any]], per_owner: NDArray[np.uint32]) -> Integers:
    """Indices of the rows of these owners, where owner i has per_owner[i]."""
    starts = np.cumsum(per_owner, dtype=np.int64) - per_owner
    return rows_of_stretches(starts[owners], per_owner[owners])
