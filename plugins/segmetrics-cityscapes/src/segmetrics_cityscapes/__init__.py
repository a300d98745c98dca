"""Cityscapes as a segmetrics plugin."""

from collections.abc import Iterator

from segmetrics.classes import Classes
from segmetrics.plugin import Dataset, Format, Metric, cityscapes_instances, hookimpl, panoptic
from segmetrics.plugin.label_maps import (
    IIOU_METRICS,
    METRICS,
    InstanceMaps,
    LabelProtocol,
    label_map_dataset,
)

CLASSES = Classes(
    (
        "road",
        "sidewalk",
        "building",
        "wall",
        "fence",
        "pole",
        "traffic light",
        "traffic sign",
        "vegetation",
        "terrain",
        "sky",
        "person",
        "rider",
        "car",
        "truck",
        "bus",
        "train",
        "motorcycle",
        "bicycle",
    ),
    ids=(7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33),
    others=(0, 1, 2, 3, 4, 5, 6, 9, 10, 14, 15, 16, 18, 29, 30),
    categories=(
        *["flat"] * 2,
        *["construction"] * 3,
        *["object"] * 3,
        *["nature"] * 2,
        "sky",
        *["human"] * 2,
        *["vehicle"] * 6,
    ),
    things=(False,) * 11 + (True,) * 8,
)
"""The 19 classes that are scored; the other label ids are legal, among them caravan 29 and trailer 30."""

OBJECTS = InstanceMaps(
    truth="gtFine/{split}/{city}/{key}_gtFine_instanceIds.png",
    average={
        "person": 3462.4756337644,
        "rider": 3930.4788056518,
        "car": 12794.0202738185,
        "truck": 27855.1264367816,
        "bus": 35732.1511111111,
        "train": 67583.7075812274,
        "motorcycle": 6298.7200839748,
        "bicycle": 4672.3249222261,
    },
    also={"vehicle": (29, 30)},
)
"""Average sizes of objects in the training set, as cityscapesScripts lists them."""

CITYSCAPES_SEMANTIC = label_map_dataset(
    name="cityscapes-semantic",
    summary="Cityscapes pixel-level semantic labelling, 500 validation images, 19 classes",
    license="Cityscapes terms of use: non-commercial research, no redistribution",
    source="Cordts et al., The Cityscapes Dataset for Semantic Urban Scene Understanding, CVPR 2016",
    version="gtFine",
    splits=("val", "train"),
    truth="gtFine/{split}/{city}/{key}_gtFine_labelIds.png",
    predictions="**/{key}*.png",
    protocols=[
        LabelProtocol(
            name="cityscapes-semantic",
            classes=CLASSES,
            reference="cityscapesScripts 0bcc4a7",
            instances=OBJECTS,
        ),
        LabelProtocol(name="cityscapes-semantic-iou", classes=CLASSES, reference="cityscapesScripts 0bcc4a7"),
    ],
    sample=("gtFine/val/ulm/ulm_{number:06d}_000019_gtFine_labelIds.png",),
    url="https://www.cityscapes-dataset.com",
)

CITYSCAPES_INSTANCE = cityscapes_instances.cityscapes_instance_dataset(
    name="cityscapes-instance",
    summary="Cityscapes instance-level semantic labelling, 500 validation images, 8 classes",
    license=CITYSCAPES_SEMANTIC.license,
    source=CITYSCAPES_SEMANTIC.source,
    version="gtFine",
    splits=("val", "train"),
    classes=CLASSES,
    truth="gtFine/{split}/{city}/{key}_gtFine_instanceIds.png",
    sample="gtFine/val/ulm/ulm_{number:06d}_000019_gtFine_instanceIds.png",
    url="https://www.cityscapes-dataset.com",
)

CITYSCAPES_PANOPTIC = panoptic.panoptic_dataset(
    name="cityscapes-panoptic",
    summary="Cityscapes panoptic segmentation, 500 validation images, 8 thing and 11 stuff classes",
    license=CITYSCAPES_SEMANTIC.license,
    source=CITYSCAPES_SEMANTIC.source,
    version="gtFine",
    split="val",
    ground_truth_name="cityscapes_panoptic_val.json",
    band_ratio=0.005,
    url="https://www.cityscapes-dataset.com",
)


@hookimpl
def segmetrics_datasets() -> Iterator[Dataset]:
    """Cityscapes' benchmarks."""
    yield CITYSCAPES_SEMANTIC
    yield CITYSCAPES_INSTANCE
    yield CITYSCAPES_PANOPTIC


@hookimpl
def segmetrics_metrics() -> Iterator[Metric]:
    """What they measure."""
    yield from (*METRICS, *IIOU_METRICS, *cityscapes_instances.METRICS, *panoptic.METRICS)


@hookimpl
def segmetrics_formats() -> Iterator[Format]:
    """What they read."""
    yield from (*cityscapes_instances.FORMATS, *panoptic.FORMATS)
