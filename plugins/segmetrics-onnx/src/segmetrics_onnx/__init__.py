"""ONNX networks as models of segmetrics, run by ONNX Runtime."""

from collections.abc import Iterator

from segmetrics.plugin import Model, hookimpl
from segmetrics.plugin.declared import Deferred
from segmetrics.plugin.image_models import BOUNDARY_OPTIONS, SEMANTIC_OPTIONS

SEMANTIC = Model(
    "onnx-semantic",
    "An ONNX network that tells classes apart",
    task="semantic",
    options=SEMANTIC_OPTIONS,
    load=Deferred("segmetrics_onnx.networks:load"),
    url="https://onnxruntime.ai",
)

BOUNDARY = Model(
    "onnx-boundary",
    "An ONNX network that draws boundaries",
    task="boundary",
    options=BOUNDARY_OPTIONS,
    load=Deferred("segmetrics_onnx.networks:load"),
    url=SEMANTIC.url,
)


@hookimpl
def segmetrics_models() -> Iterator[Model]:
    """Networks by what they are for."""
    yield SEMANTIC
    yield BOUNDARY
