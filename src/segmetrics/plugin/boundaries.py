"""Benchmarks of boundaries and of regions that several annotators drew, declared rather than programmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Unpack

from segmetrics.plugin.declared import PARITY, About, Deferred, choice
from segmetrics.plugin.entries import Dataset, Format, Metric, Option
from segmetrics.plugin.label_maps import ROOT

Drawn = Literal["boundaries", "regions"]
"""What is compared with what the annotators drew."""

PREDICTIONS: Final = Option(
    "predictions",
    kind="path",
    required=True,
    help="the folder of predicted maps: PNG, .npy or .mat, a file to the image",
)
THRESHOLDS: Final = Option(
    "thresholds",
    kind="integer",
    default=99,
    help="how many, evenly spaced; where predictions are lists of label maps, each is one",
)

REGION_METRICS: Final = (
    Metric("covering.ods", "covering of segments by regions, at one threshold", task="regions"),
    Metric("covering.ods.threshold", "that threshold", task="regions"),
    Metric("covering.ois", "covering, each image at its best threshold", task="regions"),
    Metric("covering.best", "covering, each segment at its best threshold", task="regions"),
    Metric("pri.ods", "probabilistic Rand index, at one threshold", task="regions"),
    Metric("pri.ods.threshold", "that threshold", task="regions"),
    Metric("pri.ois", "probabilistic Rand index, each image at its best threshold", task="regions"),
    Metric(
        "vi.ods",
        "variation of information, at one threshold",
        task="regions",
        unit="bits",
        higher_is_better=False,
    ),
    Metric("vi.ods.threshold", "that threshold", task="regions"),
    Metric(
        "vi.ois",
        "variation of information, each image at its best threshold",
        task="regions",
        unit="bits",
        higher_is_better=False,
    ),
)
"""What a benchmark of regions computes, for `segmetrics_metrics`."""

FORMATS: Final = (
    Format("annotations", "annotators' boundaries and segments: BSDS500's .mat, or a PNG of each annotator"),
    Format("contour-map", "edge maps, ultrametric contour maps or segmentations: PNG, .npy or .mat"),
)
"""What it reads, for `segmetrics_formats`."""


@dataclass(frozen=True, kw_only=True)
class AnnotatedImages:
    """Where the annotations of a data set lie and how they are scored; arguments as `region_dataset`."""

    drawn: Drawn
    truth: tuple[str, ...]
    predictions: str
    splits: tuple[str, ...]
    levels: tuple[str, ...]


def region_dataset(
    *,
    truth: Sequence[str],
    splits: tuple[str, ...],
    predictions: str = "**/{key}.*",
    levels: Sequence[str] = ("",),
    **about: Unpack[About],
) -> Dataset:
    """A benchmark of which any number of annotators drew the segments of every image.

    In patterns, `{split}` is the split, `{key}` what names an image, `{annotator}` who drew it; `*` is any
    part of a name, and `**/` any folders or none.

    Args:
        truth: Patterns of the annotations, from the root: .mat files of all annotators, or PNGs, of one
            annotator each where there is an `{annotator}`. The first that any file fits is taken.
        splits: Names of its splits as the files have them; the first is the default.
        predictions: Pattern of the predicted maps, from the folder of predictions.
        levels: Folders, from the root, that may hold all of it, "" being the root itself.
        about: What listings say of it; see `segmetrics.plugin.Dataset`.

    >>> streams = region_dataset(
    ...     name="streams", summary="Banks of small rivers", license="CC BY 4.0", source="A. Sailor",
    ...     version="1", splits=("val",), truth=["drawn/{split}/{key}/{annotator}.png"],
    ... )
    >>> [option.flag for option in streams.options][:4]
    ['--root', '--split', '--predictions', '--thresholds']
    """
    images = AnnotatedImages(
        drawn="regions",
        truth=tuple(truth),
        predictions=predictions,
        splits=splits,
        levels=tuple(levels),
    )
    return Dataset(
        **about,
        task="regions",
        splits=splits,
        options=(ROOT, choice("split", splits, "which images"), PREDICTIONS, THRESHOLDS, PARITY),
        open=Deferred("segmetrics.plugin.boundary_job:open_boundaries", images),
        sample=Deferred("segmetrics.plugin.boundary_sample:write_boundary_sample", images),
    )
