"""The state of a region evaluator, image by image, and the numbers that its scores are computed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.evaluators.image_rows import Column, ImageRows, Table
from segmetrics.regions import Agreement
from segmetrics.types import Key


def region_table(n_thresholds: int) -> Table:
    """The columns of `RegionRows`."""
    real, integer = Column(np.float64, (n_thresholds,)), Column(np.int64, (n_thresholds,))
    return Table(
        {
            "annotated": Column(np.int64),
            "n_pairs": Column(np.int64),
            "n_pixels": Column(np.int64),
            "best_covered": Column(np.float64),
            "covered": real,
            "covered_regions": real,
            "disagreeing": integer,
            "variation": real,
        }
    )


@dataclass(frozen=True, eq=False)
class RegionRows(ImageRows):
    """How images agree with their annotations: `segmetrics.regions.Agreement`, a row each."""

    annotated: NDArray[np.int64]
    n_pairs: NDArray[np.int64]
    n_pixels: NDArray[np.int64]
    best_covered: NDArray[np.float64]
    covered: NDArray[np.float64]
    covered_regions: NDArray[np.float64]
    disagreeing: NDArray[np.int64]
    variation: NDArray[np.float64]

    @classmethod
    def of_image(cls, key: Key, agreement: Agreement) -> Self:
        """One image."""
        row = {name: np.array([value]) for name, value in vars(agreement).items()}
        return cls(region_table(len(agreement.covered)), np.array([key]), **row)

    def check(self) -> None:
        """Raise InputError if something computed from these rows could go astray."""
        if not (np.all(self.annotated > 0) and np.all(self.n_pixels > 0)):
            raise InputError("an image has no annotated pixels")
        reals = self.best_covered, self.covered, self.covered_regions, self.variation
        if not all(np.isfinite(column).all() for column in reals):
            raise InputError("the state holds numbers that are not finite")

    def measures(self) -> RegionMeasures:
        """What scores are computed from, with all digits."""
        return RegionMeasures(
            annotated=self.annotated.astype(np.float64),
            pixels=self.n_pixels.astype(np.float64),
            best_covered=self.best_covered,
            covered=self.covered,
            covered_regions=self.covered_regions,
            rand=1 - self.disagreeing / np.maximum(self.n_pairs, 1)[:, np.newaxis],
            variation=self.variation,
        )


@dataclass(frozen=True, eq=False)
class RegionMeasures:
    """What scores are computed from, image by image, threshold by threshold."""

    annotated: NDArray[np.float64]
    pixels: NDArray[np.float64]
    best_covered: NDArray[np.float64]
    covered: NDArray[np.float64]
    covered_regions: NDArray[np.float64]
    rand: NDArray[np.float64]
    variation: NDArray[np.float64]

    def with_six_digits(self) -> RegionMeasures:
        """As they are read from the benchmark's files of single images."""
        return RegionMeasures(**{name: _as_printed(column) for name, column in vars(self).items()})

    def covering(self, covered: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of all annotated pixels the share that is covered; NaN where there are none."""
        share: NDArray[np.float64] = covered.sum(axis=0) / (self.annotated.sum() or np.nan)
        return share


def _as_printed(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """With the digits that printf's %g leaves."""
    printed = [float(f"{number:g}") for number in numbers.ravel().tolist()]
    return np.array(printed, np.float64).reshape(numbers.shape)


def mean(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Over the first axis, in its order; NaN where it is empty."""
    means: NDArray[np.float64] = rows.sum(axis=0) / (len(rows) or np.nan)
    return means
