"""PASCAL VOC 2012 as a segmetrics plugin."""

from collections.abc import Iterator

from segmetrics.classes import Classes
from segmetrics.plugin import Dataset, Format, Metric, RemoteFile, hookimpl, voc_instances
from segmetrics.plugin.label_maps import METRICS, LabelProtocol, label_map_dataset

CLASSES = Classes(
    """
    background aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person
    pottedplant sheep sofa train tvmonitor
    """,
    ignore=255,
    things=(False,) + (True,) * 20,
)

DEVKIT = RemoteFile(
    url="http://host.robots.ox.ac.uk/pascal/VOC/voc2012/VOCtrainval_11-May-2012.tar",
    part="everything",
    unpack="tar",
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
    files=(DEVKIT,),
    url="http://host.robots.ox.ac.uk/pascal/VOC/voc2012/",
)


VOC_2012_INSTANCE = voc_instances.voc_instance_dataset(
    name="voc-2012-instance",
    summary="PASCAL VOC 2012 instance segmentation (AP^r), 1,449 validation images, 20 classes",
    license=VOC_2012_SEMANTIC.license,
    source=VOC_2012_SEMANTIC.source,
    version="2012",
    splits=("val", "train", "trainval"),
    classes=CLASSES,
    objects="SegmentationObject/{key}.png",
    labels="SegmentationClass/{key}.png",
    listing="ImageSets/Segmentation/{split}.txt",
    sample=tuple(f"2012_{number:06d}" for number in range(1, 9)),
    files=(DEVKIT,),
    url=VOC_2012_SEMANTIC.url,
)

SBD_INSTANCE = voc_instances.voc_instance_dataset(
    name="sbd-instance",
    summary="Semantic Boundaries Dataset instance segmentation (AP^r), 20 classes",
    license="images under Flickr's terms of use; none is stated for the annotations",
    source="Hariharan et al., Semantic Contours from Inverse Detectors, ICCV 2011",
    version="release 1",
    splits=("val", "train"),
    classes=CLASSES,
    objects="inst/{key}.mat",
    labels="cls/{key}.mat",
    listing="{split}.txt",
    sample=tuple(f"2008_{number:06d}" for number in range(1, 9)),
    url="http://home.bharathh.info/pubs/codes/SBD/download.html",
)


@hookimpl
def segmetrics_datasets() -> Iterator[Dataset]:
    """VOC's benchmarks, and SBD's."""
    yield VOC_2012_SEMANTIC
    yield VOC_2012_INSTANCE
    yield SBD_INSTANCE


@hookimpl
def segmetrics_metrics() -> Iterator[Metric]:
    """What they measure."""
    yield from (*METRICS, *voc_instances.METRICS)


@hookimpl
def segmetrics_formats() -> Iterator[Format]:
    """What they read."""
    yield from voc_instances.FORMATS
