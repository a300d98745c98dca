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

BOUNDARY_OPTIONS: Final = (
    Option("max_distance", kind="float", help="how far a match may be, as a share of the image's diagonal"),
    choice(
        "convention",
        ("bsds", "pdollar"),
        "the benchmark's own program, or that of Structured Edge Detection",
    ),
    Option("nms", kind="flag", help="suppress what is no maximum across its edge first: for raw maps"),
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


def boundary_dataset(
    *,
    truth: Sequence[str],
    splits: tuple[str, ...],
    predictions: str = "**/{key}.*",
    levels: Sequence[str] = ("",),
    max_distance: float = 0.0075,
    **about: Unpack[About],
) -> Dataset:
    """A benchmark of which any number of annotators drew the boundaries in every image.

    In patterns, `{split}` is the split, `{key}` what names an image, `{annotator}` who drew it; `*` is any
    part of a name, and `**/` any folders or none.

    Args:
        truth: Patterns of the annotations, from the root: .mat files of all annotators, or PNGs, of one
            annotator each where there is an `{annotator}`. The first that any file fits is taken.
        splits: Names of its splits as the files have them; the first is the default.
        predictions: Pattern of the predicted maps, from the folder of predictions.
        levels: Folders, from the root, that may hold all of it, "" being the root itself.
        max_distance: How far a match may be, as a share of the image's diagonal.
        about: What listings say of it; see `segmetrics.plugin.Dataset`.

    >>> streams = boundary_dataset(
    ...     name="streams", summary="Banks of small rivers", license="CC BY 4.0", source="A. Sailor",
    ...     version="1", splits=("val",), truth=["drawn/{split}/{key}/{annotator}.png"],
    ... )
    >>> [option.flag for option in streams.options][3:]
    ['--thresholds', '--max-distance', '--convention', '--nms']
    """
    images = AnnotatedImages(
        drawn="boundaries",
        truth=tuple(truth),
        predictions=predictions,
        splits=splits,
        levels=tuple(levels),
        max_distance=max_distance,
    )
    return _dataset(images, "boundary", BOUNDARY_OPTIONS, about)


def region_dataset(
    *,
    truth: Sequence[str],
    splits: tuple[str, ...],
    predictions: str = "**/{key}.*",
    levels: Sequence[str] = ("",),
    **about: Unpack[About],
) -> Dataset:
    """A benchmark of which any number of annotators drew the segments of every image.

    Args are those of `boundary_dataset`.

    >>> streams = region_dataset(
    ...     name="streams", summary="Banks of small rivers", license="CC BY 4.0", source="A. Sailor",
    ...     version="1", splits=("val",), truth=["drawn/{split}/{key}/{annotator}.png"],
    ... )
    >>> [option.flag for option in streams.options][3:]
    ['--thresholds', '--parity']
    """
    images = AnnotatedImages(
        drawn="regions",
        truth=tuple(truth),
        predictions=predictions,
        splits=splits,
        levels=tuple(levels),
        max_distance=0,
    )
    return _dataset(images, "regions", (PARITY,), about)


def _dataset(images: AnnotatedImages, task: str, options: tuple[Option, ...], about: About) -> Dataset:
    return Dataset(
        **about,
        task=task,
        splits=images.splits,
        options=(ROOT, choice("split", images.splits, "which images"), PREDICTIONS, THRESHOLDS, *options),
        open=Deferred("segmetrics.plugin.boundary_job:open_boundaries", images),
        sample=Deferred("segmetrics.plugin.boundary_sample:write_boundary_sample", images),
    )
