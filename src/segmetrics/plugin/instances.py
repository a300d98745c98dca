"""Instance benchmarks in COCO's or LVIS's file format, declared rather than programmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from segmetrics.plugin.entries import Dataset, Metric, Option
from segmetrics.plugin.job import Job, OpenContext

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
PARITY = Option(
    "parity",
    kind="choice",
    choices=("official", "clean"),
    default="official",
    help="with the official tool's oddities, or without",
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


def instance_dataset(
    *,
    name: str,
    summary: str,
    license: str,  # noqa: A002  # the entry's own word
    source: str,
    version: str,
    split: str,
    rules: Rules = "coco",
    ground_truth_name: str = "annotations.json",
    url: str | None = None,
) -> Dataset:
    """A benchmark whose annotations and results are JSON files in COCO's format.

    Args:
        name: How it is called on the command line.
        summary: One line for listings.
        license: Of the annotations.
        source: Who made it.
        version: Of the annotations.
        split: Which split the official annotation file is of.
        rules: Scored as COCO does ("coco"), or as LVIS does ("lvis"), whose files say more.
        ground_truth_name: What the official annotation file is called; the sample takes that name.
        url: Where to get it.

    >>> boats = instance_dataset(
    ...     name="boats", summary="Boats of the north", license="CC BY 4.0", source="A. Sailor", version="1",
    ...     split="val",
    ... )
    >>> boats.options[0].flag
    '--ground-truth'
    """
    return Dataset(
        name,
        summary,
        task="instance",
        license=license,
        source=source,
        version=version,
        splits=(split,),
        options=OPTIONS,
        open=partial(_open, rules, split),
        sample=partial(_write_sample, rules, ground_truth_name),
        url=url,
    )


# NumPy and the C core are imported once something is scored, so that listings stay quick.


def _open(rules: Rules, split: str, values: Mapping[str, object], context: OpenContext) -> Job:
    from segmetrics.plugin.instance_job import open_instances  # noqa: PLC0415

    return open_instances(rules, split, values, context)


def _write_sample(
    rules: Literal["coco", "lvis"], ground_truth_name: str, directory: Path
) -> Mapping[str, object]:
    from segmetrics.plugin.instance_sample import write_instance_sample  # noqa: PLC0415

    return write_instance_sample(directory, ground_truth_name, federated=rules == "lvis")
