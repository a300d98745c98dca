"""ultrafast-pycocotools: given paths, it reads files in Rust if it can, else into Python objects."""

from collections.abc import Iterable

from driver import Job, measure
from ultrafast_pycocotools import COCO, COCOeval


def _discard(_line: str) -> None:
    pass


def score(job: Job) -> Iterable[float]:
    truth = COCO(job.truth, verbose=False)
    evaluator = COCOeval(
        truth,
        truth.loadRes(job.results),
        job.iou_type,
        lvis_style=job.protocol == "lvis",
        print_function=_discard,
    )
    evaluator.run()
    stats: Iterable[float] = evaluator.stats
    return stats


measure("ultrafast-pycocotools", score)
