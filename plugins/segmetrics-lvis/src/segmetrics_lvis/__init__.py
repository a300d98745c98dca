"""LVIS v1 as a segmetrics plugin."""

from collections.abc import Iterator

from segmetrics.plugin import Dataset, Format, Metric, RemoteFile, hookimpl, instances

LVIS_V1 = instances.instance_dataset(
    name="lvis-v1",
    summary="LVIS v1 instance segmentation, 19,809 validation images, 1,203 classes, federated",
    license="CC BY 4.0 (annotations)",
    source="Gupta, Dollar, Girshick: LVIS: A Dataset for Large Vocabulary Instance Segmentation, CVPR 2019",
    version="1",
    split="val",
    rules="lvis",
    ground_truth_name="lvis_v1_val.json",
    url="https://www.lvisdataset.org/dataset",
    files=(
        RemoteFile(
            url="https://dl.fbaipublicfiles.com/LVIS/lvis_v1_val.json.zip", part="annotations", unpack="zip"
        ),
        RemoteFile(
            url="http://images.cocodataset.org/zips/val2017.zip", part="images", unpack="zip", optional=True
        ),
    ),
)


@hookimpl
def segmetrics_datasets() -> Iterator[Dataset]:
    """LVIS's benchmark."""
    yield LVIS_V1


@hookimpl
def segmetrics_metrics() -> Iterator[Metric]:
    """What it measures."""
    yield from instances.METRICS


@hookimpl
def segmetrics_formats() -> Iterator[Format]:
    """What it reads."""
    yield from instances.FORMATS
