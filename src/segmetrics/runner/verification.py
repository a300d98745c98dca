"""Whether a record's numbers come out again, bit for bit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from segmetrics.plugin import Dataset, ProgressReport, Registry, no_progress
from segmetrics.plugin.plain import plain_dataset
from segmetrics.records import Record
from segmetrics.runner.recording import is_plain, options_of
from segmetrics.runner.run import run
from segmetrics.types import OverValue, Score


@dataclass(frozen=True)
class Difference:
    """A number that is not what the record says; None where there is none."""

    id: str
    over: Mapping[str, OverValue]
    recorded: float | None
    computed: float | None


@dataclass(frozen=True)
class Verification:
    """What came of scoring a record's inputs again.

    Attributes:
        n: Numbers in the record and in the new run.
        differences: Those that are not the same, bit for bit.
        changed: What else is not the same: "ground truth", "predictions", "protocol".
    """

    n: int
    differences: tuple[Difference, ...]
    changed: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether every number is the same, from the same inputs by the same protocol."""
        return not self.differences and not self.changed


def verify(
    record: Record,
    dataset: Dataset | str | None = None,
    changes: Mapping[str, object] | None = None,
    *,
    threads: int = 1,
    progress: ProgressReport = no_progress,
    registry: Registry | None = None,
) -> Verification:
    """Score a record's inputs again and compare every number.

    Args:
        record: A record of a run of `dataset`.
        dataset: The benchmark it is of, or its name; None for what the record says.
        changes: Options to give otherwise than the record says: where the files lie now.
        threads: How many threads read and score.
        progress: Told how far it is.
        registry: As for `run`.

    Raises:
        PluginError: No plugin gives a benchmark of this name, or two do.
        RecordError: The record does not say how it was made.
        SegmetricsError: Scoring fails.
    """
    options = options_of(record) | dict(changes or {})
    again = run(
        _recorded(record, options) if dataset is None else dataset,
        options,
        threads=threads,
        progress=progress,
        warn=_ignore,
        registry=registry,
        partial=True,
    ).record
    scores = _by_identity(record), _by_identity(again)
    return Verification(
        n=len(scores[0].keys() | scores[1].keys()),
        differences=tuple(_differences(*scores)),
        changed=tuple(_changed(record, again)),
    )


def _recorded(record: Record, options: Mapping[str, object]) -> Dataset | str:
    """The benchmark as the record names it, or made anew where it was made of paths."""
    return plain_dataset(record.task, options) if is_plain(record) else record.dataset.name


def _ignore(_line: str) -> None:
    """What there was to warn of was said when the record was made."""


_Identity = tuple[str, tuple[tuple[str, OverValue], ...]]


def _by_identity(record: Record) -> dict[_Identity, Score]:
    return {(score.id, tuple(sorted(score.over.items()))): score for score in record.scores}


def _differences(
    recorded: Mapping[_Identity, Score], computed: Mapping[_Identity, Score]
) -> list[Difference]:
    found = []
    for identity in recorded.keys() | computed.keys():
        left, right = recorded.get(identity), computed.get(identity)
        if left is None or right is None or left.value != right.value:
            score_id, over = identity
            values = (None if score is None else score.value for score in (left, right))
            found.append(Difference(score_id, dict(over), *values))
    return sorted(found, key=lambda difference: (difference.id, str(difference.over)))


def _changed(recorded: Record, again: Record) -> list[str]:
    def digest(part: object) -> object:
        return getattr(part, "digest", None)

    pairs = {
        "ground truth": (digest(recorded.dataset), digest(again.dataset)),
        "predictions": (digest(recorded.predictions), digest(again.predictions)),
        "protocol": (recorded.protocol, again.protocol),
    }
    return [name for name, (left, right) in pairs.items() if left != right]
