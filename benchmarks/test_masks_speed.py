"""Kernels of segmetrics.masks on 100 masks of 480x640.

Run with `pytest benchmarks/test_masks_speed.py --benchmark-only`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from segmetrics import masks

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pytest_benchmark.fixture import BenchmarkFixture

N, HEIGHT, WIDTH = 100, 480, 640


def wobbly_outlines(n: int, points: int) -> list[list[NDArray[np.float64]]]:
    """One star-shaped polygon for each of n objects, of the sizes that objects of COCO have."""
    rng = np.random.default_rng(0)
    angles = np.linspace(0, 2 * np.pi, points, endpoint=False)
    radii = rng.uniform(10, 150, (n, 1)) * rng.uniform(0.8, 1.2, (n, points))
    x = rng.uniform(0, WIDTH, (n, 1)) + radii * np.cos(angles)
    y = rng.uniform(0, HEIGHT, (n, 1)) + radii * np.sin(angles)
    return [[outline.ravel()] for outline in np.stack([x, y], axis=2)]


@pytest.fixture(scope="module")
def objects() -> list[list[NDArray[np.float64]]]:
    return wobbly_outlines(N, points=40)


@pytest.fixture(scope="module")
def array(objects: list[list[NDArray[np.float64]]]) -> masks.MaskArray:
    return masks.from_polygons(objects, (HEIGHT, WIDTH))


def test_encode_images_stored_by_columns(benchmark: BenchmarkFixture, array: masks.MaskArray) -> None:
    benchmark(masks.encode, masks.decode(array))


def test_encode_images_stored_by_rows(benchmark: BenchmarkFixture, array: masks.MaskArray) -> None:
    benchmark(masks.encode, np.ascontiguousarray(masks.decode(array)))


def test_decode(benchmark: BenchmarkFixture, array: masks.MaskArray) -> None:
    benchmark(masks.decode, array)


def test_from_strings(benchmark: BenchmarkFixture, array: masks.MaskArray) -> None:
    benchmark(masks.from_strings, masks.to_strings(array), array.sizes)


def test_to_strings(benchmark: BenchmarkFixture, array: masks.MaskArray) -> None:
    benchmark(masks.to_strings, array)


def test_iou(benchmark: BenchmarkFixture, array: masks.MaskArray) -> None:
    benchmark(masks.iou, array, array)


def test_box_iou(benchmark: BenchmarkFixture, array: masks.MaskArray) -> None:
    boxes = masks.boxes(array)
    benchmark(masks.box_iou, boxes, boxes)


def test_union(benchmark: BenchmarkFixture, array: masks.MaskArray) -> None:
    benchmark(masks.union, array)


def test_from_polygons(benchmark: BenchmarkFixture, objects: list[list[NDArray[np.float64]]]) -> None:
    benchmark(masks.from_polygons, objects, (HEIGHT, WIDTH))
