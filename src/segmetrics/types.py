"""Values that every floor shares: sample keys, scores, protocols, coverage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Final, Literal, overload

import msgspec
from msgspec import Meta

Key = int | str
"""Identity of a sample: ints order by value, strings by code point; one dataset uses one kind."""

Count = Annotated[int, Meta(ge=0)]
OverValue = str | int | float
Unit = Literal["fraction", "percent", "px", "mm", "s", "count", "bits"]
Parity = Literal["official", "clean"]


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A confidence interval: bounds in the score's unit, `level` in (0, 1), and how it was made."""

    low: float
    high: float
    level: float
    method: str
    seed: int | None = None


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """One number. `id` and `over` identify it; an empty `over` means over everything.

    `value` is None where the protocol leaves it undefined, never NaN or -1. `n` counts what it was
    computed over (classes in a mean, ground-truth objects of a class); None where that says nothing.
    """

    id: str
    value: float | None
    unit: Unit = "fraction"
    higher_is_better: bool = True
    range: tuple[float, float] | None = (0.0, 1.0)
    over: dict[str, OverValue] = {}
    n: int | None = None
    ci: Interval | None = None


_MOST_SHOWN: Final = 3


class Scores(Sequence[Score]):
    """What an evaluator computed: a flat, ordered list of `Score` with look-up by id and `over`.

    Raises:
        ValueError: Two scores have one id and one `over`.

    >>> scores = Scores([Score(id="ap", value=0.5), Score(id="ap", value=0.25, over={"area": "small"})])
    >>> scores
    Scores(ap=0.5, ap[area=small]=0.25)
    >>> scores["ap"], scores.value("ap", area="small")
    (0.5, 0.25)
    """

    def __init__(self, items: Sequence[Score]) -> None:
        self._items = tuple(items)
        self._by_identity: dict[_Identity, Score] = {}
        for score in self._items:
            identity = _identity(score.id, score.over)
            if identity in self._by_identity:
                raise ValueError(f"two scores are {score.id!r} over {score.over}")
            self._by_identity[identity] = score

    @overload
    def __getitem__(self, index: int) -> Score: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Score]: ...
    @overload
    def __getitem__(self, index: str) -> float | None: ...
    def __getitem__(self, index: int | slice | str) -> Score | Sequence[Score] | float | None:
        return self.value(index) if isinstance(index, str) else self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Score]:
        return iter(self._items)

    def __repr__(self) -> str:
        shown = [_shown(score) for score in self._items[:_MOST_SHOWN]]
        if len(self) > _MOST_SHOWN:
            shown.append(f"... {len(self)} in all")
        return f"Scores({', '.join(shown)})"

    def find(self, score_id: str, **over: OverValue) -> Score:
        """The score with exactly this id and this `over`; KeyError where there is none."""
        try:
            return self._by_identity[_identity(score_id, over)]
        except KeyError:
            known = sorted({score.id for score in self._items})
            raise KeyError(f"no score {score_id!r} over {over}; ids here: {', '.join(known)}") from None

    def value(self, score_id: str, **over: OverValue) -> float | None:
        """The value of `find(score_id, **over)`."""
        return self.find(score_id, **over).value

    def per(self, dimension: str, score_id: str) -> dict[OverValue, float | None]:
        """Values of one id along one dimension alone: `scores.per("class", "ap")["person"]`."""
        return {
            score.over[dimension]: score.value
            for score in self._items
            if score.id == score_id and score.over.keys() == {dimension}
        }


_Identity = tuple[str, frozenset[tuple[str, OverValue]]]


def _identity(score_id: str, over: Mapping[str, OverValue]) -> _Identity:
    return score_id, frozenset(over.items())


def _shown(score: Score) -> str:
    over = ", ".join(f"{name}={value}" for name, value in score.over.items())
    value = None if score.value is None else f"{score.value:.4g}"
    return f"{score.id}[{over}]={value}" if over else f"{score.id}={value}"


class Protocol(msgspec.Struct, frozen=True, kw_only=True):
    """How something was measured, so that two numbers can be told comparable or not.

    `reference` names the official evaluator and version that `official` parity agrees with; `params`
    holds every parameter that can change a number, as JSON values.
    """

    name: str
    version: str
    parity: Parity
    reference: str
    params: dict[str, object] = {}


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What was there to score and what became of it, counted in samples.

    `dropped` counts predictions that the protocol leaves out by rule, by reason.
    """

    expected: Count
    scored: Count
    missing: Count = 0
    skipped: Count = 0
    failed: Count = 0
    dropped: dict[str, Count] = {}
