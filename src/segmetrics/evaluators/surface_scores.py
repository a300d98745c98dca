"""What the surface distances of images become: means over images and classes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from segmetrics.classes import Classes
from segmetrics.panoptic import in_order
from segmetrics.surface_distances import Definition, SurfaceDistances
from segmetrics.types import OverValue, Parity, Score, Unit

Values = NDArray[np.float64]

LengthUnit = Literal["px", "mm"]


class SurfaceParams(msgspec.Struct, frozen=True):
    """What is measured of a class in an image, and in which unit."""

    definition: Definition
    percentiles: list[float]
    tolerances: list[float]
    spacing: float | list[float]
    unit: LengthUnit

    def check(self) -> None:
        """Raise ValueError for a value that means nothing, or is given twice."""
        steps = self.spacing if isinstance(self.spacing, list) else [self.spacing] * 2
        for name, is_right, expected in (
            ("definition", self.definition in get_args(Definition), "deepmind or monai"),
            ("percentiles", all(0 < each <= 100 for each in self.percentiles), "more than 0, up to 100"),
            ("tolerances", all(0 <= each < math.inf for each in self.tolerances), "finite, not negative"),
            ("percentiles", _are_distinct(self.percentiles), "each once"),
            ("tolerances", _are_distinct(self.tolerances), "each once"),
            ("spacing", len(steps) in (2, 3), "one number, 2 or 3"),
            ("spacing", all(0 < each < math.inf for each in steps), "finite and positive"),
            ("unit", self.unit in get_args(LengthUnit), "px or mm"),
        ):
            if not is_right:
                raise ValueError(f"{name} is {getattr(self, name)!r}, expected {expected}")

    @property
    def n_distances(self) -> int:
        """How many of the values are distances; they come first."""
        return len(self.percentiles) + 1

    @property
    def n_values(self) -> int:
        """How many values there are."""
        return self.n_distances + len(self.tolerances)

    def values(self, found: SurfaceDistances) -> list[float]:
        """Hausdorff distances, their average, and NSD at the tolerances; infinite or NaN as they are."""
        distances = [*map(found.hausdorff, self.percentiles), found.average()]
        return [*distances, *map(found.nsd, self.tolerances)]


def _are_distinct(values: list[float]) -> bool:
    return len(set(values)) == len(values)


class _Kind(NamedTuple):
    id: str
    over: dict[str, OverValue]
    unit: Unit


def surface_scores(
    values: Values, classes: Classes, params: SurfaceParams, parity: Parity
) -> Iterator[Score]:
    """Means over images: of all classes, then of each.

    Args:
        values: (images, classes, values), as `SurfaceParams.values` lists them, by key of the image.
        classes: The classes.
        params: What the values are.
        parity: "official" leaves out what is NaN, and averages over the classes of an image first, as MONAI
            does; an infinite mean is no value. "clean" leaves infinite distances out too, and averages over
            the images of a class first.
    """
    defined = np.where(np.isinf(values), np.nan, values) if parity == "clean" else values
    kinds = list(enumerate(_kinds(params)))
    for k, kind in kinds:
        by_image = defined[:, :, k]
        yield _score(kind, _means(by_image if parity == "official" else by_image.T), {})
    for c, name in enumerate(classes.names):
        for k, kind in kinds:
            yield _score(kind, defined[:, c, k], {"class": name})


def _kinds(params: SurfaceParams) -> Iterator[_Kind]:
    for percentile in params.percentiles:
        yield _Kind("hausdorff", {} if percentile == 100 else {"percentile": percentile}, params.unit)
    yield _Kind("assd", {}, params.unit)
    for tolerance in params.tolerances:
        yield _Kind("nsd", {"tolerance": tolerance}, "fraction")


def _score(kind: _Kind, values: Values, over: Mapping[str, OverValue]) -> Score:
    mean = _mean(values)
    is_fraction = kind.unit == "fraction"
    return Score(
        id=kind.id,
        value=mean if math.isfinite(mean) else None,
        unit=kind.unit,
        higher_is_better=is_fraction,
        range=(0.0, 1.0) if is_fraction else None,
        over={**over, **kind.over},
        n=int(np.count_nonzero(~np.isnan(values))),
    )


def _means(rows: Values) -> Values:
    return np.array([_mean(row) for row in rows], np.float64)


def _mean(values: Values) -> float:
    """Of those that are not NaN, added in order; NaN without any."""
    defined = values[~np.isnan(values)]
    return in_order(defined) / len(defined) if len(defined) else math.nan
