"""BRAVO's evaluator: counts by subset, which merge, and the scores that follow."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import Any, Final, Literal, Self, get_args

import msgspec
import numpy as np

from segmetrics.classes import Classes
from segmetrics.errors import InputError
from segmetrics.evaluators.label_counts import LabelError
from segmetrics.evaluators.reliability_counts import (
    JudgedImage,
    ReliabilityCounter,
    ReliabilityCounts,
    ReliabilityRows,
)
from segmetrics.evaluators.row_states import RowEvaluator
from segmetrics.evaluators.tensors import Tensors
from segmetrics.plugin.class_names import CITYSCAPES
from segmetrics.types import Key, Protocol, Scores
from segmetrics_bravo import sampling as samples_of
from segmetrics_bravo.maps import PredictedMaps, TrueMaps, check_sizes, confidence_at
from segmetrics_bravo.scores import bravo_scores, undefined
from segmetrics_bravo.subsets import SUBSETS, subset_of

Sampling = Literal["official", "full"]

CLASSES: Final = Classes(CITYSCAPES, ignore=samples_of.VOID)
"""Cityscapes' 19 classes, by train id."""

_PARTS: Final = tuple(field.name for field in fields(ReliabilityCounts))


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


class BravoEvaluator(RowEvaluator[ReliabilityRows]):
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

    kind = "segmetrics.bravo.1"

    def __init__(self, sampling: Sampling = "official") -> None:
        if sampling not in get_args(Sampling):
            raise ValueError(f"sampling is {sampling!r}, expected official or full")
        self._is_sampled = sampling == "official"
        self._counter = ReliabilityCounter(CLASSES)
        protocol = Protocol(
            name="bravo",
            version="1",
            parity="official" if self._is_sampled else "clean",
            reference="bravo_challenge d54005d",
            params={"sampling": sampling},
        )
        super().__init__(protocol, ReliabilityRows.of_images({}), sums=_by_name(self._zeros(SUBSETS)))

    def _zeros(self, subsets: Iterable[str]) -> dict[str, ReliabilityCounts]:
        return {subset: self._counter.zeros() for subset in subsets}

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
        added = self._zeros({_subset(key) for key in chosen})
        pixels: dict[Key, int] = {}
        for i, key in enumerate(chosen):
            pixels[key] = self._count(key, truth[i], prediction[i], added[_subset(key)])
        for name, counts in _by_name(added).items():
            self._sums[name] += counts
        self._add(ReliabilityRows.of_images(pixels), numbered=False)

    def _count(self, key: Key, truth: TrueMaps, prediction: PredictedMaps, counts: ReliabilityCounts) -> int:
        with _blaming("invalid", key):
            check_sizes(truth.labels, truth.invalid)
        with _blaming("prediction", key):
            check_sizes(truth.labels, prediction.labels)
            return self._counter.count(self._judged(truth, prediction), counts)

    def _judged(self, truth: TrueMaps, prediction: PredictedMaps) -> JudgedImage:
        samples, confidence = None, prediction.confidence
        if self._is_sampled:
            samples = samples_of.drawn(truth.labels) if truth.samples is None else truth.samples
            confidence = confidence_at(samples, prediction)
        elif confidence.ndim == 1:
            raise InputError("holds confidences at its samples only, expected them at every pixel")
        return JudgedImage(truth.labels, prediction.labels, confidence, truth.invalid, samples)

    def compute(self) -> Scores:
        """The index and what it is made of, then each subset's scores; warns of what is undefined."""
        scores = Scores(bravo_scores(self._counts_of_images(), CLASSES))
        for line in undefined(scores):
            warnings.warn(line, stacklevel=2)
        return scores

    def _counts(self) -> dict[str, ReliabilityCounts]:
        """Those of all subsets."""
        return {
            subset: ReliabilityCounts(*(self._sums[f"{subset}/{part}"] for part in _PARTS))
            for subset in SUBSETS
        }

    def _counts_of_images(self) -> dict[str, ReliabilityCounts]:
        """Those of the subsets that have images."""
        seen = {_subset(key) for key in self.keys}
        return {subset: its for subset, its in self._counts().items() if subset in seen}

    def _packed_sums(self) -> Tensors:
        tensors: Tensors = {}
        for subset, counts in self._counts_of_images().items():
            tensors |= self._counter.packed(f"{subset}/", counts)
        return tensors

    def _unpacked_sums(self, tensors: Tensors) -> Tensors:
        counts = self._zeros(SUBSETS)
        for subset in counts:
            if f"{subset}/cells" in tensors:
                counts[subset] = self._counter.unpacked(f"{subset}/", tensors)
        return _by_name(counts)

    def _described(self) -> dict[str, object]:
        return {}

    @classmethod
    def _rebuilt(cls, protocol: Protocol, described: Mapping[str, Any]) -> Self:  # noqa: ARG003
        return cls(msgspec.convert(protocol.params["sampling"], Sampling))

    def _check(self, rows: ReliabilityRows) -> None:
        subsets = np.array([_subset(key) for key in rows.keys.tolist()], str)
        for subset, counts in self._counts().items():
            rows.taken(np.flatnonzero(subsets == subset)).check(counts)


def _by_name(counts: Mapping[str, ReliabilityCounts]) -> Tensors:
    """The arrays of all subsets."""
    return {f"{subset}/{part}": getattr(its, part) for subset, its in counts.items() for part in _PARTS}


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
