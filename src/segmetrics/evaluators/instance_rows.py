"""The state of an instance evaluator: plain rows, image by image, that can be put together in any order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmetrics._core import instances as _core
from segmetrics.errors import InputError
from segmetrics.evaluators.image_rows import Column, ImageRows, Table

MOST_OBJECTS = (1 << 31) - 1


@dataclass(frozen=True, eq=False)
class InstanceRows(ImageRows):
    """Rows of some images, in the order of `keys`. See csrc/instances.h.

    Attributes:
        score: (n,) float64: detections, by image, category, then rank.
        category: (n,) uint32: position among the evaluator's categories.
        state: (n,) uint32: bit a: outside of area range a; bit 31: has outcomes.
        detections_per_image: (n_images,) uint32.
        outcomes: (m, n_areas, 2) uint64: a bit per threshold: matched, ignored.
        cells: (c, n_areas + 1) uint32: category, objects to find in each area range.
        cells_per_image: (n_images,) uint32.
    """

    score: NDArray[np.float64]
    category: NDArray[np.uint32]
    state: NDArray[np.uint32]
    detections_per_image: NDArray[np.uint32]
    outcomes: NDArray[np.uint64]
    cells: NDArray[np.uint32]
    cells_per_image: NDArray[np.uint32]

    @property
    def outcomes_per_detection(self) -> NDArray[np.bool_]:
        """(n,) bool: one row, or none."""
        has_outcomes: NDArray[np.bool_] = (self.state & _core.HAS_OUTCOMES) != 0
        return has_outcomes

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

    def check(self, n_categories: int, n_thresholds: int) -> None:
        """Raise InputError if something computed from these rows could go astray."""
        positions = np.concatenate([self.category, self.cells[:, 0]])
        if np.any(positions >= n_categories) or not np.all(np.isfinite(self.score)):
            raise InputError("a row has an unknown category or a score that is not finite")
        if n_thresholds < _core.MAX_THRESHOLDS and np.any(self.outcomes >> np.uint64(n_thresholds)):
            raise InputError("a detection has an outcome at a threshold that there is not")


def instance_table(n_areas: int) -> Table:
    """The columns of `InstanceRows`."""
    outcomes = Table({"outcomes": Column(np.uint64, (n_areas, 2))})
    detections = Table(
        {"score": Column(np.float64), "category": Column(np.uint32), "state": Column(np.uint32)},
        {"outcomes_per_detection": outcomes},
    )
    cells = Table({"cells": Column(np.uint32, (n_areas + 1,))})
    return Table(
        {"detections_per_image": Column(np.uint32), "cells_per_image": Column(np.uint32)},
        {"detections_per_image": detections, "cells_per_image": cells},
    )
