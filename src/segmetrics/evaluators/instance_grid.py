"""Where average precision and recall are measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, Self

import msgspec
import numpy as np

from segmetrics._core import instances as _core

Rules = Literal["coco", "lvis"]
"""By whose rules: COCO's, or those of LVIS for federated ground truth."""


class AreaRange(msgspec.Struct, frozen=True):
    """Objects from `low` to `high` pixels, both included."""

    name: str
    low: float
    high: float


COCO_AREAS = (
    AreaRange("all", 0.0, 1e10),
    AreaRange("small", 0.0, 32.0**2),
    AreaRange("medium", 32.0**2, 96.0**2),
    AreaRange("large", 96.0**2, 1e10),
)
COCO_THRESHOLDS = tuple(np.linspace(0.5, 0.95, 10).tolist())
COCO_RECALLS = tuple(np.linspace(0.0, 1.0, 101).tolist())


@dataclass(frozen=True)
class InstanceGrid:
    """Where average precision and recall are measured.

    Attributes:
        thresholds: IoU thresholds, ascending, at most 64.
        recalls: Recalls at which precision is read, ascending.
        areas: Size ranges, at most 31; the first is the one that overall scores are over.
        max_dets: Limits of detections per image and category, ascending; the last is the one that overall
            scores are under.
    """

    thresholds: tuple[float, ...] = COCO_THRESHOLDS
    recalls: tuple[float, ...] = COCO_RECALLS
    areas: tuple[AreaRange, ...] = COCO_AREAS
    max_dets: tuple[int, ...] = (1, 10, 100)

    def __post_init__(self) -> None:
        limits = (
            ("thresholds", _core.MAX_THRESHOLDS),
            ("recalls", 1 << 16),
            ("areas", _core.MAX_AREAS),
            ("max_dets", 64),
        )
        for name, most in limits:
            values = getattr(self, name)
            if not 1 <= len(values) <= most:
                raise ValueError(f"{name} has {len(values)} values, expected 1 to {most}")
            if name != "areas" and not all(a < b for a, b in pairwise(values)):
                raise ValueError(f"{name} is {values}, expected ascending values")
        if self.max_dets[0] < 1 or self.max_dets[-1] >= 1 << 32:
            raise ValueError(f"max_dets is {self.max_dets}, expected limits from 1 to {(1 << 32) - 1}")
        names = [area.name for area in self.areas]
        if len(set(names)) < len(names):
            raise ValueError(f"areas are named {names}, expected distinct names")

    def to_params(self) -> dict[str, object]:
        """As JSON values, for a protocol's parameters."""
        return {
            "iou_thresholds": list(self.thresholds),
            "recalls": list(self.recalls),
            "areas": [[area.name, area.low, area.high] for area in self.areas],
            "max_dets": list(self.max_dets),
        }

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """What `to_params` gave. KeyError or ValueError where it is not that."""
        areas = msgspec.convert(params["areas"], list[tuple[str, float, float]])
        return cls(
            msgspec.convert(params["iou_thresholds"], tuple[float, ...]),
            msgspec.convert(params["recalls"], tuple[float, ...]),
            tuple(AreaRange(*area) for area in areas),
            msgspec.convert(params["max_dets"], tuple[int, ...]),
        )


GRIDS: Mapping[Rules, InstanceGrid] = {"coco": InstanceGrid(), "lvis": InstanceGrid(max_dets=(300,))}
"""The official grid of each protocol."""
