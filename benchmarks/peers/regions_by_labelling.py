"""Region measures the plain way: a labelling and tables of what regions share, for each threshold anew."""

from collections.abc import Callable
from typing import Any

import numpy as np
from boundary_driver import THRESHOLDS, Image, Score, read_images
from numpy.typing import NDArray

Label = Callable[[NDArray[np.bool_]], NDArray[Any]]
"""Numbers the 8-connected components of a mask from 1 on."""


def scored(label: Label) -> Callable[[list[str]], Score]:
    """Covering and PRI, ODS and OIS, then VI likewise, of the folders' images."""

    def prepare(folders: list[str]) -> Score:
        images = read_images(folders)
        return lambda: numbers(np.array([measures(image, label) for image in images]), images)

    return prepare


def measures(image: Image, label: Label) -> NDArray[np.float64]:
    """(99, 3): pixels covered, PRI and VI at each threshold."""
    cuts = (label(image.prediction <= threshold)[1::2, 1::2] for threshold in THRESHOLDS)
    return np.array([against_annotators(regions, image.segments) for regions in cuts])


def against_annotators(regions: NDArray[Any], annotators: list[NDArray[np.uint16]]) -> list[float]:
    each = np.array([agreement(regions, segments) for segments in annotators])
    return [each[:, 0].sum(), each[:, 1].mean(), each[:, 2].mean()]


def agreement(regions: NDArray[Any], segments: NDArray[np.uint16]) -> tuple[float, float, float]:
    n = int(segments.max()) + 1
    codes = regions.astype(np.int64).ravel() * n + segments.ravel()
    shared = np.bincount(codes, minlength=(int(regions.max()) + 1) * n).reshape(-1, n)
    rows, columns, total = shared.sum(axis=1), shared.sum(axis=0), segments.size
    union = rows[:, np.newaxis] + columns - shared
    covered = columns @ (shared / np.maximum(union, 1)).max(axis=0)
    apart = (rows @ rows + columns @ columns) / 2 - (shared * shared).sum()
    variation = 2 * entropy(shared, total) - entropy(rows, total) - entropy(columns, total)
    return covered, 1 - apart / (total * (total - 1) / 2), variation


def entropy(counts: NDArray[np.int64], total: int) -> float:
    """In bits."""
    shares = counts[counts > 0] / total
    return -float((shares * np.log2(shares)).sum())


def numbers(measured: NDArray[np.float64], images: list[Image]) -> list[float]:
    pixels = sum(len(image.segments) * image.segments[0].size for image in images)
    covered, rand, variation = np.moveaxis(measured, 2, 0)
    return [
        covered.sum(axis=0).max() / pixels,
        covered.max(axis=1).sum() / pixels,
        rand.mean(axis=0).max(),
        rand.max(axis=1).mean(),
        variation.mean(axis=0).min(),
        variation.min(axis=1).mean(),
    ]
