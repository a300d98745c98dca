"""How well regions agree with annotated segments: covering, Rand index, variation of information.

A segmentation is a label map, (h, w) integers of at most 32 bits; pixels of one label are one region,
whatever its number, connected or not. Its annotations are one map of segments, or a list of several
annotators' maps.

An ultrametric contour map holds nested segmentations, one for each threshold; `measure_contours` measures
all of them through one merge tree and one count of overlaps, not a labelling for each.

Sources: Arbelaez et al., Contour Detection and Hierarchical Image Segmentation (TPAMI 2011), section 3, as
BSDS500's benchmark of regions computes it; Unnikrishnan et al., Toward Objective Evaluation of Image
Segmentation Algorithms (TPAMI 2007); Meila, Comparing Clusterings (ICML 2005).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmetrics._core import labelmaps as _labelmaps
from segmetrics._core import regions as _core
from segmetrics.arrays import as_numpy
from segmetrics.errors import InputError

Map = NDArray[Any]

MAX_PAIRS: Final = 2**63 - 1
"""Of pixels squared times annotators."""

_WORD: Final = np.dtype(np.uint32)


@dataclass(frozen=True, eq=False)
class Agreement:
    """How segmentations of one image agree with its annotations, together.

    Attributes:
        annotated: Pixels of all annotations.
        n_pairs: Pairs of pixels, of all annotations.
        covered: (k,) float64: annotated pixels, each counted with the greatest IoU of its segment with a
            region of segmentation k.
        best_covered: The same with the greatest IoU over all segmentations.
        n_pixels: Of the image.
        covered_regions: (k,) float64: pixels of the image, each counted with the greatest IoU of its region
            in segmentation k with a segment of any annotation.
        disagreeing: (k,) int64: pairs of pixels that are together in segmentation k and apart in an
            annotation, or the other way round.
        variation: (k,) float64: mean over annotations of the variation of information, in bits.
    """

    annotated: int
    n_pairs: int
    covered: NDArray[np.float64]
    best_covered: float
    n_pixels: int
    covered_regions: NDArray[np.float64]
    disagreeing: NDArray[np.int64]
    variation: NDArray[np.float64]

    @property
    def rand_index(self) -> NDArray[np.float64]:
        """(k,) float64: share of the pairs that agree; 1 where there are none."""
        return 1 - self.disagreeing / max(self.n_pairs, 1)


def covering(labels: ArrayLike, truth: ArrayLike | Sequence[ArrayLike]) -> float:
    """How much of the annotated segments one segmentation covers.

    Args:
        labels: (h, w) the regions.
        truth: (h, w) the segments; or a list of several annotators' maps.

    Returns:
        The mean, over all annotated pixels, of the greatest IoU of the pixel's segment with a region.

    Raises:
        InputError: A side is no label map, sizes differ, or the list is empty.

    >>> covering([[1, 1, 2, 2]], [[1, 1, 1, 2]])
    0.625
    """
    agreement = measure_segmentations([labels], _annotators(truth))
    return float(agreement.covered[0] / agreement.annotated)


def rand_index(labels: ArrayLike, truth: ArrayLike) -> float:
    """Share of the pairs of pixels that both maps keep together or both keep apart; 1 for a single pixel.

    Args:
        labels: (h, w) the regions.
        truth: (h, w) the segments.

    Raises:
        InputError: As `covering`.

    >>> rand_index([[1, 1, 2, 2]], [[1, 1, 1, 2]])
    0.5
    """
    return probabilistic_rand_index(labels, [truth])


def probabilistic_rand_index(labels: ArrayLike, truths: Sequence[ArrayLike]) -> float:
    """Mean of `rand_index` over annotators.

    >>> probabilistic_rand_index([[1, 1, 2, 2]], [[[1, 1, 1, 2]], [[5, 5, 9, 9]]])
    0.75
    """
    return float(measure_segmentations([labels], truths).rand_index[0])


def variation_of_information(labels: ArrayLike, truth: ArrayLike | Sequence[ArrayLike]) -> float:
    """H(labels) + H(truth) - 2 I(labels; truth), in bits; of several annotators the mean. Lower is better.

    Args and errors as `covering`.

    >>> variation_of_information([[1, 1, 2, 2]], [[1, 1, 1, 1]])
    1.0
    """
    return float(measure_segmentations([labels], _annotators(truth)).variation[0])


def measure_segmentations(segmentations: Sequence[ArrayLike], truths: Sequence[ArrayLike]) -> Agreement:
    """Measure any segmentations of one image, nested or not.

    Args:
        segmentations: (h, w) each, at least one.
        truths: (h, w) each, the segments of at least one annotator.

    Raises:
        InputError: As `covering`.

    >>> measure_segmentations([[[1, 1, 2, 2]], [[1, 1, 1, 1]]], [[[1, 1, 1, 2]]]).covered
    array([2.5, 2.5])
    """
    truths = _truths(truths)
    maps = [_labels(each, "a segmentation", truths[0].shape) for each in segmentations]
    if not maps:
        raise InputError("there are no segmentations to measure")
    measured, best = [], np.zeros(1)
    for each in maps:
        overlaps, segment_sizes = _overlaps(each, truths)
        measured.append(overlaps.measure())
        best = np.maximum(best, overlaps.best)
    return _agreement(np.concatenate(measured), truths, segment_sizes, best)


def measure_contours(contours: ArrayLike, truths: Sequence[ArrayLike], thresholds: ArrayLike) -> Agreement:
    """Measure the nested segmentations of an ultrametric contour map.

    That at threshold t is the 8-connected components of {contours <= t}, taken at the pixels.

    Args:
        contours: (2h + 1, 2w + 1) in [0, 1]: contours between the pixels of an (h, w) image, and 0 at the
            pixels, which lie at odd rows and columns.
        truths: (h, w) each, the segments of at least one annotator.
        thresholds: (k,) ascending.

    Raises:
        InputError: As `covering`; or the contours are not such a map.

    >>> contours = np.zeros((3, 7))
    >>> contours[:, 2], contours[:, 4] = 0.4, 0.8
    >>> measure_contours(contours, [[[1, 1, 2]]], [0.1, 0.5, 0.9]).covered
    array([2.        , 3.        , 1.66666667])
    """
    truths = _truths(truths)
    tree = _core.MergeTree(_contours(contours, truths[0].shape), _thresholds(thresholds))
    overlaps, segment_sizes = _overlaps(tree.labels, truths)
    return _agreement(overlaps.measure_all(tree), truths, segment_sizes, overlaps.best)


def _agreement(
    measured: NDArray[Any], truths: Sequence[Map], sizes: NDArray[np.uint32], best: NDArray[np.float64]
) -> Agreement:
    n, n_pixels = len(truths), truths[0].size
    weights = sizes.astype(np.float64)
    segment_squares, segment_logs = np.sum(sizes.astype(np.uint64) ** 2), np.sum(weights * np.log2(weights))
    together = n * measured["region_squares"] + segment_squares - 2 * measured["overlap_squares"]
    logs = n * measured["region_logs"] + segment_logs - 2 * measured["overlap_logs"]
    return Agreement(
        annotated=n * n_pixels,
        n_pairs=n * (n_pixels * (n_pixels - 1) // 2),
        covered=measured["covered"].copy(),
        best_covered=float(np.sum(weights * best)),
        n_pixels=n_pixels,
        covered_regions=measured["covered_regions"].copy(),
        disagreeing=(together // 2).astype(np.int64),
        variation=np.maximum(logs, 0) / (n * n_pixels),  # rounding may leave less than nothing
    )


def _overlaps(regions: Map, truths: Sequence[Map]) -> tuple[_core.Overlaps, NDArray[np.uint32]]:
    """How regions and the segments of all annotators overlap, and the sizes of the segments."""
    of_truths = [_labelmaps.joint_pairs(_as_bytes(truth), _as_bytes(regions)) for truth in truths]
    segment, label, pixels = (np.concatenate(column) for column in zip(*of_truths, strict=True))
    n_first = len(of_truths[0][0])
    annotator = np.repeat(np.arange(len(truths)), [len(pairs[0]) for pairs in of_truths])
    is_last = (annotator[1:] != annotator[:-1]) | (segment[1:] != segment[:-1])
    ends = np.append(np.flatnonzero(is_last), len(segment) - 1) + 1
    segment_sizes = np.add.reduceat(pixels, np.append(0, ends[:-1])).astype(np.uint32)
    labels, region = np.unique(label, return_inverse=True)
    region_sizes = np.bincount(region[:n_first], pixels[:n_first], len(labels)).astype(np.uint32)
    return _core.Overlaps(region.astype(np.uint32), pixels, ends, segment_sizes, region_sizes), segment_sizes


def _annotators(truth: ArrayLike | Sequence[ArrayLike]) -> Sequence[ArrayLike]:
    """One map is that of a single annotator."""
    if isinstance(truth, Sequence) and not (truth and np.ndim(truth[0]) == 1):
        return truth
    array = as_numpy(truth, "truth")
    return [array] if array.ndim == 2 else list(array)  # a stack is a list too


def _truths(truths: Sequence[ArrayLike]) -> list[Map]:
    if not len(truths):
        raise InputError("the list of annotators is empty, expected at least one")
    first = _labels(truths[0], "truth 0", None)
    maps = [first, *(_labels(each, f"truth {i}", first.shape) for i, each in enumerate(truths[1:], 1))]
    if len(maps) * first.size**2 > MAX_PAIRS:
        raise InputError(
            f"{len(maps)} annotators of {first.size} pixels have too many pairs of pixels to count"
        )
    return maps


def _labels(labels: ArrayLike, name: str, shape: tuple[int, ...] | None) -> Map:
    """(h, w) integers of at most 32 bits."""
    array = as_numpy(labels, name)
    if array.ndim != 2 or not array.size:
        raise InputError(f"{name} has shape {array.shape}, expected (h, w)")
    if shape is not None and array.shape != shape:
        raise InputError(f"{name} has shape {array.shape}, truth 0 {shape}; they must agree")
    if array.dtype.kind == "f":
        raise InputError(f"{name} has dtype {array.dtype}, expected integers")
    return array if array.itemsize <= _WORD.itemsize else _narrowed(array, name)


def _narrowed(array: Map, name: str) -> Map:
    low, high = int(array.min()), int(array.max())
    for dtype in (_WORD, np.dtype(np.int32)):
        if np.iinfo(dtype).min <= low and high <= np.iinfo(dtype).max:
            return array.astype(dtype)
    raise InputError(f"{name} holds {low} to {high}, expected labels of at most 32 bits")


def _as_bytes(labels: Map) -> NDArray[np.uint8]:
    return np.ascontiguousarray(labels).view(np.uint8).reshape(-1, labels.itemsize)


def _contours(contours: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.float64]:
    array = as_numpy(contours, "contours")
    expected = tuple(2 * side + 1 for side in shape)
    if array.shape != expected:
        raise InputError(
            f"contours have shape {array.shape}, expected {expected}, double the truth's {shape} and one more"
        )
    array = np.ascontiguousarray(array, np.float64)
    if not (array.min() >= 0 and array.max() <= 1):
        raise _at(~((array >= 0) & (array <= 1)), array, "a contour from 0 to 1")
    if array[1::2, 1::2].any():
        pixels = np.zeros(array.shape, np.bool_)
        pixels[1::2, 1::2] = True
        raise _at(pixels & (array > 0), array, "0, because a pixel lies there")
    return array


def _at(wrong: NDArray[np.bool_], array: NDArray[np.float64], expected: str) -> InputError:
    row, column = (int(i) for i in np.unravel_index(wrong.argmax(), wrong.shape))
    return InputError(f"is {array[row, column]}, expected {expected}", place=f"contours [{row}, {column}]")


def _thresholds(thresholds: ArrayLike) -> NDArray[np.float64]:
    array = np.ascontiguousarray(as_numpy(thresholds, "thresholds"), np.float64)
    if array.ndim != 1 or not len(array) or not np.all(array[1:] > array[:-1]) or np.isnan(array).any():
        raise InputError("thresholds are not one or more ascending numbers")
    return array
