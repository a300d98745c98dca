"""Benchmarks made of two paths where they are scored, for data sets that have no plugin."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from segmetrics.plugin.boundaries import BOUNDARY_OPTIONS, PREDICTIONS, THRESHOLDS
from segmetrics.plugin.declared import About, Deferred
from segmetrics.plugin.entries import Dataset, Option
from segmetrics.plugin.instances import instance_dataset
from segmetrics.plugin.panoptic import panoptic_dataset

SPLIT: Final = "all"
"""What the record calls the split: everything that is there."""

NAME: Final = Option(
    "name",
    kind="text",
    help="what the record calls the data set; by default as its ground truth is called",
)
LABEL_OPTIONS: Final = (
    Option("ground_truth", kind="path", required=True, help="the folder of true label maps, PNG"),
    Option(
        "predictions",
        kind="path",
        required=True,
        help="the folder of predicted label maps, of the same names",
    ),
    Option(
        "classes",
        kind="path",
        required=True,
        help="the classes: text with a name a line, or CSV or JSON with id and name",
    ),
    Option(
        "ignore",
        kind="text",
        help='true numbers of pixels that are not scored, and never predicted at others: "255" or "0,255"',
    ),
    Option(
        "others",
        kind="text",
        help="numbers that are no class: not scored where they are true, a miss where they are predicted",
    ),
)
DRAWN_OPTIONS: Final = (
    Option(
        "ground_truth",
        kind="path",
        required=True,
        help="the folder of true boundaries: a PNG or .mat to the image, or a folder of PNGs",
    ),
    PREDICTIONS,
)


def plain_dataset(task: str, values: Mapping[str, object] | None = None) -> Dataset:
    """A benchmark of this task, of whatever its options name.

    Args:
        task: One of `PLAIN`.
        values: The options that it will be opened with; the record calls it by their `name` or, without one,
            as the ground truth is called.

    >>> rivers = plain_dataset("semantic", {"ground_truth": "data/Rivers 2026"})
    >>> rivers.name, [option.flag for option in rivers.options]
    ('rivers-2026', ['--ground-truth', '--predictions', '--classes', '--ignore', '--others', '--name'])
    """
    about = About(
        name=_name(values or {}) or task,
        summary=f"Your own: {task} ground truth and predictions by their paths, without a plugin",
        license="not stated",
        source="not stated",
        version="not stated",
    )
    dataset = PLAIN[task](about)
    return replace(dataset, options=(*dataset.options, NAME), images=None, plain=True)


def _name(values: Mapping[str, object]) -> str:
    truth = values.get("ground_truth")
    called = values.get("name") or ("" if truth is None else Path(str(truth)).resolve().stem)
    return re.sub("[^a-z0-9]+", "-", str(called).lower()).strip("-")


def _semantic(about: About) -> Dataset:
    return Dataset(
        **about,
        task="semantic",
        splits=(SPLIT,),
        options=LABEL_OPTIONS,
        open=Deferred("segmetrics.plugin.plain_label_maps:open_label_folders"),
    )


def _instance(about: About) -> Dataset:
    return instance_dataset(split=SPLIT, **about)


def _panoptic(about: About) -> Dataset:
    return panoptic_dataset(split=SPLIT, **about)


def _boundary(about: About) -> Dataset:
    return Dataset(
        **about,
        task="boundary",
        splits=(SPLIT,),
        options=(*DRAWN_OPTIONS, THRESHOLDS, *BOUNDARY_OPTIONS),
        open=Deferred("segmetrics.plugin.plain_boundaries:open_drawn_folders"),
    )


PLAIN: Final[Mapping[str, Callable[[About], Dataset]]] = {
    "semantic": _semantic,
    "instance": _instance,
    "panoptic": _panoptic,
    "boundary": _boundary,
}
"""The tasks for which a benchmark can be made so."""
