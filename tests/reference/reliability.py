"""The definitions of segmetrics.reliability, spelled out over single pixels and pairs, in fractions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise

Pixels = Iterable[tuple[int, int, int, bool]]
"""True label, predicted label, level of confidence, and whether each is invalid."""


def counts(pixels: Pixels, ignore: Iterable[int]) -> dict[tuple[int, int], int]:
    """Pixels by outcome (valid right, valid wrong, invalid right, invalid wrong) and level."""
    found: dict[tuple[int, int], int] = {}
    for truth, prediction, level, invalid in pixels:
        if truth not in ignore:
            cell = 2 * invalid + (truth != prediction), level
            found[cell] = found.get(cell, 0) + 1
    return found


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> Fraction | None:
    """The share of pairs of a positive and a negative that are in order, ties counting one half."""
    pairs = [
        Fraction(2 * (mine > other) + (mine == other), 2)
        for mine, is_positive in zip(scores, positive, strict=True)
        for other, is_other_positive in zip(scores, positive, strict=True)
        if is_positive and not is_other_positive
    ]
    return sum(pairs, Fraction()) / len(pairs) if pairs else None


def fpr_at_tpr(scores: Sequence[float], positive: Sequence[bool], tpr: float) -> Fraction | None:
    """The share of negatives at or above the highest threshold that reaches `tpr`, which may be above all."""
    n_positive = sum(positive)
    n_negative = len(positive) - n_positive
    if not n_positive or not n_negative:
        return None
    if tpr <= 0:
        return Fraction()
    for threshold in sorted(set(scores), reverse=True):
        above = [flag for score, flag in zip(scores, positive, strict=True) if score >= threshold]
        if sum(above) / n_positive >= tpr:
            return Fraction(len(above) - sum(above), n_negative)
    raise AssertionError("the lowest score reaches every rate")


def average_precision(scores: Sequence[float], positive: Sequence[bool]) -> Fraction | None:
    """The mean over the positives of the precision of all that scores as high or higher."""
    precisions = []
    for mine, is_positive in zip(scores, positive, strict=True):
        if is_positive:
            above = [flag for score, flag in zip(scores, positive, strict=True) if score >= mine]
            precisions.append(Fraction(sum(above), len(above)))
    return sum(precisions, Fraction()) / len(precisions) if precisions else None


def expected_calibration_error(
    confidences: Sequence[Fraction], correct: Sequence[bool], edges: Sequence[Fraction]
) -> Fraction | None:
    """The mean over the predictions of how far their bin's mean confidence is from its accuracy."""
    error = Fraction()
    for low, high in pairwise(edges):
        inside = [
            (confidence, flag)
            for confidence, flag in zip(confidences, correct, strict=True)
            if low <= confidence < high or confidence == high == edges[-1]
        ]
        error += abs(sum((confidence - flag for confidence, flag in inside), Fraction()))
    return error / len(correct) if correct else None
