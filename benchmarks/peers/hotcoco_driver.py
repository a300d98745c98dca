"""hotcoco: given paths, it reads files in Rust; `lvis_style` keeps the 300 best detections of an image."""

from collections.abc import Iterable

from driver import Job, measure
from hotcoco import COCO, COCOeval


def score(job: Job) -> Iterable[float]:
    truth = COCO(job.truth)
    evaluator = COCOeval(truth, truth.load_res(job.results), job.iou_type, lvis_style=job.protocol == "lvis")
    evaluator.run()
    stats: Iterable[float] = evaluator.stats
    return stats


measure("hotcoco", score)
