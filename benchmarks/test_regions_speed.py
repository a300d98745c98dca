"""Regions of one contour map of 481x321 at 99 thresholds against 5 annotators, beside a labelling for each.

Run with `taskset -c 0 pytest benchmarks/test_regions_speed.py --benchmark-only`. The map parts 600 cells,
as contour maps of photographs do at the lowest threshold; annotators draw 10 to 80 regions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from segmetrics import regions

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

Image = tuple[NDArray[np.float64], list[NDArray[np.uint16]]]

HEIGHT, WIDTH = 321, 481
N_CELLS = 600
THRESHOLDS = np.linspace(0.01, 0.99, 99)


def nearest(random: np.random.Generator, n: int) -> NDArray[np.intp]:
    """(HEIGHT, WIDTH): which of n random points is nearest."""
    points = cKDTree(random.uniform((0, 0), (HEIGHT, WIDTH), (n, 2)))
    cells: NDArray[np.intp] = points.query(np.moveaxis(np.indices((HEIGHT, WIDTH)), 0, -1))[1]
    return cells


def contours(random: np.random.Generator) -> NDArray[np.float64]:
    """Cells in an order; what parts two of them is the greatest of what parts their neighbours in between."""
    apart = random.beta(1, 8, N_CELLS - 1)
    between = np.zeros((N_CELLS, N_CELLS))
    for first in range(N_CELLS):
        between[first, first + 1 :] = np.maximum.accumulate(apart[first:])
    between += between.T
    cells = nearest(random, N_CELLS)
    double = np.zeros((2 * HEIGHT + 1, 2 * WIDTH + 1))
    double[1::2, 2:-1:2] = between[cells[:, :-1], cells[:, 1:]]
    double[2:-1:2, 1::2] = between[cells[:-1], cells[1:]]
    padded = np.pad(double, 1)
    around = [padded[:-2:2, 1:-1:2], padded[2::2, 1:-1:2], padded[1:-1:2, :-2:2], padded[1:-1:2, 2::2]]
    double[::2, ::2] = np.max(around, axis=0)
    return double


@pytest.fixture(scope="module")
def image() -> Image:
    random = np.random.default_rng(500)
    return contours(random), [nearest(random, n).astype(np.uint16) for n in (10, 20, 30, 50, 80)]


def test_one_merge_tree(benchmark: BenchmarkFixture, image: Image) -> None:
    benchmark(regions.measure_contours, *image, THRESHOLDS)


def labellings(double: NDArray[np.float64]) -> list[Any]:
    """The segmentation at each threshold, by scipy; nothing is counted yet."""
    return [ndimage.label(double <= threshold, np.ones((3, 3)))[0][1::2, 1::2] for threshold in THRESHOLDS]


def test_a_labelling_for_each_threshold(benchmark: BenchmarkFixture, image: Image) -> None:
    benchmark(labellings, image[0])


def test_both_see_the_same(image: Image) -> None:
    listed = regions.measure_segmentations(labellings(image[0]), image[1])
    assert np.array_equal(regions.measure_contours(*image, THRESHOLDS).covered, listed.covered)
