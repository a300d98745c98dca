"""Distances between the surfaces of classes: Hausdorff, average symmetric, normalized surface Dice.

What is measured of one image is `segmetrics.surface_distances`; docs/reference/surface-distances.md says how
it becomes a mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self, TypedDict, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from segmetrics.arrays import as_numpy
from segmetrics.classes import Classes
from segmetrics.errors import InputError
from segmetrics.evaluators.image_rows import Column, ImageRows, Table
from segmetrics.evaluators.row_states import RowEvaluator
from segmetrics.evaluators.surface_scores import LengthUnit, SurfaceParams, surface_scores
from segmetrics.surface_distances import Definition, Spacing, surface_distances
from segmetrics.types import Key, Parity, Protocol, Scores

REFERENCES: Final[dict[Definition, str]] = {"deepmind": "surface-distance 0.1", "monai": "MONAI 1.4.0"}

Labels = NDArray[Any]


@dataclass(frozen=True, eq=False)
class SpacedMap:
    """A true map whose pixels have a spacing of their own.

    Attributes:
        labels: (h, w) or (d, h, w) labels.
        spacing: Between neighbouring pixels, in the evaluator's unit.
    """

    labels: Any
    spacing: Spacing


@dataclass(frozen=True, eq=False)
class SurfaceRows(ImageRows):
    """What was measured of some images.

    Attributes:
        values: (n_images, classes, values) float64, as `SurfaceParams.values` lists them.
    """

    values: NDArray[np.float64]


class _Table(TypedDict):
    names: list[str]
    ids: list[int]
    others: list[int]


class SurfaceDistanceEvaluator(RowEvaluator[SurfaceRows]):
    """Surface distances of each class, and their means over images.

    Args:
        classes: The class table, without ignored values; or how many classes there are, which are then
            labelled and named 0, 1, ... Background is a class too, unless it is among the table's `others`.
        definition: "deepmind" or "monai".
        percentiles: Of the Hausdorff distance, each more than 0, up to 100.
        tolerances: Of normalized surface Dice, in the unit.
        spacing: Between neighbouring pixels, where a truth is no `SpacedMap`.
        unit: Of the spacing: "px" or "mm".
        parity: "official" averages as MONAI does; "clean" leaves infinite distances out.
        keys_from: The first key for images that come without; None starts at 0, and then the state does not
            merge with another that numbered its own images.

    Raises:
        ValueError: An argument is not one of these.

    A batch is, for each side, a sequence with one map per image, (h, w) or (d, h, w) integers; a truth may be
    a `SpacedMap`.

    >>> evaluator = SurfaceDistanceEvaluator(Classes("square", ids=(1,), others=(0,)), definition="monai")
    >>> evaluator.update([[[0, 1, 1, 0]]], [[[0, 0, 1, 1]]])
    >>> scores = evaluator.compute()
    >>> scores["hausdorff"], scores["assd"], scores.value("nsd", tolerance=1)
    (1.0, 0.5, 1.0)
    """

    kind = "segmetrics.surface-distances.1"

    def __init__(
        self,
        classes: Classes | int,
        *,
        definition: Definition,
        percentiles: Sequence[float] = (100, 95),
        tolerances: Sequence[float] = (1,),
        spacing: Spacing = 1.0,
        unit: LengthUnit = "px",
        parity: Parity = "official",
        keys_from: int | None = None,
    ) -> None:
        self.classes = Classes(map(str, range(classes))) if isinstance(classes, int) else classes
        if self.classes.ignore:
            raise ValueError("the class table has ignored values, for which surfaces have no place")
        if parity not in get_args(Parity):
            raise ValueError(f"parity is {parity!r}, expected official or clean")
        self._params = SurfaceParams(
            definition=definition,
            percentiles=list(map(float, percentiles)),
            tolerances=list(map(float, tolerances)),
            spacing=np.asarray(spacing, np.float64).tolist(),
            unit=unit,
        )
        self._params.check()
        protocol = Protocol(
            name="surface-distances",
            version="1",
            parity=parity,
            reference=REFERENCES[definition],
            params=msgspec.to_builtins(self._params),
        )
        shape = len(self.classes), self._params.n_values
        self._table = Table({"values": Column(np.float64, shape)})
        super().__init__(protocol, SurfaceRows.empty(self._table), keys_from=keys_from)

    def update(self, truth: Any, prediction: Any, *, keys: Sequence[Key] | None = None) -> None:  # noqa: ANN401
        """Add a batch of images.

        Args:
            truth: The true maps; see the class.
            prediction: The predicted maps, of the same sizes.
            keys: The images' keys; None numbers them from `keys_from` on.

        Raises:
            InputError: A map is none, has a label that the class table has not, or is not the size of its
                truth.
            MergeError: An image was seen before.
            ValueError: A spacing is not positive, or of another number of axes.
        """
        n = len(truth)
        if len(prediction) != n:
            raise InputError(f"{n} images have a truth, found {len(prediction)} with a prediction")
        chosen = self._keys.choose(keys, n)
        images = [self._measured(key, *sides) for key, *sides in zip(chosen, truth, prediction, strict=True)]
        self._add(SurfaceRows.join([SurfaceRows.empty(self._table), *images]), numbered=keys is None)

    def _measured(self, key: Key, truth: object, prediction: object) -> SurfaceRows:
        spaced = truth if isinstance(truth, SpacedMap) else SpacedMap(truth, self._params.spacing)
        try:
            maps = self._labels(spaced.labels, "truth"), self._labels(prediction, "prediction")
            values = [self._values(*maps, label, spaced.spacing) for label in self.classes.ids]
        except InputError as error:
            place = ", ".join(part for part in (f"image {key}", error.place) if part)
            raise InputError(error.message, place=place) from error
        return SurfaceRows(self._table, np.array([key]), _of_one_nan(np.array([values])))

    def _values(self, truth: Labels, prediction: Labels, label: int, spacing: Spacing) -> list[float]:
        """Of one class in one image."""
        definition = self._params.definition
        found = surface_distances(truth == label, prediction == label, spacing=spacing, definition=definition)
        return self._params.values(found)

    def _labels(self, side: object, name: str) -> Labels:
        labels = as_numpy(side, name)
        if labels.dtype.kind == "f":
            raise InputError(f"{name} has dtype {labels.dtype}, expected integers")
        unknown = ~np.isin(labels, self.classes.values)
        if unknown.any():
            first = np.unravel_index(unknown.argmax(), labels.shape)
            place = f"pixel {[int(i) for i in first]}"
            raise InputError(f"{name} is {labels[first]}, which the class table has not", place=place)
        return labels

    def compute(self) -> Scores:
        """Hausdorff distances, average symmetric surface distance and NSD: overall and of each class."""
        return self._scores(self._rows())

    def image_scores(self, key: Key) -> Scores:
        """What `compute` gives for one image alone.

        Raises:
            KeyError: The image was not seen.
        """
        return self._scores(self._rows().of(key))

    def _scores(self, rows: SurfaceRows) -> Scores:
        return Scores([*surface_scores(rows.values, self.classes, self._params, self._protocol.parity)])

    def _described(self) -> dict[str, object]:
        table = self.classes
        return {"classes": {"names": table.names, "ids": table.ids, "others": table.others}}

    @classmethod
    def _rebuilt(cls, protocol: Protocol, described: Mapping[str, Any]) -> Self:
        params = msgspec.convert(protocol.params, SurfaceParams)
        return cls(
            Classes(**msgspec.convert(described["classes"], _Table)),
            definition=params.definition,
            percentiles=params.percentiles,
            tolerances=params.tolerances,
            spacing=params.spacing,
            unit=params.unit,
            parity=protocol.parity,
        )

    def _check(self, rows: SurfaceRows) -> None:
        shares = rows.values[:, :, self._params.n_distances :]
        if np.any(rows.values < 0) or np.any(shares > 1):
            raise InputError("a distance is negative, or an NSD is not from 0 to 1")


def _of_one_nan(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same values; that NaN has many forms would show in the bytes."""
    return np.where(np.isnan(values), np.nan, values)
