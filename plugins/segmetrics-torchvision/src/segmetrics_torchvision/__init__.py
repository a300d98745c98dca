"""torchvision's networks as models of segmetrics."""

from collections.abc import Iterator
from dataclasses import replace

from segmetrics.plugin import Model, Option, hookimpl
from segmetrics.plugin.declared import Deferred
from segmetrics.plugin.image_models import CLASSES, FIT, IMAGENET, MEAN, PADDING, RESIZE, SCALE, SIZE, WEIGHTS

NETWORKS = (
    "deeplabv3_mobilenet_v3_large",
    "deeplabv3_resnet50",
    "deeplabv3_resnet101",
    "fcn_resnet50",
    "fcn_resnet101",
    "lraspp_mobilenet_v3_large",
)

SEMANTIC = Model(
    "torchvision-semantic",
    "A network of torchvision.models.segmentation",
    task="semantic",
    options=(
        Option("network", kind="choice", choices=NETWORKS, required=True, help="which of its networks"),
        replace(WEIGHTS, help="a file of its state, as torch.save writes it"),
        replace(CLASSES, default="voc", required=False),
        replace(FIT, default="original"),
        SIZE,
        PADDING,
        replace(MEAN, default=IMAGENET["mean"]),
        replace(SCALE, default=IMAGENET["scale"]),
        replace(RESIZE, default="bilinear"),
    ),
    load=Deferred("segmetrics_torchvision.networks:load"),
    url="https://pytorch.org/vision/stable/models.html#semantic-segmentation",
)


@hookimpl
def segmetrics_models() -> Iterator[Model]:
    """Networks by what they are for."""
    yield SEMANTIC
