"""BSDS500 as a segmetrics plugin."""

from collections.abc import Iterator

from segmetrics.plugin import Command, Dataset, Format, Metric, hookimpl
from segmetrics.plugin.boundaries import (
    BOUNDARY_METRICS,
    FORMATS,
    REGION_METRICS,
    boundary_dataset,
    region_dataset,
)
from segmetrics.plugin.declared import About
from segmetrics_bsds500.results import bsds500_results

ABOUT: About = {
    "name": "bsds500",
    "summary": "BSDS500 boundaries, 200 test images that 4 to 8 people segmented",
    "license": "non-commercial research and education",
    "source": "UC Berkeley; Arbelaez et al., Contour Detection and Hierarchical Image Segmentation, 2011",
    "version": "January 2013",
    "url": "https://www2.eecs.berkeley.edu/Research/Projects/CS/vision/grouping/resources.html",
}
TRUTH = ("groundTruth/{split}/{key}.mat", "groundTruth/{split}/{key}/{annotator}.png")
LEVELS = ("data", "", "BSDS500/data")
SPLITS = ("test", "val", "train")

BOUNDARIES = boundary_dataset(truth=TRUTH, levels=LEVELS, splits=SPLITS, **ABOUT)

REGIONS = region_dataset(
    truth=TRUTH,
    levels=LEVELS,
    splits=SPLITS,
    **ABOUT
    | {
        "name": "bsds500-regions",
        "summary": "BSDS500 regions, 200 test images that 4 to 8 people segmented",
    },
)


@hookimpl
def segmetrics_datasets() -> Iterator[Dataset]:
    """BSDS500's benchmarks."""
    yield BOUNDARIES
    yield REGIONS


@hookimpl
def segmetrics_commands() -> Iterator[Command]:
    """What writes their result files."""
    yield Command("bsds500-results", "Write a run as the benchmark's own text files", command=bsds500_results)


@hookimpl
def segmetrics_metrics() -> Iterator[Metric]:
    """What they measure."""
    yield from BOUNDARY_METRICS
    yield from REGION_METRICS


@hookimpl
def segmetrics_formats() -> Iterator[Format]:
    """What they read."""
    yield from FORMATS
