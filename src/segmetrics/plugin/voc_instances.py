"""Benchmarks of instances in PASCAL VOC's or SBD's layout, declared rather than programmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Unpack

from segmetrics.classes import Classes
from segmetrics.plugin import instances
from segmetrics.plugin.declared import PARITY, About, Deferred, choice
from segmetrics.plugin.entries import Dataset, Format, Option
from segmetrics.plugin.label_maps import LABEL_PNG, ROOT

PREDICTIONS = Option("predictions", kind="path", required=True, help="results, a COCO-format JSON file")
MATCHING = choice(
    "matching",
    ("sds", "fcis"),
    "which object a detection is held against: the best one not yet taken, or the best of all",
)
INTERPOLATION = choice(
    "interpolation",
    ("area", "11-point"),
    'how precision becomes one number; "11-point" goes with --matching fcis',
)

METRICS = tuple(metric for metric in instances.METRICS if metric.name == "ap")
"""What such a benchmark computes, for `segmetrics_metrics`."""

FORMATS = (
    LABEL_PNG,
    Format("sbd-mat", "maps of classes or objects in MATLAB files, as SBD has them"),
    Format("mask-results", "COCO-format results whose images have names: run-length masks"),
)
"""What it reads, for `segmetrics_formats`."""


@dataclass(frozen=True, kw_only=True)
class InstanceMapFiles:
    """Where the files of a data set lie; arguments as `voc_instance_dataset`."""

    classes: Classes
    objects: str
    labels: str
    listing: str

    def __post_init__(self) -> None:
        if not any(self.classes.things or ()):
            raise ValueError("the class table names no class of things")


def voc_instance_dataset(
    *,
    splits: tuple[str, ...],
    classes: Classes,
    objects: str,
    labels: str,
    listing: str,
    sample: tuple[str, ...] = (),
    **about: Unpack[About],
) -> Dataset:
    """A benchmark of which every image has a map of objects and a map of classes, and JSON results.

    Maps are PNG, or MATLAB files in SBD's form where their names end in `.mat`.

    Args:
        splits: Names of its splits as the files have them; the first is the default.
        classes: The class table; classes of things are scored.
        objects: Pattern of the maps of objects, from the root; see `segmetrics.plugin.label_maps`.
        labels: Pattern of the maps of classes, with the same fields.
        listing: Pattern, from the root, of a file whose lines begin with the keys of the split.
        sample: Keys of made-up images for the sample; none where there is no sample.
        about: What listings say of it; see `segmetrics.plugin.Dataset`.

    Raises:
        ValueError: No class is of things.

    >>> boats = voc_instance_dataset(
    ...     name="boats", summary="Boats of the north", license="CC BY 4.0", source="A. Sailor", version="1",
    ...     splits=("val",), classes=Classes("sea boat", things=[False, True]), objects="objects/{key}.png",
    ...     labels="classes/{key}.png", listing="{split}.txt",
    ... )
    >>> [option.flag for option in boats.options]
    ['--root', '--split', '--predictions', '--matching', '--interpolation', '--parity']
    """
    files = InstanceMapFiles(classes=classes, objects=objects, labels=labels, listing=listing)
    write = "segmetrics.plugin.voc_instance_sample:write_voc_instances"
    return Dataset(
        **about,
        task="instance",
        splits=splits,
        options=(
            ROOT,
            choice("split", splits, "which images"),
            PREDICTIONS,
            MATCHING,
            INTERPOLATION,
            PARITY,
        ),
        open=Deferred("segmetrics.plugin.voc_instance_job:open_voc_instances", files),
        sample=Deferred(write, files, splits[0], sample) if sample else None,
    )
