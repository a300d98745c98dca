"""The state of an instance evaluator: it merges in any order, travels as bytes, and refuses to be corrupt."""

from __future__ import annotations

import pickle
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from evaluators.instance_cases import Case, cases, small
from evaluators.states import Spoil, Tensors, put, spoiled, with_header
from segmetrics.errors import InputError, MergeError
from segmetrics.evaluators.instances import AreaRange, InstanceEvaluator, InstanceGrid
from segmetrics.instances import Category
from segmetrics.readers.coco import AreaRule


def assert_same(one: InstanceEvaluator, other: InstanceEvaluator) -> None:
    """Equal in everything that can be seen."""
    assert one.to_bytes() == other.to_bytes()
    assert one.keys == other.keys
    assert list(one.compute()) == list(other.compute())
    assert_array_equal(one.curves().scores, other.curves().scores)


# ---- the merge law ---------------------------------------------------------------------------------------


@st.composite
def merged_in_a_tree(draw: st.DrawFn, states: list[InstanceEvaluator]) -> InstanceEvaluator:
    """One state out of many, merged two by two in any order, some after a journey as bytes."""
    states = draw(st.permutations(states))
    while len(states) > 1:
        target, source = draw(st.permutations(range(len(states))))[:2]
        if draw(st.booleans()):
            states[source] = InstanceEvaluator.from_bytes(states[source].to_bytes())
        states[target].merge(states[source])
        del states[source]
    return states[0]


@settings(max_examples=100, deadline=None)
@given(cases(), st.data())
def test_any_partition_in_any_order_is_the_whole(case: Case, data: st.DataObject) -> None:
    truth, results = case.read()
    n = truth.instances.n_images
    bounds = sorted({0, n, *data.draw(st.lists(st.integers(0, n), max_size=4))})
    states = [case.evaluator(truth)]
    for first, last in data.draw(st.permutations(list(pairwise(bounds)))):
        if data.draw(st.booleans()):
            states.append(case.evaluator(truth))
        batch = truth.instances.images(first, last), results.instances.images(first, last)
        if data.draw(st.booleans()):
            batch = pickle.loads(pickle.dumps(batch))  # noqa: S301  # our own
        states[-1].update(*batch)
    assert_same(data.draw(merged_in_a_tree(states)), case.evaluated())


@settings(max_examples=100, deadline=None)
@given(cases(), st.data())
def test_files_of_some_images_each_merge_into_the_whole(case: Case, data: st.DataObject) -> None:
    rule: AreaRule = "box" if all(one.get("bbox") for one in case.results) else "mask"
    places = {image["id"]: data.draw(st.integers(0, 2)) for image in case.truth["images"]}
    files = [case.of_images([key for key, place in places.items() if place == number]) for number in range(3)]
    states = [file.evaluated(rule) for file in files]
    assert_same(data.draw(merged_in_a_tree(states)), case.evaluated(rule))


@settings(max_examples=50, deadline=None)
@given(cases())
def test_a_state_survives_its_bytes(case: Case) -> None:
    evaluator = case.evaluated()
    again = InstanceEvaluator.from_bytes(evaluator.to_bytes())
    assert_same(again, evaluator)
    assert again.protocol == evaluator.protocol
    assert again.categories == evaluator.categories


@settings(max_examples=50, deadline=None)
@given(cases(), st.data())
def test_images_with_names_for_keys_merge_alike(case: Case, data: st.DataObject) -> None:
    truth, results = case.read()
    n = truth.instances.n_images
    names = np.array(sorted(f"{'é' * i}{i}.png" for i in range(n)))
    named, found = replace(truth.instances, keys=names), replace(results.instances, keys=names)
    whole, left, right = (case.evaluator(truth) for _ in range(3))
    whole.update(named, found, keys=names.tolist())
    cut = data.draw(st.integers(0, n))
    left.update(named.images(0, cut), found.images(0, cut))
    right.update(named.images(cut, n), found.images(cut, n))
    right.merge(InstanceEvaluator.from_bytes(left.to_bytes()))
    assert_same(right, whole)
    assert whole.keys == names.tolist()
    assert_array_equal(whole.curves().precision, case.evaluated().curves().precision)


def test_computing_between_updates_changes_nothing() -> None:
    case = small()
    truth, results = case.read()
    evaluator = case.evaluator(truth)
    for i in reversed(range(truth.instances.n_images)):
        evaluator.update(truth.instances.images(i, i + 1), results.instances.images(i, i + 1))
        evaluator.compute()
        evaluator.to_bytes()
    assert_same(evaluator, case.evaluated())


# ---- what does not merge ---------------------------------------------------------------------------------


def test_an_image_seen_before_is_refused() -> None:
    case = small()
    truth, results = case.read()
    evaluator = case.evaluated()
    before = evaluator.to_bytes()
    with pytest.raises(MergeError, match="image 3 was seen before"):
        evaluator.update(truth.instances.images(0, 1), results.instances.images(0, 1))
    with pytest.raises(MergeError, match="image 3 was seen before"):
        evaluator.merge(case.evaluated())
    assert evaluator.to_bytes() == before


@pytest.mark.parametrize(
    "change",
    [
        {"geometry": "boxes"},
        {"rules": "lvis"},
        {"parity": "clean"},
        {"grid": InstanceGrid(thresholds=(0.5,))},
        {"grid": InstanceGrid(areas=(AreaRange("all", 0, 1e9),))},
        {"categories": [Category(1, "boat")]},
        {"categories": [Category(1, "ship"), Category(2, "buoy")]},
        {"categories": [Category(1, "boat", "r"), Category(2, "buoy")]},
    ],
    ids=str,
)
def test_states_measured_otherwise_do_not_merge(change: dict[str, Any]) -> None:
    evaluator = small().evaluated()
    same: dict[str, Any] = {"categories": evaluator.categories, "grid": evaluator.grid}
    with pytest.raises(MergeError, match="different"):
        evaluator.merge(InstanceEvaluator(**same | change))


def test_threads_are_no_part_of_the_protocol() -> None:
    case = small()
    evaluator = case.evaluated(threads=2)
    evaluator.merge(InstanceEvaluator(evaluator.categories, grid=case.grid))
    assert_same(evaluator, case.evaluated())


def test_batches_of_other_images_or_categories_are_refused() -> None:
    case = small()
    truth, results = case.read()
    evaluator = case.evaluator(truth)
    with pytest.raises(ValueError, match="different images"):
        evaluator.update(truth.instances.images(0, 1), results.instances.images(1, 2))
    with pytest.raises(ValueError, match="keys"):
        evaluator.update(truth.instances, results.instances, keys=[1, 2])
    with pytest.raises(ValueError, match="other categories"):
        InstanceEvaluator([Category(9, "kite")]).update(truth.instances, results.instances)
    assert evaluator.keys == []


def test_no_images_at_all() -> None:
    case = small().of_images([])
    evaluator = case.evaluated("mask")
    assert_same(evaluator, InstanceEvaluator.from_bytes(evaluator.to_bytes()))
    assert evaluator.compute()["ap"] is None


# ---- corrupt states --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(put("score", 0, np.nan), id="score NaN"),
        pytest.param(put("score", 0, np.inf), id="score infinite"),
        pytest.param(put("category", 0, 2), id="category of a detection"),
        pytest.param(put("cells", (0, 0), 2), id="category of a cell"),
        pytest.param(put("state", ..., 0), id="outcomes of nothing"),
        pytest.param(put("outcomes", (0, 0, 0), 1 << 63), id="matched at a threshold there is not"),
        pytest.param(put("outcomes", (0, 0, 1), 1 << 2), id="ignored at a threshold there is not"),
    ],
)
def test_rows_that_cannot_be_are_refused(spoil: Spoil) -> None:
    with pytest.raises(InputError):
        InstanceEvaluator.from_bytes(spoiled(small().evaluated(), spoil))


def test_more_matches_than_objects_are_refused() -> None:
    def lose_the_objects(tensors: Tensors) -> None:
        tensors["cells"][0, 1:] = 0
        tensors["outcomes"][:, :, 0] = 3

    with pytest.raises(InputError):
        InstanceEvaluator.from_bytes(spoiled(small().evaluated(), lose_the_objects)).compute()


def test_numbers_of_objects_that_no_image_has_are_refused() -> None:
    with pytest.raises(InputError):
        InstanceEvaluator.from_bytes(spoiled(small().evaluated(), put("cells", (0, 1), 2**32 - 1))).compute()


@pytest.mark.parametrize(
    "change",
    [
        {"protocol": None},
        {"protocol": {}},
        {"params": {"iou": "maskz"}},
        {"params": {"iou": None}},
        {"categories": None},
        {"categories": [[1, "boat", None]]},
        {"categories": [[1, "boat", None], [1, "buoy", None]]},
        {"categories": [["1", "boat", None], ["2", "buoy", None]]},
        {"categories": [[1, 5, None], [2, "buoy", None]]},
        {"categories": [[1, "boat", None], [2**64 - 1, "buoy", None]]},
        {"params": {"iou_thresholds": ["0.5", "0.75"]}},
        {"params": {"iou_thresholds": [None, None]}},
        {"params": {"iou_thresholds": [0.5, 0.75, 0.8][:0]}},
        {"params": {"recalls": ["a", "b"]}},
        {"params": {"areas": [["all", 0.0, 1e10]]}},
        {"params": {"areas": [["all", "0", "1"], ["a", 0, 1], ["b", 0, 1], ["c", 0, 1]]}},
        {"params": {"max_dets": [1.5, 10]}},
        {"params": {"max_dets": ["1", "9"]}},
        {"params": {"max_dets": [0, 10]}},
        {"params": {"max_dets": [1, 2**40]}},
    ],
    ids=str,
)
def test_headers_that_make_no_sense_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        InstanceEvaluator.from_bytes(with_header(small().evaluated(), change)).compute()
