"""LoveDA as a segmetrics plugin."""

from collections.abc import Iterator

from segmetrics.classes import Classes
from segmetrics.plugin import Command, Dataset, Format, Metric, RemoteFile, hookimpl
from segmetrics.plugin.label_maps import LABEL_PNG, METRICS, Coding, LabelProtocol, label_map_dataset
from segmetrics_loveda.submission import loveda_submission

CLASSES = Classes(
    "background building road water barren forest agricultural",
    ids=range(1, 8),
    others=(0,),
)

LOVEDA = label_map_dataset(
    name="loveda",
    summary="LoveDA land cover, 1,669 validation images of cities and countryside, 7 classes",
    license="CC BY-NC-SA 4.0",
    source="RSIDEA, Wuhan University; Wang et al., LoveDA, NeurIPS Datasets and Benchmarks 2021",
    version="1",
    splits=("Val", "Train"),
    truth="{split}/{subset}/masks_png/{key}.png",
    subsets=("Urban", "Rural"),
    protocols=[LabelProtocol(name="loveda", classes=CLASSES, reference="LoveDA 3f4ba90")],
    codings=[
        Coding(name="submission", values={label - 1: label for label in CLASSES.ids}),
        Coding(name="truth"),
    ],
    sample=("Val/Urban/masks_png/{number}.png", "Val/Rural/masks_png/{number}.png"),
    url="https://github.com/Junjue-Wang/LoveDA",
    files=(
        RemoteFile(
            url="https://zenodo.org/records/5706578/files/Val.zip",
            part="val",
            digest="md5:84cae2577468ff0b5386758bb386d31d",
            unpack="zip",
        ),
        RemoteFile(
            url="https://zenodo.org/records/5706578/files/Train.zip",
            part="train",
            digest="md5:de2b196043ed9b4af1690b3f9a7d558f",
            unpack="zip",
            optional=True,
        ),
    ),
)


@hookimpl
def segmetrics_datasets() -> Iterator[Dataset]:
    """LoveDA's benchmark."""
    yield LOVEDA


@hookimpl
def segmetrics_commands() -> Iterator[Command]:
    """What to run before sending predictions in."""
    yield Command("loveda-submission", "Check a zip for LoveDA's server", command=loveda_submission)


@hookimpl
def segmetrics_metrics() -> Iterator[Metric]:
    """What it measures."""
    yield from METRICS


@hookimpl
def segmetrics_formats() -> Iterator[Format]:
    """What it reads."""
    yield LABEL_PNG
