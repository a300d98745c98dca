"""Semantic segmentation: intersection over union of classes, and what else follows from counts of pixels.

Sources: Everingham et al., The PASCAL Visual Object Classes Challenge: A Retrospective (2015), section 3.4;
Long et al., Fully Convolutional Networks for Semantic Segmentation (2015), section 5; for instance-weighted
IoU Cordts et al., The Cityscapes Dataset (2016). Where an official tool does something odd,
docs/reference/parity.md says what.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Self, TypedDict, get_args

import msgspec
import numpy as np

from segmetrics.classes import Classes
from segmetrics.errors import InputError
from segmetrics.evaluators.instance_iou import PIXELS, InstanceIoU, InstanceSizes, Objects
from segmetrics.evaluators.label_counts import (
    Counts,
    LabelCounter,
    LabelError,
    LabelMaps,
    Map,
    scored_part,
)
from segmetrics.evaluators.row_states import RowEvaluator
from segmetrics.evaluators.semantic_rows import SemanticRows, semantic_table
from segmetrics.evaluators.semantic_scores import (
    Absent,
    combined,
    instance_weighted_scores,
    semantic_scores,
)
from segmetrics.types import Key, Parity, Protocol, Scores


@dataclass(frozen=True, eq=False)
class AnnotatedMaps:
    """The truth of some images where objects are told apart.

    Attributes:
        labels: Labels, as a batch of `SemanticEvaluator`.
        instances: Ids of objects in the same form and of the same sizes; see `InstanceSizes.divisor`.
    """

    labels: Any
    instances: Any


class SemanticEvaluator(RowEvaluator[SemanticRows]):
    """IoU, accuracy and Dice over all pixels seen.

    Args:
        classes: The class table; or how many classes there are, which are then labelled and named 0, 1, ...
        ignore: With a number of classes, the true label of pixels that are not scored, or None.
        absent: What a class without a score is to the official tool's means: "skip" leaves it out, "zero"
            counts it as 0, "undefined" leaves the mean without a value.
        means: Further scores, each the mean of some over everything:
            {"final": ("iou.mean", "accuracy.pixel")}.
        instance_sizes: To score instance-weighted IoU too; each truth is then an `AnnotatedMaps`.
        per_image: Keep the counts of each image too, for `image_scores`. It changes no number.
        parity: "clean" leaves classes without a score out of every mean, whatever `absent` says.
        name: Of the protocol.
        reference: The official evaluator and version that `official` parity agrees with.
        keys_from: The first key for images that come without; None starts at 0, and then the state does not
            merge with another that numbered its own images.

    Raises:
        ValueError: An argument is not one of these, or the class table has too many values.

    >>> evaluator = SemanticEvaluator(3)
    >>> evaluator.update([[0, 1, 255]], [[0, 0, 2]])
    >>> evaluator.update([[1, 1, 1]], [[1, 1, 1]])
    >>> scores = evaluator.compute()
    >>> scores["iou.mean"], scores.per("class", "iou")
    (0.625, {'0': 0.5, '1': 0.75, '2': None})
    """

    kind = "segmetrics.semantic.2"

    def __init__(
        self,
        classes: Classes | int,
        *,
        ignore: int | None = 255,
        absent: Absent = "skip",
        means: Mapping[str, Sequence[str]] | None = None,
        instance_sizes: InstanceSizes | None = None,
        per_image: bool = False,
        parity: Parity = "official",
        name: str = "semantic",
        reference: str = "",
        keys_from: int | None = None,
    ) -> None:
        for argument, word, words in (("absent", absent, Absent), ("parity", parity, Parity)):
            if word not in get_args(words):
                raise ValueError(f"{argument} is {word!r}, expected one of {', '.join(get_args(words))}")
        if isinstance(classes, int):
            classes = Classes(map(str, range(classes)), ignore=() if ignore is None else ignore)
        self.classes = classes
        self._absent: Absent = "skip" if parity == "clean" else absent
        self._means = {score_id: list(parts) for score_id, parts in (means or {}).items()}
        self._sizes = instance_sizes
        self._instance_iou = None if instance_sizes is None else InstanceIoU(classes, instance_sizes)
        self._counter = LabelCounter(classes)
        self._per_image = per_image
        protocol = Protocol(name=name, version="1", parity=parity, reference=reference, params=self._params())
        self._table = semantic_table(pairs=per_image, objects=instance_sizes is not None)
        sums = {"counts": self._counter.zeros()}
        super().__init__(protocol, SemanticRows.empty(self._table), sums=sums, keys_from=keys_from)
        if means:
            self.compute()  # refuses means of scores that there are not

    def _params(self) -> dict[str, object]:
        params: dict[str, object] = {
            "absent": self._absent,
            "ignore": list(self.classes.ignore),
            "others": list(self.classes.others),
        }
        if self._means:
            params["means"] = self._means
        if self._sizes is not None:
            params["instance_sizes"] = msgspec.to_builtins(self._sizes)
        return params

    def update(self, truth: Any, prediction: Any, *, keys: Sequence[Key] | None = None) -> None:  # noqa: ANN401
        """Add a batch of images.

        Each side is one (h, w) map, a stack (n, h, w), or a list of (h, w) maps whose sizes may differ:
        labels as integers of any dtype, of anything with `__array__` or `__dlpack__`. The maps of a list are
        asked for image by image, and none is kept.

        Args:
            truth: True labels; with `instance_sizes` an `AnnotatedMaps`.
            prediction: Predicted labels of the same images.
            keys: The images' keys; None numbers them from `keys_from` on.

        Raises:
            InputError: A side is no such batch, or the two do not fit together.
            LabelError: A label is not of the class table, or a pixel of a class is predicted as ignored.
            MergeError: An image was seen before.
        """
        labels, instances = self._sides(truth)
        sides = {"truth": labels, "prediction": prediction, **instances}
        maps = {name: LabelMaps(side, name) for name, side in sides.items()}
        chosen = self._keys.choose(keys, len(maps["truth"]))
        table = self._counter.table()
        blocks = [SemanticRows.empty(self._table)]
        for key, (true, predicted, *ids) in zip(chosen, _aligned(maps, chosen), strict=True):
            of_image = self._count(key, true, predicted, table)
            iou = self._instance_iou
            objects = None if iou is None else _measured(iou, key, ids[0], predicted)
            blocks.append(SemanticRows.of_image(self._table, key, of_image, objects))
        counts = self._checked(table, maps, chosen)
        self._add(SemanticRows.join(blocks), numbered=keys is None)
        self._sums["counts"] += counts

    def _checked(self, table: Counts, maps: Mapping[str, LabelMaps], keys: Sequence[Key]) -> Counts:
        """The counts in a table: checked at once, since that takes as long as counting a small map."""
        counts = self._counter.of_table(table)
        if counts is None:
            for key, true, predicted in zip(keys, maps["truth"], maps["prediction"], strict=True):
                with _located(key):
                    self._counter.count(true, predicted)
            raise InputError("a map is not what it was when it was first asked for")
        return counts

    def _sides(self, truth: object) -> tuple[object, dict[str, object]]:
        """The labels of a truth, and its instances where they are scored."""
        if self._instance_iou is None:
            return (truth.labels if isinstance(truth, AnnotatedMaps) else truth), {}
        if not isinstance(truth, AnnotatedMaps):
            raise InputError(f"truth is a {type(truth).__name__}, expected AnnotatedMaps, for instance_sizes")
        return truth.labels, {"instances": truth.instances}

    def _count(self, key: Key, truth: Map, prediction: Map, table: Counts) -> Counts | None:
        """Add an image's pixels to a table of the counter; returns its own counts where they are kept."""
        with _located(key):
            self._counter.add(table, truth, prediction)
            return self._counter.count(truth, prediction) if self._per_image else None

    def confusion_matrix(self) -> Counts:
        """Pixels by true and predicted value, as `segmetrics.confusion` takes them.

        Returns:
            (classes, classes + others) uint64: row g, column p counts the pixels of true class g predicted as
            p, in the order of the class table; the last columns are predictions that are no class.
        """
        return scored_part(self._counts, self.classes).copy()

    def compute(self) -> Scores:
        """IoU, accuracy and Dice: overall, by category, by class; instance-weighted IoU where asked for."""
        return self._scores(self._counts, self._rows().objects)

    def image_scores(self, key: Key) -> Scores:
        """What `compute` gives for one image alone.

        Raises:
            ValueError: The counts of each image are not kept: `per_image` is False.
            KeyError: The image was not seen.
        """
        if not self._per_image:
            raise ValueError("the counts of each image are not kept; give SemanticEvaluator per_image=True")
        of_image = self._rows().of(key)
        return self._scores(self._counter.of_pairs(of_image.pairs), of_image.objects)

    def _scores(self, counts: Counts, objects: Objects) -> Scores:
        scores = [*semantic_scores(counts, self.classes, self._absent)]
        if self._instance_iou is not None:
            by_class = self._instance_iou.of_classes(counts, objects)
            by_category = self._instance_iou.of_categories(counts, objects)
            scores += instance_weighted_scores(by_class, by_category, self._absent)
        return Scores([*combined(scores, self._means), *scores])

    @property
    def _counts(self) -> Counts:
        return self._sums["counts"]

    def _described(self) -> dict[str, object]:
        return {"classes": asdict(self.classes), "per_image": self._per_image}

    @classmethod
    def _rebuilt(cls, protocol: Protocol, described: Mapping[str, Any]) -> Self:
        params = msgspec.convert(protocol.params, _Params)
        return cls(
            Classes(**msgspec.convert(described["classes"], _Table)),
            absent=params.absent,
            means=params.means,
            instance_sizes=params.instance_sizes,
            per_image=described.get("per_image") is True,
            parity=protocol.parity,
            name=protocol.name,
            reference=protocol.reference,
        )

    def _check(self, rows: SemanticRows) -> None:
        self._counter.check(self._counts)
        if not len(rows.keys) and self._counts.any():
            raise InputError("the state has pixels of no image")
        if self._per_image:
            self._counter.check_pairs(rows.pairs_of_images(), self._counts)
        if self._instance_iou is not None:
            for objects in rows.objects_of_images():
                self._instance_iou.check(objects)
            if rows.objects[:, PIXELS].sum(dtype=np.float64) > self._counts.sum():
                raise InputError("the objects have more pixels than the maps")


class _Params(msgspec.Struct):
    """What a protocol's parameters say that the class table does not."""

    absent: Absent
    means: dict[str, list[str]] = {}
    instance_sizes: InstanceSizes | None = None


class _Table(TypedDict):
    """A class table in a state's header."""

    names: list[str]
    ids: list[int]
    ignore: list[int]
    others: list[int]
    categories: list[str] | None
    things: list[bool] | None


def _aligned(sides: Mapping[str, LabelMaps], keys: Sequence[Key]) -> Iterator[tuple[Map, ...]]:
    """Image by image the maps of each side, which agree in number and size."""
    n = len(sides["truth"])
    for name, maps in sides.items():
        if len(maps) != n:
            raise InputError(f"{n} images have a truth, {len(maps)} have {name}")
    for key, *of_image in zip(keys, *sides.values(), strict=True):
        truth, *others = of_image
        for name, other in zip(list(sides)[1:], others, strict=True):
            if truth.shape != other.shape:
                message = f"truth has shape {truth.shape}, {name} {other.shape}; they must agree"
                raise InputError(message, place=f"image {key}")
        yield tuple(of_image)


@contextmanager
def _located(key: Key) -> Iterator[None]:
    """Say of which image a label is."""
    try:
        yield
    except LabelError as error:
        place = f"image {key}, pixel {error.place}"
        raise LabelError(error.message, place=place, side=error.side, key=key) from None


def _measured(instance_iou: InstanceIoU, key: Key, instances: Map, prediction: Map) -> Objects:
    try:
        return instance_iou.measure(instances, prediction)
    except InputError as error:
        raise LabelError(error.message, place=f"image {key}", side="instances", key=key) from None
