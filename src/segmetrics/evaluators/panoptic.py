"""Panoptic quality, by COCO's protocol, which Cityscapes uses too.

Sources: Kirillov et al., Panoptic Segmentation, CVPR 2019, as panopticapi 7bb4655 computes it
(evaluation.py); Cheng et al., Boundary IoU, CVPR 2021, as boundary-iou-api 37d2558 does (coco_panoptic_api).
Where that does something odd, docs/reference/parity.md says what, and what `parity="clean"` does instead.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.evaluators.panoptic_rows import PANOPTIC_TABLE, PanopticRows
from segmetrics.evaluators.row_states import RowEvaluator
from segmetrics.instances import Category, names_of
from segmetrics.masks import checked_ratio
from segmetrics.panoptic import PanopticCategory, PanopticImage, match_segments, quality
from segmetrics.types import Key, OverValue, Parity, Protocol, Score, Scores

_IDS = ("pq", "sq", "rq")

REFERENCE = "panopticapi 7bb4655"
BOUNDARY_REFERENCE = "boundary-iou-api 37d2558"


class PanopticEvaluator(RowEvaluator[PanopticRows]):
    """Panoptic quality (PQ) with its factors, segmentation and recognition quality (SQ, RQ).

    Args:
        categories: All categories, in any order, with distinct ids.
        parity: "official" reproduces panopticapi's oddities, "clean" the plain definition.
        band_ratio: None for panoptic quality; else boundary PQ, which takes of each pair the lesser of the
            IoU of its segments and that of their bands, so wide as a share of the image's diagonal.
        keys_from: The first key for images that come without; None starts at 0, and then the state does not
            merge with another that numbered its own images.

    A batch is, for each side, a sequence with one `PanopticImage` per image, or one tuple of its map and what
    its ids stand for (see `segmetrics.panoptic.Segments.of`). Images are asked for one by one, so a sequence
    that reads files as it is asked keeps no more than two maps in memory.

    >>> evaluator = PanopticEvaluator([PanopticCategory(1, "boat", True), PanopticCategory(9, "sea", False)])
    >>> truth = [[7, 7, 7, 8, 8, 8]]
    >>> evaluator.update([(truth, {7: 1, 8: 9})], [([[1, 1, 1, 1, 2, 2]], {1: 1, 2: 9})])
    >>> scores = evaluator.compute()
    >>> round(scores["pq"], 4), scores.value("pq", group="things"), scores["rq"]
    (0.7083, 0.75, 1.0)
    """

    kind = "segmetrics.panoptic.1"

    def __init__(
        self,
        categories: Sequence[PanopticCategory],
        *,
        parity: Parity = "official",
        band_ratio: float | None = None,
        keys_from: int | None = None,
    ) -> None:
        if parity not in get_args(Parity):
            raise ValueError(f"parity is {parity!r}, expected official or clean")
        self.categories = tuple(sorted(categories, key=lambda category: category.id))
        self._category_ids = np.array([category.id for category in self.categories], np.int64)
        if np.any(self._category_ids[1:] == self._category_ids[:-1]):
            raise ValueError("two categories have the same id")
        self._known = frozenset(self._category_ids.tolist())
        self.band_ratio = band_ratio if band_ratio is None else checked_ratio(band_ratio)
        protocol = Protocol(
            name="coco-panoptic",
            version="1",
            parity=parity,
            reference=REFERENCE if band_ratio is None else BOUNDARY_REFERENCE,
            params={} if band_ratio is None else {"iou": "boundary", "band_ratio": band_ratio},
        )
        super().__init__(protocol, PanopticRows.empty(PANOPTIC_TABLE), keys_from=keys_from)

    def update(self, truth: Any, prediction: Any, *, keys: Sequence[Key] | None = None) -> None:  # noqa: ANN401
        """Add a batch of images.

        Args:
            truth: The annotated images; see the class.
            prediction: The same images as predicted.
            keys: The images' keys; None numbers them from `keys_from` on.

        Raises:
            InputError: A map or a list of segments is wrong, or an image is not the size of its truth.
            MergeError: An image was seen before.
        """
        n = len(truth)
        if len(prediction) != n:
            raise InputError(f"{n} images have annotations, found {len(prediction)} with predictions")
        chosen = self._keys.choose(keys, n)
        images = [self._evaluate(key, *sides) for key, *sides in zip(chosen, truth, prediction, strict=True)]
        self._add(PanopticRows.join([PanopticRows.empty(PANOPTIC_TABLE), *images]), numbered=keys is None)

    def _evaluate(self, key: Key, truth: object, prediction: object) -> PanopticRows:
        try:
            sides = PanopticImage.of(truth, "truth"), PanopticImage.of(prediction, "prediction")
            for side in sides:
                self._refuse_unknown(side)
            parity = self._protocol.parity
            matches = match_segments(*sides, parity=parity, band_ratio=self.band_ratio)
        except InputError as error:
            if error.file is not None:
                raise
            place = ", ".join(part for part in (f"image {key}", error.place) if part)
            raise InputError(error.message, place=place) from error
        return PanopticRows.of_image(key, matches, self._category_ids)

    def _refuse_unknown(self, side: PanopticImage) -> None:
        segments = side.segments
        row = next((k for k, id_ in enumerate(segments.categories.tolist()) if id_ not in self._known), None)
        if row is not None:
            raise InputError(
                f'"category_id" is {segments.categories[row]}, which is no category',
                file=side.file,
                place=f"segment {segments.ids[row]}",
            )

    def compute(self) -> Scores:
        """Panoptic, segmentation and recognition quality: overall, of things, of stuff, of each class.

        Their ids are `pq`, `sq` and `rq`, with bands `boundary.pq`, `boundary.sq` and `boundary.rq`.

        Warns (UserWarning) of true segments whose map and list disagree.
        """
        rows = self._rows()
        _warn_of_doubt(rows, self._protocol.parity)
        family = "" if self.band_ratio is None else "boundary."
        scores = _summarize(rows, self.categories)
        return Scores([msgspec.structs.replace(score, id=family + score.id) for score in scores])

    def _described(self) -> dict[str, object]:
        return {
            "categories": [[category.id, category.name, category.is_thing] for category in self.categories]
        }

    @classmethod
    def _rebuilt(cls, protocol: Protocol, described: Mapping[str, Any]) -> Self:
        categories = msgspec.convert(described["categories"], list[tuple[int, str, bool]])
        return cls(
            [PanopticCategory(*category) for category in categories],
            parity=protocol.parity,
            band_ratio=msgspec.convert(protocol.params.get("band_ratio"), float | None),
        )

    def _check(self, rows: PanopticRows) -> None:
        rows.check(len(self.categories))


def _warn_of_doubt(rows: PanopticRows, parity: Parity) -> None:
    doubtful = np.flatnonzero(rows.doubtful_per_image)
    if len(doubtful):
        n = int(rows.doubtful_per_image.sum(dtype=np.int64))
        does = (
            "areas are taken from the list, as panopticapi does (--parity clean counts pixels)"
            if parity == "official"
            else "pixels are counted"
        )
        warnings.warn(
            f"map and list disagree on {n} ground-truth segments of {len(doubtful)} images, "
            f"first image {rows.keys[doubtful[0]]}: {does}",
            stacklevel=3,
        )


def _summarize(rows: PanopticRows, categories: Sequence[PanopticCategory]) -> Iterator[Score]:
    n = len(categories)
    category, intersection, union = rows.matches.T
    matched = np.bincount(category, minlength=n)
    invented, missed = (_totals(rows.mistakes[:, 0], rows.mistakes[:, k], n) for k in (1, 2))
    # bincount adds in the order of its rows: by image, then truth's id, as panopticapi with one process.
    per_class = quality(np.bincount(category, intersection / union, n), matched, invented, missed)
    is_thing = np.array([category.is_thing for category in categories], np.bool_)
    groups: tuple[tuple[dict[str, OverValue], NDArray[np.bool_]], ...] = (
        ({}, per_class.counts),
        ({"group": "things"}, per_class.counts & is_thing),
        ({"group": "stuff"}, per_class.counts & ~is_thing),
    )
    for over, members in groups:
        yield from _scores(per_class.mean(members), int(np.count_nonzero(members)), over)
    for k, name in enumerate(names_of([Category(category.id, category.name) for category in categories])):
        yield from _scores(per_class.of(k), int(matched[k] + missed[k]), {"class": name})


def _totals(category: NDArray[np.uint32], counts: NDArray[np.uint32], n: int) -> NDArray[np.int64]:
    totals = np.zeros(n, np.int64)
    np.add.at(totals, category, counts)
    return totals


def _scores(values: Sequence[float | None], n: int, over: dict[str, OverValue]) -> Iterator[Score]:
    for score_id, value in zip(_IDS, values, strict=True):
        yield Score(id=score_id, value=value, n=n, over=over)
