"""Benchmarks of instances in Cityscapes' file format, declared rather than programmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Unpack

from segmetrics.classes import Classes
from segmetrics.plugin import instances
from segmetrics.plugin.declared import About, Deferred, choice
from segmetrics.plugin.entries import Dataset, Format, Option
from segmetrics.plugin.label_maps import LABEL_PNG, ROOT

PREDICTIONS = Option("predictions", kind="path", required=True, help="the folder of text files and masks")
MIN_REGION = Option(
    "min_region", kind="integer", default=100, help="objects of fewer pixels are not to be found"
)

METRICS = tuple(metric for metric in instances.METRICS if metric.name in ("ap", "boundary.ap"))
"""What such a benchmark computes, for `segmetrics_metrics`."""

FORMATS = (
    LABEL_PNG,
    Format("cityscapes-instances", "predicted instances: a text file for each image, which names mask PNGs"),
)
"""What it reads, for `segmetrics_formats`."""


@dataclass(frozen=True, kw_only=True)
class InstanceFiles:
    """Where the files of a data set lie; arguments as `cityscapes_instance_dataset`."""

    classes: Classes
    truth: str
    predictions: str
    sample: str
    band_ratio: float

    def __post_init__(self) -> None:
        if not any(self.classes.things or ()):
            raise ValueError("the class table names no class of things")


def cityscapes_instance_dataset(
    *,
    splits: tuple[str, ...],
    classes: Classes,
    truth: str,
    sample: str,
    predictions: str = "**/{key}*.txt",
    band_ratio: float = 0.005,
    **about: Unpack[About],
) -> Dataset:
    """A benchmark whose ground truth are maps of instance ids, scored as Cityscapes' instances are.

    Args:
        splits: Names of its splits as the files have them; the first is the default.
        classes: The class table; see `segmetrics.evaluators.CityscapesInstanceEvaluator`.
        truth: Pattern of the true maps, from the root; see `segmetrics.plugin.label_maps`.
        sample: Where true maps of the made-up sample go, from the root, `{number}` being 1, 2, ...
        predictions: Pattern of the predicted text files, from the folder of predictions.
        band_ratio: How wide the bands of boundary AP are, as a share of the image's diagonal.
        about: What listings say of it; see `segmetrics.plugin.Dataset`.

    Raises:
        ValueError: No class is of things.

    >>> streets = cityscapes_instance_dataset(
    ...     name="streets", summary="Streets of the north", license="CC BY 4.0", source="A. Sailor",
    ...     version="1", splits=("val",), truth="{split}/{key}.png", sample="val/{number}.png",
    ...     classes=Classes("road car", ids=(7, 26), others=[0], things=[False, True]),
    ... )
    >>> [option.flag for option in streets.options]
    ['--root', '--split', '--predictions', '--iou', '--min-region']
    """
    files = InstanceFiles(
        classes=classes, truth=truth, predictions=predictions, sample=sample, band_ratio=band_ratio
    )
    return Dataset(
        **about,
        task="instance",
        splits=splits,
        options=(
            ROOT,
            choice("split", splits, "which images"),
            PREDICTIONS,
            instances.MASKS_OR_BOUNDARY,
            MIN_REGION,
        ),
        open=Deferred("segmetrics.plugin.cityscapes_instance_job:open_cityscapes_instances", files),
        sample=Deferred(
            "segmetrics.plugin.cityscapes_instance_sample:write_instance_files", files, splits[0]
        ),
    )
