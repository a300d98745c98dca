"""lvis: the reference for LVIS. Version 0.5.3 still says `np.float`, which NumPy has dropped."""

from collections.abc import Iterable

import numpy as np
from driver import Job, measure
from lvis import LVIS, LVISEval, LVISResults

vars(np)["float"] = float


def score(job: Job) -> Iterable[float]:
    truth = LVIS(job.truth)
    evaluator = LVISEval(truth, LVISResults(truth, job.results), job.iou_type)
    evaluator.run()
    results: dict[str, float] = evaluator.get_results()
    return results.values()


measure("lvis", score)
