"""Hugging Face's networks as models of segmetrics: SegFormer, Mask2Former, SAM and their like."""

from collections.abc import Iterator
from dataclasses import replace

from segmetrics.plugin import Model, Option, hookimpl
from segmetrics.plugin.declared import Deferred
from segmetrics.plugin.image_models import WEIGHTS

FOLDER = replace(WEIGHTS, help="a folder as save_pretrained writes it: weights, config, preprocessor")
URL = "https://huggingface.co/docs/transformers"

SEMANTIC = Model(
    "transformers-semantic",
    "A network of transformers that tells classes apart: SegFormer, Mask2Former, ...",
    task="semantic",
    options=(FOLDER,),
    load=Deferred("segmetrics_transformers.networks:Semantic"),
    url=URL,
)

INSTANCE = Model(
    "transformers-instance",
    "A network of transformers that finds objects: Mask2Former, MaskFormer",
    task="instance",
    options=(
        FOLDER,
        Option("threshold", kind="float", default=0.5, help="the least score of an object"),
    ),
    load=Deferred("segmetrics_transformers.networks:Instance"),
    url=URL,
)

SAM = Model(
    "sam",
    "Segment Anything: the masks that it finds from a grid of points, all of the class object",
    task="instance",
    options=(
        FOLDER,
        Option("points", kind="integer", default=32, help="points of the grid along a side"),
        Option("iou_threshold", kind="float", default=0.88, help="the least IoU that a mask promises"),
        Option("stability", kind="float", default=0.95, help="the least stability of a mask"),
    ),
    load=Deferred("segmetrics_transformers.networks:SegmentAnything"),
    source="Kirillov et al., Segment Anything, ICCV 2023",
    url=URL,
)


@hookimpl
def segmetrics_models() -> Iterator[Model]:
    """Networks by what they are for."""
    yield SEMANTIC
    yield INSTANCE
    yield SAM
