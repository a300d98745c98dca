"""The record of a run, from what was opened, what came out and how long it took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from segmetrics.errors import PluginError, RecordError
from segmetrics.records import (
    Record,
    ScoredDataset,
    ScoredModel,
    ScoredPredictions,
    Timing,
    describe_code,
    describe_environment,
    file_digest,
    files_digest,
    new_run_id,
    run_key,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from segmetrics.plugin import Dataset, InputFile, Job
    from segmetrics.types import Protocol, Scores


OPTIONS_OF = "segmetrics"
"""Whose `extra` holds the options of a run."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a run went: its scores, or the error that ended it."""

    started: datetime
    timing: Timing
    scores: Scores
    error: str | None


class Clock:
    """Times a run from when it is made, by the wall and in CPU seconds of this process."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._started = datetime.now(UTC)
        self._cpu = process_time()
        self._wall = self._opened = perf_counter()

    def opened(self) -> None:
        """The dataset is open; what follows is scoring."""
        self._opened = perf_counter()

    def stop(self, job: Job, scores: Scores, error: str | None = None) -> Outcome:
        """What came of the run, and the time it took until now."""
        now = perf_counter()
        wall_s = now - self._wall
        timing = Timing(
            wall_s=wall_s,
            read_s=job.read_s,
            score_s=now - self._opened,
            cpu_s=process_time() - self._cpu,
            images_per_s=job.coverage.scored / wall_s,
            threads=self._threads,
        )
        return Outcome(started=self._started, timing=timing, scores=scores, error=error)


@dataclass(frozen=True, kw_only=True)
class Label:
    """What the user says about a run, and which plugins took part."""

    model: ScoredModel | None = None
    tags: Sequence[str] = ()
    notes: str = ""
    options: Mapping[str, object]
    plugins: Mapping[str, str]


def record_of(dataset: Dataset, job: Job, protocol: Protocol, label: Label, outcome: Outcome) -> Record:
    """The record; reads every input file once more for its digest.

    Raises:
        InputError: An input file cannot be read any more.
        PluginError: The job names no input of one role.
    """
    truth = _scored_dataset(dataset, job)
    predictions = _scored_predictions(dataset, job, is_whole=outcome.error is None)
    return Record(
        id=new_run_id(outcome.started),
        key=run_key(truth, protocol, predictions.digest),
        created=datetime.now(UTC),
        started=outcome.started,
        finished=outcome.started + timedelta(seconds=outcome.timing.wall_s),
        status=_status(job, outcome),
        error=outcome.error,
        task=dataset.task,
        dataset=truth,
        protocol=protocol,
        model=label.model,
        predictions=predictions,
        scores=tuple(outcome.scores),
        coverage=job.coverage if outcome.error is None else replace(job.coverage, scored=0),
        timing=outcome.timing,
        code=describe_code(label.plugins),
        env=describe_environment(),
        tags=tuple(label.tags),
        notes=label.notes,
        extra={OPTIONS_OF: _how_opened(dataset, label)},
    )


def options_of(record: Record) -> dict[str, object]:
    """The options that a recorded run was opened with.

    Raises:
        RecordError: The record does not say.
    """
    options = record.extra.get(OPTIONS_OF, {}).get("options")
    if not isinstance(options, dict):
        raise RecordError(f"record {record.id} does not say with which options it was made")
    return options


def is_plain(record: Record) -> bool:
    """Whether it is of a benchmark that was made of paths, which no plugin gives."""
    return record.extra.get(OPTIONS_OF, {}).get("plain") is True


def _how_opened(dataset: Dataset, label: Label) -> dict[str, object]:
    options = {name: _as_json(value) for name, value in label.options.items()}
    return {"options": options, "plain": True} if dataset.plain else {"options": options}


def _as_json(value: object) -> object:
    """An option's value as JSON has it; a path as it was given."""
    return str(value) if isinstance(value, Path) else value


def _status(job: Job, outcome: Outcome) -> Literal["ok", "partial", "failed"]:
    if outcome.error is not None:
        return "failed"
    return "partial" if job.coverage.missing or job.coverage.failed else "ok"


def _scored_dataset(dataset: Dataset, job: Job) -> ScoredDataset:
    return ScoredDataset(
        name=dataset.name,
        version=dataset.version,
        split=job.dataset.split,
        revision=job.dataset.revision,
        digest=_digest(_inputs(dataset, job, "ground_truth")),
        n_images=job.dataset.n_images,
        n_classes=job.dataset.n_classes,
        source=dataset.source,
        license=dataset.license,
    )


def _scored_predictions(dataset: Dataset, job: Job, *, is_whole: bool) -> ScoredPredictions:
    """Of a run that failed, those that there are: a model may not have made the others."""
    inputs = [file for file in _inputs(dataset, job, "predictions") if is_whole or file.path.exists()]
    return ScoredPredictions(
        format=", ".join(sorted({file.format for file in job.inputs if file.role == "predictions"})),
        digest=_digest(inputs),
        n=sum(file.n for file in inputs),
    )


def _inputs(dataset: Dataset, job: Job, role: str) -> Sequence[InputFile]:
    inputs = [file for file in job.inputs if file.role == role]
    if not inputs:
        raise PluginError(f'{dataset.name}: its job names no input of role "{role}"')
    return inputs


def _digest(inputs: Sequence[InputFile]) -> str:
    """Of a single file its plain SHA-256, as sha256sum prints it; of several, one over names and contents."""
    if len(inputs) == 1 and inputs[0].path.is_file():
        return file_digest(inputs[0].path)
    return files_digest(
        {f"{number}/{name}": path for number, file in enumerate(inputs) for name, path in _files(file.path)}
    )


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    if not path.is_dir():
        yield path.name, path
        return
    for file in sorted(path.rglob("*")):
        if file.is_file():
            yield file.relative_to(path).as_posix(), file
