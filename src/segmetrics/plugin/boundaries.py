"""Benchmarks of boundaries and of regions that several annotators drew, declared rather than programmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Literal

from segmetrics.plugin.entries import Dataset, Format, Metric, Option
from segmetrics.plugin.job import Job, OpenContext
from segmetrics.plugin.label_maps import PARITY, ROOT

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
BOUNDARY_OPTIONS: Final = (
    Option("max_distance", kind="float", help="how far a match may be, as a share of the image's diagonal"),
    Option(
        "convention",
        kind="choice",
        choices=("bsds", "pdollar"),
        default="bsds",
        help="the benchmark's own program, or that of Structured Edge Detection",
    ),
    Option("nms", kind="flag", help="suppress what is not a maximum across the edge first"),
)

BOUNDARY_METRICS: Final = (
    Metric("ods.f", "boundary F at the one threshold that suits the data set best", task="boundary"),
    Metric("ods.precision", "precision there", task="boundary"),
    Metric("ods.recall", "recall there", task="boundary"),
    Metric("ods.threshold", "that threshold", task="boundary"),
    Metric("ois.f", "boundary F, each image at the threshold that suits it best", task="boundary"),
    Metric("ois.precision", "precision there", task="boundary"),
    Metric("ois.recall", "recall there", task="boundary"),
    Metric("ap", "area under the curve of precision and recall", task="boundary"),
    Metric("r50", "recall at a precision of one half", task="boundary"),
)
"""What a benchmark of boundaries computes, for `segmetrics_metrics`."""

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
    """Where the annotations of a data set lie and how they are scored; arguments as `boundary_dataset`."""

    drawn: Drawn
    truth: tuple[str, ...]
    predictions: str
    splits: tuple[str, ...]
    levels: tuple[str, ...]
    max_distance: float
    reference: str


def boundary_dataset(
    *,
    name: str,
    summary: str,
    license: str,  # noqa: A002  # the entry's own word
    source: str,
    version: str,
    truth: Sequence[str],
    splits: tuple[str, ...],
    predictions: str = "**/{key}.*",
    levels: Sequence[str] = ("",),
    drawn: Drawn = "boundaries",
    max_distance: float = 0.0075,
    reference: str = "",
    url: str | None = None,
) -> Dataset:
    """A benchmark of which any number of annotators drew the boundaries, or the segments, of every image.

    In patterns, `{split}` is the split, `{key}` what names an image, `{annotator}` who drew it; `*` is any
    part of a name, and `**/` any folders or none.

    Args:
        name: How it is called on the command line.
        summary: One line for listings.
        license: Of the annotations.
        source: Who made it.
        version: Of the annotations.
        truth: Patterns of the annotations, from the root: .mat files of all annotators, or PNGs, of one
            annotator each where there is an `{annotator}`. The first that any file fits is taken.
        splits: Names of its splits as the files have them; the first is the default.
        predictions: Pattern of the predicted maps, from the folder of predictions.
        levels: Folders, from the root, that may hold all of it, "" being the root itself.
        drawn: What is scored: "boundaries", or "regions" against segments.
        max_distance: How far a match of boundaries may be, as a share of the image's diagonal.
        reference: The official evaluator and its version; empty where there is none.
        url: Where to get it.

    >>> streams = boundary_dataset(
    ...     name="streams", summary="Banks of small rivers", license="CC BY 4.0", source="A. Sailor",
    ...     version="1", splits=("val",), truth=["drawn/{split}/{key}/{annotator}.png"],
    ... )
    >>> [option.flag for option in streams.options][:4]
    ['--root', '--split', '--predictions', '--thresholds']
    """
    images = AnnotatedImages(
        drawn=drawn,
        truth=tuple(truth),
        predictions=predictions,
        splits=splits,
        levels=tuple(levels),
        max_distance=max_distance,
        reference=reference,
    )
    split = Option("split", kind="choice", choices=splits, default=splits[0], help="which images")
    return Dataset(
        name,
        summary,
        task="boundary" if drawn == "boundaries" else "regions",
        license=license,
        source=source,
        version=version,
        splits=splits,
        options=(
            ROOT,
            split,
            PREDICTIONS,
            THRESHOLDS,
            *(BOUNDARY_OPTIONS if drawn == "boundaries" else (PARITY,)),
        ),
        open=partial(_open, images),
        sample=partial(_write_sample, images),
        url=url,
    )


# NumPy and the C core are imported once something is scored, so that listings stay quick.


def _open(images: AnnotatedImages, values: Mapping[str, object], context: OpenContext) -> Job:
    from segmetrics.plugin.boundary_job import open_boundaries  # noqa: PLC0415

    return open_boundaries(images, values, context)


def _write_sample(images: AnnotatedImages, directory: Path) -> Mapping[str, object]:
    from segmetrics.plugin.boundary_sample import write_boundary_sample  # noqa: PLC0415

    return write_boundary_sample(images, directory)
