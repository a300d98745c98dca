"""COCO 2017 as a segmetrics plugin."""

from collections.abc import Iterator

from segmetrics.plugin import Dataset, Format, Metric, RemoteFile, hookimpl, instances, panoptic

ANNOTATIONS = RemoteFile(
    url="http://images.cocodataset.org/annotations/annotations_trainval2017.zip",
    part="annotations",
    unpack="zip",
)
IMAGES = RemoteFile(
    url="http://images.cocodataset.org/zips/val2017.zip", part="images", unpack="zip", optional=True
)
PANOPTIC_ANNOTATIONS = RemoteFile(
    url="http://images.cocodataset.org/annotations/panoptic_annotations_trainval2017.zip",
    part="annotations",
    unpack="zip",
    nested=("annotations/panoptic_val2017.zip",),
)

COCO_2017_INSTANCE = instances.instance_dataset(
    name="coco-2017-instance",
    summary="COCO 2017 instance segmentation and detection, 5,000 validation images, 80 classes",
    license="CC BY 4.0 (annotations)",
    source="COCO Consortium; Lin et al., Microsoft COCO: Common Objects in Context, ECCV 2014",
    version="2017",
    split="val",
    ground_truth_name="instances_val2017.json",
    files=(ANNOTATIONS, IMAGES),
    url="https://cocodataset.org/#download",
)

COCO_2017_PANOPTIC = panoptic.panoptic_dataset(
    name="coco-2017-panoptic",
    summary="COCO 2017 panoptic segmentation, 5,000 validation images, 80 thing and 53 stuff classes",
    license="CC BY 4.0 (annotations)",
    source="COCO Consortium; Kirillov et al., Panoptic Segmentation, CVPR 2019",
    version="2017",
    split="val",
    ground_truth_name="panoptic_val2017.json",
    files=(PANOPTIC_ANNOTATIONS,),
    url="https://cocodataset.org/#download",
)


@hookimpl
def segmetrics_datasets() -> Iterator[Dataset]:
    """COCO's benchmarks."""
    yield COCO_2017_INSTANCE
    yield COCO_2017_PANOPTIC


@hookimpl
def segmetrics_metrics() -> Iterator[Metric]:
    """What they measure."""
    yield from (*instances.METRICS, *panoptic.METRICS)


@hookimpl
def segmetrics_formats() -> Iterator[Format]:
    """What they read."""
    yield from (*instances.FORMATS, *panoptic.FORMATS)
