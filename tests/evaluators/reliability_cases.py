"""A small state of a reliability evaluator."""

from __future__ import annotations

from typing import Any

from segmetrics.classes import Classes
from segmetrics.evaluators import ConfidentMaps, MarkedMaps, ReliabilityEvaluator

CLASSES = Classes("road car", ids=(7, 26), others=(0,), ignore=255)


def evaluator(**arguments: Any) -> ReliabilityEvaluator:
    """No images."""
    return ReliabilityEvaluator(CLASSES, ood=True, **arguments)


def small() -> ReliabilityEvaluator:
    """The images 3 and 7, pixels of every outcome among them."""
    state = evaluator()
    truth = MarkedMaps([[[7, 26, 255]], [[26, 7]]], [[[0, 1, 0]], [[1, 0]]])
    confidences = [[[0.9, 0.1, 0.5]], [[0.25, 0.75]]]
    state.update(truth, ConfidentMaps([[[7, 7, 0]], [[26, 26]]], confidences), keys=[3, 7])
    return state
