"""Kernels of segmetrics.labelmaps on maps of a street scene's size and a panoptic image's.

Run with `pytest benchmarks/test_labelmaps_speed.py --benchmark-only`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from segmetrics import labelmaps

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pytest_benchmark.fixture import BenchmarkFixture

    Map = NDArray[np.uint8]

STREET, PANOPTIC, CLASSES = (1024, 2048), (480, 640), 19


def regions(shape: tuple[int, int], labels: NDArray[Any]) -> NDArray[Any]:
    """A coherent map: each pixel, in squares of 4 x 4, has the label of the nearest of random points."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[: shape[0] : 4, : shape[1] : 4]
    points = rng.uniform(0, 1, (len(labels), 2)) * shape
    distances = (y[..., np.newaxis] - points[:, 0]) ** 2 + (x[..., np.newaxis] - points[:, 1]) ** 2
    nearest: NDArray[np.intp] = distances.argmin(axis=2).repeat(4, axis=0).repeat(4, axis=1)
    return labels[nearest]


def noise(shape: tuple[int, int], seed: int) -> Map:
    return np.random.default_rng(seed).integers(0, CLASSES, shape, np.uint8)


@pytest.fixture(scope="module")
def truth() -> Map:
    return regions(STREET, np.random.default_rng(1).integers(0, CLASSES, 60, np.uint8))


@pytest.fixture(scope="module")
def prediction(truth: Map) -> Map:
    """The truth, a little out of place."""
    return np.roll(truth, (3, 5), (0, 1))


def test_joint_counts_of_a_street_scene(benchmark: BenchmarkFixture, truth: Map, prediction: Map) -> None:
    benchmark(labelmaps.joint_counts, truth, prediction)


def test_joint_counts_with_a_fifth_of_noise(benchmark: BenchmarkFixture, truth: Map, prediction: Map) -> None:
    is_noise = np.random.default_rng(2).random(STREET) < 0.2
    benchmark(labelmaps.joint_counts, truth, np.where(is_noise, noise(STREET, 3), prediction))


def test_joint_counts_of_noise(benchmark: BenchmarkFixture) -> None:
    benchmark(labelmaps.joint_counts, noise(STREET, 4), noise(STREET, 5))


def test_confusion_matrix_of_a_street_scene(benchmark: BenchmarkFixture, truth: Map, prediction: Map) -> None:
    benchmark(labelmaps.confusion_matrix, truth, prediction, classes=CLASSES)


def test_joint_pairs_of_panoptic_colours(benchmark: BenchmarkFixture) -> None:
    colours = np.random.default_rng(6).integers(0, 256, (60, 3), np.uint8)
    truth = regions(PANOPTIC, colours)
    benchmark(labelmaps.joint_pairs, truth, np.roll(truth, (3, 5), (0, 1)))


def test_joint_pairs_of_instance_ids(benchmark: BenchmarkFixture, prediction: Map) -> None:
    instances = regions(STREET, np.arange(24_000, 24_060, dtype=np.uint16))
    benchmark(labelmaps.joint_pairs, instances, prediction)
