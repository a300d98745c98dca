"""`run`: everything between a dataset's name and its record."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from segmetrics.errors import CoverageError, PluginError, RecordError, SegmetricsError
from segmetrics.plugin import Dataset, Job, OpenContext, ProgressReport, Registry, load, no_progress
from segmetrics.records import Index, Record, ScoredModel, Store
from segmetrics.runner.execution import Prepare, evaluate, nothing_to_prepare
from segmetrics.runner.recording import Clock, Label, Outcome, record_of
from segmetrics.types import Protocol, Scores

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from os import PathLike
    from pathlib import Path

    from segmetrics.evaluators.base import Evaluator
    from segmetrics.runner.predicting import Predictions

Warn = Callable[[str], object]


@dataclass(frozen=True)
class RunResult:
    """What a run leaves: its record, where that lies (None without a store), and its scores."""

    record: Record
    path: Path | None
    scores: Scores


class RecordNotKeptError(RecordError):
    """The run went well, but its record could not be written: `result` holds all there is, without a path."""

    def __init__(self, reason: str, result: RunResult) -> None:
        super().__init__(reason)
        self.result = result


def _python_warning(line: str) -> None:
    warnings.warn(line, stacklevel=2)


def run(
    dataset: Dataset | str,
    values: Mapping[str, object],
    *,
    threads: int = 1,
    executor: Executor | None = None,
    store: Store | str | PathLike[str] | None = None,
    partial: bool = False,
    model: ScoredModel | None = None,
    predictions: Predictions | None = None,
    tags: Sequence[str] = (),
    notes: str = "",
    progress: ProgressReport = no_progress,
    warn: Warn = _python_warning,
    registry: Registry | None = None,
) -> RunResult:
    """Score `dataset` as `values` open it, and record it, whether it goes well or not.

    The scores are the same bits for any number of threads and any executor. Nothing is printed.

    Args:
        dataset: What to score: the name of a benchmark in `registry`, or a dataset of your own making.
        values: Its options by name; what is left out takes its default.
        threads: How many threads read and score. With an executor: how many workers to cut batches for.
        executor: Where to score instead, any of `concurrent.futures`' or Dask's. Batches are pickled
            unless it is a ThreadPoolExecutor.
        store: Where the record goes; None keeps none.
        partial: Score what is there when predictions are missing, and mark the record partial.
        model: What made the predictions.
        predictions: A model's, made as they are needed; `values` then says nothing of `predictions`.
        tags: Words to find the run by.
        notes: Anything worth keeping with it.
        progress: Called with what is going on, how much is done and how much there is.
        warn: Called with each warning, one line; by default Python's `warnings.warn`.
        registry: Whose plugins are told that the run has finished, and which names `dataset`'s plugin. None
            for all that is installed where `dataset` is a name, and for no plugins otherwise.

    Raises:
        PluginError: No plugin gives a benchmark of this name, or two do; or the model failed.
        InputError: A value or a file is wrong.
        CoverageError: Predictions are missing and `partial` is false.
        SegmetricsError: Evaluation failed otherwise. After opening, a failed run is recorded too.
        RecordNotKeptError: The record cannot be written, as on a full disk; the error holds the result.
        RecordError: There is no place to keep records.
    """
    if threads < 1:
        raise ValueError(f"threads is {threads}, expected at least 1")
    if isinstance(dataset, str):
        registry = registry or _installed(warn)
        dataset = registry.dataset(dataset)
    kept = _ready(store)
    clock = Clock(threads)
    context = OpenContext(threads=threads, progress=progress)
    failure = None
    if predictions is not None:
        context, failure = _awaited(predictions, context, may_stream=executor is None)
        values = {**values, "predictions": predictions.assembled()}
    options = dataset.complete(values)
    try:
        job = dataset.open(options, context)
    except SegmetricsError as error:
        raise (failure or error) from None
    clock.opened()
    for line in job.warnings:
        warn(line)
    label = Label(model=model, tags=tags, notes=notes, options=options, plugins=_plugins(dataset, registry))
    one = _Run(dataset, job, label, clock, kept, registry, warn)
    if failure is not None:
        one.keep_failure(failure)
        raise failure
    prepare = nothing_to_prepare if predictions is None else predictions.ensure
    return one.finish(context, executor, prepare, partial=partial)


def _awaited(
    predictions: Predictions, context: OpenContext, *, may_stream: bool
) -> tuple[OpenContext, Exception | None]:
    """Promise the predictions that can be made batch by batch; make the others now, as far as that goes."""
    if may_stream and predictions.streams:
        return replace(context, promised=predictions.paths), None
    try:
        predictions.ensure_all()
    except Exception as error:  # noqa: BLE001  # told once the record of the failed run can be written
        return context, error
    return context, None


def _installed(warn: Warn) -> Registry:
    registry = load()
    for plugin in registry.broken:
        warn(plugin.problem)
    return registry


@dataclass(frozen=True)
class _Run:
    """A run whose dataset is open: what is said about it, and where its record goes."""

    dataset: Dataset
    job: Job
    label: Label
    clock: Clock
    store: Store | None
    registry: Registry | None
    warn: Warn

    def finish(
        self, context: OpenContext, executor: Executor | None, prepare: Prepare, *, partial: bool
    ) -> RunResult:
        try:
            _check_missing(self.job, partial=partial)
            evaluator = evaluate(self.job, context, executor, prepare)
            _check_scored(self.dataset, self.job, evaluator)
            scores = evaluator.compute()
        except Exception as error:
            self.keep_failure(error)
            raise
        outcome = self.clock.stop(self.job, scores)
        record = self._record(evaluator.protocol, outcome)
        try:
            path = self._keep(record, evaluator.to_bytes())
        except RecordError as error:
            raise RecordNotKeptError(str(error), RunResult(record, None, scores)) from error
        return RunResult(record, path, scores)

    def _record(self, protocol: Protocol, outcome: Outcome) -> Record:
        return record_of(self.dataset, self.job, protocol, self.label, outcome)

    def keep_failure(self, error: Exception) -> None:
        """Record what went wrong; should that fail too, the first error is the one to tell."""
        reason = str(error) if isinstance(error, SegmetricsError) else f"{type(error).__name__}: {error}"
        outcome = self.clock.stop(self.job, Scores([]), reason)
        try:
            self._keep(self._record(self.job.evaluator().protocol, outcome), None)
        except SegmetricsError as second:
            self.warn(f"the failed run is not recorded: {second}")

    def _keep(self, record: Record, state: bytes | None) -> Path | None:
        path = None
        if self.store is not None:
            path = self.store.write(record, state=state)
            Index(self.store).add(record)
        if self.registry is not None:
            for line in self.registry.run_finished(record, path):
                self.warn(line)
        return path


def _check_missing(job: Job, *, partial: bool) -> None:
    coverage = job.coverage
    if coverage.missing and not partial:
        verb = "is" if coverage.missing == 1 else "are"
        first = f", first {job.first_missing}" if job.first_missing else ""
        raise CoverageError(
            f"{coverage.missing} of {coverage.expected} predictions {verb} missing{first}; "
            f"--partial scores the other {coverage.scored} and marks the record partial"
        )


def _check_scored(dataset: Dataset, job: Job, evaluator: Evaluator) -> None:
    """A plugin that loses samples between its listing and its batches must not go unnoticed."""
    if len(evaluator.keys) != job.coverage.scored:
        raise PluginError(
            f"{dataset.name}: its batches held {len(evaluator.keys)} samples, "
            f"its coverage says {job.coverage.scored}"
        )


def _plugins(dataset: Dataset, registry: Registry | None) -> Mapping[str, str]:
    if registry is None or registry.datasets.get(dataset.name) is not dataset:
        return {}
    plugin = registry.datasets.provider(dataset.name)
    return {plugin.distribution: plugin.version}


def _ready(store: Store | str | PathLike[str] | None) -> Store | None:
    """The store, with its directory made: better to learn now than after an hour that it cannot be."""
    if store is None:
        return None
    store = store if isinstance(store, Store) else Store(store)
    try:
        store.runs.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordError(f"{store.runs}: cannot keep records here: {error.strerror}") from error
    return store
