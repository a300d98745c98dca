"""Boundaries against several annotators: ODS, OIS, average precision, R50.

Source: Martin, Fowlkes and Malik (PAMI 26(5), 2004), as the benchmark of BSDS500 and Dollar's toolbox of
structured edges compute it; see `segmetrics.boundaries` for how boundaries correspond.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Self, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from segmetrics.boundaries import MAX_DISTANCE, BoundaryCounter, boundaries_of_segments
from segmetrics.errors import InputError
from segmetrics.evaluators.boundary_curves import BoundaryCurve, best_of_each
from segmetrics.evaluators.image_rows import Column, ImageRows, Table
from segmetrics.evaluators.row_states import RowEvaluator
from segmetrics.evaluators.thresholds import ascending_thresholds
from segmetrics.types import Key, Protocol, Score, Scores

Convention = Literal["bsds", "pdollar"]
"""Whose program's numbers: that of BSDS500, or that of Dollar's toolbox, where no threshold is 0."""

REFERENCES: Final[dict[Convention, str]] = {
    "bsds": "BSDS500 benchmark, January 2013",
    "pdollar": "pdollar/edges 3.01, edgesEvalDir",
}

_LEAST_THRESHOLD: Final = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class BoundaryImages:
    """What each image scores where its F is greatest, thresholds interpolated.

    Attributes:
        keys: Of the n images.
        threshold: (n,) float64.
        recall: (n,) float64.
        precision: (n,) float64.
        f: (n,) float64.
    """

    keys: Sequence[Key]
    threshold: NDArray[np.float64]
    recall: NDArray[np.float64]
    precision: NDArray[np.float64]
    f: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BoundaryRows(ImageRows):
    """Counts of images.

    Attributes:
        counts: (n_images, k, 4) int64; see `segmetrics.boundaries.BoundaryCounter.of_strengths`.
    """

    counts: NDArray[np.int64]


class BoundaryEvaluator(RowEvaluator[BoundaryRows]):
    """Precision and recall of boundaries over thresholds.

    Of F, `ods` is the greatest at one threshold for the data set, interpolated between thresholds; `ois`
    takes each image where its own is greatest. `ap` is the area under the curve, `r50` the recall at
    precision 0.5.

    Args:
        thresholds: Ascending; or how many, evenly spaced within (0, 1): 99 are 0.01, 0.02, ..., 0.99.
        max_distance: How far apart two pixels may be that correspond, as a share of the image's diagonal.
        thin: Whether predicted boundaries are thinned.
        convention: Whose program's numbers.
        keys_from: The first key for images that come without; None starts at 0, and then the state does not
            merge with another that numbered its own images.

    Raises:
        ValueError: An argument is not one of these.

    >>> evaluator = BoundaryEvaluator(max_distance=0.2)
    >>> evaluator.update([[[[0, 1, 0, 0]]]], [np.array([[0.0, 0.6, 0.0, 0.3]])])
    >>> scores = evaluator.compute()
    >>> scores["ods.f"], scores["ods.recall"], scores["ods.precision"]
    (1.0, 1.0, 1.0)
    """

    kind = "segmetrics.boundaries.1"

    def __init__(
        self,
        thresholds: int | Sequence[float] = 99,
        *,
        max_distance: float = MAX_DISTANCE,
        thin: bool = True,
        convention: Convention = "bsds",
        keys_from: int | None = None,
    ) -> None:
        if convention not in get_args(Convention):
            raise ValueError(f"convention is {convention!r}, expected bsds or pdollar")
        self.thresholds = ascending_thresholds(thresholds)
        self._cuts = self.thresholds
        if convention == "pdollar":
            self._cuts = np.maximum(self.thresholds, _LEAST_THRESHOLD)
        self._max_distance, self._thin = float(max_distance), thin
        self._counter = BoundaryCounter(max_distance, thin=thin)
        protocol = Protocol(
            name="bsds-boundaries",
            version="1",
            parity="official",
            reference=REFERENCES[convention],
            params={
                "thresholds": self.thresholds.tolist(),
                "max_distance": self._max_distance,
                "thin": thin,
                "convention": convention,
            },
        )
        self._table = Table({"counts": Column(np.int64, (len(self.thresholds), 4))})
        super().__init__(protocol, BoundaryRows.empty(self._table), keys_from=keys_from)

    def update(self, truth: Any, prediction: Any, *, keys: Sequence[Key] | None = None) -> None:  # noqa: ANN401
        """Add a batch of images.

        Args:
            truth: For each image the list of its annotators' boundary maps, (h, w) bool or numbers each.
            prediction: For each image a map of strengths, (h, w) floats in [0, 1] or uint8 that stands for
                value / 255; or a list with a map for each threshold, (h, w) bool of boundaries, or integers
                that label segments.
            keys: The images' keys; None numbers them from `keys_from` on.

        Raises:
            InputError: A map is wrong, sizes differ, or an image has no annotators.
            MergeError: An image was seen before.
        """
        n = len(truth)
        if len(prediction) != n:
            raise InputError(f"{n} images have annotations, found {len(prediction)} with predictions")
        chosen = self._keys.choose(keys, n)
        counts = np.empty((n, len(self.thresholds), 4), np.int64)
        for i, (key, *sides) in enumerate(zip(chosen, truth, prediction, strict=True)):
            counts[i] = self._counted(key, *sides)
        order = sorted(range(n), key=chosen.__getitem__)
        ordered = np.array([chosen[i] for i in order] if n else np.empty(0, np.int64))
        rows = BoundaryRows(self._table, ordered, counts[order])
        self._add(rows, numbered=keys is None)

    def _counted(self, key: Key, annotations: Any, prediction: Any) -> NDArray[np.int64]:  # noqa: ANN401
        try:
            if isinstance(prediction, list | tuple):
                return self._counter.of_boundaries(self._boundaries(prediction), annotations)
            return self._counter.of_strengths(prediction, self._cuts, annotations)
        except InputError as error:
            if error.file is not None:
                raise
            place = ", ".join(part for part in (f"image {key}", error.place) if part)
            raise InputError(error.message, place=place) from error

    def _boundaries(self, maps: Sequence[Any]) -> list[Any]:
        if len(maps) != len(self.thresholds):
            raise InputError(f"found {len(maps)} maps, expected {len(self.thresholds)}: one a threshold")
        arrays = map(np.asarray, maps)
        return [array if array.dtype == np.bool_ else boundaries_of_segments(array) for array in arrays]

    def compute(self) -> Scores:
        """ODS with its threshold, OIS, average precision and R50."""
        return Scores([*self._scores()])

    def _scores(self) -> Iterator[Score]:
        n, curve = len(self.keys), self.curve()
        best = curve.best()
        each = BoundaryCurve.of_counts(best_of_each(self._rows().counts)[np.newaxis], curve.thresholds[:1])
        values = {
            "ods.f": best.f,
            "ods.recall": best.recall,
            "ods.precision": best.precision,
            "ods.threshold": best.threshold,
            "ois.f": float(each.f[0]),
            "ois.recall": float(each.recall[0]),
            "ois.precision": float(each.precision[0]),
            "ap": curve.area(),
            "r50": curve.recall_at_half_precision(),
        }
        for score_id, value in values.items():
            is_threshold = score_id == "ods.threshold"
            yield Score(
                id=score_id, value=value if n else None, range=None if is_threshold else (0.0, 1.0), n=n
            )

    def curve(self) -> BoundaryCurve:
        """Precision and recall of everything seen so far, at each threshold."""
        return BoundaryCurve.of_counts(self._rows().counts.sum(axis=0), self.thresholds)

    def image_scores(self) -> BoundaryImages:
        """What each image seen so far scores."""
        curves = [BoundaryCurve.of_counts(counts, self.thresholds) for counts in self._rows().counts]
        best = np.array([curve.best() for curve in curves]).reshape(-1, 4)
        return BoundaryImages(self.keys, *best.T)

    def _described(self) -> dict[str, object]:
        return {}

    @classmethod
    def _rebuilt(cls, protocol: Protocol, described: Mapping[str, Any]) -> Self:  # noqa: ARG003
        return cls(**msgspec.convert(protocol.params, dict[str, Any]))

    def _check(self, rows: BoundaryRows) -> None:
        found, annotated, right, predicted = np.moveaxis(rows.counts, -1, 0)
        within = (found >= 0) & (found <= annotated) & (right >= 0) & (right <= predicted)
        if not (within.all() and (rows.counts < 2**31 * 2**16).all()):
            raise InputError("the state holds counts that cannot be")
