"""Made-up sequences for the tests of objects in video."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmetrics.evaluators.video_objects import VideoObjectEvaluator


def sequence(seed: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Labels of some frames, and the same with every fifth pixel missed."""
    random = np.random.default_rng(seed)
    truth = random.choice([0, 1, 2, 255], (random.integers(3, 9), 7, 11))
    return truth, np.where(random.random(truth.shape) < 0.8, truth, 0) % 255


def evaluated(numbers: list[int], **options: Any) -> VideoObjectEvaluator:
    evaluator = VideoObjectEvaluator(**options)
    pairs = [sequence(number) for number in numbers]
    evaluator.update([pair[0] for pair in pairs], [pair[1] for pair in pairs], keys=numbers)
    return evaluator
