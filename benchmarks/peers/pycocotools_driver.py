"""pycocotools: the reference for COCO."""

from collections.abc import Iterable

from driver import Job, measure
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


def score(job: Job) -> Iterable[float]:
    truth = COCO(job.truth)
    evaluator = COCOeval(truth, truth.loadRes(job.results), job.iou_type)
    evaluator.evaluate()
    evaluator.accumulate()
    evaluator.summarize()
    stats: Iterable[float] = evaluator.stats
    return stats


measure("pycocotools", score)
