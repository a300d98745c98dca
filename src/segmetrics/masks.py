"""Run-length masks and boxes: encode and decode, COCO's forms, areas, unions, intersection over union.

Pixels of an image of `height` rows and `width` columns are numbered column by column: the pixel in row
y and column x has index x * height + y. A mask is the list of its maximal runs [start, end) of foreground
indices. Results agree with pycocotools 2.0.11 to the bit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from math import inf
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmetrics._core import masks as _core
from segmetrics.errors import InputError
from segmetrics.mask_array import (
    MAX_PIXELS,
    MaskArray,
    Offsets,
    Runs,
    as_sizes,
    n_pixels,
    offsets_of,
    trusted,
)

__all__ = [
    "MAX_COORDINATE",
    "MAX_PIXELS",
    "MaskArray",
    "area",
    "boundary_bands",
    "boundary_iou",
    "box_iou",
    "boxes",
    "checked_ratio",
    "concatenate",
    "decode",
    "encode",
    "from_boxes",
    "from_coco",
    "from_counts",
    "from_polygons",
    "from_strings",
    "intersection",
    "iou",
    "to_coco",
    "to_counts",
    "to_strings",
    "union",
]

MAX_COORDINATE: Final = 1e6
"""Largest distance of a polygon's point from the origin, in pixels along either axis."""

_MIN_POINTS_OF_FIRST_POLYGON: Final = 3
_PADDING: Final = bytes(64)


def concatenate(arrays: Sequence[MaskArray]) -> MaskArray:
    """All masks of all arrays in order.

    Raises:
        ValueError: There is no array.

    >>> concatenate([encode(np.eye(2)), encode(np.ones((3, 2)))])
    MaskArray(2 masks of 2 sizes, 3 runs)
    """
    lengths = np.concatenate([np.diff(array.offsets) for array in arrays])
    runs = np.concatenate([array.runs for array in arrays])
    return trusted(runs, offsets_of(lengths), np.concatenate([array.sizes for array in arrays]))


def encode(binary: ArrayLike) -> MaskArray:
    """Masks of binary images; fastest where the images are stored column by column.

    Args:
        binary: (n, h, w), or (h, w) for one mask; any dtype, foreground is what is not zero. Floats must be
            0 or 1: soft masks are the caller's to threshold.

    Raises:
        InputError: An image has no pixels, or more than `MAX_PIXELS`; or a float is neither 0 nor 1.
        ValueError: The array has another number of dimensions.

    >>> encode([[0, 1, 1], [1, 1, 0]]).runs.tolist()
    [[1, 5]]
    """
    images = np.asarray(binary)
    if images.ndim not in (2, 3):
        raise ValueError(f"binary has shape {images.shape}, expected (n, h, w) or (h, w)")
    if images.dtype.kind not in "biu":
        _check_zeros_and_ones(images)
    images = images[(np.newaxis,) * (3 - images.ndim)]
    sizes = as_sizes(images.shape[1:], len(images))
    images = images.view(np.uint8) if images.dtype in (np.bool_, np.uint8, np.int8) else images != 0
    columns = images.transpose(0, 2, 1)
    if columns.flags.c_contiguous:
        runs, offsets = _core.encode(columns.view(np.uint8), by_rows=False)
    else:
        runs, offsets = _core.encode(np.ascontiguousarray(images).view(np.uint8), by_rows=True)
    return trusted(runs, offsets, sizes)


def _check_zeros_and_ones(images: NDArray[Any]) -> None:
    wrong = (images != 0) & (images != 1)
    if wrong.any():
        first = np.unravel_index(int(np.argmax(wrong)), images.shape)
        message = f"found {images[first]}, expected 0 or 1: soft masks must be thresholded first"
        raise InputError(message, place=f"binary[{', '.join(map(str, first))}]")


def decode(masks: MaskArray) -> NDArray[np.bool_]:
    """Binary images of masks of one size.

    Returns:
        (n, h, w) bool, stored column by column as pycocotools does.

    Raises:
        InputError: The sizes differ.
        ValueError: There is no mask, so no size.

    >>> decode(MaskArray([[1, 5]], [0, 1], (2, 3))).astype(int).tolist()
    [[[0, 1, 1], [1, 1, 0]]]
    """
    height, width = _common_size(masks)
    columns = np.empty((len(masks), width, height), np.uint8)
    _core.decode(masks.runs, masks.offsets, columns)
    return columns.view(np.bool_).transpose(0, 2, 1)


def from_counts(counts: Sequence[ArrayLike], sizes: ArrayLike) -> MaskArray:
    """Masks from counts, COCO's "uncompressed RLE".

    Args:
        counts: For each mask the lengths in pixels of its alternating background and foreground stretches,
            background first. Zero lengths are allowed.
        sizes: (n, 2) heights and widths, or one (height, width) for all.

    Raises:
        InputError: A count is no integer or negative, or the counts of a mask do not add up to its size.

    >>> from_counts([[1, 4, 1]], (2, 3)).runs.tolist()
    [[1, 5]]
    """
    return _from_counts(counts, as_sizes(sizes, len(counts)), range(len(counts)))


def _from_counts(counts: Sequence[ArrayLike], sizes: Runs, places: Sequence[int]) -> MaskArray:
    arrays = [_counts_of_mask(values, place) for values, place in zip(counts, places, strict=True)]
    flat = np.concatenate(arrays) if arrays else np.empty(0, np.uint32)
    return _built(_core.from_counts, flat, offsets_of([len(array) for array in arrays]), sizes, places)


def _counts_of_mask(values: ArrayLike, place: int) -> NDArray[np.uint32]:
    counts = np.asarray(values)
    if counts.size == 0:
        return np.empty(0, np.uint32)
    if counts.ndim != 1 or counts.dtype.kind not in "iu":
        raise InputError("the counts are not a list of integers", place=f"mask {place}")
    outside = (counts < 0) | (counts > MAX_PIXELS)
    if outside.any():
        found = counts[outside][0]
        raise InputError(f"a count is {found}, expected 0 to {MAX_PIXELS}", place=f"mask {place}")
    return counts.astype(np.uint32, copy=False)


def to_counts(masks: MaskArray) -> list[NDArray[np.uint32]]:
    """Counts of each mask, as `from_counts` takes them.

    >>> [counts.tolist() for counts in to_counts(encode([[0, 1, 1], [1, 1, 0]]))]
    [[1, 4, 1]]
    """
    counts, offsets = _core.to_counts(masks.runs, masks.offsets, n_pixels(masks.sizes))
    return [counts[start:end] for start, end in pairwise(offsets.tolist())]


def from_strings(strings: Sequence[str | bytes], sizes: ArrayLike) -> MaskArray:
    """Masks from COCO's string form of counts ("compressed RLE").

    Args:
        strings: One text for each mask.
        sizes: (n, 2) heights and widths, or one (height, width) for all.

    Raises:
        InputError: A text holds other characters than '0' to 'o', ends inside a number, has a negative
            count, or its counts do not add up to the size.

    >>> from_strings([b"141"], (2, 3)).runs.tolist()
    [[1, 5]]
    """
    return _from_strings(strings, as_sizes(sizes, len(strings)), range(len(strings)))


def _from_strings(strings: Sequence[str | bytes], sizes: Runs, places: Sequence[int]) -> MaskArray:
    texts = [text.encode(errors="surrogatepass") if isinstance(text, str) else text for text in strings]
    joined = np.frombuffer(b"".join([*texts, _PADDING]), np.uint8)
    return _built(_core.from_text, joined, offsets_of([len(text) for text in texts]), sizes, places)


def to_strings(masks: MaskArray) -> list[bytes]:
    """COCO's string form of each mask.

    >>> to_strings(encode([[0, 1, 1], [1, 1, 0]]))
    [b'141']
    """
    text, offsets = _core.to_text(masks.runs, masks.offsets, n_pixels(masks.sizes))
    joined = text[: offsets[-1]].tobytes()
    return [joined[start:end] for start, end in pairwise(offsets.tolist())]


def from_coco(objects: Sequence[Mapping[str, Any]]) -> MaskArray:
    """Masks from COCO's RLE objects, `{"size": [height, width], "counts": ...}`.

    Args:
        objects: Their counts may be texts (str or bytes) or lists of integers, also mixed.

    Raises:
        InputError: A key is missing or its value of another kind; or as `from_strings` and `from_counts`.

    >>> from_coco([{"size": [2, 3], "counts": "141"}, {"size": [2, 3], "counts": [1, 4, 1]}])
    MaskArray(2 masks of 2x3, 2 runs)
    """
    counts = [_value(item, "counts", place) for place, item in enumerate(objects)]
    sizes = _sizes_of_objects(objects)
    is_text = np.array([isinstance(value, str | bytes) for value in counts], np.bool_)
    texts, lists = np.flatnonzero(is_text).tolist(), np.flatnonzero(~is_text).tolist()
    parts = [
        _from_strings([counts[i] for i in texts], sizes[texts], texts),
        _from_counts([counts[i] for i in lists], sizes[lists], lists),
    ]
    return concatenate(parts)[np.argsort(texts + lists)] if texts and lists else parts[0 if texts else 1]


def _value(item: Mapping[str, Any], key: str, place: int) -> Any:  # noqa: ANN401
    try:
        return item[key]
    except KeyError:
        raise InputError(f'has no "{key}"', place=f"mask {place}") from None


def _sizes_of_objects(objects: Sequence[Mapping[str, Any]]) -> Runs:
    sizes = [_value(item, "size", place) for place, item in enumerate(objects)]
    if not _are_sizes(sizes):
        place, size = next((i, size) for i, size in enumerate(sizes) if not _are_sizes([size]))
        raise InputError(f'"size" is {size!r}, expected [height, width]', place=f"mask {place}")
    return as_sizes(sizes, len(sizes))


def _are_sizes(sizes: list[Any]) -> bool:
    try:
        array = np.array(sizes, ndmin=2)
    except ValueError:  # they differ in length
        return False
    return not sizes or (array.shape == (len(sizes), 2) and array.dtype.kind in "iu")


def to_coco(masks: MaskArray, *, counts: Literal["bytes", "str"] = "bytes") -> list[dict[str, Any]]:
    """COCO's RLE objects.

    Args:
        masks: n masks.
        counts: "bytes" as pycocotools has them, or "str" as JSON needs them.

    >>> to_coco(encode([[0, 1, 1], [1, 1, 0]]), counts="str")
    [{'size': [2, 3], 'counts': '141'}]
    """
    texts: list[Any] = list(to_strings(masks))
    if counts == "str":
        texts = [text.decode("ascii") for text in texts]
    return [{"size": size, "counts": text} for size, text in zip(masks.sizes.tolist(), texts, strict=True)]


def from_polygons(objects: Sequence[Sequence[ArrayLike]], sizes: ArrayLike) -> MaskArray:
    """Masks of objects outlined by polygons: for each the union of its polygons, by COCO's rule.

    Args:
        objects: For each object its polygons, each x0, y0, x1, y1, ... in pixels. No polygon, no foreground.
            As in pycocotools, the first must have three points, each other at least one.
        sizes: (n, 2) heights and widths, or one (height, width) for all.

    Raises:
        InputError: A polygon has fewer points, a coordinate without its other, or one that is not finite or
            beyond `MAX_COORDINATE`.

    >>> area(from_polygons([[[0, 0, 3, 0, 3, 3, 0, 3]]], (4, 5))).tolist()
    [9]
    """
    sizes = as_sizes(sizes, len(objects))
    polygons = [
        _points_of_polygon(polygon, 1 if k else _MIN_POINTS_OF_FIRST_POLYGON, f"mask {i}, polygon {k}")
        for i, item in enumerate(objects)
        for k, polygon in enumerate(item)
    ]
    per_object = [len(item) for item in objects]
    points = np.concatenate(polygons) if polygons else np.empty((0, 2), np.int32)
    offsets = offsets_of([len(polygon) for polygon in polygons])
    runs, offsets = _core.fill(points, offsets, np.repeat(sizes, per_object, axis=0))
    if per_object.count(1) != len(per_object):
        runs, offsets = _core.merge(runs, offsets, offsets_of(per_object), unite=True)
    return trusted(runs, offsets, sizes)


def _points_of_polygon(polygon: ArrayLike, least: int, place: str) -> NDArray[np.int32]:
    """(k, 2) points in fifths of a pixel, at least `least` of them."""
    xy = np.asarray(polygon, np.float64).ravel()
    if len(xy) % 2 or len(xy) < 2 * least:
        raise InputError(f"{len(xy)} coordinates, expected an even number, at least {2 * least}", place=place)
    if not np.abs(xy).max() <= MAX_COORDINATE:
        raise InputError(f"a coordinate is not within {MAX_COORDINATE:,.0f} px of the origin", place=place)
    return (5.0 * xy + 0.5).astype(np.int32).reshape(-1, 2)


def from_boxes(boxes: ArrayLike, sizes: ArrayLike) -> MaskArray:
    """Masks of filled boxes, by COCO's rule for polygons.

    Args:
        boxes: (n, 4) floats: x, y, width, height in pixels.
        sizes: (n, 2) heights and widths, or one (height, width) for all.

    Raises:
        InputError: As `from_polygons`.

    >>> area(from_boxes([[1, 0, 2, 3]], (4, 5))).tolist()
    [6]
    """
    left, top, width, height = _as_boxes(boxes, "boxes").T
    right, bottom = left + width, top + height
    outlines = np.stack([left, top, left, bottom, right, bottom, right, top], axis=1)
    return from_polygons([[outline] for outline in outlines], sizes)


def area(masks: MaskArray) -> NDArray[np.int64]:
    """Number of foreground pixels of each mask, (n,) int64.

    >>> area(encode(np.eye(3))).tolist()
    [3]
    """
    return _measure(masks)[0]


def boxes(masks: MaskArray) -> NDArray[np.float64]:
    """Tight boxes, (n, 4) float64: x, y, width, height in pixels; all zero for an empty mask.

    >>> boxes(encode([[0, 1, 1], [0, 1, 0]])).tolist()
    [[1.0, 0.0, 2.0, 2.0]]
    """
    extents = _measure(masks)[1].astype(np.float64)
    extents[:, 2:] -= extents[:, :2]
    return extents


def _measure(masks: MaskArray) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Areas, and extents: left, top, right, bottom in whole pixels, right and bottom exclusive."""
    areas, extents = np.empty(len(masks), np.int64), np.empty((len(masks), 4), np.uint32)
    _core.measure(masks.runs, masks.offsets, masks.sizes, areas, extents)
    return areas, extents


def union(masks: MaskArray) -> MaskArray:
    """The pixels in any of the masks, as an array of one mask.

    Raises:
        InputError: The sizes differ.
        ValueError: There is no mask, so no size.

    >>> area(union(encode([np.eye(2), np.tri(2)]))).tolist()
    [3]
    """
    return _merged(masks, unite=True)


def intersection(masks: MaskArray) -> MaskArray:
    """The pixels in all of the masks, as an array of one mask.

    Raises:
        InputError: The sizes differ.
        ValueError: There is no mask, so no size.

    >>> area(intersection(encode([np.eye(2), np.tri(2)]))).tolist()
    [2]
    """
    return _merged(masks, unite=False)


def _merged(masks: MaskArray, *, unite: bool) -> MaskArray:
    size = _common_size(masks)
    runs, offsets = _core.merge(masks.runs, masks.offsets, np.array([0, len(masks)]), unite=unite)
    return trusted(runs, offsets, np.array([size]))


def iou(detections: MaskArray, truths: MaskArray, crowd: ArrayLike | None = None) -> NDArray[np.float64]:
    """Intersection over union of every detection with every truth.

    Args:
        detections: d masks.
        truths: g masks, all of one size with the detections.
        crowd: (g,) bool: truths that are crowds, for which the intersection counts as a fraction of the
            detection's area instead. None for none.

    Returns:
        (d, g) float64; 0 where the two share nothing.

    Raises:
        InputError: The sizes differ (pycocotools gives -1).
        ValueError: `crowd` has another shape.

    >>> iou(encode(np.eye(2)), encode([np.tri(2), np.ones((2, 2))]), crowd=[False, True]).round(3).tolist()
    [[0.667, 1.0]]
    """
    is_crowd = _as_crowd(crowd, len(truths))
    if len(detections):
        _check_sizes(truths, _common_size(detections), "truths, ")
    area_d, extent_d = _measure(detections)
    area_g, extent_g = _measure(truths)
    i, j = np.nonzero(_meet(extent_d, extent_g))
    shared = np.empty(len(i), np.uint32)
    _core.overlaps(detections.runs, detections.offsets, i, truths.runs, truths.offsets, j, shared)
    result = np.zeros((len(detections), len(truths)))
    result[i, j] = shared / np.where(is_crowd[j], area_d[i], area_d[i] + area_g[j] - shared)
    return result


def _meet(a: NDArray[np.uint32], b: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which extents share pixels with which, (n, m)."""
    start = np.maximum(a[:, np.newaxis, :2], b[:, :2])
    end = np.minimum(a[:, np.newaxis, 2:], b[:, 2:])
    meets = start < end
    return meets[..., 0] & meets[..., 1]


def boundary_bands(masks: MaskArray, *, ratio: float = 0.02) -> MaskArray:
    """The pixels of each mask close to its boundary; see `segmetrics.boundary_bands`.

    Args:
        masks: n masks.
        ratio: How wide the bands are, as a share of the diagonal of each mask's image.

    Raises:
        ValueError: The ratio is negative or not finite.

    >>> decode(boundary_bands(encode(np.ones((3, 4))))).astype(int).tolist()
    [[[1, 1, 1, 1], [1, 0, 0, 1], [1, 1, 1, 1]]]
    """
    runs, offsets = _core.bands(masks.runs, masks.offsets, masks.sizes, checked_ratio(ratio))
    return trusted(runs, offsets, masks.sizes)


def boundary_iou(detections: MaskArray, truths: MaskArray, *, ratio: float = 0.02) -> NDArray[np.float64]:
    """Intersection over union of the bands of every detection and every truth.

    Args:
        detections: d masks.
        truths: g masks, all of one size with the detections.
        ratio: As `boundary_bands`.

    Returns:
        (d, g) float64; 0 where the two share nothing. Boundary AP compares by the lesser of this and `iou`.

    Raises:
        InputError: The sizes differ.
        ValueError: The ratio is negative or not finite.

    >>> boundary_iou(encode(np.eye(2)), encode([np.tri(2), np.ones((2, 2))])).round(3).tolist()
    [[0.667, 0.5]]
    """
    return iou(boundary_bands(detections, ratio=ratio), boundary_bands(truths, ratio=ratio))


def checked_ratio(ratio: float) -> float:
    """The ratio of a band's width to the diagonal of its image, if it can be one.

    Raises:
        ValueError: It is negative or not finite.
    """
    if not 0 <= ratio < inf:
        raise ValueError(f"the ratio of a band to the diagonal is {ratio}, expected a number >= 0")
    return float(ratio)


def box_iou(detections: ArrayLike, truths: ArrayLike, crowd: ArrayLike | None = None) -> NDArray[np.float64]:
    """Intersection over union of every detected box with every true one.

    Args:
        detections: (d, 4) floats: x, y, width, height in pixels.
        truths: (g, 4) floats likewise.
        crowd: (g,) bool, as in `iou`.

    Returns:
        (d, g) float64; 0 where the two share no area.

    Raises:
        InputError: A number is NaN.
        ValueError: A shape is another.

    >>> box_iou([[0, 0, 2, 2]], [[1, 0, 2, 2], [5, 5, 1, 1]]).round(3).tolist()
    [[0.333, 0.0]]
    """
    detected, true = _as_boxes(detections, "detections"), _as_boxes(truths, "truths")
    result = np.empty((len(detected), len(true)))
    _core.box_iou(detected, true, _as_crowd(crowd, len(true)).view(np.uint8), result)
    return result


def _as_boxes(values: ArrayLike, name: str) -> NDArray[np.float64]:
    array = np.ascontiguousarray(values, np.float64)
    if array.size == 0:
        return array.reshape(0, 4)
    if array.shape[1:] != (4,):
        raise ValueError(f"{name} have shape {array.shape}, expected (n, 4)")
    if np.isnan(array).any():
        i = int(np.argmax(np.isnan(array).any(axis=1)))
        raise InputError("the box has a coordinate that is not a number", place=f"{name}[{i}]")
    return array


def _as_crowd(crowd: ArrayLike | None, n: int) -> NDArray[np.bool_]:
    flags = np.zeros(n, np.bool_) if crowd is None else np.asarray(crowd).astype(np.bool_)
    if flags.shape != (n,):
        raise ValueError(f"crowd has shape {flags.shape}, expected ({n},)")
    return flags


def _common_size(masks: MaskArray) -> tuple[int, int]:
    if not len(masks):
        raise ValueError("there is no mask, so no size")
    height, width = masks.sizes[0].tolist()
    _check_sizes(masks, (height, width), "")
    return height, width


def _check_sizes(masks: MaskArray, size: tuple[int, int], where: str) -> None:
    differs = (masks.sizes != size).any(axis=1)
    if differs.any():
        i = int(np.argmax(differs))
        found, expected = "x".join(map(str, masks.sizes[i].tolist())), "x".join(map(str, size))
        message = f"the size is {found}, expected {expected} as for the others"
        raise InputError(message, place=f"{where}mask {i}")


def _built(
    build: Callable[[NDArray[Any], Offsets, Runs], tuple[Runs, Offsets]],
    data: NDArray[Any],
    data_offsets: Offsets,
    sizes: Runs,
    places: Sequence[int],
) -> MaskArray:
    try:
        runs, offsets = build(data, data_offsets, n_pixels(sizes))
    except _core.MaskFault as fault:
        raise InputError(fault.message, place=f"mask {places[fault.index]}") from None
    return trusted(runs, offsets, sizes)
