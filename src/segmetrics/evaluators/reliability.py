"""Semantic segmentation with confidences: whether a model knows where it is wrong.

Sources: Guo et al., On Calibration of Modern Neural Networks (2017), for calibration; Hendrycks and Gimpel, A
Baseline for Detecting Misclassified and Out-of-Distribution Examples (2017), for telling right predictions
from wrong ones, and what no class is for from the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from segmetrics.classes import Classes
from segmetrics.errors import InputError
from segmetrics.evaluators.class_tables import classes_from_builtins
from segmetrics.evaluators.label_counts import ImageMaps, LabelError, LabelMaps
from segmetrics.evaluators.reliability_counts import (
    JudgedImage,
    ReliabilityCounter,
    ReliabilityCounts,
    ReliabilityRows,
)
from segmetrics.evaluators.reliability_scores import ood_scores, reliability_scores
from segmetrics.evaluators.row_states import RowEvaluator
from segmetrics.evaluators.semantic_scores import semantic_scores
from segmetrics.evaluators.tensors import Tensors
from segmetrics.reliability import BINS, LEVELS
from segmetrics.types import Key, Protocol, Scores


@dataclass(frozen=True, eq=False)
class MarkedMaps:
    """The truth of some images on which pixels are marked that no class is for.

    Attributes:
        labels: Labels, as a batch of `ReliabilityEvaluator`.
        invalid: Of each pixel, not 0 where it is marked; in the same form and of the same sizes.
    """

    labels: Any
    invalid: Any


@dataclass(frozen=True, eq=False)
class ConfidentMaps:
    """Predictions of some images, with confidences.

    Attributes:
        labels: Labels, as a batch of `ReliabilityEvaluator`.
        confidences: Of each predicted label, in the same form and of the same sizes: floats 0 to 1, or uint16
            levels, which stand for (q + 1/2) / 65,536. With `samples` a list of (n,) arrays.
        samples: A list of (n,) integers, indices of the pixels whose confidences are scored, rows one after
            the other; None scores all.
    """

    labels: Any
    confidences: Any
    samples: Sequence[Any] | None = None


class ReliabilityEvaluator(RowEvaluator[ReliabilityRows]):
    """What `SemanticEvaluator` scores, and how reliable confidences are, over all pixels seen.

    Confidences are kept as counts of 65,536 levels, so memory does not grow with the number of images, and
    16-bit confidences lose nothing. Floats fall on level floor(65,536 c).

    Args:
        classes: The class table, of values 0 to 255; or how many classes there are.
        ignore: With a number of classes, the true label of pixels that are not scored, or None.
        ood: Score too whether low confidence tells what no class is for; each truth is then a `MarkedMaps`.
            Marked pixels take part in nothing else.
        bins: Of the reliability diagram.
        name: Of the protocol.
        keys_from: The first key for images that come without; None starts at 0, and then the state does not
            merge with another that numbered its own images.

    Raises:
        ValueError: An argument is not one of these, or the class table has a value that 8 bits do not hold.

    >>> evaluator = ReliabilityEvaluator(2)
    >>> evaluator.update([[0, 1, 1]], ConfidentMaps([[0, 1, 0]], [[0.9, 0.8, 0.3]]))
    >>> scores = evaluator.compute()
    >>> scores["auroc"], scores["accuracy.pixel"], round(scores["ece"], 4)
    (1.0, 0.6666666666666666, 0.2)
    """

    kind = "segmetrics.reliability.1"

    def __init__(
        self,
        classes: Classes | int,
        *,
        ignore: int | None = 255,
        ood: bool = False,
        bins: int = BINS,
        name: str = "reliability",
        keys_from: int | None = None,
    ) -> None:
        if isinstance(classes, int):
            classes = Classes(map(str, range(classes)), ignore=() if ignore is None else ignore)
        if ood and not classes.ignore:
            raise ValueError("ood needs a class table that ignores a value, as marked pixels are")
        if not 1 <= bins <= LEVELS:
            raise ValueError(f"bins is {bins}, expected 1 to {LEVELS}")
        self.classes = classes
        self._ood = ood
        self._bins = bins
        self._counter = ReliabilityCounter(classes)
        params: dict[str, object] = {
            "bins": bins,
            "ignore": list(classes.ignore),
            "ood": ood,
            "others": list(classes.others),
        }
        protocol = Protocol(name=name, version="1", parity="clean", reference="", params=params)
        super().__init__(
            protocol, ReliabilityRows.of_images({}), sums=vars(self._counter.zeros()), keys_from=keys_from
        )

    def update(
        self,
        truth: Any,  # noqa: ANN401
        prediction: ConfidentMaps,
        *,
        keys: Sequence[Key] | None = None,
    ) -> None:
        """Add a batch of images.

        Args:
            truth: True labels: one (h, w) map, a stack (n, h, w), or a list of (h, w) maps whose sizes may
                differ; integers of any dtype, of anything with `__array__` or `__dlpack__`. With `ood` a
                `MarkedMaps` of them.
            prediction: Predicted labels and confidences of the same images.
            keys: The images' keys; None numbers them from `keys_from` on.

        Raises:
            InputError: A side is no such batch, the two do not fit together, a confidence is not 0 to 1, or a
                sample no pixel.
            LabelError: A label is not of the class table, or a pixel of a class is predicted as ignored.
            MergeError: An image was seen before.
        """
        columns = self._columns(truth, prediction)
        chosen = self._keys.choose(keys, len(columns["truth"]))
        counts = self._counter.zeros()
        pixels: dict[Key, int] = {}
        for key, *of_image in zip(chosen, *columns.values(), strict=True):
            with _located(key):
                pixels[key] = self._counter.count(JudgedImage(*of_image), counts)
        self._counts.add(counts)
        self._add(ReliabilityRows.of_images(pixels), numbered=keys is None)

    def _columns(self, truth: object, prediction: object) -> dict[str, Sequence[Any]]:
        """The fields of the `JudgedImage` of each image."""
        if not isinstance(prediction, ConfidentMaps):
            raise InputError(f"prediction is a {type(prediction).__name__}, expected ConfidentMaps")
        if self._ood and not isinstance(truth, MarkedMaps):
            raise InputError(f"truth is a {type(truth).__name__}, expected MarkedMaps, for ood")
        marked = truth if isinstance(truth, MarkedMaps) else MarkedMaps(truth, None)
        truths = LabelMaps(marked.labels, "truth")
        columns: dict[str, Sequence[Any]] = {
            "truth": truths,
            "prediction": LabelMaps(prediction.labels, "prediction"),
            "confidences": _confidences(prediction),
            "invalid": LabelMaps(marked.invalid, "invalid") if self._ood else [None] * len(truths),
            "samples": [None] * len(truths) if prediction.samples is None else prediction.samples,
        }
        for name, column in columns.items():
            if len(column) != len(truths):
                raise InputError(f"{len(truths)} images have a truth, {len(column)} have {name}")
        return columns

    def confidence_counts(self) -> NDArray[np.uint64]:
        """Pixels by outcome and level, as `segmetrics.reliability.confidence_counts` gives them."""
        return self._counts.confidences.copy()

    def compute(self) -> Scores:
        """Scores of confidences, of those on marked pixels where asked for, and of labels."""
        scores = [*reliability_scores(self._counts.confidences, self._bins)]
        if self._ood:
            scores += ood_scores(self._counts.confidences)
        return Scores([*scores, *semantic_scores(self._counts.labels, self.classes, "skip")])

    @property
    def _counts(self) -> ReliabilityCounts:
        return ReliabilityCounts(**self._sums)

    def _packed_sums(self) -> Tensors:
        return self._counter.packed("", self._counts)

    def _unpacked_sums(self, tensors: Tensors) -> Tensors:
        return vars(self._counter.unpacked("", tensors))

    def _described(self) -> dict[str, object]:
        return {"classes": asdict(self.classes)}

    @classmethod
    def _rebuilt(cls, protocol: Protocol, described: Mapping[str, Any]) -> Self:
        params = msgspec.convert(protocol.params, _Params)
        classes = classes_from_builtins(described["classes"])
        return cls(classes, ood=params.ood, bins=params.bins, name=protocol.name)

    def _check(self, rows: ReliabilityRows) -> None:
        rows.check(self._counts)


class _Params(msgspec.Struct):
    """What a protocol's parameters say that the class table does not."""

    bins: int
    ood: bool


def _confidences(prediction: ConfidentMaps) -> Sequence[Any]:
    name = "confidences"
    if prediction.samples is None:
        return ImageMaps(prediction.confidences, name)
    return list(prediction.confidences)


@contextmanager
def _located(key: Key) -> Iterator[None]:
    """Say of which image an error is."""
    place = f"image {key}"
    try:
        yield
    except LabelError as error:
        where = f"{place}, pixel {error.place}"
        raise LabelError(error.message, place=where, side=error.side, key=key) from None
    except InputError as error:
        if error.file is not None:
            raise
        within = f"pixel {error.place}" if (error.place or "").startswith("[") else error.place
        raise InputError(error.message, place=", ".join(filter(None, (place, within)))) from None
