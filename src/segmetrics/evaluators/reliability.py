"""Semantic segmentation with confidences: whether a model knows where it is wrong.

Sources: Guo et al., On Calibration of Modern Neural Networks (2017), for calibration; Hendrycks and Gimpel, A
Baseline for Detecting Misclassified and Out-of-Distribution Examples (2017), for telling right predictions
from wrong ones, and what no class is for from the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from segmetrics.arrays import as_numpy
from segmetrics.classes import Classes
from segmetrics.errors import InputError, MergeError
from segmetrics.evaluators.base import Evaluator
from segmetrics.evaluators.label_counts import LabelError, image_maps, label_maps
from segmetrics.evaluators.reliability_counts import JudgedImage, ReliabilityCounter
from segmetrics.evaluators.reliability_scores import ood_scores, reliability_scores
from segmetrics.evaluators.sample_keys import SampleKeys
from segmetrics.evaluators.semantic_scores import semantic_scores
from segmetrics.evaluators.tensors import Tensors, ordered_keys, pack_keys, read_state, write_state
from segmetrics.reliability import BINS, LEVELS
from segmetrics.types import Key, Protocol, Scores

_STATE: Final = "segmetrics.reliability.1"


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


class ReliabilityEvaluator(Evaluator):
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
        self._counts = self._counter.zeros()
        self._keys = SampleKeys(keys_from)
        params: dict[str, object] = {
            "bins": bins,
            "ignore": list(classes.ignore),
            "ood": ood,
            "others": list(classes.others),
        }
        self._protocol = Protocol(name=name, version="1", parity="clean", reference="", params=params)

    @property
    def protocol(self) -> Protocol:
        """How this evaluator measures."""
        return self._protocol

    @property
    def keys(self) -> Sequence[Key]:
        """Keys of the images seen so far, ordered."""
        return self._keys.ordered()

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
        images = self._images(truth, prediction)
        chosen = self._keys.choose(keys, len(images))
        counts = self._counter.zeros()
        for key, image in zip(chosen, images, strict=True):
            try:
                self._counter.count(image, counts)
            except InputError as error:
                raise _of_image(key, error) from None
        self._counts.add(counts)
        self._keys.add(chosen, numbered=keys is None)

    def _images(self, truth: object, prediction: object) -> list[JudgedImage]:
        if not isinstance(prediction, ConfidentMaps):
            raise InputError(f"prediction is a {type(prediction).__name__}, expected ConfidentMaps")
        if self._ood and not isinstance(truth, MarkedMaps):
            raise InputError(f"truth is a {type(truth).__name__}, expected MarkedMaps, for ood")
        marked = truth if isinstance(truth, MarkedMaps) else MarkedMaps(truth, None)
        truths = label_maps(marked.labels, "truth")
        columns = {
            "prediction": label_maps(prediction.labels, "prediction"),
            "confidences": _confidences(prediction),
            "invalid": label_maps(marked.invalid, "invalid") if self._ood else [None] * len(truths),
            "samples": _samples(prediction, len(truths)),
        }
        for name, column in columns.items():
            if len(column) != len(truths):
                raise InputError(f"{len(truths)} images have a truth, {len(column)} have {name}")
        return [JudgedImage(*image) for image in zip(truths, *columns.values(), strict=True)]

    def merge(self, other: Self) -> None:
        """Add another state's images to this one.

        Raises:
            MergeError: The protocols or class tables differ, or an image is in both.
        """
        if self._protocol != other._protocol:
            raise MergeError(f"states of different protocols: {self._protocol} and {other._protocol}")
        if self.classes != other.classes:
            raise MergeError("states of different class tables")
        self._keys.join(other._keys)
        self._counts.add(other._counts)

    def confidence_counts(self) -> NDArray[np.uint64]:
        """Pixels by outcome and level, as `segmetrics.reliability.confidence_counts` gives them."""
        return self._counts.confidences.copy()

    def compute(self) -> Scores:
        """Scores of confidences, of those on marked pixels where asked for, and of labels."""
        scores = [*reliability_scores(self._counts.confidences, self._bins)]
        if self._ood:
            scores += ood_scores(self._counts.confidences)
        return Scores([*scores, *semantic_scores(self._counts.labels, self.classes, "skip")])

    def to_bytes(self) -> bytes:
        """The state as canonical safetensors."""
        header = {
            "kind": _STATE,
            "protocol": msgspec.to_builtins(self._protocol),
            "classes": asdict(self.classes),
            "numbered_from_zero": self._keys.numbered_from_zero,
        }
        keys = self.keys
        tensors = pack_keys(np.array(keys) if keys else np.empty(0, np.int64))
        return write_state(header, tensors | self._counter.packed("counts", self._counts))

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The state that `to_bytes` wrote.

        Raises:
            InputError: The bytes are not such a state.
        """
        header, tensors = read_state(data, _STATE)
        evaluator = cls._from_header(header)
        evaluator._restore(tensors, numbered=header.get("numbered_from_zero") is True)  # noqa: SLF001
        return evaluator

    @classmethod
    def _from_header(cls, header: Mapping[str, Any]) -> Self:
        """An empty evaluator of the protocol and class table that a state names."""
        try:
            protocol = msgspec.convert(header["protocol"], Protocol)
            params = msgspec.convert(protocol.params, _Params)
            classes = Classes(**msgspec.convert(header["classes"], dict[str, Any]))
            evaluator = cls(classes, ood=params.ood, bins=params.bins, name=protocol.name)
        except (KeyError, TypeError, ValueError, OverflowError, msgspec.ValidationError) as error:
            raise InputError(f"not a state of a ReliabilityEvaluator: {error}") from error
        if evaluator.protocol != protocol:
            raise InputError(f"a state of protocol {protocol}, expected {evaluator.protocol}")
        return evaluator

    def _restore(self, tensors: Tensors, *, numbered: bool) -> None:
        keys = ordered_keys(tensors)
        counts = self._counter.unpacked("counts", tensors)
        if not keys and (counts.labels.any() or counts.confidences.any()):
            raise InputError("the state has pixels of no image")
        self._counts = counts
        self._keys.add(keys, numbered=numbered)


class _Params(msgspec.Struct):
    """What a protocol's parameters say that the class table does not."""

    bins: int
    ood: bool


def _confidences(prediction: ConfidentMaps) -> Sequence[NDArray[Any]]:
    if prediction.samples is None:
        return image_maps(prediction.confidences, "confidences")
    return [as_numpy(one, "confidences") for one in prediction.confidences]


def _samples(prediction: ConfidentMaps, n: int) -> Sequence[Any]:
    return (
        [None] * n if prediction.samples is None else [as_numpy(one, "samples") for one in prediction.samples]
    )


def _of_image(key: Key, error: InputError) -> InputError:
    place = f"image {key}"
    if error.place is not None:
        place += f", {'pixel ' if error.place.startswith('[') else ''}{error.place}"
    if isinstance(error, LabelError):
        return LabelError(error.message, place=place, side=error.side, key=key)
    return InputError(error.message, place=place)
