"""Boundaries against several annotators: precision, recall, and their F-measure at the best threshold.

Sources: Martin, Fowlkes and Malik, Learning to Detect Natural Image Boundaries (PAMI 26(5), 2004); Arbelaez
et al., Contour Detection and Hierarchical Image Segmentation (PAMI 33(5), 2011), section 3, as BSDS500's
benchmark computes them; for R50 Dollar and Zitnick, Fast Edge Detection Using Structured Forests (PAMI 37(8),
2015). See `segmetrics.boundaries` for the counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Self, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from segmetrics.boundaries import MAX_DISTANCE, BoundaryCounter
from segmetrics.errors import InputError
from segmetrics.evaluators.boundary_curves import (
    Values,
    average_precision,
    best_point,
    rates,
    recall_at_half_precision,
)
from segmetrics.evaluators.image_rows import Column, ImageRows, Table
from segmetrics.evaluators.row_states import RowEvaluator
from segmetrics.evaluators.thresholds import ascending_thresholds
from segmetrics.types import Key, Protocol, Score, Scores

Convention = Literal["bsds", "pdollar"]

REFERENCES: Final[dict[Convention, str]] = {
    "bsds": "BSDS500 benchmark, January 2013",
    "pdollar": "Structured Edge Detection Toolbox 3.01",
}


@dataclass(frozen=True, eq=False)
class BoundaryRows(ImageRows):
    """What was counted in some images.

    Attributes:
        counts: (n_images, thresholds, 4) int64, as `segmetrics.boundaries.BoundaryCounter.count` gives them.
    """

    counts: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class BoundaryCurve:
    """What a data set scores at each threshold.

    Attributes:
        thresholds: (k,) float64.
        recall: (k,) float64.
        precision: (k,) float64.
        f: (k,) float64.
    """

    thresholds: Values
    recall: Values
    precision: Values
    f: Values


@dataclass(frozen=True, eq=False)
class BoundaryImages:
    """What each image scores at the threshold that suits it best, which may lie between two.

    Attributes:
        keys: Of the n images.
        threshold: (n,) float64.
        recall: (n,) float64.
        precision: (n,) float64.
        f: (n,) float64.
    """

    keys: Sequence[Key]
    threshold: Values
    recall: Values
    precision: Values
    f: Values


class BoundaryEvaluator(RowEvaluator[BoundaryRows]):
    """F-measure at the best threshold of the data set (ODS) and of each image (OIS), AP, R50, the curve.

    Args:
        thresholds: Ascending; or how many, evenly spaced within (0, 1): 99 are 0.01, 0.02, ..., 0.99.
        max_distance: How far corresponding pixels may lie apart, as a share of the image's diagonal.
        thin: Whether predicted boundaries are thinned after the cut, as the benchmarks do.
        nms: Whether strengths that are no maxima across their edge are suppressed before the cut, as
            `segmetrics.edge_nms.edges_nms` does: for raw maps of detectors.
        convention: "bsds"; or "pdollar", which cuts at 2**-52 where a threshold is less.
        keys_from: The first key for images that come without; None starts at 0, and then the state does not
            merge with another that numbered its own images.

    Raises:
        ValueError: An argument is not one of these.

    >>> evaluator = BoundaryEvaluator(thresholds=[0.25, 0.75], max_distance=0.2)
    >>> evaluator.update([[[[0, 0, 1]], [[1, 0, 0]]]], [np.array([[0.5, 0, 1.0]])])
    >>> scores = evaluator.compute()
    >>> scores["ods.f"], scores["ods.threshold"], scores.value("recall", threshold=0.75)
    (1.0, 0.25, 0.5)
    """

    kind = "segmetrics.boundaries.1"

    def __init__(
        self,
        thresholds: int | Sequence[float] = 99,
        *,
        max_distance: float = MAX_DISTANCE,
        thin: bool = True,
        nms: bool = False,
        convention: Convention = "bsds",
        keys_from: int | None = None,
    ) -> None:
        if convention not in get_args(Convention):
            raise ValueError(f"convention is {convention!r}, expected bsds or pdollar")
        self.thresholds = ascending_thresholds(thresholds)
        cuts = np.maximum(self.thresholds, np.finfo(np.float64).eps if convention == "pdollar" else -np.inf)
        self._counter = BoundaryCounter(cuts, max_distance, thin=thin, nms=nms)
        self._table = Table({"counts": Column(np.int64, (len(self.thresholds), 4))})
        params = _Params(
            thresholds=self.thresholds.tolist(),
            max_distance=float(max_distance),
            thin=thin,
            nms=nms,
            convention=convention,
        )
        protocol = Protocol(
            name="bsds-boundaries",
            version="1",
            parity="official",
            reference=REFERENCES[convention],
            params=msgspec.to_builtins(params),
        )
        super().__init__(protocol, BoundaryRows.empty(self._table), keys_from=keys_from)

    def update(self, truth: Any, prediction: Any, *, keys: Sequence[Key] | None = None) -> None:  # noqa: ANN401
        """Add a batch of images.

        Args:
            truth: For each image the list of its annotators' boundaries: at least one (h, w) map, bool or
                integers that are boundary where not 0.
            prediction: For each image (h, w) strengths in [0, 1], or 8-bit ones, which are divided by 255. Or
                a list with one (h, w) map for each threshold, each an operating point of its own: bool
                boundaries, or integer labels.
            keys: The images' keys; None numbers them from `keys_from` on.

        Raises:
            InputError: A map is none, sizes differ, or an image has no annotators.
            MergeError: An image was seen before.
        """
        n = len(truth)
        if len(prediction) != n:
            raise InputError(f"{n} images have annotations, found {len(prediction)} with predictions")
        chosen = self._keys.choose(keys, n)
        images = [self._counted(key, *sides) for key, *sides in zip(chosen, truth, prediction, strict=True)]
        self._add(BoundaryRows.join([BoundaryRows.empty(self._table), *images]), numbered=keys is None)

    def _counted(self, key: Key, annotations: Any, prediction: Any) -> BoundaryRows:  # noqa: ANN401
        try:
            counts = self._counter.count(prediction, annotations)
        except InputError as error:
            if error.file is not None:
                raise
            place = ", ".join(part for part in (f"image {key}", error.place) if part)
            raise InputError(error.message, place=place) from error
        return BoundaryRows(self._table, np.array([key]), counts[None])

    def compute(self) -> Scores:
        """ODS, OIS, AP and R50, and recall, precision and F at each threshold."""
        return Scores([*_scores(self._rows().counts, self.thresholds)])

    def curves(self) -> BoundaryCurve:
        """What everything seen so far scores at each threshold."""
        found = rates(self._rows().counts.sum(axis=0))
        return BoundaryCurve(self.thresholds, *found)

    def image_scores(self) -> BoundaryImages:
        """What each image seen so far scores."""
        points = np.array(
            [best_point(self.thresholds, *rates(counts)[:2]) for counts in self._rows().counts]
        ).reshape(-1, 4)
        return BoundaryImages(self.keys, *points.T)

    def _described(self) -> dict[str, object]:
        return {}

    @classmethod
    def _rebuilt(cls, protocol: Protocol, described: Mapping[str, Any]) -> Self:  # noqa: ARG003
        params = msgspec.convert(protocol.params, _Params)
        return cls(
            params.thresholds,
            max_distance=params.max_distance,
            thin=params.thin,
            nms=params.nms,
            convention=params.convention,
        )

    def _check(self, rows: BoundaryRows) -> None:
        parts, wholes = rows.counts[..., ::2], rows.counts[..., 1::2]
        if np.any(parts < 0) or np.any(parts > wholes) or np.any(wholes > _MOST_PIXELS):
            raise InputError(
                "more boundary pixels are matched than there are, or more counted than any maps have"
            )
        if np.any(rows.counts[..., 1] != rows.counts[:, :1, 1]):
            raise InputError("the annotated pixels of an image differ between thresholds")


_MOST_PIXELS: Final = 2**42
"""Of one image, added up over annotators."""


class _Params(msgspec.Struct):
    """A protocol's parameters."""

    thresholds: list[float]
    max_distance: float
    thin: bool
    nms: bool
    convention: Convention


def _scores(counts: NDArray[np.int64], thresholds: Values) -> Iterator[Score]:
    n = len(counts)
    recall, precision, f = rates(counts.sum(axis=0))
    best = best_point(thresholds, recall, precision)
    yield _score("ods.f", best.f, n)
    yield _score("ods.recall", best.recall, n)
    yield _score("ods.precision", best.precision, n)
    yield Score(id="ods.threshold", value=best.threshold if n else None, range=None, n=n)
    of_images = rates(_best_counts(counts).sum(axis=0))
    yield _score("ois.f", float(of_images.f), n)
    yield _score("ois.recall", float(of_images.recall), n)
    yield _score("ois.precision", float(of_images.precision), n)
    yield _score("ap", average_precision(recall, precision), n)
    yield _score("r50", recall_at_half_precision(recall, precision), n)
    curve = {"recall": recall, "precision": precision, "f": f}
    for score_id, values in curve.items():
        for threshold, value in zip(thresholds, values, strict=True):
            over = {"threshold": round(float(threshold), 12)}
            yield Score(id=score_id, value=float(value) if n else None, over=dict(over), n=n)


def _best_counts(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n, 4) counts of each image at the first threshold of its greatest F."""
    best = rates(counts).f.argmax(axis=1)
    of_best: NDArray[np.int64] = counts[np.arange(len(counts)), best]
    return of_best


def _score(score_id: str, value: float | None, n: int) -> Score:
    return Score(id=score_id, value=value if n else None, n=n)
