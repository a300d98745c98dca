"""Average precision of instances, as PASCAL VOC's and SBD's are scored: AP^r and AP^r_vol.

Sources: Hariharan et al., Simultaneous Detection and Segmentation, ECCV 2014, as sds_eccv2014 3804648 does
it; Li et al., Fully Convolutional Instance-aware Semantic Segmentation, CVPR 2017, as FCIS 309f6c9 and
chainercv 71596166 do. Where they do something odd, docs/reference/parity.md says what, and what
`parity="clean"` does instead.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Self, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from segmetrics.classes import Classes
from segmetrics.errors import InputError
from segmetrics.evaluators.class_tables import classes_from_builtins
from segmetrics.evaluators.row_states import RowEvaluator
from segmetrics.evaluators.voc_instance_ap import (
    THRESHOLDS,
    Interpolation,
    Matching,
    average_precisions,
    match,
)
from segmetrics.evaluators.voc_instance_images import check_prediction, check_truth
from segmetrics.evaluators.voc_instance_rows import VOC_INSTANCE_TABLE, VocInstanceRows
from segmetrics.masks import iou
from segmetrics.types import Key, OverValue, Parity, Protocol, Score, Scores

REFERENCES: Final[dict[tuple[Matching, Interpolation], str]] = {
    ("sds", "area"): "sds_eccv2014 3804648",
    ("fcis", "area"): "chainercv 71596166",
    ("fcis", "11-point"): "FCIS 309f6c9",
}
"""Which official tool matches and interpolates so."""

SHOWN_PER_CLASS: Final = (0.5, 0.7)
"""IoU thresholds of which each class has a score."""


class VocInstanceEvaluator(RowEvaluator[VocInstanceRows]):
    """Average precision of masks: AP^r at IoU thresholds 0.1 to 0.9, and AP^r_vol, their mean.

    Args:
        classes: The class table; classes that are things are scored, all of them if it does not say.
        matching: "sds": a detection takes the object it overlaps most among those not yet taken, by an IoU
            greater than the threshold. "fcis": the object it overlaps most of all, by an IoU not less.
        interpolation: "area" under the envelope of precision, or with "fcis" "11-point", the mean over 11
            recalls.
        parity: "official" reproduces the official tools' oddities, "clean" the plain definition.
        keys_from: The first key for images that come without; None starts at 0, and then the state does not
            merge with another that numbered its own images.

    A batch is, for the truth, a sequence with one tuple of two maps per image (see
    `segmetrics.instance_arrays.objects_from_maps`), or one `ImageObjects`; for the predictions a sequence
    with one `ImageObjects` of masks, categories and scores per image. A mapping does for an `ImageObjects`.
    Images are asked for one by one, so a sequence may read files as it is asked.

    Raises:
        ValueError: No official tool matches and interpolates so.

    >>> evaluator = VocInstanceEvaluator(Classes("boat", ids=[4]))
    >>> truth = [[0, 1, 1, 2, 2, 2]], [[0, 4, 4, 4, 4, 4]]
    >>> found = [[[0, 1, 1, 1, 0, 0]], [[1, 0, 0, 0, 0, 0]]]
    >>> evaluator.update([truth], [{"masks": found, "categories": [4, 4], "scores": [0.9, 0.5]}])
    >>> scores = evaluator.compute()
    >>> round(scores["ap"], 4), scores.value("ap", iou=0.5), scores.value("ap", iou=0.7)
    (0.3333, 0.5, 0.0)
    """

    kind = "segmetrics.voc_instances.1"

    def __init__(
        self,
        classes: Classes,
        *,
        matching: Matching = "sds",
        interpolation: Interpolation = "area",
        parity: Parity = "official",
        keys_from: int | None = None,
    ) -> None:
        if (matching, interpolation) not in REFERENCES:
            known = ", ".join(" with ".join(pair) for pair in REFERENCES)
            raise ValueError(f"matching is {matching!r} with {interpolation!r}, expected one of {known}")
        self.classes = classes
        things = classes.things or (True,) * len(classes)
        self._names = [name for name, is_thing in zip(classes.names, things, strict=True) if is_thing]
        self._labels = [id_ for id_, is_thing in zip(classes.ids, things, strict=True) if is_thing]
        self._matching, self._interpolation = matching, interpolation
        protocol = Protocol(
            name="voc-instances",
            version="1",
            parity=parity,
            reference=REFERENCES[matching, interpolation],
            params={
                "iou_thresholds": list(THRESHOLDS),
                "matching": matching,
                "interpolation": interpolation,
            },
        )
        super().__init__(protocol, VocInstanceRows.empty(VOC_INSTANCE_TABLE), keys_from=keys_from)

    def update(self, truth: Any, prediction: Any, *, keys: Sequence[Key] | None = None) -> None:  # noqa: ANN401
        """Add a batch of images.

        Args:
            truth: The annotated objects of each image; see the class.
            prediction: The detections in each image, in any order.
            keys: The images' keys; None numbers them from `keys_from` on.

        Raises:
            InputError: Two maps contradict each other, a class is none of the table's, a mask is not of its
                image's size, or a score is no number.
            MergeError: An image was seen before.
        """
        n = len(truth)
        if len(prediction) != n:
            raise InputError(f"{n} images have annotations, found {len(prediction)} with predictions")
        chosen = self._keys.choose(keys, n)
        images = [self._evaluate(key, *sides) for key, *sides in zip(chosen, truth, prediction, strict=True)]
        empty = VocInstanceRows.empty(VOC_INSTANCE_TABLE)
        self._add(VocInstanceRows.join([empty, *images]), numbered=keys is None)

    def _evaluate(self, key: Key, truth: object, prediction: object) -> VocInstanceRows:
        true = check_truth(truth, key, self._labels)
        predicted = check_prediction(prediction, key, self._labels, true)
        found = np.zeros(len(predicted.category), np.uint16)
        for label in np.intersect1d(true.category, predicted.category):
            rows = np.flatnonzero(predicted.category == label)
            ranked = rows[np.argsort(-predicted.scores[rows], kind="stable")]
            overlaps = iou(predicted.masks[ranked], true.masks[np.flatnonzero(true.category == label)])
            found[ranked] = match(overlaps, self._matching)
        per_class = np.array([np.count_nonzero(true.category == label) for label in self._labels])
        present = np.flatnonzero(per_class)
        return VocInstanceRows(
            VOC_INSTANCE_TABLE,
            np.array([key]),
            category=_positions(predicted.category, self._labels),
            score=predicted.scores,
            found=found,
            detections_per_image=np.array([len(found)], np.uint32),
            objects=np.stack([present, per_class[present]], axis=1).astype(np.uint32),
            objects_per_image=np.array([len(present)], np.uint32),
        )

    @property
    def _is_odd(self) -> bool:
        """Whether what only sds_eccv2014 does is done."""
        return self._matching == "sds" and self._protocol.parity == "official"

    def average_precisions(self) -> NDArray[np.float64]:
        """(classes, 9): AP of each class of things at IoU thresholds 0.1 to 0.9; NaN for one without objects.

        Warns (UserWarning) of detections that are left out because their image has no object.
        """
        rows = self._rows()
        n_objects = rows.n_objects(len(self._names))
        scored = rows.with_objects() if self._is_odd else rows
        left_out = len(rows.score) - len(scored.score)
        if left_out:
            warnings.warn(
                f"{left_out} detections lie in images without any object: they are left out, as sds_eccv2014 "
                "does (--parity clean counts them as wrong)",
                stacklevel=3,
            )
        return average_precisions(scored, n_objects, self._interpolation)

    def compute(self) -> Scores:
        """AP^r at each threshold and AP^r_vol: the mean over classes, and of each class.

        Warns as `average_precisions`.
        """
        rows, values = self._rows(), self.average_precisions()
        n = len(self._names)
        n_objects, n_detections = rows.n_objects(n), rows.n_detections(n)
        counted = values[n_objects > 0]
        if self._is_odd and n_objects.any():
            # Without objects, recall is 0 / 0 wherever there is a detection; without those too, AP is 0.
            counted = np.where(((n_objects == 0) & (n_detections == 0))[:, np.newaxis], 0, values)
        return Scores([*_summarize(counted, values, n_objects.tolist(), self._names)])

    def _described(self) -> dict[str, object]:
        return {"classes": msgspec.to_builtins(self.classes)}

    @classmethod
    def _rebuilt(cls, protocol: Protocol, described: Mapping[str, Any]) -> Self:
        return cls(
            classes_from_builtins(described["classes"]),
            matching=cast("Matching", protocol.params["matching"]),
            interpolation=cast("Interpolation", protocol.params["interpolation"]),
            parity=protocol.parity,
        )

    def _check(self, rows: VocInstanceRows) -> None:
        rows.check(len(self._names), len(THRESHOLDS))


def _positions(category: NDArray[np.int64], labels: Sequence[int]) -> NDArray[np.uint32]:
    """Where each label stands in the class table, which has it."""
    order = np.argsort(labels)
    return order[np.searchsorted(labels, category, sorter=order)].astype(np.uint32)


def _summarize(
    counted: NDArray[np.float64],
    values: NDArray[np.float64],
    n_objects: Sequence[int],
    names: Sequence[str],
) -> Iterator[Score]:
    n = len(counted)
    yield Score(id="ap", value=_mean(counted), n=n)
    for k, threshold in enumerate(THRESHOLDS):
        yield Score(id="ap", value=_mean(counted[:, k]), n=n, over={"iou": threshold})
    shown = [THRESHOLDS.index(threshold) for threshold in SHOWN_PER_CLASS]
    for name, value, n_of_class in zip(names, values, n_objects, strict=True):
        of_class: dict[str, OverValue] = {"class": name}
        yield Score(id="ap", value=_mean(value), n=n_of_class, over=of_class)
        for k in shown:
            yield Score(id="ap", value=_mean(value[k]), n=n_of_class, over=of_class | {"iou": THRESHOLDS[k]})


def _mean(values: NDArray[np.float64]) -> float | None:
    """Their mean; None where there are none, or one is undefined."""
    mean = float(values.mean()) if values.size else np.nan
    return None if np.isnan(mean) else mean
