"""From counts by confidence to the numbers people quote of a model's confidences."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from typing import Final

from segmetrics.evaluators.label_counts import Counts
from segmetrics.reliability import VALID_RIGHT, VALID_WRONG, calibration, ranking_scores
from segmetrics.types import OverValue, Score

TPR: Final = 0.95
"""The true positive rate at which the false positive rate is given."""


def reliability_scores(confidences: Counts, bins: int) -> Iterator[Score]:
    """Whether confidences come true, and tell right predictions from wrong ones; over valid pixels.

    Args:
        confidences: As `segmetrics.reliability.confidence_counts` counts them.
        bins: Of the reliability diagram.
    """
    right, wrong = confidences[VALID_RIGHT], confidences[VALID_WRONG]
    diagram = calibration(right, wrong, bins=bins)
    n = int(diagram.n.sum())
    by_confidence = ranking_scores(right, wrong, tpr=TPR)
    by_doubt = ranking_scores(wrong[::-1], right[::-1])
    yield _score("ece", diagram.ece, n, higher_is_better=False)
    yield _score("auroc", by_confidence.auroc, n)
    yield _score("auprc.success", by_confidence.average_precision, n)
    yield _score("auprc.error", by_doubt.average_precision, n)
    yield _score("fpr95", by_confidence.fpr, n, higher_is_better=False)
    for score_id, values in (("bin.confidence", diagram.confidence), ("bin.accuracy", diagram.accuracy)):
        for number, (value, in_bin) in enumerate(zip(values.tolist(), diagram.n.tolist(), strict=True)):
            yield _score(score_id, value, in_bin, {"bin": number})


def ood_scores(confidences: Counts) -> Iterator[Score]:
    """Whether low confidence tells invalid pixels from valid ones.

    Args:
        confidences: As `segmetrics.reliability.confidence_counts` counts them.
    """
    valid, invalid = confidences[:2].sum(axis=0), confidences[2:].sum(axis=0)
    n = int(invalid.sum())
    by_doubt = ranking_scores(invalid[::-1], valid[::-1], tpr=TPR)
    yield _score("auroc.ood", by_doubt.auroc, n)
    yield _score("auprc.ood", by_doubt.average_precision, n)
    yield _score("fpr95.ood", by_doubt.fpr, n, higher_is_better=False)


def _score(
    score_id: str,
    value: float,
    n: int,
    over: dict[str, OverValue] | None = None,
    *,
    higher_is_better: bool = True,
) -> Score:
    known = None if isnan(value) else value
    return Score(id=score_id, value=known, over=over or {}, n=n, higher_is_better=higher_is_better)
