"""Mergeable evaluators, one per task."""

from segmetrics.evaluators.base import Evaluator

__all__ = ["Evaluator"]
