from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray
from reference import regions as reference

from segmetrics import regions
from segmetrics._core.regions import MergeTree
from segmetrics.errors import InputError

Map = NDArray[Any]
Contours = NDArray[np.float64]

LEVELS = np.array([0, 0.1, 0.25, 0.5, 0.75, 1])


@st.composite
def contour_maps(draw: st.DrawFn) -> Contours:
    """Contours of any kind, ultrametric or not: with closed lines, with gaps, with low corners."""
    height, width = draw(st.integers(1, 7)), draw(st.integers(1, 9))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    contours = random.choice(LEVELS[: draw(st.integers(1, len(LEVELS)))], (2 * height + 1, 2 * width + 1))
    contours[1::2, 1::2] = 0
    return contours


@st.composite
def thresholds(draw: st.DrawFn) -> list[float]:
    return sorted(draw(st.sets(st.sampled_from([*LEVELS, 0.05, 0.3, 0.99]), min_size=1)))


@st.composite
def truths_of(draw: st.DrawFn, shape: tuple[int, ...]) -> list[Map]:
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    dtypes = draw(st.lists(st.sampled_from([np.int8, np.int16, np.int32, np.int64]), min_size=1, max_size=4))
    return [random.integers(-3, 4, shape).astype(dtype) for dtype in dtypes]


@st.composite
def measured(draw: st.DrawFn) -> tuple[Contours, list[Map], list[float]]:
    contours = draw(contour_maps())
    return contours, draw(truths_of(contours[1::2, 1::2].shape)), draw(thresholds())


@st.composite
def label_maps(draw: st.DrawFn) -> tuple[Map, list[Map]]:
    shape = draw(st.tuples(st.integers(1, 6), st.integers(1, 7)))
    return draw(truths_of(shape))[0], draw(truths_of(shape))


# ---- nested segmentations ----------------------------------------------------------------------------------


@given(contour_maps(), thresholds())
def test_the_finest_segmentation_is_the_labelling(contours: Contours, ascending: list[float]) -> None:
    labels = MergeTree(contours, np.array(ascending)).labels
    of_first_pixels = np.unique(labels, return_index=True)[1]
    assert_array_equal(of_first_pixels, np.sort(of_first_pixels))
    assert same_regions(labels, reference.segmentation(contours, ascending[0]))


def same_regions(labels: Map, others: Map) -> bool:
    pairs = np.unique(np.stack([labels.ravel(), others.ravel()]), axis=1)
    return all(len(np.unique(side)) == pairs.shape[1] for side in pairs)


@settings(max_examples=200)
@given(measured())
def test_all_thresholds_are_measured_as_one_by_one(case: tuple[Contours, list[Map], list[float]]) -> None:
    contours, truths, ascending = case
    found = regions.measure_contours(contours, truths, ascending)
    labelled = [reference.segmentation(contours, threshold) for threshold in ascending]
    assert_allclose(found.covered, [reference.covered([each], truths) for each in labelled], rtol=1e-12)
    assert found.best_covered == pytest.approx(reference.covered(labelled, truths), rel=1e-12)
    covered_regions = [reference.covered_regions(each, truths) for each in labelled]
    assert_allclose(found.covered_regions, covered_regions, rtol=1e-12)
    rand = [np.mean([reference.rand_index(each, truth) for truth in truths]) for each in labelled]
    assert_allclose(found.rand_index, rand, rtol=1e-12)
    variation = [
        np.mean([reference.variation_of_information(each, truth) for truth in truths]) for each in labelled
    ]
    assert_allclose(found.variation, variation, atol=1e-12)


@given(measured())
def test_one_threshold_gives_the_bits_that_many_give(case: tuple[Contours, list[Map], list[float]]) -> None:
    contours, truths, ascending = case
    together = regions.measure_contours(contours, truths, ascending)
    for k, threshold in enumerate(ascending):
        alone = regions.measure_contours(contours, truths, [threshold])
        for name in ("covered", "covered_regions", "disagreeing", "variation"):
            assert_array_equal(getattr(alone, name)[0], getattr(together, name)[k])


@given(measured())
def test_contours_are_measured_as_the_maps_they_stand_for(
    case: tuple[Contours, list[Map], list[float]],
) -> None:
    contours, truths, ascending = case
    labelled = [reference.segmentation(contours, threshold) for threshold in ascending]
    nested = regions.measure_contours(contours, truths, ascending)
    listed = regions.measure_segmentations(labelled, truths)
    assert_array_equal(nested.covered, listed.covered)
    assert_array_equal(nested.disagreeing, listed.disagreeing)
    assert nested.best_covered == listed.best_covered


# ---- single segmentations ----------------------------------------------------------------------------------


@given(label_maps())
def test_functions_of_two_maps_are_the_definitions(case: tuple[Map, list[Map]]) -> None:
    labels, truths = case
    if labels.shape != truths[0].shape:
        labels = truths[0][::-1]
    assert regions.covering(labels, truths) == pytest.approx(
        reference.covered([labels], truths) / (len(truths) * labels.size)
    )
    for truth in truths:
        assert regions.rand_index(labels, truth) == pytest.approx(reference.rand_index(labels, truth))
        assert regions.variation_of_information(labels, truth) == pytest.approx(
            reference.variation_of_information(labels, truth), abs=1e-12
        )


@given(label_maps())
def test_a_map_agrees_with_itself_whatever_its_numbers(case: tuple[Map, list[Map]]) -> None:
    labels = case[0].astype(np.int64)
    assert regions.covering(labels, 7 - 3 * labels) == 1
    assert regions.rand_index(labels, 7 - 3 * labels) == 1
    assert regions.variation_of_information(labels, 7 - 3 * labels) == pytest.approx(0, abs=1e-12)


def test_a_stack_or_a_single_map_is_truth_too() -> None:
    labels, truth = np.array([[1, 1, 2]]), np.array([[1, 2, 2]])
    assert regions.covering(labels, truth) == regions.covering(labels, [truth])
    assert regions.covering(labels, np.stack([truth, labels])) == regions.covering(labels, [truth, labels])


# ---- wrong input -------------------------------------------------------------------------------------------

PIXEL = [[1]]


@pytest.mark.parametrize(
    ("labels", "truths", "message"),
    [
        (PIXEL, [], "the list of annotators is empty"),
        (PIXEL, [[[1, 2]]], r"a segmentation has shape \(1, 1\), truth 0 \(1, 2\); they must agree"),
        (PIXEL, [PIXEL, [[1, 2]]], r"truth 1 has shape \(1, 2\), truth 0 \(1, 1\)"),
        ([[0.5]], [PIXEL], "a segmentation has dtype float64, expected integers"),
        (PIXEL, [np.zeros((0, 3), int)], r"truth 0 has shape \(0, 3\), expected \(h, w\)"),
        ([[1 << 40]], [PIXEL], "a segmentation holds 1099511627776 to 1099511627776, expected labels of at"),
    ],
)
def test_wrong_label_maps_are_refused(labels: Any, truths: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        regions.measure_segmentations([labels], truths)


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ((0, 1), np.nan, r"contours \[0, 1\]: is nan, expected a contour from 0 to 1"),
        ((2, 2), 1.5, r"contours \[2, 2\]: is 1.5, expected a contour from 0 to 1"),
        ((1, 1), 0.5, r"contours \[1, 1\]: is 0.5, expected 0, because a pixel lies there"),
    ],
)
def test_wrong_contours_are_refused(place: tuple[int, int], value: float, message: str) -> None:
    contours = np.zeros((3, 5))
    contours[place] = value
    with pytest.raises(InputError, match=message):
        regions.measure_contours(contours, [[[1, 1]]], [0.5])


def test_contours_of_another_size_are_refused() -> None:
    with pytest.raises(InputError, match=r"shape \(3, 3\), expected \(3, 5\), double the truth's \(1, 2\)"):
        regions.measure_contours(np.zeros((3, 3)), [[[1, 1]]], [0.5])


@pytest.mark.parametrize("ascending", [[], [0.5, 0.5], [np.nan], [0.5, 0.4]])
def test_thresholds_that_do_not_ascend_are_refused(ascending: list[float]) -> None:
    with pytest.raises(InputError, match="thresholds are not one or more ascending numbers"):
        regions.measure_contours(np.zeros((3, 3)), [PIXEL], ascending)


def test_no_segmentations_are_refused() -> None:
    with pytest.raises(InputError, match="there are no segmentations"):
        regions.measure_segmentations([], [PIXEL])


# ---- real data ---------------------------------------------------------------------------------------------


def test_bsds500_gives_the_official_counts(shared: Path) -> None:
    """Counts of gPb-owt-ucm whose sums over the test set equal the official result files."""
    from scipy.io import loadmat  # noqa: PLC0415

    official = np.load(shared / "truth/bsds500/official_region_counts_gpb_ucm.npz")
    for row in range(0, 200, 40):
        key = official["ids"][row]
        packed = np.load(shared / f"data/bsds500/ucm2_lossless/{key}.npz")
        annotations = loadmat(shared / f"data/bsds500/groundTruth/test/{key}.mat")["groundTruth"][0]
        truths = [annotation[0, 0]["Segmentation"] for annotation in annotations]
        found = regions.measure_contours(packed["values"][packed["index"]], truths, official["thr"])
        assert found.annotated == official["cover"][row, 0, 1]
        assert_allclose(found.covered, official["cover"][row, :, 0], rtol=1e-12)
        assert_allclose(found.covered_regions, official["cover"][row, :, 2], rtol=1e-12)
        assert found.best_covered == pytest.approx(official["best"][row], rel=1e-12)
        assert_allclose(found.rand_index, official["RI"][row], rtol=1e-12)
        assert_allclose(found.variation, official["VI"][row], rtol=1e-12)
