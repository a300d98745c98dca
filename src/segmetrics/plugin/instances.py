"""Instance benchmarks in COCO's or LVIS's file format, declared rather than programmed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

from segmetrics.plugin.declared import PARITY, About, Deferred
from segmetrics.plugin.entries import Dataset, Format, Metric, Option

if TYPE_CHECKING:
    from segmetrics.evaluators.instances import Rules

GROUND_TRUTH = Option("ground_truth", kind="path", required=True, help="annotations, a COCO-format JSON file")
PREDICTIONS = Option("predictions", kind="path", required=True, help="results, a COCO-format JSON file")
IOU = Option(
    "iou",
    kind="choice",
    choices=("masks", "boxes", "boundary"),
    default="masks",
    help='what is compared; "boundary": masks and the bands along their boundaries, the lesser IoU counts',
)
MASKS_OR_BOUNDARY = replace(IOU, choices=("masks", "boundary"))
"""The same for benchmarks that know no boxes."""

AREA = Option(
    "area",
    kind="choice",
    choices=("official", "mask", "box"),
    default="official",
    help='what a detection\'s size is; "official": its box if the results carry boxes, else its mask',
)
IOU_THRESHOLDS = Option(
    "iou_thresholds", kind="text", help='IoU thresholds instead of the official ones: "0.5,0.75"'
)
MAX_DETS = Option(
    "max_dets", kind="text", help='limits of detections instead of the official ones: "1,10,100"'
)
AREAS = Option(
    "areas", kind="text", help='size ranges in pixels: "all:0:1e10,tiny:0:256"; the first is overall'
)

OPTIONS = (GROUND_TRUTH, PREDICTIONS, IOU, AREA, PARITY, IOU_THRESHOLDS, MAX_DETS, AREAS)

METRICS = (
    Metric("ap", "average precision: over IoU thresholds, sizes, classes, LVIS frequencies", task="instance"),
    Metric("ar", "average recall: over limits of detections, sizes, classes", task="instance"),
    Metric("boundary.ap", "average precision by the lesser of mask and boundary IoU", task="instance"),
    Metric("boundary.ar", "average recall by the lesser of mask and boundary IoU", task="instance"),
)
"""What an instance benchmark computes, for `segmetrics_metrics`."""

FORMATS = (Format("coco-json", "COCO annotations (an object) or results (an array), JSON"),)
"""What it reads, for `segmetrics_formats`."""


def instance_dataset(
    *,
    split: str,
    rules: Rules = "coco",
    ground_truth_name: str = "annotations.json",
    **about: Unpack[About],
) -> Dataset:
    """A benchmark whose annotations and results are JSON files in COCO's format.

    Args:
        split: Which split the official annotation file is of.
        rules: Scored as COCO does ("coco"), or as LVIS does ("lvis"), whose files say more.
        ground_truth_name: What the official annotation file is called; the sample takes that name.
        about: What listings say of it; see `segmetrics.plugin.Dataset`.

    >>> boats = instance_dataset(
    ...     name="boats", summary="Boats of the north", license="CC BY 4.0", source="A. Sailor", version="1",
    ...     split="val",
    ... )
    >>> boats.options[0].flag
    '--ground-truth'
    """
    return Dataset(
        **about,
        task="instance",
        splits=(split,),
        options=OPTIONS,
        open=Deferred("segmetrics.plugin.instance_job:open_instances", rules, split),
        sample=Deferred("segmetrics.plugin.instance_sample:write_instance_sample", rules, ground_truth_name),
    )
