"""COCO 2017 as a segmetrics plugin."""

from collections.abc import Iterator

from segmetrics.plugin import Dataset, Format, Metric, hookimpl, instances, panoptic

COCO_2017_INSTANCE = instances.instance_dataset(
    name="coco-2017-instance",
    summary="COCO 2017 instance segmentation and detection, 5,000 validation images, 80 classes",
    license="CC BY 4.0 (annotations)",
    source="COCO Consortium; Lin et al., Microsoft COCO: Common Objects in Context, ECCV 2014",
    version="2017",
    split="val",
    ground_truth_name="instances_val2017.json",
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
