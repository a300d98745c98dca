"""The contract of every evaluator: batches in, one state that merges, scores out.

The law, tested as a property for each evaluator: for any partition of the samples, in any order, on
any number of threads, processes or machines, `compute()` gives the same scores and `to_bytes()` the
same bytes. So counts stay integers until `compute`; what must be a float is kept per sample and
summed in key order; ties in a ranking are broken by (score, key, index), never by arrival.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, Self

from segmetrics.types import Key, Protocol, Scores


class Evaluator(ABC):
    """Measures one task under one protocol. Not thread-safe: give each thread its own and merge."""

    @property
    @abstractmethod
    def protocol(self) -> Protocol:
        """How this evaluator measures; states merge only under equal protocols."""

    @property
    @abstractmethod
    def keys(self) -> Sequence[Key]:
        """Keys of the samples seen so far, ordered."""

    @abstractmethod
    def update(self, truth: Any, prediction: Any, *, keys: Sequence[Key] | None = None) -> None:  # noqa: ANN401
        """Add one batch of samples, truth first. What a batch may be is the evaluator's to say.

        Raises:
            InputError: The batch cannot be scored; the state is left as it was.
            MergeError: A key was seen before.
        """

    @abstractmethod
    def merge(self, other: Self) -> None:
        """Add another state's samples to this one.

        Raises:
            MergeError: The protocols or classes differ, or a key is in both.
        """

    @abstractmethod
    def compute(self) -> Scores:
        """Scores over everything seen so far; the state stays usable."""

    @abstractmethod
    def to_bytes(self) -> bytes:
        """The state as canonical safetensors: equal states give equal bytes."""

    @classmethod
    @abstractmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The state that `to_bytes` wrote.

        Raises:
            InputError: The bytes are not such a state.
        """

    @classmethod
    def merge_all(cls, states: Iterable[Self]) -> Self:
        """One state out of many, at least one; the first is extended in place and returned.

        Raises:
            ValueError: There is none.
            MergeError: As `merge`.
        """
        iterator = iter(states)
        try:
            merged = next(iterator)
        except StopIteration:
            raise ValueError("merge_all needs at least one state") from None
        for state in iterator:
            merged.merge(state)
        return merged
