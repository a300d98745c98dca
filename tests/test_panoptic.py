"""Matching of panoptic segments, against the slow twin and by hand."""

from __future__ import annotations

from collections import Counter
from math import isnan
from typing import Any, get_args

import numpy as np
import pytest
from evaluators.panoptic_cases import CATEGORIES, enlarged, images, sides
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.panoptic import Image, tally

from segmetrics.errors import InputError
from segmetrics.panoptic import PanopticImage, Segments, match_segments, panoptic_quality
from segmetrics.types import Parity

TRUTH = [[7, 7, 7, 7, 8, 8]]


def image(ids: Any, segments: Any) -> PanopticImage:
    return PanopticImage.of((ids, segments), "the map")


@settings(max_examples=200, deadline=None)
@given(images())
def test_matches_are_those_of_the_definition(case: Image) -> None:
    for parity in get_args(Parity):
        matches = match_segments(*sides(case), parity=parity)
        expected = tally([case], [category.id for category in CATEGORIES], official=parity == "official")
        for category, each in expected.items():
            of_category = matches.category == category
            ious = matches.intersection[of_category] / matches.union[of_category]
            assert ious.tolist() == each.ious
            assert Counter(matches.invented.tolist())[category] == each.invented
            assert Counter(matches.missed.tolist())[category] == each.missed


@settings(max_examples=200, deadline=None)
@given(images(), st.integers(1, 7), st.sampled_from([0.005, 0.1]), st.sampled_from(get_args(Parity)))
def test_matches_of_bands_are_those_of_the_definition(
    case: Image, factor: int, ratio: float, parity: Parity
) -> None:
    case = enlarged(case, factor)
    matches = match_segments(*sides(case), parity=parity, band_ratio=ratio)
    categories = [category.id for category in CATEGORIES]
    expected = tally([case], categories, official=parity == "official", band_ratio=ratio)
    for category, each in expected.items():
        of_category = matches.category == category
        ious = matches.intersection[of_category] / matches.union[of_category]
        assert ious.tolist() == each.ious
        assert Counter(matches.invented.tolist())[category] == each.invented
        assert Counter(matches.missed.tolist())[category] == each.missed


def test_bands_of_colours() -> None:
    ids = np.kron([[7, 7], [7, 70_000]], np.ones((9, 9), np.uint32)).astype(np.uint32)
    colours = np.stack([ids & 255, ids >> 8 & 255, ids >> 16], axis=-1).astype(np.uint8)
    truth, prediction = np.roll(ids, 1, axis=0), {7: 1, 70_000: 1}
    of_ids = panoptic_quality(truth, ids, {7: 1, 70_000: 1}, prediction, band_ratio=0.02)
    of_colours = panoptic_quality(truth, colours, {7: 1, 70_000: 1}, prediction, band_ratio=0.02)
    assert of_ids == of_colours
    assert of_ids["pq"] < panoptic_quality(truth, ids, {7: 1, 70_000: 1}, prediction)["pq"]


def test_an_iou_of_one_half_is_no_match() -> None:
    matches = match_segments(image([[7, 7, 8, 8]], {7: 1, 8: 3}), image([[1, 0, 0, 0]], {1: 1}))
    assert (matches.category.tolist(), matches.missed.tolist(), matches.invented.tolist()) == (
        [],
        [1, 3],
        [1],
    )


def test_void_is_no_part_of_a_union() -> None:
    matches = match_segments(image([[7, 7, 7, 0]], {7: 1}), image([[1, 2, 2, 2]], {1: 1, 2: 1}))
    assert (matches.intersection.tolist(), matches.union.tolist()) == ([2], [3])


@pytest.mark.parametrize(("n_void", "is_invented"), [(2, True), (3, False)])
def test_a_prediction_mostly_in_the_void_is_no_mistake(n_void: int, is_invented: bool) -> None:
    truth = [[0] * n_void + [8] * (4 - n_void)]
    matches = match_segments(image(truth, {8: 3}), image([[1, 1, 1, 1]], {1: 1}))
    assert matches.invented.tolist() == [1] * is_invented


@pytest.mark.parametrize(("parity", "invented"), [("official", [1]), ("clean", [])])
def test_which_crowds_excuse(parity: Parity, invented: list[int]) -> None:
    crowds = [{"id": id_, "category_id": 1, "iscrowd": 1} for id_ in (9, 7)]
    truth = image([[9, 9, 7, 7, 8]], [*crowds, {"id": 8, "category_id": 1}])
    matches = match_segments(truth, image([[1, 1, 1, 1, 2]], {1: 1, 2: 1}), parity=parity)
    assert matches.invented.tolist() == invented
    assert matches.missed.tolist() == []


@pytest.mark.parametrize(("parity", "union"), [("official", 6), ("clean", 4)])
def test_whose_area_counts(parity: Parity, union: int) -> None:
    truth = image([[7, 7, 7, 7]], [{"id": 7, "category_id": 1, "area": 6}])
    matches = match_segments(truth, image([[1, 1, 1, 1]], {1: 1}), parity=parity)
    assert (matches.intersection.tolist(), matches.union.tolist()) == ([4], [union])
    assert matches.n_doubtful == 1


def test_true_ids_that_are_not_listed_are_neither_segments_nor_void() -> None:
    matches = match_segments(image([[5, 5, 5, 7]], {7: 1, 900: 1}), image([[1, 1, 1, 0]], {1: 1}))
    assert (matches.missed.tolist(), matches.invented.tolist()) == ([1, 1], [1])
    assert matches.n_doubtful == 2


def test_colours_are_ids() -> None:
    ids = np.array([[1, 256, 65_536, 16_777_215]])
    colours = np.stack([ids & 255, ids >> 8 & 255, ids >> 16], axis=2).astype(np.uint8)
    segments = {int(id_): 1 for id_ in ids.ravel()}
    assert match_segments(image(colours, segments), image(ids, segments)).union.tolist() == [1, 1, 1, 1]


def test_ids_of_32_bits() -> None:
    matches = match_segments(image(np.array([[2**32 - 1]]), {2**32 - 1: 1}), image([[7]], {7: 1}))
    assert matches.intersection.tolist() == [1]


@pytest.mark.parametrize(
    ("truth", "prediction", "message"),
    [
        (([[7]], {7: 1}), ([[1, 2]], {1: 1, 2: 1}), r"the map is 1 x 2, its ground truth is 1 x 1"),
        (([[7, 7]], {7: 1}), ([[1, 2]], {1: 1}), "segment 2: has pixels but is not listed"),
        (([[7]], {7: 1}), ([[1]], {1: 1, 2: 1}), "segment 2: is listed but has no pixel"),
        (([[7]], [{"id": 7, "category_id": 1, "area": 0}]), ([[1]], {1: 1}), 'segment 7: "area" is 0'),
        (([[7.5]], {7: 1}), ([[1]], {1: 1}), "dtype float64, expected integers"),
    ],
)
def test_maps_and_lists_that_do_not_fit_are_refused(truth: Any, prediction: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        match_segments(image(*truth), image(*prediction))


@pytest.mark.parametrize(
    ("segments", "message"),
    [
        ({0: 1}, 'segment 0: "id" is 0, expected 1 to 4294967295'),
        ({2**32: 1}, "expected 1 to 4294967295"),
        ({7: 2**63}, "expected 64 bits"),
        ([{"id": 7}], "category_id"),
        ([{"id": 7, "category_id": "1"}], "Expected `int`"),
        ([{"id": 7, "category_id": 1, "iscrowd": 2}], "iscrowd"),
        ([{"id": 7, "category_id": 1, "area": -1}], "expected a number of pixels"),
        ([{"id": 7, "category_id": 1, "area": 1.5}], "expected a number of pixels"),
        ([{"id": 7, "category_id": 1, "area": float("nan")}], "expected a number of pixels"),
        ([{"id": 7, "category_id": 1}] * 2, "segment 7: is listed twice"),
    ],
)
def test_segments_that_cannot_be_are_refused(segments: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Segments.of(segments)


def test_quality_of_one_image() -> None:
    scores = panoptic_quality(TRUTH, [[1, 1, 1, 2, 2, 2]], {7: 1, 8: 9}, {1: 1, 2: 9})
    assert scores == {"pq": (3 / 4 + 2 / 3) / 2, "sq": (3 / 4 + 2 / 3) / 2, "rq": 1.0}


def test_quality_of_nothing_is_undefined() -> None:
    assert all(isnan(value) for value in panoptic_quality([[0]], [[0]], {}, {}).values())


def test_an_image_is_a_map_and_its_segments() -> None:
    with pytest.raises(InputError, match="truth is list, expected a PanopticImage or a tuple"):
        PanopticImage.of([[7]], "truth")
