"""From counts of labels to the numbers people quote of a semantic segmentation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isnan, nan
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from segmetrics import confusion
from segmetrics.classes import Classes
from segmetrics.evaluators.label_counts import Counts, scored_part
from segmetrics.types import OverValue, Score

Absent = Literal["skip", "zero", "undefined"]
"""What a class without a score is to a mean: left out, a zero, or a reason for the mean to have no value."""

Values = Mapping[str, float]
"""A score by class, or by category; NaN where undefined."""

CATEGORIES: dict[str, OverValue] = {"group": "categories"}


def semantic_scores(counts: Counts, classes: Classes, absent: Absent) -> Iterator[Score]:
    """Scores of pixels: overall, then by category, then by class.

    Args:
        counts: Pixels by true and predicted value, over `Classes.values`.
        classes: The class table.
        absent: What a class without a score is to a mean.
    """
    matrix = scored_part(counts, classes)
    by_class = {
        "iou": confusion.iou(matrix),
        "accuracy": confusion.accuracy(matrix),
        "dice": confusion.dice(matrix),
    }
    by_category = confusion.iou(_by_category(matrix, classes))
    yield _mean("iou.mean", by_class["iou"], absent)
    if classes.categories:
        yield _mean("iou.mean", by_category, absent, over=CATEGORIES)
    yield _score("iou.freq_weighted", confusion.frequency_weighted_iou(matrix))
    yield _score("accuracy.pixel", confusion.pixel_accuracy(matrix))
    yield _mean("accuracy.mean", by_class["accuracy"], absent)
    yield _mean("dice.mean", by_class["dice"], absent)
    yield from _each("iou", "category", dict(zip(classes.category_names, by_category.tolist(), strict=True)))
    for score_id, values in by_class.items():
        yield from _each(score_id, "class", dict(zip(classes.names, values.tolist(), strict=True)))


def instance_weighted_scores(by_class: Values, by_category: Values, absent: Absent) -> Iterator[Score]:
    """Instance-weighted IoU: means, then by category, then by class."""
    yield _mean("iiou.mean", np.array([*by_class.values()]), absent)
    if by_category:
        yield _mean("iiou.mean", np.array([*by_category.values()]), absent, over=CATEGORIES)
    yield from _each("iiou", "category", by_category)
    yield from _each("iiou", "class", by_class)


def combined(scores: Sequence[Score], means: Mapping[str, Sequence[str]]) -> Iterator[Score]:
    """Scores that are the mean of others over everything; undefined if one of those is.

    Raises:
        ValueError: One is the mean of a score that there is not.
    """
    overall = {score.id: score.value for score in scores if not score.over}
    for score_id, parts in means.items():
        unknown = [part for part in parts if part not in overall]
        if unknown or not parts:
            raise ValueError(
                f"{score_id} is to be the mean of {parts}, expected ids among {', '.join(overall)}"
            )
        values = [nan if (value := overall[part]) is None else value for part in parts]
        yield _score(score_id, sum(values) / len(values))


def _by_category(matrix: Counts, classes: Classes) -> Counts:
    """The matrix with the rows and columns of each category added up; what is no class stays apart."""
    names = classes.category_names
    position = [names.index(category) for category in classes.categories or ()]
    n_classes = len(position)
    rows = np.zeros((len(names), matrix.shape[1]), np.uint64)
    np.add.at(rows, position, matrix[:n_classes])
    grouped = np.zeros((len(names), len(names) + matrix.shape[1] - n_classes), np.uint64)
    np.add.at(grouped.T, position, rows[:, :n_classes].T)
    grouped[:, len(names) :] = rows[:, n_classes:]
    return grouped


def _mean(
    score_id: str, values: NDArray[np.float64], absent: Absent, over: dict[str, OverValue] | None = None
) -> Score:
    defined = int(np.count_nonzero(~np.isnan(values)))
    if absent == "undefined":
        value = confusion.mean(values) if defined == len(values) else nan
    else:
        value = confusion.mean(values, absent=absent)
    return _score(score_id, value, over or {}, n=len(values) if absent == "zero" else defined)


def _each(score_id: str, dimension: str, values: Values) -> Iterator[Score]:
    return (_score(score_id, value, {dimension: name}) for name, value in values.items())


def _score(
    score_id: str, value: float, over: dict[str, OverValue] | None = None, n: int | None = None
) -> Score:
    return Score(id=score_id, value=None if isnan(value) else value, over=over or {}, n=n)
