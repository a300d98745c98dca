"""The contract of a driver of boundaries and regions: one process scores some images, on one thread.

A driver is a script beside this module, run by `boundaries_side_by_side.py` as

    python DRIVER {edges,edge-files,regions,bands} TRUTHS PREDICTIONS
    python DRIVER bands WIDTHxHEIGHT

with the folder of annotators' .mat files and that of edge maps, one for each image scored. What it prints is
what `driver.py` says; arrays are in memory before its clocks start, but for edge-files.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from driver import run
from numpy.typing import NDArray
from PIL import Image as Picture
from scipy.io import loadmat

Workload = Literal["edges", "edge-files", "regions", "bands"]
Score = Callable[[], Iterable[float]]
"""What is timed; it returns the numbers."""

THRESHOLDS = np.linspace(0.01, 0.99, 99)
N_MASKS = 20


class Image(NamedTuple):
    """An edge map as it was stored, and what annotators drew: boundaries and segments."""

    prediction: NDArray[Any]
    boundaries: list[NDArray[np.uint8]]
    segments: list[NDArray[np.uint16]]

    @property
    def strengths(self) -> NDArray[np.float64]:
        """(h, w) in [0, 1], from 8 bits or from a contour map of double size."""
        if self.prediction.dtype == np.uint8:
            return self.prediction / 255
        of_image_size = self.prediction.shape == self.boundaries[0].shape
        return self.prediction if of_image_size else self.prediction[2::2, 2::2].copy()


def read_image(truth: Path, prediction: Path) -> Image:
    cells = loadmat(truth)["groundTruth"][0]
    strengths = np.load(prediction) if prediction.suffix == ".npy" else np.asarray(Picture.open(prediction))
    boundaries, segments = ([cell[name][0, 0] for cell in cells] for name in ("Boundaries", "Segmentation"))
    return Image(strengths, boundaries, segments)


def read_images(folders: list[str]) -> list[Image]:
    """Of each prediction the image, by name."""
    truths, predictions = map(Path, folders)
    return [read_image(truths / f"{path.stem}.mat", path) for path in sorted(predictions.iterdir())]


def made_masks(size: list[str]) -> list[NDArray[np.uint8]]:
    """Pairs of two ellipses and a hole, which fill about a third of the image."""
    width, height = map(int, size[0].split("x"))
    return [_ellipses(height, width, np.random.default_rng(seed)) for seed in range(N_MASKS)]


def _ellipses(height: int, width: int, random: np.random.Generator) -> NDArray[np.uint8]:
    y, x = np.mgrid[:height, :width] / np.array([height, width])[:, np.newaxis, np.newaxis]
    cy, cx = 0.45 + 0.1 * random.random(2)
    distance = ((y - cy) / 0.35) ** 2 + ((x - cx) / 0.3) ** 2
    aside = ((y - 0.8) / 0.15) ** 2 + ((x - 0.85) / 0.12) ** 2
    return np.asarray(((distance < 1) & (distance > 0.05)) | (aside < 1), np.uint8)


def measure(distribution: str, scores: Mapping[Workload, Callable[[list[str]], Score]]) -> None:
    """Load what the command line names, then time the score, and print what happened."""
    workload, *arguments = sys.argv[1:]
    score = {str(name): prepare for name, prepare in scores.items()}[workload](arguments)
    run(distribution, 1, score)
