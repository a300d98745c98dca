"""Panoptic segmentation: maps of segment ids with what each id stands for, matched image by image.

A panoptic image gives each pixel the id of one segment, or `VOID`. A segment is a thing (one object) or all
pixels of a kind of stuff. A predicted segment and a true one of the same category match if their IoU is above
one half; then no other can match either of them, so no assignment is to be chosen.

Boundary PQ compares, besides two segments, their bands (`segmetrics.boundary_bands`): the lesser IoU counts.

Sources: Kirillov et al., Panoptic Segmentation, CVPR 2019, as panopticapi 7bb4655 computes it
(evaluation.py); Cheng et al., Boundary IoU, CVPR 2021, as boundary-iou-api 37d2558 does (coco_panoptic_api).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, Self

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmetrics.arrays import as_numpy
from segmetrics.boundary_bands import label_bands
from segmetrics.errors import InputError
from segmetrics.labelmaps import MAX_ID, PairCounts, joint_pairs
from segmetrics.types import Parity

VOID: Final = 0
"""Id of the pixels that belong to no segment."""

MAX_AREA: Final = 2**53
"""Pixels that a double counts exactly."""

Integers = NDArray[np.int64]
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class PanopticCategory:
    """A kind of segment: of things, which can be counted, or of stuff."""

    id: int
    name: str
    is_thing: bool


class SegmentInfo(msgspec.Struct, frozen=True, gc=False):
    """One segment as COCO's format lists it under "segments_info"; unknown keys are skipped."""

    id: int
    category_id: int
    iscrowd: Literal[0, 1] | bool = False
    area: int | float | None = None


@dataclass(frozen=True, eq=False)
class Segments:
    """What the ids of one panoptic image stand for: a row for each segment, in the order of their source.

    Attributes:
        ids: (n,) uint32, distinct, none of them `VOID`.
        categories: (n,) int64, ids of categories.
        is_crowd: (n,) bool: a region of many things that nobody told apart.
        areas: (n,) int64, pixels as the source says; -1 where it does not.
    """

    ids: NDArray[np.uint32]
    categories: Integers
    is_crowd: NDArray[np.bool_]
    areas: Integers

    @classmethod
    def of(cls, source: Segments | Mapping[int, int] | Sequence[SegmentInfo | Mapping[str, Any]]) -> Segments:
        """Segments out of a mapping of their ids to category ids, or of "segments_info" in COCO's form.

        Raises:
            InputError: A value is wrong, or two segments have one id; the place is the segment's.

        >>> Segments.of({7: 1, 900: 3}).categories.tolist()
        [1, 3]
        >>> Segments.of([{"id": 7, "category_id": 1, "iscrowd": 1, "area": 40}]).areas.tolist()
        [40]
        """
        if isinstance(source, Segments):
            return source
        if isinstance(source, Mapping):
            return cls._of_rows([SegmentInfo(*row) for row in source.items()])
        try:
            return cls._of_rows(msgspec.convert(source, list[SegmentInfo], from_attributes=True))
        except msgspec.ValidationError as error:
            raise InputError(f"segments: {error}") from error

    @classmethod
    def _of_rows(cls, rows: Sequence[SegmentInfo]) -> Self:
        ids = [row.id for row in rows]
        for row in rows:
            _check_row(row)
        if len(set(ids)) < len(ids):
            double = next(id_ for id_ in ids if ids.count(id_) > 1)
            raise InputError("is listed twice", place=_segment(double))
        return cls(
            ids=np.array(ids, np.uint32),
            categories=np.array([row.category_id for row in rows], np.int64),
            is_crowd=np.array([row.iscrowd for row in rows], np.bool_),
            areas=np.array([-1 if row.area is None else row.area for row in rows], np.int64),
        )

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, eq=False)
class PanopticImage:
    """One side, truth or prediction, of one image.

    Attributes:
        ids: (h, w) segment ids, or (h, w, 3) uint8, the colours of a panoptic PNG: id = R + 256 G + 65536 B.
        segments: What they stand for.
        file: Where the map came from, for messages.
    """

    ids: NDArray[Any]
    segments: Segments
    file: str | None = None

    @classmethod
    def of(cls, source: object, name: str) -> PanopticImage:
        """An image as it is, or made of a pair: ids, and what `Segments.of` takes.

        Raises:
            InputError: It is no such pair.
        """
        if isinstance(source, PanopticImage):
            return source
        if not isinstance(source, tuple) or len(source) != 2:
            kind = type(source).__name__
            raise InputError(f"{name} is {kind}, expected a PanopticImage or a tuple of ids and segments")
        return cls(as_numpy(source[0], name), Segments.of(source[1]))


class Matches(NamedTuple):
    """What became of the segments of one image.

    Attributes:
        category: (m,) int64, category ids of the pairs that match, by truth's id, then prediction's.
        intersection: (m,) int64, pixels that a pair shares; where its bands have the lesser IoU, theirs.
        union: (m,) int64, pixels of either, without those of the prediction that are void in the truth;
            likewise.
        missed: (k,) int64, category ids of the false negatives.
        invented: (j,) int64, category ids of the false positives.
        n_doubtful: True segments whose map and list disagree: another area, no pixel, or not listed.
    """

    category: Integers
    intersection: Integers
    union: Integers
    missed: Integers
    invented: Integers
    n_doubtful: int


def match_segments(
    truth: PanopticImage,
    prediction: PanopticImage,
    *,
    parity: Parity = "official",
    band_ratio: float | None = None,
) -> Matches:
    """Match the segments of one image.

    Args:
        truth: Its crowds match nothing. Ids of its map that are not listed are neither segments nor void.
        prediction: Its ids and those listed must be the same; crowds and areas are not asked for.
        parity: "official" takes the areas of true segments from their list, where it has them, and of a
            category's crowds only the last listed excuses predictions. "clean" counts pixels and takes all.
        band_ratio: How wide the bands are, as a share of the image's diagonal; None to compare none.

    Raises:
        InputError: The maps differ in size or hold what is no id, a predicted id is not listed or has no
            pixel, or a true segment is listed with so small an area that a union is empty.
    """
    _check_sizes(truth, prediction)
    true, predicted = truth.segments, prediction.segments
    found = _Found(joint_pairs(truth.ids, prediction.ids), true, predicted)
    found.check_prediction(prediction.file)

    t, p, shared = found.of_one_category()
    is_crowd = true.is_crowd[t]
    excuses = is_crowd if parity == "clean" else _is_last_crowd(true)[t]
    excused = found.void + _sums(p[excuses], shared[excuses], len(predicted))

    t, p, shared = t[~is_crowd], p[~is_crowd], shared[~is_crowd]
    union = found.prediction_areas[p] + found.areas_of_truth(parity)[t] - shared - found.void[p]
    if (union <= 0).any():
        place = _segment(true.ids[t[union.argmin()]])
        raise InputError('"area" is 0, but it has pixels', file=truth.file, place=place)
    is_match = 2 * shared > union
    t, p, shared, union = t[is_match], p[is_match], shared[is_match], union[is_match]
    if band_ratio is not None and len(t):
        of_bands = _Bands(truth, prediction, band_ratio).compare(t, p)
        shared, union = _lesser((shared, union), of_bands)
        is_match = 2 * shared > union
        t, p, shared, union = t[is_match], p[is_match], shared[is_match], union[is_match]
    is_missed, is_invented = ~true.is_crowd, 2 * excused <= found.prediction_areas
    is_missed[t] = is_invented[p] = False
    return Matches(
        category=true.categories[t],
        intersection=shared,
        union=union,
        missed=true.categories[is_missed],
        invented=predicted.categories[is_invented],
        n_doubtful=found.n_doubtful(),
    )


class _Found:
    """The pairs of ids of one image, and how many pixels have both, as rows of its two lists of segments."""

    def __init__(self, pairs: PairCounts, truth: Segments, prediction: Segments) -> None:
        self._pairs, self._true, self._predicted = pairs, truth, prediction
        self._pixels = pairs.counts.astype(np.int64)
        self._truth = _rows_of(pairs.truth, truth.ids)
        self._prediction = _rows_of(pairs.prediction, prediction.ids)
        self.truth_areas = _sums(self._truth, self._pixels, len(truth))
        self.prediction_areas = _sums(self._prediction, self._pixels, len(prediction))
        is_void = pairs.truth == VOID
        self.void = _sums(self._prediction[is_void], self._pixels[is_void], len(prediction))

    def check_prediction(self, file: str | None) -> None:
        """Refuse a prediction whose map has other ids than its list."""
        ids = self._pairs.prediction
        unlisted = ids[(self._prediction < 0) & (ids != VOID)]
        if len(unlisted):
            raise InputError("has pixels but is not listed", file=file, place=_segment(unlisted.min()))
        if not self.prediction_areas.all():
            empty = self._predicted.ids[self.prediction_areas.argmin()]
            raise InputError("is listed but has no pixel", file=file, place=_segment(empty))

    def of_one_category(self) -> tuple[Rows, Rows, Integers]:
        """Pairs of a true and a predicted segment of one category: their rows, and the pixels they share."""
        are_listed = (self._truth >= 0) & (self._prediction >= 0)
        t, p, pixels = self._truth[are_listed], self._prediction[are_listed], self._pixels[are_listed]
        same = self._true.categories[t] == self._predicted.categories[p]
        return t[same], p[same], pixels[same]

    def areas_of_truth(self, parity: Parity) -> Integers:
        """Of the true segments: as listed, or as counted."""
        listed = self._true.areas
        return self.truth_areas if parity == "clean" else np.where(listed >= 0, listed, self.truth_areas)

    def n_doubtful(self) -> int:
        """How many true segments have another area than is listed, no pixel, or pixels but no row."""
        differing = (self._true.areas >= 0) & (self._true.areas != self.truth_areas)
        ids = self._pairs.truth
        unlisted = {*ids[(self._truth < 0) & (ids != VOID)].tolist()}
        return int(np.count_nonzero(differing | (self.truth_areas == 0))) + len(unlisted)


class _Bands:
    """The pixels of two maps that lie in the bands of their segments."""

    def __init__(self, truth: PanopticImage, prediction: PanopticImage, ratio: float) -> None:
        ids = _ids_of(truth.ids), _ids_of(prediction.ids)
        in_truth, in_prediction = (label_bands(side, ratio=ratio) for side in ids)
        self._found = [
            _Found(
                joint_pairs(*(side[where][np.newaxis] for side in ids)), truth.segments, prediction.segments
            )
            for where in (in_truth & in_prediction, in_truth, in_prediction)
        ]

    def compare(self, t: Rows, p: Rows) -> tuple[Integers, Integers]:
        """Intersection and union of the bands of pairs of one category, by their rows."""
        both, in_truth, in_prediction = self._found
        pixels = {(i, k): n for i, k, n in zip(*both.of_one_category(), strict=True)}
        shared = np.array([pixels.get(pair, 0) for pair in zip(t, p, strict=True)], np.int64)
        areas = in_truth.truth_areas[t] + in_prediction.prediction_areas[p]
        return shared, areas - shared - in_prediction.void[p]


def _ids_of(ids: NDArray[Any]) -> NDArray[np.uint32]:
    """(h, w) ids, of colours too."""
    if ids.ndim == 2:
        return ids.astype(np.uint32, copy=False)
    red, green, blue = np.moveaxis(ids.astype(np.uint32), -1, 0)
    return np.asarray(red | green << 8 | blue << 16, np.uint32)


def _lesser(one: tuple[Integers, Integers], other: tuple[Integers, Integers]) -> tuple[Integers, Integers]:
    """Of each two fractions the lesser, of equal ones the first."""
    is_other = other[0] / other[1] < one[0] / one[1]
    return np.where(is_other, other[0], one[0]), np.where(is_other, other[1], one[1])


Means = tuple[float | None, float | None, float | None]
"""Of pq, sq and rq; None where they are undefined."""


class PanopticQuality(NamedTuple):
    """Panoptic quality of each category and the two factors it is the product of: (k,) float64 each.

    Attributes:
        pq: Panoptic quality: the sum of the IoUs of matches over TP + FP / 2 + FN / 2.
        sq: Segmentation quality: the mean IoU of matches; 0 without any.
        rq: Recognition quality: the F1 of finding segments.
        counts: (k,) bool: whether the category occurs or is predicted; the others have no scores.
    """

    pq: NDArray[np.float64]
    sq: NDArray[np.float64]
    rq: NDArray[np.float64]
    counts: NDArray[np.bool_]

    def of(self, category: int) -> Means:
        """Those of one category."""
        if not self.counts[category]:
            return None, None, None
        return float(self.pq[category]), float(self.sq[category]), float(self.rq[category])

    def mean(self, members: NDArray[np.bool_]) -> Means:
        """Means over the categories that count, of `members` only."""
        chosen = self.counts & members
        n = int(np.count_nonzero(chosen))
        if not n:
            return None, None, None
        pq, sq, rq = (in_order(values[chosen]) / n for values in (self.pq, self.sq, self.rq))
        return pq, sq, rq


def quality(
    iou_sums: ArrayLike, n_matched: ArrayLike, n_invented: ArrayLike, n_missed: ArrayLike
) -> PanopticQuality:
    """Panoptic quality of each category from what became of its segments: (k,) each.

    >>> quality([1.5], [2], [0], [2]).pq.tolist()
    [0.5]
    """
    sums, hits, wrong, missed = (
        np.asarray(values, np.float64) for values in (iou_sums, n_matched, n_invented, n_missed)
    )
    segments = hits + 0.5 * wrong + 0.5 * missed
    counts = segments > 0
    divisor = np.where(counts, segments, 1)
    return PanopticQuality(pq=sums / divisor, sq=sums / np.maximum(hits, 1), rq=hits / divisor, counts=counts)


def panoptic_quality(
    truth: ArrayLike,
    prediction: ArrayLike,
    truth_segments: Segments | Mapping[int, int] | Sequence[Mapping[str, Any]],
    prediction_segments: Segments | Mapping[int, int] | Sequence[Mapping[str, Any]],
    *,
    parity: Parity = "official",
    band_ratio: float | None = None,
) -> dict[str, float]:
    """Panoptic quality of one image, the mean over the categories that occur or are predicted in it.

    Args:
        truth: (h, w) segment ids, 0 where there is none, or (h, w, 3) uint8 colours of a panoptic PNG.
        prediction: Likewise, of the same height and width.
        truth_segments: What the ids stand for: a mapping to category ids, or "segments_info" in COCO's form.
        prediction_segments: Likewise.
        parity: As `match_segments`.
        band_ratio: As `match_segments`.

    Returns:
        "pq", "sq" and "rq", fractions; NaN where neither side has a segment.

    Raises:
        InputError: As `match_segments` and `Segments.of`.

    >>> truth = [[7, 7, 7, 7, 8, 8]]
    >>> panoptic_quality(truth, [[1, 1, 1, 2, 2, 2]], {7: 1, 8: 1}, {1: 1, 2: 1})
    {'pq': 0.7083333333333333, 'sq': 0.7083333333333333, 'rq': 1.0}
    """
    sides = (
        PanopticImage.of((truth, truth_segments), "truth"),
        PanopticImage.of((prediction, prediction_segments), "prediction"),
    )
    matches = match_segments(*sides, parity=parity, band_ratio=band_ratio)
    categories = np.unique(np.concatenate([side.segments.categories for side in sides]))
    rows = [np.searchsorted(categories, ids) for ids in (matches.category, matches.invented, matches.missed)]
    hits, wrong, missed = (np.bincount(positions, minlength=len(categories)) for positions in rows)
    ious = matches.intersection / matches.union
    everywhere = np.ones(len(categories), np.bool_)
    means = quality(np.bincount(rows[0], ious, len(categories)), hits, wrong, missed).mean(everywhere)
    return {
        name: np.nan if value is None else value
        for name, value in zip(("pq", "sq", "rq"), means, strict=True)
    }


def in_order(values: NDArray[np.float64]) -> float:
    """Their sum, added one by one as panopticapi does; `sum` and `numpy.sum` round otherwise.

    >>> in_order(np.array([0.1, 0.2, 0.3]))
    0.6000000000000001
    """
    return float(np.cumsum(values)[-1]) if len(values) else 0.0


def _check_row(row: SegmentInfo) -> None:
    if not VOID < row.id <= MAX_ID:
        raise InputError(f'"id" is {row.id}, expected 1 to {MAX_ID}', place=_segment(row.id))
    if not -(2**63) <= row.category_id < 2**63:
        raise InputError(f'"category_id" is {row.category_id}, expected 64 bits', place=_segment(row.id))
    if row.area is not None and not (0 <= row.area <= MAX_AREA and row.area == int(row.area)):
        raise InputError(f'"area" is {row.area}, expected a number of pixels', place=_segment(row.id))


def _check_sizes(truth: PanopticImage, prediction: PanopticImage) -> None:
    if truth.ids.shape[:2] != prediction.ids.shape[:2]:
        found, expected = (" x ".join(map(str, side.ids.shape[:2])) for side in (prediction, truth))
        raise InputError(
            f"the map is {found}, its ground truth is {expected} (height x width)", file=prediction.file
        )


def _rows_of(ids: NDArray[np.uint32], listed: NDArray[np.uint32]) -> Rows:
    """Where each id is listed, -1 where it is not."""
    if not len(listed):
        return np.full(len(ids), -1)
    order = np.argsort(listed)
    rows = order[np.searchsorted(listed, ids, sorter=order).clip(max=len(listed) - 1)]
    return np.where(listed[rows] == ids, rows, -1)


def _sums(rows: Rows, values: Integers, n: int) -> Integers:
    """(n,): the sum of the values of each row; those of row -1 are left out."""
    return np.bincount(rows + 1, values, n + 1)[1:].astype(np.int64)


def _is_last_crowd(segments: Segments) -> NDArray[np.bool_]:
    """Which crowds are the last of their category in the list."""
    last = {
        category: row for row, category in enumerate(segments.categories.tolist()) if segments.is_crowd[row]
    }
    is_last = np.zeros(len(segments), np.bool_)
    is_last[list(last.values())] = True
    return is_last


def _segment(segment_id: int | np.integer[Any]) -> str:
    return f"segment {segment_id}"
