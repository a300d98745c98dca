"""Instance-weighted IoU: as IoU, but large objects weigh no more than small ones.

Source: Cordts et al., The Cityscapes Dataset (2016), section 4.2, as cityscapesScripts computes it
(evalPixelLevelSemanticLabeling.py). A pixel of an object of n pixels weighs a / n, where a is how many pixels
an object of its class has on average. With iTP and iFN the weights of the pixels that were found and missed,
iIoU = iTP / (iTP + FP + iFN). False positives have no object, so they weigh 1.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import fsum, inf, nan
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from segmetrics.classes import Classes
from segmetrics.errors import InputError
from segmetrics.evaluators.label_counts import Counts, Map
from segmetrics.labelmaps import MAX_ID, joint_pairs

Objects = NDArray[np.uint64]
"""(n, 4): of each object its id, its pixels, and how many were predicted as its class and as its category."""

N_OBJECT_COLUMNS = 4
ID, PIXELS, CLASS_HITS, CATEGORY_HITS = range(N_OBJECT_COLUMNS)


class InstanceSizes(msgspec.Struct, frozen=True):
    """What instance-weighted IoU needs to know besides the classes.

    Attributes:
        average: Pixels of an object on average, by class; the classes that are scored this way.
        also: Values that count as a category besides its classes where they are predicted, by category.
        divisor: The id of an object is divisor * label + number; smaller ids are no objects.
    """

    average: dict[str, float]
    also: dict[str, list[int]] = {}
    divisor: int = 1000


@dataclass(frozen=True)
class _Target:
    """What is scored: objects with these labels; their pixels predicted as one of the values are found."""

    name: str
    labels: tuple[int, ...]
    values: tuple[int, ...]


class InstanceIoU:
    """Instance-weighted IoU of the classes that have an average size, and of categories of only such classes.

    Args:
        classes: The class table of the maps.
        sizes: Average sizes.

    Raises:
        ValueError: `sizes` names a class or category that there is not, or a size that is not positive.
    """

    def __init__(self, classes: Classes, sizes: InstanceSizes) -> None:
        _check(classes, sizes)
        ids = dict(zip(classes.names, classes.ids, strict=True))
        self._scored = classes.ids
        self._known = classes.values
        self._ordered = np.array(sorted(value for value in classes.values if value >= 0), np.int64)
        self._divisor = sizes.divisor
        self._average = {ids[name]: size for name, size in sizes.average.items()}
        self._classes = [_Target(name, (ids[name],), (ids[name],)) for name in ids if name in sizes.average]
        self._categories = []
        for category in classes.category_names:
            members = zip(classes.ids, classes.categories or (), strict=True)
            labels = tuple(label for label, its in members if its == category)
            if all(label in self._average for label in labels):
                self._categories.append(_Target(category, labels, (*labels, *sizes.also.get(category, ()))))
        unscored = {*self._known} - {*self._scored}
        self._has_objects = self._are_among(self._average)
        self._may_stand = self._has_objects | self._are_among(unscored)
        self._is_category_hit = self._category_hits()

    def measure(self, instances: Map, prediction: Map) -> Objects:
        """The objects of one image, by id.

        Args:
            instances: (h, w) ids of integers; see `InstanceSizes.divisor`.
            prediction: (h, w) labels.

        Raises:
            InputError: An object is of a class without an average size, or of a label not in the table.
        """
        pairs = joint_pairs(instances, prediction)
        labels = self._places(pairs.truth // self._divisor)
        self._check_labels(pairs.truth, labels)
        of_object = self._has_objects[labels]
        found, predicted, counts = (column[of_object] for column in pairs)
        labels, predictions = labels[of_object], self._places(predicted)
        starts = np.flatnonzero(np.diff(found, prepend=found[:1] ^ 1))  # pairs are in the order of their ids
        objects = np.zeros((len(starts), N_OBJECT_COLUMNS), np.uint64)
        objects[:, ID] = found[starts]
        objects[:, PIXELS] = np.add.reduceat(counts, starts)
        objects[:, CLASS_HITS] = np.add.reduceat(counts * (predictions == labels), starts)
        is_category_hit = self._is_category_hit[labels, predictions]
        objects[:, CATEGORY_HITS] = np.add.reduceat(counts * is_category_hit, starts)
        return objects

    def of_classes(self, counts: Counts, objects: Objects) -> dict[str, float]:
        """Scores by class, NaN where undefined; `counts` are those of all images that have the objects."""
        return {one.name: self._score(one, counts, objects, CLASS_HITS) for one in self._classes}

    def of_categories(self, counts: Counts, objects: Objects) -> dict[str, float]:
        """Scores by category, likewise."""
        return {one.name: self._score(one, counts, objects, CATEGORY_HITS) for one in self._categories}

    def check(self, objects: Objects) -> None:
        """Raise InputError if these are not objects of one image as `measure` gives them."""
        labels = objects[:, ID] // np.uint64(self._divisor)
        ascending = bool(np.all(objects[1:, ID] > objects[:-1, ID]))
        if not ascending or np.any(objects[:, ID] > MAX_ID) or not np.isin(labels, list(self._average)).all():
            raise InputError(
                "the objects of an image are not in the order of their ids, or of no scored class"
            )
        if not np.all(objects[:, PIXELS]) or np.any(objects[:, CLASS_HITS:] > objects[:, [PIXELS]]):
            raise InputError("an object has no pixels, or more are found than it has")

    def _score(self, target: _Target, counts: Counts, objects: Objects, column: int) -> float:
        mine = objects[np.isin(objects[:, ID] // np.uint64(self._divisor), target.labels)]
        labels = (mine[:, ID] // np.uint64(self._divisor)).tolist()
        weights = np.array([self._average[label] for label in labels]) / mine[:, PIXELS]
        found = fsum(mine[:, column] * weights)
        missed = fsum((mine[:, PIXELS] - mine[:, column]) * weights)
        whole = found + self._false_positives(target, counts) + missed
        return found / whole if whole else nan

    def _false_positives(self, target: _Target, counts: Counts) -> int:
        """Pixels of other classes that were predicted as one of the target's values."""
        rows = [i for i, label in enumerate(self._scored) if label not in target.labels]
        columns = [i for i, value in enumerate(self._known) if value in target.values]
        return int(counts[np.ix_(rows, columns)].sum())

    def _places(self, values: NDArray[Any]) -> NDArray[np.intp]:
        """Where each value stands among those known, in order; one past the last if it does not."""
        places = np.searchsorted(self._ordered, values)
        return np.where(np.append(self._ordered, -1)[places] == values, places, len(self._ordered))

    def _are_among(self, members: Collection[int]) -> NDArray[np.bool_]:
        """Of each place, whether its value is one of the members; that of unknown values is not."""
        return np.append(np.isin(self._ordered, [*members]), False)

    def _category_hits(self) -> NDArray[np.bool_]:
        """Of the places of a label and of a prediction, whether the pixel was predicted as its category."""
        hits = np.zeros((len(self._ordered) + 1,) * 2, np.bool_)
        for target in self._categories:
            hits |= np.outer(self._are_among(target.labels), self._are_among(target.values))
        return hits

    def _check_labels(self, ids: NDArray[np.uint32], places: NDArray[np.intp]) -> None:
        wrong = ids[(ids >= self._divisor) & ~self._may_stand[places]]
        if len(wrong):
            raise InputError(
                f"instance {wrong[0]} is of label {wrong[0] // self._divisor}, "
                f"expected one of {', '.join(map(str, sorted(self._average)))}"
            )


def _check(classes: Classes, sizes: InstanceSizes) -> None:
    unknown: Sequence[str] = sorted(
        {*sizes.average} - {*classes.names} | {*sizes.also} - {*classes.category_names}
    )
    if unknown:
        raise ValueError(f"sizes of {', '.join(unknown)}, which the class table does not have")
    beyond = {value for values in sizes.also.values() for value in values} - {*classes.others}
    if beyond:
        raise ValueError(f"value {min(beyond)} counts as a category, but is not among the table's others")
    if not all(0 < size < inf for size in sizes.average.values()) or not 1 <= sizes.divisor <= MAX_ID:
        raise ValueError(f"an average size is not positive, or the divisor not 1 to {MAX_ID}")
