"""vernier: the steps beneath `Evaluator.evaluate`.

They give the same numbers, on boxes for about a tenth less, and they alone give LVIS' thirteen.
"""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from driver import Job, measure
from vernier.instance import CocoDataset, evaluate_bbox_grid, evaluate_boundary_grid, evaluate_segm_grid

GRIDS = {
    "bbox": evaluate_bbox_grid,
    "segm": evaluate_segm_grid,
    "boundary": partial(evaluate_boundary_grid, dilation_ratio=0.02),
}
DATASETS = {"coco": CocoDataset.from_json, "lvis": CocoDataset.from_lvis_json}
MAX_DETECTIONS = {"coco": [1, 10, 100], "lvis": [300]}


def score(job: Job) -> Iterable[float]:
    limits = MAX_DETECTIONS[job.protocol]
    truth = DATASETS[job.protocol](Path(job.truth).read_bytes())
    accumulated = GRIDS[job.iou_type](
        truth,
        Path(job.results).read_bytes(),
        parity_mode="strict",
        max_dets_per_image=limits[-1],
        use_cats=True,
        num_threads=job.threads,
    ).accumulate(limits)
    lvis = job.protocol == "lvis"
    summary = accumulated.summarize_lvis(truth, limits) if lvis else accumulated.summarize(limits)
    stats: Iterable[float] = summary.stats
    return stats


measure("vernier", score)
