"""BRAVO's evaluator: counts by subset, which merge, and the scores that follow."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, Literal, Self, get_args

import msgspec
import numpy as np

from segmetrics.classes import Classes
from segmetrics.errors import InputError, MergeError
from segmetrics.evaluators.base import Evaluator
from segmetrics.evaluators.label_counts import LabelError
from segmetrics.evaluators.reliability_counts import JudgedImage, ReliabilityCounter, ReliabilityCounts
from segmetrics.evaluators.sample_keys import SampleKeys
from segmetrics.evaluators.tensors import ordered_keys, pack_keys, read_state, write_state
from segmetrics.types import Key, Protocol, Scores
from segmetrics_bravo import sampling as samples_of
from segmetrics_bravo.images import PredictedMaps, TrueMaps, check_sizes, confidence_at
from segmetrics_bravo.scores import bravo_scores, undefined
from segmetrics_bravo.subsets import SUBSETS, subset_of

Sampling = Literal["official", "full"]

CLASSES: Final = Classes(
    (
        "road",
        "sidewalk",
        "building",
        "wall",
        "fence",
        "pole",
        "traffic light",
        "traffic sign",
        "vegetation",
        "terrain",
        "sky",
        "person",
        "rider",
        "car",
        "truck",
        "bus",
        "train",
        "motorcycle",
        "bicycle",
    ),
    ignore=samples_of.VOID,
)
"""Cityscapes' 19 classes, by train id."""

_STATE: Final = "segmetrics.bravo.1"


class BravoImageError(InputError):
    """An image cannot be scored.

    Attributes:
        side: Which of its maps is to blame.
        key: Which image it is.
    """

    def __init__(self, message: str, *, place: str | None, side: str, key: Key) -> None:
        super().__init__(message, place=place)
        self.side = side
        self.key = key


class BravoEvaluator(Evaluator):
    """What the BRAVO toolkit scores, subset by subset and overall.

    Args:
        sampling: Count confidences at the toolkit's samples ("official"), or at every pixel that is not void
            ("full"). Labels are counted at every pixel either way.

    Raises:
        ValueError: `sampling` is another word.

    >>> evaluator = BravoEvaluator()
    >>> truth = TrueMaps(np.array([[3, 3, 255]]), np.zeros((1, 3), np.uint8))
    >>> prediction = PredictedMaps(np.array([[3, 4, 4]]), np.array([[60000, 9000, 0]], np.uint16))
    >>> evaluator.update([truth], [prediction], keys=["bravo_synrain/ulm/ulm_000000_000019"])
    >>> evaluator.compute().value("auroc", subset="synrain")
    1.0
    """

    def __init__(self, sampling: Sampling = "official") -> None:
        if sampling not in get_args(Sampling):
            raise ValueError(f"sampling is {sampling!r}, expected official or full")
        self._is_sampled = sampling == "official"
        self._counter = ReliabilityCounter(CLASSES)
        self._counts: dict[str, ReliabilityCounts] = {}
        self._keys = SampleKeys()
        self._protocol = Protocol(
            name="bravo",
            version="1",
            parity="official" if self._is_sampled else "clean",
            reference="bravo_challenge d54005d",
            params={"sampling": sampling},
        )

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
        truth: Sequence[TrueMaps],
        prediction: Sequence[PredictedMaps],
        *,
        keys: Sequence[Key] | None = None,
    ) -> None:
        """Add a batch of images, each asked for once, one after the other.

        Args:
            truth: True maps.
            prediction: Predicted maps of the same images.
            keys: Paths of the images in BRAVO's archives, without what their names end with; they say the
                subset.

        Raises:
            InputError: There are not as many of each, a key is of no subset, or as `BravoImageError`.
            BravoImageError: The maps of an image do not fit together, or hold what they should not.
            MergeError: An image was seen before.
        """
        if keys is None or not len(truth) == len(prediction) == len(keys):
            n = f"{len(truth)} truths, {len(prediction)} predictions, {len(keys or ())} keys"
            raise InputError(f"{n}: expected as many")
        chosen = self._keys.choose(keys, len(keys))
        added: dict[str, ReliabilityCounts] = {}
        for i, key in enumerate(chosen):
            subset = _subset(key)
            counts = added.setdefault(subset, self._counter.zeros())
            self._count(key, truth[i], prediction[i], counts)
        self._add(added)
        self._keys.add(chosen, numbered=False)

    def _add(self, counts: Mapping[str, ReliabilityCounts]) -> None:
        for subset, its in counts.items():
            self._counts.setdefault(subset, self._counter.zeros()).add(its)

    def _count(self, key: Key, truth: TrueMaps, prediction: PredictedMaps, counts: ReliabilityCounts) -> None:
        with _blaming("invalid", key):
            check_sizes(truth.labels, truth.invalid)
        with _blaming("prediction", key):
            check_sizes(truth.labels, prediction.labels)
            self._counter.count(self._judged(truth, prediction), counts)

    def _judged(self, truth: TrueMaps, prediction: PredictedMaps) -> JudgedImage:
        samples, confidence = None, prediction.confidence
        if self._is_sampled:
            samples = samples_of.drawn(truth.labels) if truth.samples is None else truth.samples
            confidence = confidence_at(samples, prediction)
        elif confidence.ndim == 1:
            raise InputError("holds confidences at its samples only, expected them at every pixel")
        return JudgedImage(truth.labels, prediction.labels, confidence, truth.invalid, samples)

    def merge(self, other: Self) -> None:
        """Add another state's images to this one.

        Raises:
            MergeError: The protocols differ, or an image is in both.
        """
        if self._protocol != other._protocol:
            raise MergeError(f"states of different protocols: {self._protocol} and {other._protocol}")
        self._keys.join(other._keys)
        self._add(other._counts)

    def compute(self) -> Scores:
        """The index and what it is made of, then each subset's scores; warns of what is undefined."""
        scores = Scores(bravo_scores(self._counts, CLASSES))
        for line in undefined(scores):
            warnings.warn(line, stacklevel=2)
        return scores

    def to_bytes(self) -> bytes:
        """The state as canonical safetensors."""
        header = {"kind": _STATE, "protocol": msgspec.to_builtins(self._protocol)}
        keys = self.keys
        tensors = pack_keys(np.array(keys) if keys else np.empty(0, np.int64))
        for subset, counts in self._counts.items():
            tensors |= self._counter.packed(subset, counts)
        return write_state(header, tensors)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The state that `to_bytes` wrote.

        Raises:
            InputError: The bytes are not such a state.
        """
        header, tensors = read_state(data, _STATE)
        try:
            protocol = msgspec.convert(header["protocol"], Protocol)
            evaluator = cls(protocol.params["sampling"])  # type: ignore[arg-type]
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"not a state of a BravoEvaluator: {error}") from error
        if evaluator.protocol != protocol:
            raise InputError(f"a state of protocol {protocol}, expected {evaluator.protocol}")
        evaluator._restore(tensors)
        return evaluator

    def _restore(self, tensors: Mapping[str, Any]) -> None:
        keys = ordered_keys(dict(tensors))
        for subset in {_subset(key) for key in keys}:
            self._counts[subset] = self._counter.unpacked(subset, dict(tensors))
        if any("/" in name and name.partition("/")[0] not in self._counts for name in tensors):
            raise InputError("the state has pixels of no image")
        self._keys.add(keys, numbered=False)


def _subset(key: Key) -> str:
    subset = subset_of(str(key))
    if subset is None:
        folders = ", ".join(subset.folder for subset in SUBSETS.values())
        raise InputError(f"key {key!r} is of no subset, expected one that begins with {folders}")
    return subset.name


@contextmanager
def _blaming(side: str, key: Key) -> Iterator[None]:
    """Errors in it are of this image, and of this side unless they know better."""
    try:
        yield
    except LabelError as error:
        raise BravoImageError(
            error.message, place=f"pixel {error.place}", side=error.side, key=key
        ) from error
    except InputError as error:
        raise BravoImageError(error.message, place=error.place, side=side, key=key) from error
