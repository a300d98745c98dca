"""Mergeable evaluators, one per task.

Each is imported when it is first asked for: plugins are listed without NumPy.

>>> from segmetrics.evaluators import InstanceGrid
>>> InstanceGrid().max_dets
(1, 10, 100)
"""

from importlib import import_module
from typing import TYPE_CHECKING

from segmetrics.evaluators.base import Evaluator

__all__ = [
    "AnnotatedMaps",
    "AreaRange",
    "BoundaryEvaluator",
    "CityscapesInstanceEvaluator",
    "ConfidentMaps",
    "Evaluator",
    "InstanceEvaluator",
    "InstanceGrid",
    "InstanceSizes",
    "MarkedMaps",
    "PanopticEvaluator",
    "RegionEvaluator",
    "ReliabilityEvaluator",
    "SemanticEvaluator",
    "SpacedMap",
    "SurfaceDistanceEvaluator",
    "TrimapEvaluator",
    "VideoObjectEvaluator",
    "VocInstanceEvaluator",
]

if TYPE_CHECKING:
    from segmetrics.evaluators.boundaries import BoundaryEvaluator
    from segmetrics.evaluators.cityscapes_instances import CityscapesInstanceEvaluator
    from segmetrics.evaluators.instance_grid import AreaRange, InstanceGrid
    from segmetrics.evaluators.instance_iou import InstanceSizes
    from segmetrics.evaluators.instances import InstanceEvaluator
    from segmetrics.evaluators.panoptic import PanopticEvaluator
    from segmetrics.evaluators.regions import RegionEvaluator
    from segmetrics.evaluators.reliability import ConfidentMaps, MarkedMaps, ReliabilityEvaluator
    from segmetrics.evaluators.semantic import AnnotatedMaps, SemanticEvaluator
    from segmetrics.evaluators.surfaces import SpacedMap, SurfaceDistanceEvaluator
    from segmetrics.evaluators.trimaps import TrimapEvaluator
    from segmetrics.evaluators.video_objects import VideoObjectEvaluator
    from segmetrics.evaluators.voc_instances import VocInstanceEvaluator
else:
    _HOMES = {
        "AnnotatedMaps": "segmetrics.evaluators.semantic",
        "AreaRange": "segmetrics.evaluators.instance_grid",
        "BoundaryEvaluator": "segmetrics.evaluators.boundaries",
        "CityscapesInstanceEvaluator": "segmetrics.evaluators.cityscapes_instances",
        "ConfidentMaps": "segmetrics.evaluators.reliability",
        "InstanceEvaluator": "segmetrics.evaluators.instances",
        "InstanceGrid": "segmetrics.evaluators.instance_grid",
        "InstanceSizes": "segmetrics.evaluators.instance_iou",
        "MarkedMaps": "segmetrics.evaluators.reliability",
        "PanopticEvaluator": "segmetrics.evaluators.panoptic",
        "RegionEvaluator": "segmetrics.evaluators.regions",
        "ReliabilityEvaluator": "segmetrics.evaluators.reliability",
        "SemanticEvaluator": "segmetrics.evaluators.semantic",
        "SpacedMap": "segmetrics.evaluators.surfaces",
        "SurfaceDistanceEvaluator": "segmetrics.evaluators.surfaces",
        "TrimapEvaluator": "segmetrics.evaluators.trimaps",
        "VideoObjectEvaluator": "segmetrics.evaluators.video_objects",
        "VocInstanceEvaluator": "segmetrics.evaluators.voc_instances",
    }

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_HOMES[name]), name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
