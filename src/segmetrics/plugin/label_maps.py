"""Benchmarks of label maps, one PNG to the image, declared rather than programmed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Unpack

from segmetrics.classes import Classes
from segmetrics.plugin.declared import PARITY, About, Deferred, choice
from segmetrics.plugin.entries import Dataset, Format, ImageSource, Metric, Option

Absent = Literal["skip", "zero", "undefined"]
"""What a class that neither occurs nor is predicted is to a mean: left out, a zero, or no mean at all."""

ROOT = Option("root", kind="path", required=True, help="the data set's folder, laid out as published")
PREDICTIONS = Option("predictions", kind="path", required=True, help="the folder of predicted label maps")

METRICS = (
    Metric("iou", "intersection over union of one class or category", task="semantic"),
    Metric("iou.mean", "mean IoU over classes or categories", task="semantic"),
    Metric("iou.freq_weighted", "mean IoU, each class weighted with its pixels", task="semantic"),
    Metric("accuracy", "share of the pixels of one class that were found", task="semantic"),
    Metric("accuracy.pixel", "share of the pixels that were predicted right", task="semantic"),
    Metric("accuracy.mean", "mean over classes of the share of pixels found", task="semantic"),
    Metric("dice", "Dice coefficient (F1) of one class", task="semantic"),
    Metric("dice.mean", "mean Dice coefficient over classes", task="semantic"),
)
"""What a benchmark of label maps computes, for `segmetrics_metrics`."""

IIOU_METRICS = (
    Metric("iiou", "IoU of one class or category, each object weighted by its size", task="semantic"),
    Metric("iiou.mean", "mean instance-weighted IoU over classes or categories", task="semantic"),
)
"""What it computes where objects are told apart."""

LABEL_PNG = Format("label-png", "label maps: PNG of up to 8 bits, gray or palette, whose numbers are classes")
"""What it reads, for `segmetrics_formats`."""


@dataclass(frozen=True, kw_only=True)
class Coding:
    """What the numbers in predicted maps stand for.

    Attributes:
        name: As `--coding` names it.
        values: Truth's number for each number that may be stored; no others may. None for the truth's own.
    """

    name: str
    values: Mapping[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class InstanceMaps:
    """Maps of objects beside the true label maps; see `segmetrics.evaluators.instance_iou.InstanceSizes`.

    Attributes:
        truth: Pattern of the maps, with the fields of the true maps'.
        average: Pixels of an object on average, by class; the classes that are scored this way.
        also: Numbers that count as a category besides its classes where they are predicted, by category.
    """

    truth: str
    average: Mapping[str, float]
    also: Mapping[str, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LabelProtocol:
    """One way to score the label maps of a data set.

    Attributes:
        name: As the record and `--protocol` name it.
        classes: The classes, and which numbers in the files they are.
        reference: The official evaluator and its version; empty where there is none.
        absent: What it makes of a class that neither occurs nor is predicted. `--parity clean` leaves it out.
        means: Further scores, by id, each the mean of these scores over everything.
        instances: Where objects are told apart, for instance-weighted IoU.
        merged: Numbers, in truth and prediction, that count as others: `{3: 1}` makes 3 the same as 1.
    """

    name: str
    classes: Classes
    reference: str = ""
    absent: Absent = "skip"
    means: Mapping[str, Sequence[str]] = field(default_factory=dict)
    instances: InstanceMaps | None = None
    merged: Mapping[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if any(value in self.classes.values for value in self.merged):
            raise ValueError(f"{self.name}: a number that counts as another has a meaning of its own")


@dataclass(frozen=True, kw_only=True)
class LabelMaps:
    """Where the label maps of a data set lie and how they are scored; arguments as `label_map_dataset`."""

    truth: str
    predictions: str
    image: str | None
    splits: tuple[str, ...]
    listing: str | None
    protocols: Mapping[str, LabelProtocol]
    codings: Mapping[str, Coding]
    subsets: tuple[str, ...]
    sample: tuple[str, ...]


def label_map_dataset(
    *,
    truth: str,
    splits: tuple[str, ...],
    sample: tuple[str, ...],
    protocols: Sequence[LabelProtocol],
    predictions: str = "{key}.png",
    image: str | None = None,
    listing: str | None = None,
    codings: Sequence[Coding] = (Coding(name="truth"),),
    subsets: tuple[str, ...] = (),
    **about: Unpack[About],
) -> Dataset:
    """A benchmark of which every image has one true and one predicted label map, both PNG.

    In patterns, `{split}` is the split, `{key}` what names an image, `{subset}` the part of the split that it
    is in; `*` is any part of a name, and `**/` any folders or none.

    Args:
        truth: Pattern of the true maps, from the root.
        splits: Names of its splits as the files have them; the first is the default.
        sample: Where true maps of the made-up sample go, from the root, `{number}` being 1, 2, ...; they are
            of the first split, and images take turns among several.
        protocols: How it can be scored; the first is the default, and `--protocol` chooses among several.
        predictions: Pattern of the predicted maps, from the folder of predictions.
        image: Pattern of the images, from the root, with the fields of the true maps', for models to be run
            on; None where none can be.
        listing: Pattern, from the root, of a file whose lines begin with the keys of the split; None where
            the split is whatever true maps there are.
        codings: What numbers in predictions stand for; the first is the default, and `--coding` chooses among
            several.
        subsets: Parts of the split that are scored on their own too.
        about: What listings say of it; see `segmetrics.plugin.Dataset`.

    >>> rivers = label_map_dataset(
    ...     name="rivers", summary="Rivers of the north", license="CC BY 4.0",
    ...     source="A. Sailor", version="1", splits=("val", "train"),
    ...     truth="labels/{split}/{key}.png", sample=("labels/val/{number:04d}.png",),
    ...     protocols=[LabelProtocol(name="rivers", classes=Classes("land water bridge", ignore=255))],
    ... )
    >>> [option.flag for option in rivers.options]
    ['--root', '--split', '--predictions']
    """
    maps = LabelMaps(
        truth=truth,
        predictions=predictions,
        image=image,
        splits=splits,
        listing=listing,
        protocols={protocol.name: protocol for protocol in protocols},
        codings={coding.name: coding for coding in codings},
        subsets=subsets,
        sample=sample,
    )
    about.setdefault("layout", tuple(_layout(maps)))
    images = None
    if image is not None:
        images = ImageSource(find=Deferred("segmetrics.plugin.label_map_images:find_images", maps))
    return Dataset(
        **about,
        task="semantic",
        splits=splits,
        options=_options(maps),
        open=Deferred("segmetrics.plugin.label_map_job:open_label_maps", maps),
        sample=Deferred("segmetrics.plugin.label_map_sample:write_label_map_sample", maps),
        images=images,
    )


def _layout(maps: LabelMaps) -> Iterator[str]:
    """What lies where below the root."""
    if maps.listing is not None:
        yield f"{maps.listing}: the images of the split"
    yield f"{maps.truth}: true label maps"
    for protocol in maps.protocols.values():
        if protocol.instances is not None:
            yield f"{protocol.instances.truth}: maps of objects, for {protocol.name}"
    if maps.image is not None:
        yield f"{maps.image}: images, for models"


def _options(maps: LabelMaps) -> tuple[Option, ...]:
    choices = []
    if len(maps.protocols) > 1:
        choices.append(choice("protocol", tuple(maps.protocols), "how it is scored"))
    if len(maps.codings) > 1:
        choices.append(choice("coding", tuple(maps.codings), "what numbers in predictions stand for"))
    if any(protocol.reference for protocol in maps.protocols.values()):
        choices.append(PARITY)
    return (ROOT, choice("split", maps.splits, "which images"), PREDICTIONS, *choices)
