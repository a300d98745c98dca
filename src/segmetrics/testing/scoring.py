"""Whether a dataset's sample scores by the merge law, into a record that verifies."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from itertools import chain
from pathlib import Path

from segmetrics.plugin import Batch, Dataset, Evaluator, Job, OpenContext, Registry
from segmetrics.records import read_record
from segmetrics.runner import RunResult, run, verify
from segmetrics.testing.conformance import doing, require, unheard
from segmetrics.types import Scores

PARTITIONS = (1, 2, 3, 1000)
"""Into how many batches the sample is cut; the last is more than there are images."""


def check_scoring(dataset: Dataset, values: Mapping[str, object], store: Path, registry: Registry) -> None:
    """Check that the sample scores, the same by whatever way, and that all it says is announced.

    Raises:
        ConformanceError: It does not, with what to do.
    """
    name = dataset.name
    with doing(f"{name}: opening the sample", "open must take what sample returns"):
        job = dataset.open(dataset.complete(values), OpenContext())
    _check_job(name, job)
    states = _states_of(name, job)
    with doing(f"{name}: scoring the sample", "mend the evaluator, or the batches it is given"):
        result = run(dataset, values, store=store, warn=unheard)
        on_threads = run(dataset, values, threads=2, warn=unheard)
    _check_record(dataset, result)
    _check_same(name, "on two threads", result.scores, on_threads.scores)
    _check_same(name, "batch by batch", result.scores, states.compute())
    _check_announced(name, job, result.scores, registry)


def _check_job(name: str, job: Job) -> None:
    for role in ("ground_truth", "predictions"):
        require(
            [file for file in job.inputs if file.role == role],
            f'{name}: the job names no input of role "{role}"; list the files that decide the numbers, whose '
            "digests the record keeps",
        )
    for file in job.inputs:
        require(file.path.exists(), f"{name}: the job names {file.path} as input, which is not there")
    coverage = job.coverage
    counted = coverage.scored + coverage.missing + coverage.skipped + coverage.failed
    require(
        counted == coverage.expected,
        f"{name}: coverage expects {coverage.expected} samples and says what became of {counted}; count each "
        "as scored, missing, skipped or failed",
    )
    require(coverage.scored > 0, f"{name}: no sample is scored; let the sample have predictions")
    require(
        not coverage.missing,
        f"{name}: {coverage.missing} predictions of the sample are missing; write one of each image",
    )


def _states_of(name: str, job: Job) -> Evaluator:
    """The state of everything, which must be the same bytes for every partition and order."""
    states = {(n, order): _merged(name, job, n, order) for n in PARTITIONS for order in (1, -1)}
    first = states[1, 1]
    for (n, order), state in states.items():
        way = f"{'backwards ' if order < 0 else ''}from {n} batches"
        require(
            state.to_bytes() == first.to_bytes(),
            f"{name}: the state merged {way} has other bytes than that of one batch; keep integers, or one "
            "row for each sample, and order them by key in to_bytes",
        )
        _check_same(name, f"merged {way}", first.compute(), state.compute())
    return first


def _merged(name: str, job: Job, n: int, order: int) -> Evaluator:
    batches = job.batches(n)
    states = [_state(name, job, batch) for batch in batches]
    keys = list(chain.from_iterable(state.keys for state in states))
    require(
        len(set(keys)) == len(keys) == job.coverage.scored,
        f"{name}: {n} batches hold {len(keys)} samples, {len(set(keys))} of them different, and coverage "
        f"says {job.coverage.scored} are scored; put each into one batch",
    )
    with doing(f"{name}: merging states", "merge takes the state of any other samples"):
        return job.evaluator().merge_all([job.evaluator(), *states[::order]])


def _state(name: str, job: Job, batch: Batch) -> Evaluator:
    with doing(
        f"{name}: pickling a batch",
        "hold paths and arrays in batches, no open files, lambdas or local functions",
    ):
        batch = pickle.loads(pickle.dumps(batch))  # noqa: S301  # our own
    evaluator = job.evaluator()
    with doing(f"{name}: updating with a batch", "mend the evaluator, or the batches it is given"):
        evaluator.update(batch.truth, batch.prediction, keys=batch.keys)
    with doing(f"{name}: reading a state's bytes", "from_bytes takes what to_bytes gives"):
        again = type(evaluator).from_bytes(evaluator.to_bytes())
    require(
        again.to_bytes() == evaluator.to_bytes() and list(again.keys) == list(evaluator.keys),
        f"{name}: a state that was read from its bytes has others; let to_bytes hold all of it",
    )
    require(
        again.protocol == evaluator.protocol,
        f"{name}: a state that was read from its bytes has another protocol; let to_bytes hold its "
        "parameters",
    )
    return again


def _check_same(name: str, way: str, expected: Scores, found: Scores) -> None:
    different = [here.id for there, here in zip(expected, found, strict=False) if there != here]
    shown = ", ".join(different[:3]) or "another number of them"
    require(
        tuple(expected) == tuple(found),
        f"{name}: {way} other scores come out ({shown}); divide nothing before compute, and add "
        "floats up in the order of keys",
    )


def _check_record(dataset: Dataset, result: RunResult) -> None:
    name, record = dataset.name, result.record
    require(record.status == "ok", f"{name}: the record of the sample is {record.status}, expected ok")
    require(
        result.path is not None and read_record(result.path) == record,
        f"{name}: the record that is kept is another than that of the run; give JSON values in scores and "
        "protocol, and no tuples",
    )
    require(record.scores, f"{name}: compute gives no scores")
    require(
        any(score.value is not None for score in record.scores),
        f"{name}: every score of the sample is undefined; let the sample have something to find",
    )
    with doing(f"{name}: verifying the record", "open must give the same from the recorded options"):
        outcome = verify(record, dataset)
    require(
        outcome.holds,
        f"{name}: scored again the record has other {', '.join(outcome.changed) or 'numbers'}; leave nothing "
        "to chance, to the time or to the order of files",
    )


def _check_announced(name: str, job: Job, scores: Scores, registry: Registry) -> None:
    unknown = sorted({score.id for score in scores} - registry.metrics.keys())
    require(
        not unknown,
        f"{name}: scores {', '.join(unknown)} are not announced; yield a Metric for each from "
        "segmetrics_metrics",
    )
    for score in scores:
        metric = registry.metrics[score.id]
        for field in ("unit", "higher_is_better"):
            said, found = getattr(metric, field), getattr(score, field)
            require(
                said == found,
                f"{name}: {field} of score {score.id} is {found}, of its Metric {said}; make them agree",
            )
    strange = sorted({file.format for file in job.inputs} - registry.formats.keys())
    require(
        not strange,
        f"{name}: formats {', '.join(strange)} are not announced; yield a Format for each from "
        "segmetrics_formats",
    )
