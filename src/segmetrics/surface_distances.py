"""How far apart surfaces of masks are: Hausdorff and average surface distance, normalized surface Dice.

Two definitions are in use, which agree on neither the surface nor the weights;
docs/reference/surface-distances.md sets them side by side. "deepmind" is google-deepmind/surface-distance 0.1
(Nikolov et al., Deep learning to achieve clinically applicable segmentation of head and neck anatomy, 2018):
the surface is made of the points where pixels of the mask meet others, weighted with the length or area of
the surface there. "monai" is MONAI 1.4: it is made of the pixels of the mask that have a neighbour outside of
it, all of one weight.

What is outside of the array is outside of the mask. Distances are in the unit of the spacing: pixels where
none is given.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmetrics._core import surfaces as _core
from segmetrics.arrays import as_numpy
from segmetrics.errors import InputError
from segmetrics.surface_elements import element_weights

Definition = Literal["deepmind", "monai"]
"""What the surface of a mask is, and how its elements are weighted."""

Spacing = float | Sequence[float]
"""Between neighbouring pixels: on all axes, or on each from the slowest."""

_LEAST_SPACING: Final = 1e-100
_MOST_SPACING: Final = 1e100
"""Squares of distances are neither 0 nor infinite."""

Pixels = NDArray[np.uint8]
Distances = NDArray[np.float64]
Spacings = tuple[float, ...]


class DirectedDistances(NamedTuple):
    """From the surface of one mask to that of another.

    Attributes:
        distances: (n,) of each element to the nearest of the other surface, inf where there is none; float64,
            or float32 as MONAI keeps them.
        weights: (n,) float64, lengths or areas of the elements, or ones.
    """

    distances: NDArray[Any]
    weights: NDArray[np.float64]

    def average(self) -> float:
        """Weighted mean of the distances; NaN without elements."""
        return _mean(self.distances, self.weights)


@dataclass(frozen=True, eq=False)
class SurfaceDistances:
    """Distances between the surfaces of two masks, and all that follows from them.

    Attributes:
        definition: Of the surfaces.
        truth: From the true surface to the predicted one.
        prediction: From the predicted surface to the true one.
    """

    definition: Definition
    truth: DirectedDistances
    prediction: DirectedDistances

    def hausdorff(self, percentile: float = 100.0) -> float:
        """The greater of the percentiles of the two directions: at 100 the Hausdorff distance.

        Args:
            percentile: More than 0, up to 100. "deepmind" takes the least distance within which lies so
                much of the surface; "monai" interpolates between neighbours, as `numpy.percentile`.

        Returns:
            Where one surface is empty: inf, but NaN by "monai" below 100. Where both are: inf by
            "deepmind", NaN by "monai".

        Raises:
            ValueError: `percentile` is out of range.
        """
        if not 0 < percentile <= 100:
            raise ValueError(f"percentile is {percentile}, expected more than 0, up to 100")
        of = _RULES[self.definition].percentile
        return max(of(self.truth, percentile), of(self.prediction, percentile))

    def average(self) -> float:
        """Average symmetric surface distance: the weighted mean over the elements of both surfaces.

        Returns:
            inf where one surface is empty, NaN where both are. `truth.average()` and `prediction.average()`
            are those of one direction.
        """
        both = zip(self.truth, self.prediction, strict=True)
        return _mean(*map(np.concatenate, both))

    def nsd(self, tolerance: float) -> float:
        """Normalized surface Dice: the share of both surfaces that lies within the tolerance of the other.

        Args:
            tolerance: In the unit of the spacing; a distance that equals it is within.

        Returns:
            A fraction, 0 where one surface is empty, NaN where both are.

        Raises:
            ValueError: `tolerance` is negative or not finite.
        """
        if not 0 <= tolerance < math.inf:
            raise ValueError(f"tolerance is {tolerance}, expected a finite number that is not negative")
        sides = self.truth, self.prediction
        within = sum(side.weights[side.distances <= tolerance].sum() for side in sides)
        return _ratio(within, sum(side.weights.sum() for side in sides))


def surface_distances(
    truth: ArrayLike, prediction: ArrayLike, *, spacing: Spacing = 1.0, definition: Definition
) -> SurfaceDistances:
    """Distances between the surfaces of two masks, found once for all measures.

    Args:
        truth: (h, w) or (d, h, w) mask, bool or integers 0 and 1.
        prediction: Likewise, of the same shape.
        spacing: Between neighbouring pixels, on all axes or on each; in millimetres, distances are too.
        definition: "deepmind" or "monai".

    Raises:
        InputError: The shapes differ or are not of 2 or 3 axes, or a value is neither 0 nor 1.
        ValueError: `spacing` or `definition` is not one of these.

    >>> truth, prediction = np.zeros((2, 8, 8), np.bool_)
    >>> truth[1:5, 1:5] = prediction[1:5, 2:6] = True
    >>> found = surface_distances(truth, prediction, definition="monai")
    >>> found.hausdorff(), round(found.average(), 4), found.nsd(0.5)
    (1.0, 0.5, 0.5)
    """
    if definition not in get_args(Definition):
        raise ValueError(f"definition is {definition!r}, expected one of {', '.join(get_args(Definition))}")
    true, predicted = _pixels(truth, "truth"), _pixels(prediction, "prediction")
    if true.shape != predicted.shape:
        raise InputError(f"truth has shape {true.shape}, prediction {predicted.shape}; they must agree")
    spacings = _spacings(spacing, true.ndim)
    there, back = (_RULES[definition].codes(crop, true.ndim) for crop in _cropped(true, predicted))
    return SurfaceDistances(
        definition=definition,
        truth=_directed(there, back, spacings, definition),
        prediction=_directed(back, there, spacings, definition),
    )


def hausdorff_distance(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    percentile: float = 100.0,
    spacing: Spacing = 1.0,
    definition: Definition,
) -> float:
    """`SurfaceDistances.hausdorff` of two masks; all else as `surface_distances`.

    >>> hausdorff_distance([[1, 0, 0]], [[0, 0, 1]], spacing=0.5, definition="monai")
    1.0
    """
    found = surface_distances(truth, prediction, spacing=spacing, definition=definition)
    return found.hausdorff(percentile)


def average_symmetric_surface_distance(
    truth: ArrayLike, prediction: ArrayLike, *, spacing: Spacing = 1.0, definition: Definition
) -> float:
    """`SurfaceDistances.average` of two masks; all else as `surface_distances`.

    >>> average_symmetric_surface_distance([[1, 0, 0]], [[0, 0, 1]], spacing=0.5, definition="monai")
    1.0
    """
    return surface_distances(truth, prediction, spacing=spacing, definition=definition).average()


def normalized_surface_dice(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    tolerance: float,
    spacing: Spacing = 1.0,
    definition: Definition,
) -> float:
    """`SurfaceDistances.nsd` of two masks; all else as `surface_distances`.

    >>> normalized_surface_dice([[1, 0, 0]], [[1, 1, 0]], tolerance=0.5, definition="monai")
    0.6666666666666666
    """
    return surface_distances(truth, prediction, spacing=spacing, definition=definition).nsd(tolerance)


def distance_transform(mask: ArrayLike, *, spacing: Spacing = 1.0) -> NDArray[np.float64]:
    """Exact Euclidean distance of each pixel of a mask to the nearest pixel outside of it.

    Args:
        mask: (h, w) or (d, h, w), bool or integers 0 and 1.
        spacing: Between neighbouring pixels, on all axes or on each.

    Returns:
        float64 of the mask's shape, in the unit of the spacing: 0 outside of the mask, inf where there is no
        outside. What is beyond the array does not count, as in `scipy.ndimage.distance_transform_edt`.

    Raises:
        InputError: The shape is not of 2 or 3 axes, or a value is neither 0 nor 1.
        ValueError: `spacing` is not positive, or of another number of axes.

    >>> distance_transform([[0, 1, 1, 1]], spacing=(1.0, 0.5)).tolist()
    [[0.0, 0.5, 1.0, 1.5]]
    """
    pixels = _pixels(mask, "mask")
    spacings = _spacings(spacing, pixels.ndim)
    if not pixels.size:
        return np.zeros(pixels.shape)
    outside = _on_three_axes(1 - pixels)
    return _core.distance_transform(outside, _three_spacings(spacings)).reshape(pixels.shape)


def _percentile_of_weight(directed: DirectedDistances, percentile: float) -> float:
    if not len(directed.distances):
        return math.inf
    order = np.lexsort((directed.weights, directed.distances))
    weights = directed.weights[order]
    shares = np.cumsum(weights) / weights.sum()
    first = int(np.searchsorted(shares, percentile / 100))
    return float(directed.distances[order[min(first, len(order) - 1)]])


def _percentile_of_number(directed: DirectedDistances, percentile: float) -> float:
    if not len(directed.distances):
        return math.nan
    if percentile == 100:
        return float(directed.distances.max())
    with np.errstate(invalid="ignore"):  # between infinite distances MONAI has NaN too
        return float(np.percentile(directed.distances, percentile))


class _Rules(NamedTuple):
    """What tells one definition from the other, besides the weights.

    Attributes:
        codes: Elements of the surface of a mask with a margin, and 0 where there is none.
        percentile: Of the distances of one direction.
    """

    codes: Callable[[Pixels, int], Pixels]
    percentile: Callable[[DirectedDistances, float], float]


_RULES: Final[dict[Definition, _Rules]] = {
    "deepmind": _Rules(_core.corner_codes, _percentile_of_weight),
    "monai": _Rules(_core.edge_codes, _percentile_of_number),
}


def _directed(
    codes: Pixels, other_codes: Pixels, spacing: Spacings, definition: Definition
) -> DirectedDistances:
    elements = codes[codes > 0]
    distances = _core.distances_at(codes, other_codes, _three_spacings(spacing), len(elements))
    if definition == "deepmind":
        return DirectedDistances(distances, element_weights(spacing)[elements])
    if not len(elements):  # MONAI then has as many infinite distances as the other surface has elements
        distances = np.full(int(np.count_nonzero(other_codes)), np.inf)
    return DirectedDistances(distances.astype(np.float32), np.ones(len(distances)))


def _cropped(truth: Pixels, prediction: Pixels) -> NDArray[np.uint8]:
    """Both masks in the least box that holds them, with a margin of a pixel; a plane is (2, h, 1, w)."""
    masks = _on_three_axes(truth), _on_three_axes(prediction)
    box = _core.joint_box(*masks)
    margins = (1, int(truth.ndim == 3), 1)
    extents = [max(end - first, 1) for first, end in box]
    crops = np.zeros((2, *(n + 2 * margin for n, margin in zip(extents, margins, strict=True))), np.uint8)
    inner = tuple(slice(m, m + end - first) for (first, end), m in zip(box, margins, strict=True))
    for crop, mask in zip(crops, masks, strict=True):
        crop[inner] = mask[tuple(slice(*limits) for limits in box)]
    return crops


def _on_three_axes(pixels: Pixels) -> Pixels:
    """(d, h, w); a plane is (h, 1, w)."""
    return pixels if pixels.ndim == 3 else pixels[:, np.newaxis]


def _three_spacings(spacing: Spacings) -> NDArray[np.float64]:
    return np.array(spacing if len(spacing) == 3 else (spacing[0], 1.0, spacing[1]))


def _pixels(mask: ArrayLike, name: str) -> Pixels:
    array = np.ascontiguousarray(as_numpy(mask, name))
    if array.ndim not in (2, 3):
        raise InputError(f"{name} has shape {array.shape}, expected 2 or 3 axes")
    if max(array.shape) > _core.MOST_POINTS - 2:
        raise InputError(
            f"{name} has shape {array.shape}, expected at most {_core.MOST_POINTS - 2} pixels on an axis"
        )
    if array.dtype == np.bool_:
        return array.view(np.uint8)
    if array.size and array.dtype.kind == "f":
        raise InputError(f"{name} has dtype {array.dtype}, expected bool, or integers 0 and 1")
    strange = (array != 0) & (array != 1)
    if strange.any():
        first = np.unravel_index(strange.argmax(), array.shape)
        raise InputError(f"{name} is {array[first]}, expected 0 or 1", place=str([int(i) for i in first]))
    return array.astype(np.uint8)


def _spacings(spacing: Spacing, n_axes: int) -> Spacings:
    given = np.asarray(spacing, np.float64)
    if given.shape not in ((), (n_axes,)) or not ((given >= _LEAST_SPACING) & (given <= _MOST_SPACING)).all():
        limits = f"from {_LEAST_SPACING} to {_MOST_SPACING}"
        raise ValueError(f"spacing is {spacing}, expected a number {limits}, or {n_axes} of them")
    return tuple(np.broadcast_to(given, n_axes).tolist())


def _mean(values: NDArray[Any], weights: NDArray[np.float64]) -> float:
    return _ratio((values * weights).sum(), weights.sum())


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else math.nan
