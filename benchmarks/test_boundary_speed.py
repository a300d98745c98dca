"""Boundary IoU of two masks beside OpenCV's erosion, on one thread."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from segmetrics.boundary_bands import band_distance, boundary_iou

cv2: Any = pytest.importorskip("cv2", reason="OpenCV is not installed")

Score = Callable[[NDArray[np.uint8], NDArray[np.uint8]], float]

SIZES = [(480, 640), (480, 854), (1024, 2048)]


def blobs(height: int, width: int, seed: int) -> NDArray[np.uint8]:
    """Two ellipses and a hole, which fill about a third of the image."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width] / np.array([height, width])[:, np.newaxis, np.newaxis]
    cy, cx = 0.45 + 0.1 * rng.random(2)
    distance = ((y - cy) / 0.35) ** 2 + ((x - cx) / 0.3) ** 2
    aside = ((y - 0.8) / 0.15) ** 2 + ((x - 0.85) / 0.12) ** 2
    return np.asarray(((distance < 1) & (distance > 0.05)) | (aside < 1), np.uint8)


def boundary_iou_of_cv2(truth: NDArray[np.uint8], prediction: NDArray[np.uint8]) -> float:
    """As boundary-iou-api 37d2558 draws a band (boundary_utils.py)."""
    distance = band_distance(*truth.shape)
    bands = []
    for mask in (truth, prediction):
        padded = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
        eroded = cv2.erode(padded, np.ones((3, 3), np.uint8), iterations=distance)[1:-1, 1:-1]
        bands.append(mask - eroded)
    return float(np.count_nonzero(bands[0] & bands[1]) / np.count_nonzero(bands[0] | bands[1]))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[1]}x{size[0]}")
@pytest.mark.parametrize("score", [boundary_iou, boundary_iou_of_cv2], ids=["segmetrics", "cv2"])
def test_boundary_iou(benchmark: BenchmarkFixture, score: Score, size: tuple[int, int]) -> None:
    cv2.setNumThreads(1)
    masks = blobs(*size, 1), blobs(*size, 2)
    assert score(*masks) == boundary_iou(*masks)
    benchmark.group = f"boundary IoU {size[1]}x{size[0]}"
    benchmark(score, *masks)
