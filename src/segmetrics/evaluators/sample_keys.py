"""Which samples a state has seen, and keys for those that come without."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from segmetrics.errors import InputError, MergeError
from segmetrics.types import Key


class SampleKeys:
    """Distinct keys of one kind, all numbers or all names.

    Args:
        numbered_from: The first key for samples that come without; None starts at 0, and then these keys do
            not join others that were numbered so too.

    >>> seen = SampleKeys()
    >>> seen.add(seen.choose(None, 2), numbered=True)
    >>> seen.ordered(), seen.choose(None, 1)
    ([0, 1], [2])
    """

    def __init__(self, numbered_from: int | None = None) -> None:
        self._numbered_from = numbered_from
        self._seen: set[Key] = set()
        self.numbered_from_zero = False

    def ordered(self) -> list[Key]:
        """All keys, in order."""
        return sorted(self._seen)

    def choose(self, keys: Sequence[Key] | None, n: int) -> list[Key]:
        """Keys of n new samples: these, or where there are none the next numbers.

        Raises:
            InputError: There are not n distinct keys.
            MergeError: A key was seen before, or they are of another kind than those seen.
        """
        if keys is None:
            start = (self._numbered_from or 0) - 1
            first = 1 + max((key for key in self._seen if isinstance(key, int)), default=start)
            keys = range(first, first + n)
        if len(keys) != n or len(set(keys)) != n:
            raise InputError(f"{len(set(keys))} distinct keys for {n} images, expected one each")
        self._check(keys)
        return list(keys)

    def add(self, keys: Iterable[Key], *, numbered: bool) -> None:
        """Remember keys that were chosen; `numbered` tells that they were not given."""
        self._seen.update(keys)
        self.numbered_from_zero |= numbered and self._numbered_from is None

    def join(self, other: SampleKeys) -> None:
        """Add the keys of another state.

        Raises:
            MergeError: A key is in both, they are of two kinds, or both states numbered their samples from 0.
        """
        if self.numbered_from_zero and other.numbered_from_zero:
            raise MergeError(
                "both states numbered their images from 0; give each evaluator its own keys_from"
            )
        self._check(other._seen)
        self._seen |= other._seen
        self.numbered_from_zero |= other.numbered_from_zero

    def _check(self, keys: Collection[Key]) -> None:
        if len({isinstance(key, str) for key in (*keys, *list(self._seen)[:1])}) > 1:
            raise MergeError("some images have numbers for keys, some have names; one dataset has one kind")
        if not self._seen.isdisjoint(keys):
            raise MergeError(f"image {min(self._seen.intersection(keys))} was seen before")
