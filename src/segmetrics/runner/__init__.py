"""One run: open a dataset, score its batches anywhere, merge, and leave a record; or verify one."""

from segmetrics.runner.model_run import RunOptions, run_model
from segmetrics.runner.recording import is_plain
from segmetrics.runner.run import RecordNotKeptError, RunResult, run
from segmetrics.runner.verification import Difference, Verification, verify

__all__ = [
    "Difference",
    "RecordNotKeptError",
    "RunOptions",
    "RunResult",
    "Verification",
    "is_plain",
    "run",
    "run_model",
    "verify",
]
