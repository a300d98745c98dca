"""Made-up images and their annotations for the tests of regions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmetrics.evaluators.regions import RegionEvaluator

THRESHOLDS = (0.1, 0.3, 0.5, 0.9)


def image(seed: int) -> tuple[list[NDArray[Any]], NDArray[np.float64]]:
    """Annotators' maps and a contour map."""
    random = np.random.default_rng(seed)
    height, width = random.integers(1, 6, 2)
    contours = random.choice([0, 0.2, 0.4, 0.6, 1], (2 * height + 1, 2 * width + 1))
    contours[1::2, 1::2] = 0
    return [random.integers(0, 4, (height, width)) for _ in range(random.integers(1, 4))], contours


def evaluated(numbers: list[int]) -> RegionEvaluator:
    evaluator = RegionEvaluator(THRESHOLDS)
    pairs = [image(number) for number in numbers]
    evaluator.update([pair[0] for pair in pairs], [pair[1] for pair in pairs], keys=numbers)
    return evaluator
