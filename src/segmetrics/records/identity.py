"""Two names for a run: an id that is its own and sorts by time, and a key shared by equal runs."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from segmetrics.records.canonical import digest_of

if TYPE_CHECKING:
    from segmetrics.records.model import ScoredDataset
    from segmetrics.types import Protocol

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_BITS = 80
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def new_run_id(moment: datetime | None = None) -> str:
    """A new ULID: 48 bits of milliseconds since 1970 and 80 random bits as 26 Crockford base-32 digits.

    Ids made in different milliseconds sort as text by time; within one millisecond, at random.
    Source: https://github.com/ulid/spec.

    >>> new_run_id(datetime(2026, 1, 1, tzinfo=UTC))[:10]
    '01KDVDNA00'
    """
    moment = datetime.now(UTC) if moment is None else moment
    milliseconds = (moment - _EPOCH) // timedelta(milliseconds=1)
    number = milliseconds << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def run_key(dataset: ScoredDataset, protocol: Protocol, predictions: str) -> str:
    """The identity behind `--if-exists`: equal keys mean that scoring again can only give the same numbers.

    Args:
        dataset: Its name, version, split, revision and digest count; how it describes itself does not.
        protocol: Counts whole, with every parameter.
        predictions: A digest that stands for the predictions: of their files, or of the model they are
            to come from, or of a published result's source.
    """
    return digest_of(
        {
            "dataset": [dataset.name, dataset.version, dataset.split, dataset.revision, dataset.digest],
            "protocol": protocol,
            "predictions": predictions,
        }
    )
