"""Slow twin of segmetrics.evaluators.semantic: pixel by pixel, as the definitions say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from math import isnan, nan
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from reference.labelmaps import ratio

from segmetrics.classes import Classes
from segmetrics.evaluators import InstanceSizes

Map = NDArray[Any]
Identity = tuple[str, tuple[tuple[str, str], ...]]
"""Id of a score, and what it is over."""


class Image(NamedTuple):
    """Maps of one image, equal in shape."""

    truth: Map
    prediction: Map
    instances: Map


class Target(NamedTuple):
    """A class or a category: the true labels that are it, and the predictions that are taken for it."""

    truths: set[int]
    predictions: set[int]


def scores(
    images: Sequence[Image], classes: Classes, absent: str, sizes: InstanceSizes | None = None
) -> dict[Identity, float]:
    """Every score, NaN where undefined."""
    pixels = Counter(
        pair
        for image in images
        for pair in zip(image.truth.ravel().tolist(), image.prediction.ravel().tolist(), strict=True)
        if pair[0] in classes.ids
    )
    each = {name: Target({value}, {value}) for name, value in zip(classes.names, classes.ids, strict=True)}
    grouped = {name: _category(name, classes, ()) for name in classes.category_names}
    found: dict[Identity, float] = {}

    def add(
        score_id: str, dimension: str, targets: dict[str, Target], score: Callable[[Target], float]
    ) -> None:
        values = {name: score(target) for name, target in targets.items()}
        found.update({(score_id, ((dimension, name),)): value for name, value in values.items()})
        if values or dimension == "class":
            over = (("group", "categories"),) if dimension == "category" else ()
            found[f"{score_id}.mean", over] = mean(list(values.values()), absent)

    def iou(target: Target) -> float:
        hit, missed, wrong = outcomes(target, pixels)
        return ratio(hit, hit + missed + wrong)

    def dice(target: Target) -> float:
        hit, missed, wrong = outcomes(target, pixels)
        return ratio(2 * hit, 2 * hit + missed + wrong)

    def accuracy(target: Target) -> float:
        hit, missed, _ = outcomes(target, pixels)
        return ratio(hit, hit + missed)

    add("iou", "class", each, iou)
    add("iou", "category", grouped, iou)
    add("dice", "class", each, dice)
    add("accuracy", "class", each, accuracy)
    found["accuracy.pixel", ()] = ratio(sum(n for (t, p), n in pixels.items() if t == p), pixels.total())
    occurring = [target for target in each.values() if sum(outcomes(target, pixels)[:2])]
    weighted = sum(sum(outcomes(target, pixels)[:2]) * iou(target) for target in occurring)
    found["iou.freq_weighted", ()] = ratio(weighted, pixels.total())
    if sizes is not None:
        average = {value: size for name, size in sizes.average.items() for value in each[name].truths}

        def iiou(target: Target) -> float:
            wrong = outcomes(target, pixels)[2]
            hit, missed = 0.0, 0.0
            for label, n, n_found in _objects(images, target.predictions, sizes.divisor):
                if label in target.truths:
                    hit += n_found * average[label] / n
                    missed += (n - n_found) * average[label] / n
            return ratio(hit, hit + wrong + missed)

        also = {name: _category(name, classes, sizes.also.get(name, ())) for name in classes.category_names}
        add("iiou", "class", {name: each[name] for name in classes.names if name in sizes.average}, iiou)
        add("iiou", "category", {n: one for n, one in also.items() if one.truths <= average.keys()}, iiou)
    return found


def mean(values: list[float], absent: str) -> float:
    """Mean of some scores under a policy."""
    if absent == "zero":
        return ratio(sum(0.0 if isnan(value) else value for value in values), len(values))
    if absent == "undefined" and any(map(isnan, values)):
        return nan
    defined = [value for value in values if not isnan(value)]
    return ratio(sum(defined), len(defined))


def outcomes(target: Target, pixels: Counter[tuple[int, int]]) -> tuple[int, int, int]:
    """Pixels found, missed, and wrongly taken for the target."""
    hit = sum(n for (t, p), n in pixels.items() if t in target.truths and p in target.predictions)
    missed = sum(n for (t, p), n in pixels.items() if t in target.truths and p not in target.predictions)
    wrong = sum(n for (t, p), n in pixels.items() if t not in target.truths and p in target.predictions)
    return hit, missed, wrong


def _category(category: str, classes: Classes, also: Sequence[int]) -> Target:
    members = {
        value for value, its in zip(classes.ids, classes.categories or (), strict=True) if its == category
    }
    return Target(members, members | {*also})


def _objects(images: Sequence[Image], predictions: set[int], divisor: int) -> Iterator[tuple[int, int, int]]:
    """Label, pixels and pixels found of every object of every image."""
    for image in images:
        for instance in np.unique(image.instances[image.instances >= divisor]).tolist():
            predicted = image.prediction[image.instances == instance].tolist()
            yield instance // divisor, len(predicted), sum(label in predictions for label in predicted)
