"""The state of a region evaluator, image by image, and the numbers that its scores are computed from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.evaluators.image_rows import checked_tensor
from segmetrics.evaluators.tensors import Tensors
from segmetrics.regions import Agreement


@dataclass(frozen=True, eq=False)
class RegionRows:
    """The state of a region evaluator: how images agree with their annotations, in the order of their keys.

    Columns are those of `segmetrics.regions.Agreement`; n images have a row each, k thresholds a column.
    """

    annotated: NDArray[np.int64]
    n_pairs: NDArray[np.int64]
    n_pixels: NDArray[np.int64]
    best_covered: NDArray[np.float64]
    covered: NDArray[np.float64]
    covered_regions: NDArray[np.float64]
    disagreeing: NDArray[np.int64]
    variation: NDArray[np.float64]

    @classmethod
    def of_images(cls, images: Sequence[Agreement], n_thresholds: int) -> Self:
        """The rows of some images."""
        shape = (len(images), n_thresholds)
        return cls(
            annotated=np.array([image.annotated for image in images], np.int64),
            n_pairs=np.array([image.n_pairs for image in images], np.int64),
            n_pixels=np.array([image.n_pixels for image in images], np.int64),
            best_covered=np.array([image.best_covered for image in images], np.float64),
            covered=np.array([image.covered for image in images], np.float64).reshape(shape),
            covered_regions=np.array([image.covered_regions for image in images], np.float64).reshape(shape),
            disagreeing=np.array([image.disagreeing for image in images], np.int64).reshape(shape),
            variation=np.array([image.variation for image in images], np.float64).reshape(shape),
        )

    @classmethod
    def from_tensors(cls, tensors: Tensors, n: int, n_thresholds: int) -> Self:
        """The rows in a state, checked so that nothing computed from it can go astray."""
        integer, real = np.dtype(np.int64), np.dtype(np.float64)
        rows = cls(
            annotated=checked_tensor(tensors, "annotated", integer, (n,)),
            n_pairs=checked_tensor(tensors, "n_pairs", integer, (n,)),
            n_pixels=checked_tensor(tensors, "n_pixels", integer, (n,)),
            best_covered=checked_tensor(tensors, "best_covered", real, (n,)),
            covered=checked_tensor(tensors, "covered", real, (n, n_thresholds)),
            covered_regions=checked_tensor(tensors, "covered_regions", real, (n, n_thresholds)),
            disagreeing=checked_tensor(tensors, "disagreeing", integer, (n, n_thresholds)),
            variation=checked_tensor(tensors, "variation", real, (n, n_thresholds)),
        )
        if not (np.all(rows.annotated > 0) and np.all(rows.n_pixels > 0)):
            raise InputError("an image of the state has no annotated pixels")
        if not all(np.isfinite(column).all() for column in vars(rows).values()):
            raise InputError("the state holds numbers that are not finite")
        return rows

    def image(self, row: int) -> Agreement:
        """What one row says."""
        return Agreement(
            annotated=int(self.annotated[row]),
            n_pairs=int(self.n_pairs[row]),
            covered=self.covered[row],
            best_covered=float(self.best_covered[row]),
            n_pixels=int(self.n_pixels[row]),
            covered_regions=self.covered_regions[row],
            disagreeing=self.disagreeing[row],
            variation=self.variation[row],
        )

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
