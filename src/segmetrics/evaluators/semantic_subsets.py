"""Semantic segmentation of samples that fall into subsets, scored together and each subset on its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Self

import msgspec
import numpy as np

from segmetrics.errors import InputError, MergeError
from segmetrics.evaluators.base import Evaluator
from segmetrics.evaluators.semantic import SemanticEvaluator
from segmetrics.evaluators.tensors import read_state, write_state
from segmetrics.types import Key, Protocol, Scores

_STATE: Final = "segmetrics.semantic_subsets.1"


class SemanticSubsetsEvaluator(Evaluator):
    """What `SemanticEvaluator` scores, over everything and over each {"subset": ...}.

    Args:
        subsets: Their names. A key is a subset's name, a slash and the sample's own: "Urban/2522".
        empty: An evaluator that has seen nothing: how to measure.

    >>> land = SemanticSubsetsEvaluator(["Urban", "Rural"], SemanticEvaluator(2))
    >>> land.update([[[0, 1]], [[1, 1]]], [[[0, 1]], [[0, 1]]], keys=["Urban/1", "Rural/2"])
    >>> scores = land.compute()
    >>> scores["accuracy.pixel"], scores.value("accuracy.pixel", subset="Rural")
    (0.75, 0.5)
    """

    def __init__(self, subsets: Sequence[str], empty: SemanticEvaluator) -> None:
        self._blank = empty.to_bytes()
        self._parts = {subset: self._empty() for subset in subsets}
        params = {**empty.protocol.params, "subsets": list(subsets)}
        self._protocol = msgspec.structs.replace(empty.protocol, params=params)

    def _empty(self) -> SemanticEvaluator:
        return SemanticEvaluator.from_bytes(self._blank)

    @property
    def protocol(self) -> Protocol:
        """How this evaluator measures."""
        return self._protocol

    @property
    def keys(self) -> Sequence[Key]:
        """Keys of the images seen so far, ordered."""
        return sorted(key for part in self._parts.values() for key in part.keys)

    def update(self, truth: Any, prediction: Any, *, keys: Sequence[Key] | None = None) -> None:  # noqa: ANN401
        """Add a batch of images.

        Args:
            truth: True (h, w) maps, as many as keys.
            prediction: Predicted maps of the same images.
            keys: The images' keys, which say the subset.

        Raises:
            InputError: A key is of no subset, or as `SemanticEvaluator.update`.
            MergeError: An image was seen before.
        """
        subsets = [self._subset(key) for key in keys or ()]
        if not len(subsets) == len(truth) == len(prediction):
            raise InputError(
                f"{len(truth)} truths, {len(prediction)} predictions, {len(subsets)} keys: expected as many"
            )
        seen = set(self.keys).intersection(keys or ())
        if seen:
            raise MergeError(f"image {min(seen)} was seen before")
        added = {subset: self._empty() for subset in subsets}
        for subset, part in added.items():
            of_subset = [i for i, its in enumerate(subsets) if its == subset]
            columns = ([column[i] for i in of_subset] for column in (truth, prediction, keys or ()))
            part.update(next(columns), next(columns), keys=next(columns))
        for subset, part in added.items():
            self._parts[subset].merge(part)

    def _subset(self, key: Key) -> str:
        subset = str(key).partition("/")[0]
        if subset not in self._parts:
            raise InputError(
                f"key {key!r} is of no subset, expected {' or '.join(self._parts)} before a slash"
            )
        return subset

    def merge(self, other: Self) -> None:
        """Add another state's images to this one.

        Raises:
            MergeError: The protocols or class tables differ, or an image is in both.
        """
        if self._blank != other._blank or self._protocol != other._protocol:
            raise MergeError(f"states of different protocols: {self._protocol} and {other._protocol}")
        seen = set(self.keys).intersection(other.keys)
        if seen:
            raise MergeError(f"image {min(seen)} was seen before")
        for subset, part in self._parts.items():
            part.merge(other._parts[subset])

    def compute(self) -> Scores:
        """The scores over everything, then those of each subset."""
        whole = self._empty()
        for part in self._parts.values():
            whole.merge(part)
        scores = list(whole.compute())
        for subset, part in self._parts.items():
            scores += [
                msgspec.structs.replace(score, over={"subset": subset, **score.over})
                for score in part.compute()
            ]
        return Scores(scores)

    def to_bytes(self) -> bytes:
        """The state as canonical safetensors: that of each subset as bytes."""
        header = {"kind": _STATE, "subsets": list(self._parts)}
        states = {"": self._blank} | {subset: part.to_bytes() for subset, part in self._parts.items()}
        return write_state(
            header, {f"state/{name}": np.frombuffer(state, np.uint8) for name, state in states.items()}
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The state that `to_bytes` wrote.

        Raises:
            InputError: The bytes are not such a state.
        """
        header, tensors = read_state(data, _STATE)
        try:
            subsets = msgspec.convert(header["subsets"], list[str])
            states = {name: tensors[f"state/{name}"].tobytes() for name in ("", *subsets)}
        except (KeyError, msgspec.ValidationError) as error:
            raise InputError(f"not a state of a SemanticSubsetsEvaluator: {error}") from error
        evaluator = cls(subsets, SemanticEvaluator.from_bytes(states[""]))
        for subset in subsets:
            evaluator._restore(subset, SemanticEvaluator.from_bytes(states[subset]))
        return evaluator

    def _restore(self, subset: str, part: SemanticEvaluator) -> None:
        if any(self._subset(key) != subset for key in part.keys):
            raise InputError(f"the state of subset {subset} has images of another")
        try:
            self._parts[subset].merge(part)
        except MergeError as error:
            raise InputError(f"the state of subset {subset} does not fit: {error}") from error
