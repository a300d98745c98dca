"""segmetrics itself: what its runner does for a run, without digests and the record.

A data set imports what opens it when it is opened. Imports are not counted, so here they come first.
"""

from collections.abc import Iterator
from pathlib import Path

from label_map_driver import measure

import segmetrics.plugin.label_map_job
import segmetrics.plugin.panoptic_job  # noqa: F401
from segmetrics.plugin import Dataset, OpenContext
from segmetrics.plugin.label_maps import LabelProtocol, label_map_dataset
from segmetrics.runner.execution import evaluate
from segmetrics.types import Scores
from segmetrics_ade20k import ADE20K
from segmetrics_cityscapes import CITYSCAPES_SEMANTIC, CLASSES
from segmetrics_coco import COCO_2017_PANOPTIC

WITHOUT_OBJECTS = label_map_dataset(
    name="street",
    summary="Cityscapes' files and classes, without iIoU",
    license="none",
    source="made up",
    version="1",
    splits=("val",),
    truth="gtFine/{split}/{city}/{key}_gtFine_labelIds.png",
    predictions="{key}.png",
    protocols=[LabelProtocol(name="street", classes=CLASSES)],
    sample=("gtFine/val/made/made_{number:06d}_000019_gtFine_labelIds.png",),
)


def scores_of(dataset: Dataset, **paths: Path) -> Scores:
    context = OpenContext()
    options = {name: str(path) for name, path in paths.items()}
    job = dataset.open(dataset.complete(options), context)
    return evaluate(job, context).compute()


def mean_iou(dataset: Dataset, folder: Path) -> list[float]:
    scores = scores_of(dataset, root=folder, predictions=folder / "predictions")
    return list(defined(scores.value("iou.mean")))


def street(folder: Path) -> list[float]:
    return mean_iou(WITHOUT_OBJECTS, folder)


def rooms(folder: Path) -> list[float]:
    return mean_iou(ADE20K, folder)


def street_objects(folder: Path) -> list[float]:
    scores = scores_of(CITYSCAPES_SEMANTIC, root=folder, predictions=folder / "predictions")
    means = ("iou.mean", "iiou.mean")
    by_class = [scores.value(mean) for mean in means]
    by_category = [scores.value(mean, group="categories") for mean in means]
    return list(defined(by_class[0], by_category[0], by_class[1], by_category[1]))


def panoptic(folder: Path) -> list[float]:
    files = {"ground_truth": folder / "truth.json", "predictions": folder / "prediction.json"}
    scores = scores_of(COCO_2017_PANOPTIC, **files)
    return list(defined(*(scores.value(name) for name in ("pq", "sq", "rq"))))


def defined(*values: float | None) -> Iterator[float]:
    """A score without a value is no number."""
    for value in values:
        yield float("nan") if value is None else value


measure(
    "segmetrics",
    {"street": street, "street-objects": street_objects, "rooms": rooms, "panoptic": panoptic},
)
