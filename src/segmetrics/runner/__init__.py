"""One run: open a dataset, score its batches anywhere, merge, and leave a record; or verify one."""

from segmetrics.runner.run import RecordNotKeptError, RunResult, run
from segmetrics.runner.verification import Difference, Verification, verify

__all__ = ["Difference", "RecordNotKeptError", "RunResult", "Verification", "run", "verify"]
