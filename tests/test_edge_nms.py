from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray
from PIL import Image
from reference import edge_nms as reference

from segmetrics._core.boundaries import BoundaryCounter
from segmetrics.edge_nms import MAX_DISTANCE, edges_nms
from segmetrics.errors import InputError

Map = NDArray[np.float64]

DEFAULTS: dict[str, Any] = {"radius": 1, "border": 5, "multiplier": 1.01}


@st.composite
def strength_maps(draw: st.DrawFn) -> Map:
    """Noise, 8-bit noise, smooth slopes with plateaus, and lines on nothing."""
    height, width = draw(st.tuples(st.integers(1, 25), st.integers(1, 25)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    noise: Map = rng.random((height, width))
    match draw(st.sampled_from(["noise", "bits", "slopes", "lines"])):
        case "noise":
            return noise
        case "bits":
            return np.asarray(np.floor(noise * 256) / 255)
        case "slopes":
            y, x = np.mgrid[:height, :width]
            return np.asarray(np.clip(np.sin(x * rng.random()) * np.cos(y * rng.random()), 0, 0.9))
    return np.where((noise < 0.05) | (np.arange(width) == width // 2), noise, 0)


rules = st.fixed_dictionaries(
    {
        "radius": st.sampled_from([0, 1, 2, 3, 40]),
        "border": st.sampled_from([0, 1, 5, 100]),
        "multiplier": st.sampled_from([0.5, 1.0, 1.01, 1.03, 100.0]),
    }
)


@given(strength_maps(), rules)
@settings(max_examples=150, deadline=None)
def test_crests_are_those_of_the_definition(strengths: Map, rule: dict[str, Any]) -> None:
    assert_array_equal(edges_nms(strengths, **rule), reference.edges_nms(strengths, **rule))


@given(strength_maps())
def test_a_pixel_stays_as_it_was_smoothed_or_goes(strengths: Map) -> None:
    crests = edges_nms(strengths, border=0)
    assert_array_equal(crests[crests > 0], reference.triangle(strengths, 1)[crests > 0])


@given(strength_maps())
def test_looking_farther_only_suppresses_more(strengths: Map) -> None:
    near, far = (edges_nms(strengths, radius=radius) for radius in (1, 2))
    assert ((far == near) | (far == 0)).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (2, 1), (1, 40), (40, 1), (2, 2), (3, 200)])
@pytest.mark.parametrize("value", [0.0, 0.4, 1.0])
def test_what_is_constant_stays(shape: tuple[int, int], value: float) -> None:
    constant = np.full(shape, value)
    assert_allclose(edges_nms(constant, border=0), constant, atol=1e-15)
    assert_allclose(edges_nms(constant, border=0, radius=MAX_DISTANCE // 1000), constant, atol=1e-15)


def test_strengths_fade_towards_the_border() -> None:
    crests = edges_nms(np.ones((40, 30)), border=4)
    assert_allclose(crests[20], [0, 0.25, 0.5, 0.75, *[1] * 22, 0.75, 0.5, 0.25, 0])
    assert_allclose(crests[:, 15], [0, 0.25, 0.5, 0.75, *[1] * 32, 0.75, 0.5, 0.25, 0])
    assert crests[1, 1] == pytest.approx(1 / 16)
    assert_allclose(edges_nms(np.ones((5, 50)), border=9)[2, 20], 1)
    assert_allclose(edges_nms(np.ones((4, 50)), border=9)[:, 20], [0, 0.5, 0.5, 0])


def test_a_slanted_ridge_becomes_a_line() -> None:
    y, x = np.mgrid[:60, :60]
    ridge = np.clip(1 - np.abs(x - 0.8 * y - 5) / 6, 0, 1)
    crests = edges_nms(ridge)[10:50, 10:50]
    width_of_rows = (crests > 0.3).sum(axis=1)
    assert width_of_rows.min() >= 1
    assert width_of_rows.max() <= 2


def test_a_ridge_along_the_rows_is_not_thinned() -> None:
    """Its mixed derivative is 0, so that the official formula takes it for one along the columns."""
    ridge = np.tile([0, 0.4, 0.8, 0.4, 0], (30, 1))
    assert ((edges_nms(ridge, border=0) > 0).sum(axis=1) == 1).all()
    assert ((edges_nms(ridge.T, border=0) > 0).sum(axis=0) == 5).all()


def test_strengths_may_be_of_any_dtype_and_layout() -> None:
    lines = np.random.default_rng(0).random((20, 30)) < 0.2
    expected = edges_nms(lines.astype(np.float64))
    assert expected.dtype == np.float64
    for dtype in (np.bool_, np.uint8, np.int64, np.float32):
        assert_array_equal(edges_nms(lines.astype(dtype)), expected)
    assert_array_equal(edges_nms(np.asfortranarray(lines, dtype=np.float64)), expected)
    assert_array_equal(edges_nms(np.repeat(lines, 2, axis=1)[:, ::2]), expected)
    assert_array_equal(edges_nms(lines.astype(np.float64).tolist()), expected)


@pytest.mark.parametrize(
    ("strengths", "message"),
    [
        ([[0, np.nan]], r"^strengths\[0, 1\]: found nan, expected 0 to 1$"),
        ([[0, 0.5], [1.0000001, 0]], r"^strengths\[1, 0\]: found 1.0000001, expected 0 to 1$"),
        ([[-1e-300]], r"^strengths\[0, 0\]: found -1e-300, expected 0 to 1$"),
        ([[np.inf]], "found inf"),
        (np.array([[0, 255]], np.uint8), "found 255, expected 0 to 1; divide 8-bit maps by 255$"),
        (np.zeros((0, 4)), r"shape \(0, 4\), expected at least one pixel"),
        ([["a"]], "expected numbers"),
    ],
)
def test_strengths_that_are_none_are_refused(strengths: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        edges_nms(strengths)


@pytest.mark.parametrize("shape", [(3,), (3, 3, 3)])
def test_strengths_are_of_one_image(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"expected \(h, w\)"):
        edges_nms(np.zeros(shape))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"radius": -1}, "^radius is -1, expected an integer from 0 to 100,000$"),
        ({"radius": 1.5}, "^radius is 1.5, expected an integer"),
        ({"radius": MAX_DISTANCE + 1}, "^radius is 100001, expected"),
        ({"border": -2}, "^border is -2, expected"),
        ({"multiplier": 0}, "^multiplier is 0, expected a positive number$"),
        ({"multiplier": np.nan}, "^multiplier is nan, expected"),
        ({"multiplier": np.inf}, "^multiplier is inf, expected"),
    ],
)
def test_a_rule_that_is_none_is_refused(rule: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        edges_nms(np.zeros((3, 3)), **{**DEFAULTS, **rule})


def test_a_detector_has_its_published_score(shared: Path) -> None:
    """PiDiNet-tiny's raw maps: ODS .789 is published for all 200 images, of which 50 are at hand."""
    loadmat = pytest.importorskip("scipy.io").loadmat
    folder = shared / "data" / "bsds500"
    thresholds = np.linspace(0.01, 0.99, 99)
    counter, counts = BoundaryCounter(), np.zeros((99, 4), np.int64)
    for path in sorted((folder / "pidinet_tiny_maps_run_here").glob("*.png")):
        crests = edges_nms(np.asarray(Image.open(path)) / 255)
        truth = loadmat(folder / "groundTruth" / "test" / f"{path.stem}.mat")["groundTruth"][0]
        annotations = np.array([person["Boundaries"][0, 0] for person in truth], np.uint8)
        radius = 0.0075 * float(np.hypot(*crests.shape))
        counts += counter.of_strengths(crests, thresholds, True, annotations, radius)
    found, annotated, right, predicted = counts.T
    recall, precision = found / annotated, right / np.maximum(predicted, 1)
    assert (2 * recall * precision / (recall + precision)).max() == pytest.approx(0.789, abs=1e-3)
