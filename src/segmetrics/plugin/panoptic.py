"""Panoptic benchmarks in COCO's file format, declared rather than programmed."""

from __future__ import annotations

from typing import Unpack

from segmetrics.plugin.declared import PARITY, About, Deferred
from segmetrics.plugin.entries import Dataset, Format, Metric, Option
from segmetrics.plugin.instances import MASKS_OR_BOUNDARY

OPTIONS = (
    Option(
        "ground_truth", kind="path", required=True, help="annotations, a JSON file in COCO's panoptic format"
    ),
    Option("predictions", kind="path", required=True, help="the same of the predictions"),
    Option(
        "ground_truth_folder",
        kind="path",
        help="the annotations' PNGs; if not given, the path of their JSON without .json",
    ),
    Option("predictions_folder", kind="path", help="likewise of the predictions"),
    MASKS_OR_BOUNDARY,
    PARITY,
)

METRICS = (
    Metric("pq", "panoptic quality: over classes, things, stuff", task="panoptic"),
    Metric("sq", "segmentation quality: the mean IoU of matched segments", task="panoptic"),
    Metric("rq", "recognition quality: F1 of finding segments", task="panoptic"),
    Metric("boundary.pq", "panoptic quality by the lesser of mask and boundary IoU", task="panoptic"),
    Metric("boundary.sq", "segmentation quality by the lesser of mask and boundary IoU", task="panoptic"),
    Metric("boundary.rq", "recognition quality by the lesser of mask and boundary IoU", task="panoptic"),
)
"""What a panoptic benchmark computes, for `segmetrics_metrics`."""

FORMATS = (
    Format("coco-panoptic-json", "segments of COCO's panoptic format, JSON"),
    Format("coco-panoptic-png", "a folder of RGB PNGs, id = R + 256 G + 65536 B"),
)
"""What it reads, for `segmetrics_formats`."""


def panoptic_dataset(
    *,
    split: str,
    ground_truth_name: str = "panoptic.json",
    band_ratio: float = 0.02,
    **about: Unpack[About],
) -> Dataset:
    """A benchmark whose annotations and predictions are in COCO's panoptic format.

    Args:
        split: Which split the official annotation file is of.
        ground_truth_name: What the official annotation file is called; the sample takes that name.
        band_ratio: How wide the bands of boundary PQ are, as a share of the image's diagonal.
        about: What listings say of it; see `segmetrics.plugin.Dataset`.

    >>> coast = panoptic_dataset(
    ...     name="coast", summary="Coasts of the north", license="CC BY 4.0", source="A. Sailor", version="1",
    ...     split="val",
    ... )
    >>> coast.options[0].flag
    '--ground-truth'
    """
    return Dataset(
        **about,
        task="panoptic",
        splits=(split,),
        options=OPTIONS,
        open=Deferred("segmetrics.plugin.panoptic_job:open_panoptic", split, band_ratio),
        sample=Deferred("segmetrics.plugin.panoptic_sample:write_panoptic_sample", ground_truth_name),
    )
