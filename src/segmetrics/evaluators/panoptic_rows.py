"""The state of a panoptic evaluator: integers, image by image, that can be put together in any order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.evaluators.image_rows import Column, ImageRows, Table
from segmetrics.panoptic import MAX_AREA, Matches
from segmetrics.types import Key

PANOPTIC_TABLE: Final = Table(
    {
        "matches_per_image": Column(np.uint32),
        "mistakes_per_image": Column(np.uint32),
        "doubtful_per_image": Column(np.uint32),
    },
    {
        "matches_per_image": Table({"matches": Column(np.int64, (3,))}),
        "mistakes_per_image": Table({"mistakes": Column(np.uint32, (3,))}),
    },
)
"""The columns of `PanopticRows`."""


@dataclass(frozen=True, eq=False)
class PanopticRows(ImageRows):
    """What became of the segments of some images, in the order of `keys`.

    Categories are positions among the evaluator's.

    Attributes:
        matches: (m, 3) int64: category, intersection, union of each matched pair, in pixels; by image, then
            truth's id, then prediction's.
        matches_per_image: (n_images,) uint32.
        mistakes: (c, 3) uint32: category, false positives, false negatives, where there are any; by image,
            then category.
        mistakes_per_image: (n_images,) uint32.
        doubtful_per_image: (n_images,) uint32: true segments whose map and list disagree.
    """

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
            PANOPTIC_TABLE,
            np.array([key]),
            matches=np.stack([category, matches.intersection, matches.union], axis=1),
            matches_per_image=np.array([len(category)], np.uint32),
            mistakes=np.stack([mistaken, invented[mistaken], missed[mistaken]], axis=1).astype(np.uint32),
            mistakes_per_image=np.array([len(mistaken)], np.uint32),
            doubtful_per_image=np.array([matches.n_doubtful], np.uint32),
        )

    def check(self, n_categories: int) -> None:
        """Raise InputError if something computed from these rows could go astray."""
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
