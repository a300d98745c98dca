"""Regions of one contour map of 481x321 at 99 thresholds against 5 annotators, beside a labelling for each.

Run with `taskset -c 0 pytest benchmarks/test_regions_speed.py --benchmark-only`. The map parts 600 cells,
as contour maps of photographs do at the lowest threshold; annotators draw 10 to 80 regions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from made_boundaries import MadeImage, make_image
from numpy.typing import NDArray
from scipy import ndimage

from segmetrics import regions

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

THRESHOLDS = np.linspace(0.01, 0.99, 99)


@pytest.fixture(scope="module")
def image() -> MadeImage:
    return make_image(500)


def test_one_merge_tree(benchmark: BenchmarkFixture, image: MadeImage) -> None:
    benchmark(regions.measure_contours, *image, THRESHOLDS)


def labellings(double: NDArray[np.float64]) -> list[Any]:
    """The segmentation at each threshold, by scipy; nothing is counted yet."""
    return [ndimage.label(double <= threshold, np.ones((3, 3)))[0][1::2, 1::2] for threshold in THRESHOLDS]


def test_a_labelling_for_each_threshold(benchmark: BenchmarkFixture, image: MadeImage) -> None:
    benchmark(labellings, image.contours)


def test_both_see_the_same(image: MadeImage) -> None:
    listed = regions.measure_segmentations(labellings(image.contours), image.annotations)
    assert np.array_equal(regions.measure_contours(*image, THRESHOLDS).covered, listed.covered)
