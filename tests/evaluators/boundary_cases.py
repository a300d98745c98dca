"""Made-up images with boundaries, their annotations and predictions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmetrics.evaluators import BoundaryEvaluator
from segmetrics.types import Key

THRESHOLDS = (0.2, 0.5, 0.75)


def image(number: int) -> tuple[list[NDArray[np.bool_]], NDArray[np.float64]]:
    """Annotations of up to three people, and strengths that are near what they drew."""
    random = np.random.default_rng(number)
    shape = tuple(random.integers(8, 40, 2))
    drawn = [random.random(shape) < 0.1 for _ in range(1 + number % 3)]
    strengths = np.clip(np.mean(drawn, axis=0) + 0.4 * random.random(shape), 0, 1)
    return drawn, np.roll(strengths, 1, axis=0)


def evaluated(keys: Sequence[Key], **options: Any) -> BoundaryEvaluator:
    """An evaluator that has seen the images of these numbers."""
    evaluator = BoundaryEvaluator(**{"thresholds": THRESHOLDS, "max_distance": 0.05, **options})
    truth, prediction = zip(*(image(int(key)) for key in keys), strict=True)
    evaluator.update(truth, prediction, keys=keys)
    return evaluator
