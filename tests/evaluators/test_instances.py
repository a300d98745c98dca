"""Instance evaluation against the slow twin and the official tools, bit for bit, on made-up cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from reference import instances as reference

from evaluators.instance_cases import Case, cases
from segmetrics.evaluators.instances import AreaRange, InstanceEvaluator, InstanceGrid, Rules
from segmetrics.instances import Geometry
from segmetrics.readers.coco import AreaRule, read_ground_truth, read_results
from segmetrics.types import Parity, Scores

official = pytest.importorskip("evaluators.official", reason="pycocotools and lvis are not installed")

RANGES = ("small", "medium", "large")
COCO_GRID = InstanceGrid()
LVIS_GRID = InstanceGrid(max_dets=(300,))


def ids_of(scores: Scores) -> tuple[str, str]:
    """What average precision and recall are called."""
    return ("boundary.ap", "boundary.ar") if scores[0].id == "boundary.ap" else ("ap", "ar")


def coco_numbers(scores: Scores) -> Iterator[float | None]:
    """In the order of `COCOeval.stats`."""
    ap, ar = ids_of(scores)
    yield scores[ap]
    yield from (scores.value(ap, iou=iou) for iou in (0.5, 0.75))
    yield from (scores.value(ap, area=name) for name in RANGES)
    yield from (scores.value(ar, max_dets=limit) for limit in (1, 10, 100))
    yield from (scores.value(ar, area=name, max_dets=100) for name in RANGES)


def lvis_numbers(scores: Scores) -> Iterator[float | None]:
    """In the order of `LVISEval.results`; a frequency that no category has is -1 there."""
    ap, ar = ids_of(scores)
    known = scores.per("frequency", ap)
    yield scores[ap]
    yield from (scores.value(ap, iou=iou) for iou in (0.5, 0.75))
    yield from (scores.value(ap, area=name) for name in RANGES)
    yield from (known.get(frequency) for frequency in "rcf")
    yield scores.value(ar, max_dets=300)
    yield from (scores.value(ar, area=name, max_dets=300) for name in RANGES)


def assert_as_defined(case: Case) -> None:
    """All three arrays are those of the slow twin."""
    curves = case.evaluated().curves()
    expected = reference.evaluate(
        case.truth, case.results, case.grid, geometry=case.geometry, rules=case.rules
    )
    assert_array_equal(curves.precision, expected.precision)
    assert_array_equal(curves.recall, expected.recall)
    assert_array_equal(curves.scores, expected.scores)


@settings(max_examples=200, deadline=None)
@given(cases())
def test_arrays_are_those_of_the_definition(case: Case) -> None:
    assert_as_defined(case)


@settings(max_examples=200, deadline=None)
@given(cases(st.just("coco")))
def test_arrays_are_those_of_pycocotools(case: Case) -> None:
    curves = case.evaluated().curves()
    expected = official.coco(case.truth, case.results, case.geometry, case.grid)
    assert_array_equal(curves.precision, expected.precision)
    assert_array_equal(curves.recall, expected.recall)
    assert_array_equal(curves.scores, expected.scores)


@settings(max_examples=200, deadline=None)
@given(cases(st.just("lvis")))
def test_arrays_are_those_of_lvis(case: Case) -> None:
    curves = case.evaluated().curves()
    expected = official.lvis(case.truth, case.results, case.geometry, case.grid)
    assert_array_equal(curves.precision, expected.precision)
    assert_array_equal(curves.recall, expected.recall)


@settings(max_examples=60, deadline=None)
@given(cases(st.just("coco"), grid=COCO_GRID))
def test_the_12_numbers_are_those_of_pycocotools(case: Case) -> None:
    expected = official.coco(case.truth, case.results, case.geometry)
    assert list(coco_numbers(case.evaluated().compute())) == expected.numbers


@settings(max_examples=60, deadline=None)
@given(cases(st.just("lvis"), grid=LVIS_GRID))
def test_the_13_numbers_are_those_of_lvis(case: Case) -> None:
    expected = official.lvis(case.truth, case.results, case.geometry)
    assert list(lvis_numbers(case.evaluated().compute())) == expected.numbers


@settings(max_examples=60, deadline=None)
@given(cases(most=40), st.integers(2, 3))
def test_threads_change_nothing(case: Case, threads: int) -> None:
    one, many = case.evaluated(), case.evaluated(threads=threads)
    assert_array_equal(many.curves().precision, one.curves().precision)
    assert_array_equal(many.curves().scores, one.curves().scores)
    assert list(many.compute()) == list(one.compute())


# ---- single oddities, where "clean" differs, and limits --------------------------------------------------


def one_object(**annotation: Any) -> dict[str, Any]:
    """An image of 4 x 4 with an object of 2 x 2."""
    found = {"id": 1, "image_id": 5, "category_id": 1, "area": 4, "iscrowd": 0, "bbox": [1, 1, 2, 2]}
    lists: dict[str, list[int]] = {"neg_category_ids": [], "not_exhaustive_category_ids": []}
    return {
        "images": [{"id": 5, "height": 4, "width": 4} | lists],
        "annotations": [found | {"segmentation": [[1, 1, 1, 3, 3, 3, 3, 1]]} | annotation],
        "categories": [{"id": 1, "name": "boat", "frequency": "c"}],
    }


FOUND_ALL = pytest.approx(1, abs=1e-15)  # precision is tp / (tp + fp + 2^-52)
FOUND = {"image_id": 5, "category_id": 1, "score": 0.5, "bbox": [1, 1, 2, 2]}


def average_precision(
    truth: dict[str, Any], results: list[dict[str, Any]], rules: Rules = "coco", parity: Parity = "official"
) -> float | None:
    """AP of boxes over everything."""
    read = read_ground_truth(truth, geometry="boxes", federated=rules == "lvis")
    evaluator = InstanceEvaluator(read.categories, geometry="boxes", rules=rules, parity=parity)
    evaluator.update(read.instances, read_results(results, read).instances)
    return evaluator.compute()["ap"]


def test_an_annotation_of_id_0_counts_as_found_only_in_clean() -> None:
    truth = one_object(id=0)
    assert average_precision(truth, [FOUND]) == 0.0
    assert average_precision(truth, [FOUND], parity="clean") == FOUND_ALL


def test_lvis_knows_no_object_without_area_but_clean_does() -> None:
    truth = one_object(area=0)
    assert average_precision(truth, [FOUND], "lvis") is None
    assert average_precision(truth, [FOUND], "lvis", "clean") == FOUND_ALL
    assert average_precision(truth, [FOUND]) == FOUND_ALL


def test_ignore_counts_in_lvis_alone() -> None:
    truth = one_object(ignore=1)
    assert average_precision(truth, [FOUND], "lvis") is None
    assert average_precision(truth, [FOUND]) == FOUND_ALL


def test_nothing_found_is_nothing_right() -> None:
    assert average_precision(one_object(), []) == 0.0


@pytest.mark.parametrize("geometry", ["masks", "boxes"])
def test_a_first_record_without_a_box_makes_all_sizes_those_of_masks(geometry: Geometry) -> None:
    mask = {"segmentation": {"size": [4, 4], "counts": [5, 2, 2, 2, 5]}}
    placed = {"image_id": 5, "category_id": 1, "score": 0.5}
    box = {"bbox": [0, 0, 1, 1]}
    truth = read_ground_truth(one_object(), geometry=geometry)
    for second in (placed | mask | box, placed | box | mask):
        results = read_results([placed | mask, second], truth)
        assert results.instances.areas.tolist() == [4.0, 4.0]


@pytest.mark.parametrize(
    "empty",
    [
        {"bbox": [0, 0, 0, 0]},
        {"bbox": [1, 1, 0, 2]},
        {"segmentation": [[9, 0, 9, 5, 12, 5]]},
        {"segmentation": [[0, 0, 0, 0, 0, 0]]},
    ],
    ids=str,
)
@pytest.mark.parametrize("area", ["official", "mask"])
def test_outlines_that_fill_no_pixel_are_empty_masks(empty: dict[str, Any], area: AreaRule) -> None:
    truth = read_ground_truth(one_object(segmentation=[[9, 0, 9, 5, 12, 5]]))
    evaluator = InstanceEvaluator(truth.categories)
    evaluator.update(truth.instances, read_results([FOUND | empty], truth, area=area).instances)
    assert evaluator.compute()["ap"] == 0.0


def test_64_thresholds_and_31_area_ranges_are_as_in_the_definition() -> None:
    grid = InstanceGrid(
        thresholds=tuple(i / 63 for i in range(64)),
        areas=tuple(AreaRange(str(i), i / 4, 10.0) for i in range(31)),
    )
    truth = one_object()
    results = [FOUND | {"bbox": [1, 1, 2, 1.5]}, FOUND | {"bbox": [0, 0, 1, 1], "score": 0.75}]
    case = Case(truth, results, grid, "boxes", "coco")
    assert_as_defined(case)


@pytest.mark.parametrize(
    "change",
    [
        {"thresholds": ()},
        {"thresholds": (0.5, 0.5)},
        {"thresholds": tuple(i / 65 for i in range(65))},
        {"recalls": (1.0, 0.0)},
        {"areas": ()},
        {"areas": (AreaRange("all", 0, 1), AreaRange("all", 1, 2))},
        {"areas": tuple(AreaRange(str(i), 0, 1) for i in range(32))},
        {"max_dets": ()},
        {"max_dets": (0, 1)},
        {"max_dets": (1, 1 << 32)},
    ],
    ids=range(10),
)
def test_grids_that_cannot_be_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected"):
        replace(InstanceGrid(), **change)
