"""PASCAL VOC 2012 as a segmetrics plugin."""

from collections.abc import Iterator

from segmetrics.classes import Classes
from segmetrics.plugin import Dataset, Format, Metric, hookimpl
from segmetrics.plugin.label_maps import LABEL_PNG, METRICS, LabelProtocol, label_map_dataset

CLASSES = Classes(
    """
    background aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person
    pottedplant sheep sofa train tvmonitor
    """,
    ignore=255,
)

VOC_2012_SEMANTIC = label_map_dataset(
    name="voc-2012-semantic",
    summary="PASCAL VOC 2012 semantic segmentation, 1,449 validation images, 21 classes",
    license="images under Flickr's terms of use; annotations free for research, no licence stated",
    source="Everingham et al., The PASCAL Visual Object Classes Challenge: A Retrospective, IJCV 2015",
    version="2012",
    splits=("val", "train", "trainval"),
    truth="SegmentationClass/{key}.png",
    listing="ImageSets/Segmentation/{split}.txt",
    protocols=[
        LabelProtocol(
            name="voc-semantic", classes=CLASSES, reference="VOCdevkit 2012 VOCevalseg", absent="undefined"
        )
    ],
    sample=("SegmentationClass/2012_{number:06d}.png",),
    url="http://host.robots.ox.ac.uk/pascal/VOC/voc2012/",
)


@hookimpl
def segmetrics_datasets() -> Iterator[Dataset]:
    """VOC's benchmark."""
    yield VOC_2012_SEMANTIC


@hookimpl
def segmetrics_metrics() -> Iterator[Metric]:
    """What it measures."""
    yield from METRICS


@hookimpl
def segmetrics_formats() -> Iterator[Format]:
    """What it reads."""
    yield LABEL_PNG
