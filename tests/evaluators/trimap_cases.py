"""Made-up label maps for the tests of trimaps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmetrics.evaluators.trimaps import TrimapEvaluator

WIDTHS = (0, 2, 5)


def pair(seed: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """A true map of blocks with some pixels to ignore, and another for its prediction."""
    random = np.random.default_rng(seed)
    truth, prediction = np.kron(random.integers(0, 3, (2, 3, 4)), np.ones((5, 5), np.int64))
    truth[random.random(truth.shape) < 0.05] = 255
    return truth, prediction


def evaluated(numbers: list[int]) -> TrimapEvaluator:
    evaluator = TrimapEvaluator(3, widths=WIDTHS, shape="square")
    pairs = [pair(number) for number in numbers]
    evaluator.update([each[0] for each in pairs], [each[1] for each in pairs], keys=numbers)
    return evaluator
