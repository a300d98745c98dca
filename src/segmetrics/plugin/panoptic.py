"""Panoptic benchmarks in COCO's file format, declared rather than programmed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from segmetrics.plugin.entries import Dataset, Format, Metric, Option
from segmetrics.plugin.instances import MASKS_OR_BOUNDARY
from segmetrics.plugin.job import Job, OpenContext

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
    Option(
        "parity",
        kind="choice",
        choices=("official", "clean"),
        default="official",
        help="with the official tool's oddities, or without",
    ),
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
    name: str,
    summary: str,
    license: str,  # noqa: A002  # the entry's own word
    source: str,
    version: str,
    split: str,
    ground_truth_name: str = "panoptic.json",
    band_ratio: float = 0.02,
    url: str | None = None,
) -> Dataset:
    """A benchmark whose annotations and predictions are in COCO's panoptic format.

    Args:
        name: How it is called on the command line.
        summary: One line for listings.
        license: Of the annotations.
        source: Who made it.
        version: Of the annotations.
        split: Which split the official annotation file is of.
        ground_truth_name: What the official annotation file is called; the sample takes that name.
        band_ratio: How wide the bands of boundary PQ are, as a share of the image's diagonal.
        url: Where to get it.

    >>> coast = panoptic_dataset(
    ...     name="coast", summary="Coasts of the north", license="CC BY 4.0", source="A. Sailor", version="1",
    ...     split="val",
    ... )
    >>> coast.options[0].flag
    '--ground-truth'
    """
    return Dataset(
        name,
        summary,
        task="panoptic",
        license=license,
        source=source,
        version=version,
        splits=(split,),
        options=OPTIONS,
        open=partial(_open, split, band_ratio),
        sample=partial(_write_sample, ground_truth_name),
        url=url,
    )


# NumPy and the C core are imported once something is scored, so that listings stay quick.


def _open(split: str, band_ratio: float, values: Mapping[str, object], context: OpenContext) -> Job:
    from segmetrics.plugin.panoptic_job import open_panoptic  # noqa: PLC0415

    return open_panoptic(split, band_ratio, values, context)


def _write_sample(ground_truth_name: str, directory: Path) -> Mapping[str, object]:
    from segmetrics.plugin.panoptic_sample import write_panoptic_sample  # noqa: PLC0415

    return write_panoptic_sample(directory, ground_truth_name)
