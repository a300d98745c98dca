"""One run: open a dataset, score its batches anywhere, merge, and leave a record."""

from segmetrics.runner.run import RunResult, run

__all__ = ["RunResult", "run"]
