"""Batches to one merged state: in this thread, on a pool of threads, or on anybody's executor.

By the law of evaluators the result is the same, to the bit, whichever way is taken.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from itertools import chain
from typing import TYPE_CHECKING, Any

from segmetrics.errors import InputError
from segmetrics.types import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmetrics.evaluators.base import Evaluator
    from segmetrics.plugin import Batch, Job, OpenContext, ProgressReport

BATCHES_PER_WORKER = 4
"""More than one, so that a worker whose images are easy takes over some of another's."""


Prepare = Callable[[Sequence[Key]], object]
"""Called with the keys of a batch before it is scored, on the thread that scores it."""


def nothing_to_prepare(_keys: Sequence[Key]) -> None:
    """The predictions are there."""


def evaluate(
    job: Job,
    context: OpenContext,
    executor: Executor | None = None,
    prepare: Prepare = nothing_to_prepare,
) -> Evaluator:
    """The state of everything in `job`.

    Args:
        job: What to score.
        context: How many workers to cut batches for, and who is told how many samples are scored.
        executor: Where to score; None for this thread, or a pool of them where the context has several.
        prepare: Makes predictions that are not there yet; not called on an executor.

    Raises:
        Exception: Whatever an evaluator raised first in batch order; batches not yet begun are cancelled.
    """
    if executor is not None:
        return _evaluate_on(executor, job, context)
    if context.threads > 1:
        return _evaluate_on_threads(job, context, prepare)
    return _evaluate_here(job, context, prepare)


def _evaluate_here(job: Job, context: OpenContext, prepare: Prepare) -> Evaluator:
    evaluator = job.evaluator()
    for batch in job.batches(1):
        _state(evaluator, batch, prepare)
        context.progress("scoring", len(evaluator.keys), job.coverage.scored)
    return evaluator


def _evaluate_on_threads(job: Job, context: OpenContext, prepare: Prepare) -> Evaluator:
    """On a pool of our own. After an error or Ctrl-C nobody waits for the batches under way."""
    pool = ThreadPoolExecutor(context.threads, thread_name_prefix="segmetrics")
    try:
        return _evaluate_on(pool, job, context, prepare)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _evaluate_on(
    executor: Executor, job: Job, context: OpenContext, prepare: Prepare = nothing_to_prepare
) -> Evaluator:
    empty = job.evaluator()
    kind, blank = type(empty), empty.to_bytes()
    pending: deque[Future[Any]] = deque()
    try:
        for batch in job.batches(context.threads * BATCHES_PER_WORKER):
            if isinstance(executor, ThreadPoolExecutor):
                pending.append(executor.submit(_state, job.evaluator(), batch, prepare))
            else:
                pending.append(executor.submit(_packed_state, kind, blank, batch))
        states = (
            kind.from_bytes(result) if isinstance(result, bytes) else result for result in _results(pending)
        )
        return empty.merge_all(chain([empty], _counted(states, job.coverage.scored, context.progress)))
    finally:
        for future in pending:
            future.cancel()


def _state(evaluator: Evaluator, batch: Batch, prepare: Prepare = nothing_to_prepare) -> Evaluator:
    prepare(batch.keys or ())
    try:
        evaluator.update(batch.truth, batch.prediction, keys=batch.keys)
    except InputError as error:
        raise batch.explained(error) from error
    return evaluator


def _packed_state(kind: type[Evaluator], blank: bytes, batch: Batch) -> bytes:
    """What another process or machine runs: everything it is given pickles, what it returns is bytes."""
    return _state(kind.from_bytes(blank), batch).to_bytes()


def _results(pending: deque[Future[Any]]) -> Iterator[Evaluator | bytes]:
    """Results in batch order, each let go of once it is merged."""
    while pending:
        yield pending.popleft().result()


def _counted(states: Iterator[Evaluator], total: int, progress: ProgressReport) -> Iterator[Evaluator]:
    done = 0
    for state in states:
        done += len(state.keys)
        progress("scoring", done, total)
        yield state
