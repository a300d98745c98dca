"""segmetrics itself: what its runner does for a run, without digests and the record."""

from collections.abc import Iterator

from driver import Job, measure

from segmetrics.evaluators.instances import Rules
from segmetrics.plugin import OpenContext
from segmetrics.plugin.instance_job import open_instances
from segmetrics.runner.execution import evaluate
from segmetrics.types import Scores


def score(job: Job) -> list[float]:
    values = {
        "ground_truth": job.truth,
        "predictions": job.results,
        "iou": {"segm": "masks", "bbox": "boxes"}.get(job.iou_type, job.iou_type),
        "area": "official",
        "parity": "official",
    }
    rules: Rules = "lvis" if job.protocol == "lvis" else "coco"
    context = OpenContext(threads=job.threads)
    scores = evaluate(open_instances(rules, "val", values, context), context).compute()
    family = "boundary." if job.iou_type == "boundary" else ""
    numbers = _official(scores, job.protocol, f"{family}ap", f"{family}ar")
    return [-1.0 if value is None else value for value in numbers]


def _official(scores: Scores, protocol: str, ap: str, ar: str) -> Iterator[float | None]:
    """The official numbers in the official order."""
    limit = 100 if protocol == "coco" else 300
    sizes = ("small", "medium", "large")
    yield scores.value(ap)
    yield from (scores.value(ap, iou=threshold) for threshold in (0.5, 0.75))
    yield from (scores.value(ap, area=size) for size in sizes)
    if protocol == "lvis":
        yield from (scores.value(ap, frequency=frequency) for frequency in "rcf")
    yield from (scores.value(ar, max_dets=most) for most in ((1, 10, 100) if protocol == "coco" else (300,)))
    yield from (scores.value(ar, area=size, max_dets=limit) for size in sizes)


measure("segmetrics", score)
