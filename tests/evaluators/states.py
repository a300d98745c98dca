"""Small states of every evaluator that keeps rows of images, and ways to spoil their bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from evaluators import (
    boundary_cases,
    cityscapes_instance_cases,
    instance_cases,
    panoptic_cases,
    region_cases,
    reliability_cases,
    semantic_cases,
    surface_cases,
    video_object_cases,
    voc_instance_cases,
)
from segmetrics.evaluators.row_states import RowEvaluator
from segmetrics.evaluators.tensors import read_state, write_state

Tensors = dict[str, NDArray[Any]]
Spoil = Callable[[Tensors], None]

SMALL: dict[str, Callable[[], RowEvaluator[Any]]] = {
    "instances": lambda: instance_cases.small().evaluated(),
    "panoptic": lambda: panoptic_cases.evaluated(panoptic_cases.small(), [3, 7]),
    "cityscapes instances": lambda: cityscapes_instance_cases.evaluated(
        cityscapes_instance_cases.small(), [3, 7]
    ),
    "reliability": reliability_cases.small,
    "voc instances": lambda: voc_instance_cases.evaluated(voc_instance_cases.small(), [3, 7]),
    "boundaries": lambda: boundary_cases.evaluated([3, 7]),
    "regions": lambda: region_cases.evaluated([3, 7]),
    "semantic": lambda: semantic_cases.small(per_image=True, means={"final": ("iou.mean", "accuracy.pixel")}),
    "video objects": lambda: video_object_cases.evaluated([3, 7]),
    "surface distances": lambda: surface_cases.evaluated(surface_cases.small(), [3, 7]),
}
"""A state of the images 3 and 7, with rows of every kind."""


def spoiled(evaluator: RowEvaluator[Any], spoil: Spoil) -> bytes:
    """The evaluator's state with its tensors changed."""
    header, tensors = read_state(evaluator.to_bytes(), evaluator.kind)
    writable = {name: tensor.copy() for name, tensor in tensors.items()}
    spoil(writable)
    return write_state(header, writable)


def with_header(evaluator: RowEvaluator[Any], change: dict[str, Any]) -> bytes:
    """The evaluator's state with entries of its header changed.

    Those of "params" are changed within the protocol, those of "table" within the classes.
    """
    header, tensors = read_state(evaluator.to_bytes(), evaluator.kind)
    header["protocol"]["params"] |= change.get("params", {})
    if "table" in change:
        header["classes"] |= change["table"]
    whole = {name: value for name, value in change.items() if name not in ("params", "table")}
    return write_state(header | whole, tensors)


def put(name: str, index: Any, value: Any) -> Spoil:
    """Set values of a tensor."""
    return lambda tensors: tensors[name].__setitem__(index, value)
