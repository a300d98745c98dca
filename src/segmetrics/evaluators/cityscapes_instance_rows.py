"""The state of a Cityscapes instance evaluator: counts of pixels, image by image, joined in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.evaluators.image_rows import Column, ImageRows, Table
from segmetrics.labelmaps import MAX_ID

OBJECTS_PER_LABEL: Final = 1000
"""An object's id is so many times its label and its number; smaller ids are labels themselves."""

MAX_AREA: Final = 2**53
"""Pixels that a double counts exactly."""

CITYSCAPES_INSTANCE_TABLE: Final = Table(
    {"regions_per_image": Column(np.uint32), "predictions_per_image": Column(np.uint32)},
    {
        "regions_per_image": Table({"regions": Column(np.int64, (2,))}),
        "predictions_per_image": Table(
            {
                "predictions": Column(np.int64, (3,)),
                "confidence": Column(np.float64),
                "overlaps_per_prediction": Column(np.uint32),
            },
            {"overlaps_per_prediction": Table({"overlaps": Column(np.int64, (4,))})},
        ),
    },
)
"""The columns of `CityscapesInstanceRows`."""

Integers = NDArray[np.int64]


def labels_of(ids: Integers) -> Integers:
    """The label of each region.

    >>> labels_of(np.array([26, 26000, 26013])).tolist()
    [26, 26, 26]
    """
    return np.where(ids < OBJECTS_PER_LABEL, ids, ids // OBJECTS_PER_LABEL)


@dataclass(frozen=True, eq=False)
class CityscapesInstanceRows(ImageRows):
    """True regions and predictions of some images, in the order of `keys`, and where they overlap.

    Attributes:
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

    regions: Integers
    regions_per_image: NDArray[np.uint32]
    predictions: Integers
    confidence: NDArray[np.float64]
    predictions_per_image: NDArray[np.uint32]
    overlaps: Integers
    overlaps_per_prediction: NDArray[np.uint32]

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

    def check(self, labels: Sequence[int]) -> None:
        """Raise InputError if something computed from these rows could go astray.

        Args:
            labels: Those that are scored.
        """
        self._check_regions(labels)
        self._check_predictions(labels)
        self._check_overlaps()

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
