"""A few made-up images in BRAVO's layout, to try things on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segmetrics.plugin.png_writer import write_png
from segmetrics_bravo.maps import HIGHEST_LABEL
from segmetrics_bravo.sampling import VOID
from segmetrics_bravo.subsets import SUBSETS, Subset

N_IMAGES: Final = 2
HEIGHT, WIDTH = 60, 80
STRIPE: Final = 8
MARGIN: Final = 3

Map = NDArray[np.uint8]


def write_sample(directory: Path) -> Mapping[str, object]:
    """Write a ground truth and predictions of every subset, and return the options that score them."""
    random = np.random.default_rng(2024)
    truth, predictions = directory / "bravo_GT", directory / "predictions"
    for subset in SUBSETS.values():
        for number in range(N_IMAGES):
            key = f"{subset.folder}made/{number:06d}"
            labels, invalid = _scene(random, subset)
            predicted, confidence = _prediction(random, labels, invalid)
            write_png(truth / f"{key}{subset.truth}", labels)
            write_png(truth / f"{key}{subset.invalid}", invalid)
            write_png(predictions / f"{key}{subset.prediction}_pred.png", predicted)
            write_png(predictions / f"{key}{subset.prediction}_conf.png", confidence)
    return {"ground_truth": str(truth), "predictions": str(predictions)}


def _scene(random: np.random.Generator, subset: Subset) -> tuple[Map, Map]:
    """Stripes of all classes, framed by void, and an object of none."""
    labels = np.broadcast_to(np.arange(WIDTH) // STRIPE, (HEIGHT, WIDTH)) + random.integers(0, HIGHEST_LABEL)
    labels = labels % (HIGHEST_LABEL + 1) if subset.has_classes else np.zeros_like(labels)
    labels[:MARGIN] = labels[-MARGIN:] = VOID
    invalid = np.zeros((HEIGHT, WIDTH), np.uint8)
    top, left = random.integers(MARGIN, HEIGHT // 2), random.integers(0, WIDTH // 2)
    if subset.has_ood:
        invalid[top : top + HEIGHT // 4, left : left + WIDTH // 4] = 255
    return labels.astype(np.uint8), invalid


def _prediction(random: np.random.Generator, truth: Map, invalid: Map) -> tuple[Map, NDArray[np.uint16]]:
    """Labels that are right but for noise and void, and confidences that mostly know."""
    is_wrong = (random.random(truth.shape) < 0.15) | (truth == VOID) | (invalid > 0)
    labels = np.where(is_wrong, random.integers(0, HIGHEST_LABEL + 1, truth.shape), truth).astype(np.uint8)
    confidence = np.where(is_wrong, random.beta(3, 3, truth.shape), random.beta(6, 2, truth.shape))
    return labels, (65535 * confidence).astype(np.uint16)
