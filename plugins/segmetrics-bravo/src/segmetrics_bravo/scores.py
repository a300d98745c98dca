"""From each subset's counts to BRAVO's numbers, and the harmonic means of those."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from statistics import harmonic_mean
from typing import Final

from msgspec.structs import replace

from segmetrics.classes import Classes
from segmetrics.evaluators.reliability_counts import ReliabilityCounts
from segmetrics.evaluators.reliability_scores import ood_scores, reliability_scores
from segmetrics.evaluators.semantic_scores import semantic_scores
from segmetrics.reliability import BINS
from segmetrics.types import OverValue, Score, Scores
from segmetrics_bravo.subsets import SUBSETS, Subset

_OF_CLASSES: Final = ("iou.mean", "ece", "auroc", "auprc.success", "auprc.error", "fpr95")
_OF_OOD: Final = ("auroc.ood", "auprc.ood", "fpr95.ood")


def bravo_scores(counts: Mapping[str, ReliabilityCounts], classes: Classes) -> list[Score]:
    """The index, the mean over classes' scores and over out-of-distribution scores, and each subset's.

    Args:
        counts: Of the subsets that have images, by name.
        classes: The class table.
    """
    of_subsets = {
        name: list(_of_subset(subset, counts[name], classes))
        for name, subset in SUBSETS.items()
        if name in counts
    }
    semantic = _mean("bravo.semantic", _values(of_subsets, _OF_CLASSES, "has_classes"))
    ood = _mean("bravo.ood", _values(of_subsets, _OF_OOD, "has_ood"))
    scores = [_mean("bravo.index", (semantic.value, ood.value)), semantic, ood]
    for name, its in of_subsets.items():
        scores.append(_mean("bravo.subset", map(_goodness, _summed_up(its)), {"subset": name}))
    for name, its in of_subsets.items():
        scores += [replace(score, over={"subset": name, **score.over}) for score in its]
    return scores


def undefined(scores: Scores) -> Iterator[str]:
    """A line for each subset with scores that are undefined, which says why."""
    for name in SUBSETS:
        ids = [score.id for score in scores if score.over == {"subset": name} and score.value is None]
        parts = [score_id for score_id in ids if score_id in _OF_CLASSES + _OF_OOD]
        if parts:
            n = {score_id: scores.find(score_id, subset=name).n for score_id in parts}
            yield f"{name}: {', '.join(parts)} undefined: {_why(parts, n)}; so are the means they belong to"


def _why(parts: list[str], n: Mapping[str, int | None]) -> str:
    if set(parts) <= set(_OF_OOD):
        return "no scored pixel is " + ("valid" if n[parts[0]] else "invalid")
    if "ece" in parts:
        return "no scored pixel is valid"
    return "of the scored pixels none, or all, are predicted right"


def _of_subset(subset: Subset, counts: ReliabilityCounts, classes: Classes) -> Iterator[Score]:
    if subset.has_classes:
        of_labels = [*semantic_scores(counts.labels, classes, "skip")]
        yield from (score for score in of_labels if score.id == "iou.mean")
        yield from reliability_scores(counts.confidences, BINS)
    if subset.has_ood:
        yield from ood_scores(counts.confidences)
    if subset.has_classes:
        yield from (score for score in of_labels if score.id == "iou")


def _values(of_subsets: Mapping[str, list[Score]], ids: Iterable[str], part: str) -> Iterator[float | None]:
    """These scores of all subsets that have them, as means take them; None for a subset without images."""
    for name, subset in SUBSETS.items():
        if getattr(subset, part):
            its = {score.id: score for score in _summed_up(of_subsets.get(name, []))}
            yield from (_goodness(its[score_id]) if score_id in its else None for score_id in ids)


def _summed_up(scores: Iterable[Score]) -> Iterator[Score]:
    """Of a subset's scores those that its mean is over."""
    return (score for score in scores if score.id in _OF_CLASSES + _OF_OOD and not score.over)


def _goodness(score: Score) -> float | None:
    """The score, or what it lacks of 1 where less is better."""
    return score.value if score.value is None or score.higher_is_better else 1 - score.value


def _mean(score_id: str, values: Iterable[float | None], over: dict[str, OverValue] | None = None) -> Score:
    """The harmonic mean, undefined if one of the values is; `n` says how many are defined."""
    all_values = list(values)
    defined = [value for value in all_values if value is not None]
    value = harmonic_mean(defined) if len(defined) == len(all_values) else None
    return Score(id=score_id, value=value, over=over or {}, n=len(defined))
