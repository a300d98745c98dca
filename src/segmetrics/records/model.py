"""The record: what was scored, how, by what code, and every number that came of it.

Types say what each field may hold and the JSON Schema is generated from them; `Record` itself checks
what holds between fields. Null means not known or undefined, never zero.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta

from segmetrics.errors import RecordError
from segmetrics.records.canonical import check_values
from segmetrics.types import Count, Coverage, Protocol, Score, Scores

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA_VERSION = "1.0"
RUN_ID_PATTERN = "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"

Seconds = Annotated[float, Meta(ge=0)]
Digest = Annotated[str, Meta(pattern="^sha256:[0-9a-f]{64}$")]
Moment = Annotated[datetime, Meta(tz=True, description="UTC, RFC 3339 with Z")]
RunId = Annotated[str, Meta(pattern=RUN_ID_PATTERN, description="ULID: sorts by time")]
Status = Literal["ok", "partial", "failed"]


class ScoredDataset(msgspec.Struct, frozen=True, kw_only=True):
    """The ground truth. `digest` is of the annotation files, `source` says where they come from."""

    name: str
    split: str
    n_images: Count
    version: str | None = None
    revision: str | None = None
    digest: Digest | None = None
    n_classes: Count | None = None
    source: str | None = None
    license: str | None = None


class ScoredModel(msgspec.Struct, frozen=True, kw_only=True):
    """What made the predictions; `plugin` is the distribution that ran it, null for files from elsewhere."""

    name: str
    revision: str | None = None
    source: str | None = None
    plugin: str | None = None
    digest: Digest | None = None


class ScoredPredictions(msgspec.Struct, frozen=True, kw_only=True):
    """The predictions as they were read: format, digest of the files, and how many there were."""

    format: str
    digest: Digest
    n: Count


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table beside the record; `path` is relative to the record's directory."""

    name: str
    path: str
    format: str
    rows: Count
    digest: Digest


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """Where the time went. `cpu_s` adds up all threads; `images_per_s` is images over `wall_s`."""

    wall_s: Seconds
    read_s: Seconds
    score_s: Seconds
    cpu_s: Seconds
    images_per_s: Seconds
    threads: Annotated[int, Meta(ge=1)]


class Git(msgspec.Struct, frozen=True, kw_only=True):
    """The repository the run was started in; `dirty` when tracked files differ from the commit."""

    commit: str
    dirty: bool


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """The code that scored: versions of segmetrics and of the plugins that took part."""

    segmetrics: str
    plugins: dict[str, str] = {}
    git: Git | None = None


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """The machine and the packages that scored."""

    python: str
    platform: str
    cpu: str
    packages: dict[str, str] = {}


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One run, or one published result.

    A run of this library has `started`, `finished`, `timing`, `code` and `env`. A published result has
    `source` instead, the page or paper it was printed in. Fields under `extra` belong to the plugin
    that each is named after.
    """

    schema_version: Annotated[str, Meta(pattern="^1\\.[0-9]+$")] = SCHEMA_VERSION
    kind: Literal["segmetrics.record"] = "segmetrics.record"
    id: RunId
    key: Digest
    source: str | None = None
    created: Moment
    started: Moment | None = None
    finished: Moment | None = None
    status: Status
    error: str | None = None
    task: str
    dataset: ScoredDataset
    protocol: Protocol
    model: ScoredModel | None = None
    predictions: ScoredPredictions | None = None
    scores: tuple[Score, ...] = ()
    coverage: Coverage
    tables: tuple[Table, ...] = ()
    timing: Timing | None = None
    code: Code | None = None
    env: Environment | None = None
    tags: tuple[str, ...] = ()
    notes: str = ""
    extra: dict[str, dict[str, object]] = {}

    def __post_init__(self) -> None:
        """Refuse contradictions, however the record came to be: made, replaced or read.

        Raises:
            RecordError: A number is NaN or infinite, a time is not UTC, two scores share their id and
                `over`, a run lacks a section, or status, error and coverage contradict each other.
        """
        check_values(self)
        for problem in _contradictions(self):
            raise RecordError(problem)


def _contradictions(record: Record) -> Iterator[str]:
    yield from _times_not_utc(record)
    yield from _doubled_scores(record)
    yield from _status_contradictions(record)
    if record.source is None:
        wanted = ("started", "finished", "timing", "code", "env")
        missing = [name for name in wanted if getattr(record, name) is None]
        if missing:
            yield f"a record without source is of a run and needs {', '.join(missing)}"


def _times_not_utc(record: Record) -> Iterator[str]:
    for name in ("created", "started", "finished"):
        moment: datetime | None = getattr(record, name)
        if moment is not None and moment.utcoffset() != timedelta(0):
            yield f"{name} is {moment.isoformat()}, expected UTC"


def _doubled_scores(record: Record) -> Iterator[str]:
    try:
        Scores(record.scores)
    except ValueError as error:
        yield str(error)


def _status_contradictions(record: Record) -> Iterator[str]:
    coverage = record.coverage
    if record.status == "failed" and not record.error:
        yield "status is failed, expected an error that says why"
    if record.status == "ok" and record.error:
        yield f"status is ok, yet error is {record.error!r}"
    if record.status == "ok" and coverage.scored + coverage.skipped != coverage.expected:
        yield (
            f"status is ok, yet of {coverage.expected} expected samples {coverage.scored} were scored and "
            f"{coverage.skipped} skipped; a run that misses samples is partial"
        )
