"""Regions against several annotators: covering, probabilistic Rand index, variation of information.

Source: Arbelaez et al., Contour Detection and Hierarchical Image Segmentation (TPAMI 2011), section 3, as
BSDS500's benchmark of regions computes it. See `segmetrics.regions` for the measures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self, SupportsFloat, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.evaluators.region_rows import RegionMeasures, RegionRows, mean, region_table
from segmetrics.evaluators.row_states import RowEvaluator
from segmetrics.evaluators.thresholds import ascending_thresholds
from segmetrics.regions import Agreement, measure_contours, measure_segmentations
from segmetrics.types import Key, Parity, Protocol, Score, Scores

REFERENCE: Final = "BSDS500 benchmark, January 2013"


@dataclass(frozen=True, eq=False)
class RegionCurves:
    """What a data set scores at each threshold.

    Attributes:
        thresholds: (k,) float64.
        covering: (k,) float64.
        pri: (k,) float64, probabilistic Rand index, mean over images.
        vi: (k,) float64, variation of information in bits, mean over images.
    """

    thresholds: NDArray[np.float64]
    covering: NDArray[np.float64]
    pri: NDArray[np.float64]
    vi: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RegionImages:
    """What each image scores at the threshold that suits it best, by key.

    Attributes:
        keys: Of the n images.
        threshold: (n,) float64: the first of those at which covering is greatest.
        covering: (n,) float64, at that threshold.
        precision: (n,) float64: covering of the regions by the segments, at that threshold.
        best: (n,) float64, covering by the best region of any threshold.
        pri: (n,) float64, the greatest.
        vi: (n,) float64, the least.
    """

    keys: Sequence[Key]
    threshold: NDArray[np.float64]
    covering: NDArray[np.float64]
    precision: NDArray[np.float64]
    best: NDArray[np.float64]
    pri: NDArray[np.float64]
    vi: NDArray[np.float64]


class RegionEvaluator(RowEvaluator[RegionRows]):
    """Covering, probabilistic Rand index (PRI) and variation of information (VI) over thresholds.

    Of each, `ods` is at the one threshold that suits the data set best, `ois` at that which suits each image
    best, and `best`, of covering, takes for each annotated segment the best region of any threshold.

    Args:
        thresholds: Ascending; or how many, evenly spaced within (0, 1): 99 are 0.01, 0.02, ..., 0.99.
        parity: "official" adds up numbers of images with six significant digits, as the benchmark's files
            have them; "clean" keeps all digits.
        keys_from: The first key for images that come without; None starts at 0, and then the state does not
            merge with another that numbered its own images.

    Raises:
        ValueError: Thresholds do not ascend, or there are none; or parity is not one of these.

    >>> evaluator = RegionEvaluator(thresholds=[1, 2])
    >>> evaluator.update([[[[1, 1, 1, 2]]]], [[[[1, 1, 2, 2]], [[1, 1, 1, 1]]]])
    >>> scores = evaluator.compute()
    >>> scores["covering.ods"], scores["covering.best"], scores["pri.ods"], round(scores["vi.ods"], 3)
    (0.625, 0.6875, 0.5, 0.811)
    """

    kind = "segmetrics.regions.1"

    def __init__(
        self,
        thresholds: int | Sequence[float] = 99,
        *,
        parity: Parity = "official",
        keys_from: int | None = None,
    ) -> None:
        if parity not in get_args(Parity):
            raise ValueError(f"parity is {parity!r}, expected official or clean")
        self.thresholds = ascending_thresholds(thresholds)
        protocol = Protocol(
            name="bsds-regions",
            version="1",
            parity=parity,
            reference=REFERENCE,
            params={"thresholds": self.thresholds.tolist()},
        )
        empty = RegionRows.empty(region_table(len(self.thresholds)))
        super().__init__(protocol, empty, keys_from=keys_from)

    def update(self, truth: Any, prediction: Any, *, keys: Sequence[Key] | None = None) -> None:  # noqa: ANN401
        """Add a batch of images.

        Args:
            truth: For each image the list of its annotators' label maps, (h, w) integers each.
            prediction: For each image an ultrametric contour map, (2h + 1, 2w + 1) in [0, 1]; or a list of
                label maps, (h, w) integers, one for each threshold.
            keys: The images' keys; None numbers them from `keys_from` on.

        Raises:
            InputError: A map is wrong, sizes differ, or an image has no annotators.
            MergeError: An image was seen before.
        """
        n = len(truth)
        if len(prediction) != n:
            raise InputError(f"{n} images have annotations, found {len(prediction)} with predictions")
        chosen = self._keys.choose(keys, n)
        images = [self._evaluate(key, *sides) for key, *sides in zip(chosen, truth, prediction, strict=True)]
        empty = RegionRows.empty(region_table(len(self.thresholds)))
        self._add(RegionRows.join([empty, *images]), numbered=keys is None)

    def _evaluate(self, key: Key, truths: Any, prediction: Any) -> RegionRows:  # noqa: ANN401
        try:
            return RegionRows.of_image(key, self._measure(truths, prediction))
        except InputError as error:
            if error.file is not None:
                raise
            place = ", ".join(part for part in (f"image {key}", error.place) if part)
            raise InputError(error.message, place=place) from error

    def _measure(self, truths: Any, prediction: Any) -> Agreement:  # noqa: ANN401
        if not isinstance(prediction, list | tuple):
            return measure_contours(prediction, truths, self.thresholds)
        if len(prediction) != len(self.thresholds):
            raise InputError(
                f"found {len(prediction)} segmentations, expected {len(self.thresholds)}: one a threshold"
            )
        return measure_segmentations(prediction, truths)

    def compute(self) -> Scores:
        """Covering, PRI and VI with their ODS and OIS, and the thresholds of their ODS."""
        return Scores([*_scores(self._measures(), self.thresholds)])

    def curves(self) -> RegionCurves:
        """What everything seen so far scores at each threshold; NaN before there is anything."""
        measures = self._measures()
        covering = measures.covering(measures.covered)
        return RegionCurves(self.thresholds, covering, mean(measures.rand), mean(measures.variation))

    def image_scores(self) -> RegionImages:
        """What each image seen so far scores."""
        measures = self._measures()
        best = measures.covered.argmax(axis=1)
        at_best = np.arange(len(best)), best
        return RegionImages(
            keys=self.keys,
            threshold=self.thresholds[best],
            covering=measures.covered[at_best] / measures.annotated,
            precision=measures.covered_regions[at_best] / measures.pixels,
            best=measures.best_covered / measures.annotated,
            pri=measures.rand.max(axis=1),
            vi=measures.variation.min(axis=1),
        )

    def _measures(self) -> RegionMeasures:
        measures = self._rows().measures()
        return measures.with_six_digits() if self._protocol.parity == "official" else measures

    def _described(self) -> dict[str, object]:
        return {}

    @classmethod
    def _rebuilt(cls, protocol: Protocol, described: Mapping[str, Any]) -> Self:  # noqa: ARG003
        return cls(msgspec.convert(protocol.params["thresholds"], list[float]), parity=protocol.parity)

    def _check(self, rows: RegionRows) -> None:
        rows.check()


def _scores(measures: RegionMeasures, thresholds: NDArray[np.float64]) -> Iterator[Score]:
    n = len(measures.annotated)
    covering = measures.covering(measures.covered)
    rand, variation = mean(measures.rand), mean(measures.variation)
    yield from _at_threshold("covering.ods", covering, int(covering.argmax()), thresholds, n)
    yield _score("covering.ois", measures.covering(measures.covered.max(axis=1)), n)
    yield _score("covering.best", measures.covering(measures.best_covered), n)
    yield from _at_threshold("pri.ods", rand, int(rand.argmax()), thresholds, n)
    yield _score("pri.ois", mean(measures.rand.max(axis=1)), n)
    yield from _at_threshold("vi.ods", variation, int(variation.argmin()), thresholds, n)
    yield _score("vi.ois", mean(measures.variation.min(axis=1)), n)


def _at_threshold(
    score_id: str, curve: NDArray[np.float64], best: int, thresholds: NDArray[np.float64], n: int
) -> Iterator[Score]:
    yield _score(score_id, curve[best], n)
    threshold = float(thresholds[best]) if n else None
    yield Score(id=f"{score_id}.threshold", value=threshold, range=None, n=n)


def _score(score_id: str, value: SupportsFloat, n: int) -> Score:
    number = float(value) if n else None
    if score_id.startswith("vi."):
        return Score(id=score_id, value=number, unit="bits", higher_is_better=False, range=None, n=n)
    return Score(id=score_id, value=number, n=n)
