"""Average precision of instances, by Cityscapes' protocol.

Source: cityscapesScripts 0bcc4a7 (evalInstanceLevelSemanticLabeling.py). Where that does something odd,
docs/reference/parity.md says what.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from segmetrics.arrays import as_numpy
from segmetrics.classes import Classes
from segmetrics.errors import InputError
from segmetrics.evaluators.cityscapes_instance_ap import THRESHOLDS, AveragePrecisions, average_precisions
from segmetrics.evaluators.cityscapes_instance_rows import (
    CITYSCAPES_INSTANCE_TABLE,
    CityscapesInstanceRows,
    Integers,
    labels_of,
)
from segmetrics.evaluators.class_tables import classes_from_builtins
from segmetrics.evaluators.row_states import RowEvaluator
from segmetrics.labelmaps import joint_pairs
from segmetrics.types import Key, Protocol, Score, Scores

REFERENCE = "cityscapesScripts 0bcc4a7"


class CityscapesInstanceEvaluator(RowEvaluator[CityscapesInstanceRows]):
    """Average precision (AP) of instances, as Cityscapes defines it.

    Args:
        classes: The class table; classes that are things are scored, `others` and `ignore` are void.
        min_region: Objects of fewer pixels are not to be found.
        keys_from: The first key for images that come without; None starts at 0, and then the state does not
            merge with another that numbered its own images.

    A batch is, for the truth, a sequence of (h, w) maps: the pixels of an object hold 1000 times its label
    plus its number, those of a group and all else the label alone. For the predictions it is a sequence that
    has, for each image, its instances: tuples of label, confidence and (h, w) mask, nonzero inside. Masks may
    overlap.
    Maps and masks may be anything with `__array__`: each is asked for once and not kept.

    >>> streets = Classes("road car", ids=(7, 26), others=[0], things=[False, True])
    >>> evaluator = CityscapesInstanceEvaluator(streets, min_region=1)
    >>> evaluator.update([[[7, 26000, 26000, 26000]]], [[(26, 0.9, [[0, 1, 1, 0]])]])
    >>> scores = evaluator.compute()
    >>> round(scores["ap"], 4), scores.value("ap", iou=0.5)
    (0.4, 1.0)
    """

    kind = "segmetrics.cityscapes_instances.1"

    def __init__(self, classes: Classes, *, min_region: int = 100, keys_from: int | None = None) -> None:
        if min_region < 0:
            raise ValueError(f"min_region is {min_region}, expected a number of pixels")
        self.classes = classes
        things = classes.things or (True,) * len(classes)
        self._names = [name for name, is_thing in zip(classes.names, things, strict=True) if is_thing]
        self._labels = [id_ for id_, is_thing in zip(classes.ids, things, strict=True) if is_thing]
        self._void = [*classes.others, *classes.ignore]
        protocol = Protocol(
            name="cityscapes-instances",
            version="1",
            parity="official",
            reference=REFERENCE,
            params={"iou_thresholds": list(THRESHOLDS), "min_region": min_region},
        )
        self._min_region = min_region
        empty = CityscapesInstanceRows.empty(CITYSCAPES_INSTANCE_TABLE)
        super().__init__(protocol, empty, keys_from=keys_from)

    def update(self, truth: Any, prediction: Any, *, keys: Sequence[Key] | None = None) -> None:  # noqa: ANN401
        """Add a batch of images.

        Args:
            truth: A map of each image; see the class.
            prediction: The instances predicted in each image. Those of labels that are not scored, and those
                without a pixel, are left out.
            keys: The images' keys; None numbers them from `keys_from` on.

        Raises:
            InputError: A label is none of the class table's, a mask is not of its map's size, or a confidence
                is no number.
            MergeError: An image was seen before.
        """
        n = len(truth)
        if len(prediction) != n:
            raise InputError(f"{n} images have annotations, found {len(prediction)} with predictions")
        chosen = self._keys.choose(keys, n)
        images = [self._evaluate(key, *sides) for key, *sides in zip(chosen, truth, prediction, strict=True)]
        empty = CityscapesInstanceRows.empty(CITYSCAPES_INSTANCE_TABLE)
        self._add(CityscapesInstanceRows.join([empty, *images]), numbered=keys is None)

    def _evaluate(self, key: Key, truth: object, instances: Sequence[Any]) -> CityscapesInstanceRows:
        try:
            ids = as_numpy(truth, "truth")
            regions = self._regions(ids)
        except InputError as error:
            raise _located(error, f"image {key}", truth) from error
        predictions, confidences, overlaps = [], [], []
        for i, (label, confidence, mask) in enumerate(instances):
            try:
                counts, shared = self._compare(ids, label, confidence, mask)
            except InputError as error:
                raise _located(error, f"image {key}, prediction {i}", mask) from error
            if counts[1]:
                predictions.append(counts)
                confidences.append(float(confidence))
                overlaps.append(shared)
        return CityscapesInstanceRows(
            CITYSCAPES_INSTANCE_TABLE,
            np.array([key]),
            regions=regions,
            regions_per_image=np.array([len(regions)], np.uint32),
            predictions=np.array(predictions, np.int64).reshape(-1, 3),
            confidence=np.array(confidences, np.float64),
            predictions_per_image=np.array([len(predictions)], np.uint32),
            overlaps=np.concatenate([np.empty((0, 2), np.int64), *overlaps]),
            overlaps_per_prediction=np.array([len(each) for each in overlaps], np.uint32),
        )

    def _regions(self, ids: NDArray[Any]) -> Integers:
        """(r, 2): id and pixels of each region of a scored label."""
        if ids.ndim != 2:
            raise InputError(f"truth has shape {ids.shape}, expected (h, w)")
        found = joint_pairs(ids, np.zeros(ids.shape, np.bool_))
        regions = np.stack([found.truth, found.counts], axis=1).astype(np.int64)
        labels = labels_of(regions[:, 0])
        unknown = ~np.isin(labels, self.classes.values)
        if unknown.any():
            raise InputError(f"truth holds {regions[unknown.argmax(), 0]}, whose label is no class")
        return regions[np.isin(labels, self._labels)]

    def _compare(
        self, ids: NDArray[Any], label: int, confidence: float, mask: object
    ) -> tuple[tuple[int, int, int], Integers]:
        """Label, pixels and void pixels of an instance, and its overlaps; no pixels where it is left out."""
        if not np.isfinite(confidence):
            raise InputError(f"confidence is {confidence}, expected a finite number")
        if label not in self.classes.values:
            raise InputError(f"label is {label}, which is no class")
        if label not in self._labels:
            return (label, 0, 0), np.empty((0, 2), np.int64)
        inside = as_numpy(mask, "mask") != 0
        if inside.shape != ids.shape:
            found, expected = (" x ".join(map(str, shape)) for shape in (inside.shape, ids.shape))
            raise InputError(f"the mask is {found}, its ground truth is {expected} (height x width)")
        pairs = joint_pairs(ids, inside)
        is_inside = pairs.prediction == 1
        overlaps = np.stack([pairs.truth[is_inside], pairs.counts[is_inside]], axis=1).astype(np.int64)
        region, shared = overlaps.T
        # An object of a label that is void is not: only pixels that hold the label itself are.
        counts = (label, int(shared.sum()), int(shared[np.isin(region, self._void)].sum()))
        return counts, overlaps[labels_of(region) == label]

    def average_precisions(self) -> AveragePrecisions:
        """AP of each class of things, in the order of the class table, at each of the ten thresholds."""
        return average_precisions(self._rows(), self._labels, self._min_region)

    def compute(self) -> Scores:
        """AP over the ten thresholds and at 0.5: the mean over classes with objects, and of each class."""
        return Scores([*_summarize(self.average_precisions(), self._names)])

    def _described(self) -> dict[str, object]:
        return {"classes": msgspec.to_builtins(self.classes)}

    @classmethod
    def _rebuilt(cls, protocol: Protocol, described: Mapping[str, Any]) -> Self:
        classes = classes_from_builtins(described["classes"])
        return cls(classes, min_region=msgspec.convert(protocol.params["min_region"], int))

    def _check(self, rows: CityscapesInstanceRows) -> None:
        rows.check(self._labels)


def _located(error: InputError, place: str, source: object) -> InputError:
    """The error with its file, if what was read is in one, else with its place."""
    if error.file is not None:
        return error
    file = getattr(source, "file", None)
    return InputError(error.message, file=file, place=place if file is None else error.place)


def _summarize(found: AveragePrecisions, names: Sequence[str]) -> Iterator[Score]:
    is_there = found.n_objects > 0
    values, n = found.values, int(np.count_nonzero(is_there))
    yield Score(id="ap", value=_mean(values[is_there]), n=n)
    yield Score(id="ap", value=_mean(values[is_there, 0]), n=n, over={"iou": THRESHOLDS[0]})
    for name, value, n_objects in zip(names, values, found.n_objects.tolist(), strict=True):
        over_class = value[: len(value) if n_objects else 0]
        yield Score(id="ap", value=_mean(over_class), n=n_objects, over={"class": name})
        at_half = {"class": name, "iou": THRESHOLDS[0]}
        yield Score(id="ap", value=_mean(over_class[:1]), n=n_objects, over=at_half)


def _mean(values: NDArray[np.float64]) -> float | None:
    return float(values.mean()) if values.size else None
