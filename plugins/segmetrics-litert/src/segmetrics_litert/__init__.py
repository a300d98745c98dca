"""TFLite networks as models of segmetrics, run by LiteRT."""

from collections.abc import Iterator

from segmetrics.plugin import Model, hookimpl
from segmetrics.plugin.declared import Deferred
from segmetrics.plugin.image_models import BOUNDARY_OPTIONS, SEMANTIC_OPTIONS

SEMANTIC = Model(
    "litert-semantic",
    "A TFLite network that tells classes apart",
    task="semantic",
    options=SEMANTIC_OPTIONS,
    load=Deferred("segmetrics_litert.networks:load"),
    url="https://ai.google.dev/edge/litert",
)

BOUNDARY = Model(
    "litert-boundary",
    "A TFLite network that draws boundaries",
    task="boundary",
    options=BOUNDARY_OPTIONS,
    load=Deferred("segmetrics_litert.networks:load"),
    url=SEMANTIC.url,
)


@hookimpl
def segmetrics_models() -> Iterator[Model]:
    """Networks by what they are for."""
    yield SEMANTIC
    yield BOUNDARY
