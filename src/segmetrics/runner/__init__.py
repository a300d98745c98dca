"""One run: open a dataset, score its batches anywhere, merge, and leave a record; or verify one."""

from segmetrics.runner.run import RunResult, run
from segmetrics.runner.verification import Difference, Verification, verify

__all__ = ["Difference", "RunResult", "Verification", "run", "verify"]
