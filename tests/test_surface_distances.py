"""Surface distances: official numbers, the definitions pair by pair, degenerate masks, refusals."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from reference import surfaces as reference
from scipy import ndimage

from segmetrics.errors import InputError
from segmetrics.surface_distances import (
    Definition,
    average_symmetric_surface_distance,
    distance_transform,
    hausdorff_distance,
    normalized_surface_dice,
    surface_distances,
)

Mask = NDArray[np.bool_]
DEFINITIONS = get_args(Definition)
SPACINGS = (1.0, 0.5, 0.7, 3.0)


class Ball(NamedTuple):
    centre: tuple[int, ...]
    radius: float

    def drawn(self, shape: tuple[int, ...]) -> Mask:
        squares = sum((axis - c) ** 2 for axis, c in zip(np.indices(shape), self.centre, strict=True))
        return np.asarray(squares <= self.radius**2)


class Pair(NamedTuple):
    truth: Mask
    prediction: Mask
    spacing: tuple[float, ...]


def balls(shape: tuple[int, ...], truth: Ball, prediction: Ball, spacing: tuple[float, ...]) -> Pair:
    return Pair(truth.drawn(shape), prediction.drawn(shape), spacing)


DISCS = (40, 50), Ball((18, 20), 11.5), Ball((21, 26), 13)
BALLS = (16, 18, 20), Ball((7, 8, 9), 5.5), Ball((8, 9, 10), 6)
CASES = {
    "discs": balls(*DISCS, (1.0, 1.0)),
    "discs_spaced": balls(*DISCS, (0.7, 1.3)),
    "discs_at_border": balls((12, 30), Ball((0, 3), 9), Ball((4, 0), 8), (1.0, 1.0)),
    "balls": balls(*BALLS, (1.0, 1.0, 1.0)),
    "balls_spaced": balls(*BALLS, (2.5, 0.7, 0.7)),
}

# surface-distance-based-measures 0.1, NumPy 2.4.6, SciPy 1.17.1, x86-64, 2026-11
DEEPMIND = """
hausdorff      at 95%         from truth      from pred.      NSD at 1        NSD at 2        of
8.544003745318 8              3.70958189606   4.276895924181  0.1593145750508 0.2585786437627 discs
10.4           9.126883367284 3.163936500447  4.104887743907  0.1698884021967 0.3057569203019 discs_spaced
5.099019513593 4.123105625618 1.263061871114  0.9178285788323 0.6190761027427 0.7940705787863 discs_at_border
2.449489742783 1.732050807569 0.6489415429623 0.7708915462171 0.8382328141018 0.9704543907508 balls
5              2.5            0.5047528712349 0.6805436572927 0.860887246309  0.9569827636256 balls_spaced
"""


# MONAI 1.4.0, which computes in single precision; torch 2.0.1, SciPy 1.17.1, x86-64, 2026-11
MONAI = """
hausdorff   at 95%      from truth  from pred.   symmetric   NSD at 1     NSD at 2     of
8.54400349  8.02801609  3.88873196  4.45650196   4.18931627  0.139705881  0.25         discs
10.3999996  9.2665081   3.57063484  4.48826027   4.05643702  0.139705881  0.264705896  discs_spaced
5.09901953  4.03693151  1.27007997  0.948908031  1.11668432  0.611940324  0.776119411  discs_at_border
2.44948983  2.23606801  0.905103147 1.07525229   1.00040817  0.75         0.936708868  balls
5           2.59615111  0.761056185 1.01210296   0.901674211 0.757911384  0.901898742  balls_spaced
"""


def rows_of(table: str) -> list[Any]:
    rows = [line.split() for line in table.strip().splitlines()[1:]]
    return [pytest.param(CASES[name], [*map(float, numbers)], id=name) for *numbers, name in rows]


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    """Masks from almost empty to almost full, of 1 to 6 pixels along each axis."""
    shape = draw(hnp.array_shapes(min_dims=2, max_dims=3, min_side=1, max_side=6))
    pixels = st.sampled_from([[False, False, False, True], [False, True], [True, True, True, False]])
    truth, prediction = (
        draw(hnp.arrays(np.bool_, shape, elements=st.sampled_from(draw(pixels)), fill=st.nothing()))
        for _ in range(2)
    )
    return Pair(truth, prediction, tuple(draw(st.sampled_from(SPACINGS)) for _ in shape))


# ---- numbers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("pair", "expected"), rows_of(DEEPMIND))
def test_numbers_are_those_of_deepmind(pair: Pair, expected: list[float]) -> None:
    found = surface_distances(pair.truth, pair.prediction, spacing=pair.spacing, definition="deepmind")
    averages = found.truth.average(), found.prediction.average()
    numbers = [found.hausdorff(), found.hausdorff(95), *averages, found.nsd(1), found.nsd(2)]
    assert numbers == pytest.approx(expected, rel=1e-12, abs=0)


@pytest.mark.parametrize(("pair", "expected"), rows_of(MONAI))
def test_numbers_are_those_of_monai(pair: Pair, expected: list[float]) -> None:
    found = surface_distances(pair.truth, pair.prediction, spacing=pair.spacing, definition="monai")
    averages = found.truth.average(), found.prediction.average(), found.average()
    numbers = [found.hausdorff(), found.hausdorff(95), *averages, found.nsd(1), found.nsd(2)]
    assert numbers == pytest.approx(expected, rel=1e-6, abs=0)


def test_a_distance_meets_a_tolerance_where_it_does_officially() -> None:
    """3 * 0.1 is more than 0.3 in double precision, which surface-distance has, and not in single."""
    truth, prediction = np.zeros((2, 3, 8), np.bool_)
    truth[1, 1] = prediction[1, 4] = True
    close = [
        normalized_surface_dice(truth, prediction, tolerance=0.3, spacing=0.1, definition=definition)
        for definition in DEFINITIONS
    ]
    assert close == [0.5, 1.0]


@settings(max_examples=150, deadline=None)
@given(pairs())
def test_corners_are_those_of_the_definition(pair: Pair) -> None:
    truth, prediction = (reference.corners(mask, pair.spacing) for mask in (pair.truth, pair.prediction))
    found = surface_distances(pair.truth, pair.prediction, spacing=pair.spacing, definition="deepmind")
    for side, (ours, others) in (found.truth, (truth, prediction)), (found.prediction, (prediction, truth)):
        points, weights = [point for point, _ in ours], [weight for _, weight in ours]
        expected = reference.nearest(points, [point for point, _ in others], pair.spacing)
        np.testing.assert_allclose(side.distances, expected, rtol=1e-14, atol=0)
        np.testing.assert_allclose(side.weights, weights, rtol=1e-14, atol=0)


@settings(max_examples=150, deadline=None)
@given(pairs())
def test_edge_pixels_are_those_of_the_definition(pair: Pair) -> None:
    truth, prediction = (reference.edge_pixels(mask) for mask in (pair.truth, pair.prediction))
    found = surface_distances(pair.truth, pair.prediction, spacing=pair.spacing, definition="monai")
    for side, ours, others in (found.truth, truth, prediction), (found.prediction, prediction, truth):
        expected = reference.nearest(ours, others, pair.spacing) or [math.inf] * len(others)
        np.testing.assert_array_equal(side.distances, np.array(expected, np.float32))


@settings(max_examples=100, deadline=None)
@given(pairs(), st.sampled_from(DEFINITIONS), st.sampled_from([0.0, 0.5, 1.0, 2.0]))
def test_sides_may_be_swapped_and_distances_grow_with_the_spacing(
    pair: Pair, definition: Definition, tolerance: float
) -> None:
    truth, prediction, spacing = pair
    found = surface_distances(truth, prediction, spacing=spacing, definition=definition)
    swapped = surface_distances(prediction, truth, spacing=spacing, definition=definition)
    np.testing.assert_array_equal(found.hausdorff(), swapped.hausdorff())
    np.testing.assert_allclose(found.average(), swapped.average(), rtol=1e-12)
    np.testing.assert_allclose(found.nsd(tolerance), swapped.nsd(tolerance), rtol=1e-12)
    doubled = tuple(2 * each for each in spacing)
    wider = surface_distances(truth, prediction, spacing=doubled, definition=definition)
    np.testing.assert_array_equal(2 * found.hausdorff(), wider.hausdorff())
    np.testing.assert_array_equal(found.nsd(tolerance), wider.nsd(2 * tolerance))


@pytest.mark.parametrize("definition", DEFINITIONS)
def test_equal_masks_are_no_distance_apart(definition: Definition) -> None:
    for mask in np.ones((1, 1)), np.ones((1, 7)), np.ones((4, 3, 2)), Ball((3, 4), 2).drawn((9, 9)):
        found = surface_distances(mask > 0, mask > 0, definition=definition)
        assert (found.hausdorff(), found.hausdorff(50), found.average(), found.nsd(0)) == (0, 0, 0, 1)


def test_functions_are_the_methods() -> None:
    truth, prediction, spacing = balls(*DISCS, (0.7, 1.3))
    options: dict[str, Any] = {"spacing": spacing, "definition": "deepmind"}
    found = surface_distances(truth, prediction, **options)
    assert hausdorff_distance(truth, prediction, percentile=95, **options) == found.hausdorff(95)
    assert average_symmetric_surface_distance(truth, prediction, **options) == found.average()
    assert normalized_surface_dice(truth, prediction, tolerance=2, **options) == found.nsd(2)


# ---- empty masks -----------------------------------------------------------------------------------------

EMPTY, DOT = np.zeros((5, 6), np.bool_), np.zeros((5, 6), np.bool_)
DOT[2, 3] = True
NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("definition", "truth", "prediction", "expected"),
    # hausdorff, at 95, average from truth, from prediction, symmetric (which surface-distance has not), NSD
    [
        ("deepmind", EMPTY, EMPTY, (INF, INF, NAN, NAN, NAN, NAN)),
        ("deepmind", EMPTY, DOT, (INF, INF, NAN, INF, INF, 0)),
        ("deepmind", DOT, EMPTY, (INF, INF, INF, NAN, INF, 0)),
        ("monai", EMPTY, EMPTY, (NAN, NAN, NAN, NAN, NAN, NAN)),
        ("monai", EMPTY, DOT, (INF, NAN, INF, INF, INF, 0)),
        ("monai", DOT, EMPTY, (INF, NAN, INF, INF, INF, 0)),
    ],
)
def test_empty_masks_give_what_they_give_officially(
    definition: Definition, truth: Mask, prediction: Mask, expected: tuple[float, ...]
) -> None:
    found = surface_distances(truth, prediction, definition=definition)
    averages = found.truth.average(), found.prediction.average(), found.average()
    numbers = found.hausdorff(), found.hausdorff(95), *averages, found.nsd(1)
    np.testing.assert_array_equal(numbers, expected)


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (3, 0, 2)])
def test_arrays_without_pixels_are_empty_masks(shape: tuple[int, ...]) -> None:
    nothing = np.zeros(shape, np.bool_)
    assert math.isnan(surface_distances(nothing, nothing, definition="monai").average())
    assert distance_transform(nothing).shape == shape


# ---- the transform ---------------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(pairs())
def test_transform_is_that_of_scipy(pair: Pair) -> None:
    mask = pair.truth
    if mask.all():
        assert np.isinf(distance_transform(mask)).all()
        return
    np.testing.assert_array_equal(distance_transform(mask), ndimage.distance_transform_edt(mask))
    expected = ndimage.distance_transform_edt(mask, sampling=pair.spacing)
    np.testing.assert_allclose(distance_transform(mask, spacing=pair.spacing), expected, rtol=1e-14, atol=0)


@pytest.mark.parametrize("shape", [(90, 70), (30, 40, 35), (1, 200), (200, 1), (60, 1, 60)])
@pytest.mark.parametrize("density", [0.3, 0.999])
def test_transform_of_larger_masks(shape: tuple[int, ...], density: float) -> None:
    mask = np.random.default_rng(0).random(shape) < density
    mask.flat[0] = False
    np.testing.assert_array_equal(distance_transform(mask), ndimage.distance_transform_edt(mask))


# ---- refusals --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("truth", "prediction", "message"),
    [
        (np.zeros((2, 2)) > 0, np.zeros((2, 3)) > 0, r"truth has shape \(2, 2\), prediction \(2, 3\)"),
        (np.zeros(4) > 0, np.zeros(4) > 0, r"truth has shape \(4,\), expected 2 or 3 axes"),
        ([[0, 1]], [[0, 255]], r"\[0, 1\]: prediction is 255, expected 0 or 1"),
        ([[0, -1]], [[0, 1]], r"\[0, 1\]: truth is -1, expected 0 or 1"),
        ([[0.5]], [[0.5]], r"truth has dtype float64, expected bool, or integers 0 and 1"),
        ([["a"]], [["b"]], r"truth has dtype <U1, expected numbers"),
    ],
)
def test_what_is_no_pair_of_masks_is_refused(truth: Any, prediction: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        surface_distances(truth, prediction, definition="monai")


@pytest.mark.parametrize("spacing", [0.0, -1.0, 1e-160, math.nan, math.inf, (1.0, 0.0), (1.0, 1.0, 1.0)])
def test_a_spacing_that_is_none_is_refused(spacing: float | tuple[float, ...]) -> None:
    with pytest.raises(
        ValueError, match=r"spacing is .*, expected a number from 1e-100 to 1e\+100, or 2 of them"
    ):
        surface_distances(DOT, DOT, spacing=spacing, definition="monai")


def test_arguments_that_mean_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="definition is 'itk', expected one of deepmind, monai"):
        surface_distances(DOT, DOT, definition="itk")  # type: ignore[arg-type]
    found = surface_distances(DOT, DOT, definition="monai")
    for percentile in 0.0, -1.0, 101.0, math.nan:
        with pytest.raises(ValueError, match="expected more than 0, up to 100"):
            found.hausdorff(percentile)
    for tolerance in -1.0, math.nan, math.inf:
        with pytest.raises(ValueError, match="expected a finite number that is not negative"):
            found.nsd(tolerance)
