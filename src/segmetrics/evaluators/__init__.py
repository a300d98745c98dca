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
    "CityscapesInstanceEvaluator",
    "ConfidentMaps",
    "Evaluator",
    "InstanceEvaluator",
    "InstanceGrid",
    "InstanceSizes",
    "MarkedMaps",
    "PanopticEvaluator",
    "ReliabilityEvaluator",
    "SemanticEvaluator",
    "VocInstanceEvaluator",
]

if TYPE_CHECKING:
    from segmetrics.evaluators.cityscapes_instances import CityscapesInstanceEvaluator
    from segmetrics.evaluators.instance_grid import AreaRange, InstanceGrid
    from segmetrics.evaluators.instance_iou import InstanceSizes
    from segmetrics.evaluators.instances import InstanceEvaluator
    from segmetrics.evaluators.panoptic import PanopticEvaluator
    from segmetrics.evaluators.reliability import ConfidentMaps, MarkedMaps, ReliabilityEvaluator
    from segmetrics.evaluators.semantic import AnnotatedMaps, SemanticEvaluator
    from segmetrics.evaluators.voc_instances import VocInstanceEvaluator
else:
    _HOMES = {
        "AnnotatedMaps": "segmetrics.evaluators.semantic",
        "AreaRange": "segmetrics.evaluators.instance_grid",
        "CityscapesInstanceEvaluator": "segmetrics.evaluators.cityscapes_instances",
        "ConfidentMaps": "segmetrics.evaluators.reliability",
        "InstanceEvaluator": "segmetrics.evaluators.instances",
        "InstanceGrid": "segmetrics.evaluators.instance_grid",
        "InstanceSizes": "segmetrics.evaluators.instance_iou",
        "MarkedMaps": "segmetrics.evaluators.reliability",
        "PanopticEvaluator": "segmetrics.evaluators.panoptic",
        "ReliabilityEvaluator": "segmetrics.evaluators.reliability",
        "SemanticEvaluator": "segmetrics.evaluators.semantic",
        "VocInstanceEvaluator": "segmetrics.evaluators.voc_instances",
    }

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_HOMES[name]), name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
