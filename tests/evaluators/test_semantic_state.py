"""The state of a semantic evaluator: it merges in any order, travels as bytes, and refuses to be corrupt."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluators.semantic_cases import Case, cases, empty, small
from evaluators.states import Spoil, Tensors, put, spoiled, with_header
from segmetrics.classes import Classes
from segmetrics.errors import InputError, MergeError
from segmetrics.evaluators import AnnotatedMaps, InstanceSizes, SemanticEvaluator


def assert_same(one: SemanticEvaluator, other: SemanticEvaluator) -> None:
    """Equal in everything that can be seen."""
    assert one.to_bytes() == other.to_bytes()
    assert one.keys == other.keys
    assert list(one.compute()) == list(other.compute())


# ---- the merge law ---------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(cases(), st.data())
def test_any_partition_in_any_order_is_the_whole(case: Case, data: st.DataObject) -> None:
    states = [case.evaluator()]
    waiting = data.draw(st.permutations(range(len(case.images))))
    while waiting:
        n = data.draw(st.integers(1, len(waiting)))
        case.add(data.draw(st.sampled_from(states)), waiting[:n])
        waiting = waiting[n:]
        if data.draw(st.booleans()):
            states.append(case.evaluator())
    while len(states) > 1:
        target, source = data.draw(st.permutations(range(len(states))))[:2]
        if data.draw(st.booleans()):
            states[source] = SemanticEvaluator.from_bytes(states[source].to_bytes())
        states[target].merge(states[source])
        del states[source]
    assert_same(states[0], case.evaluated())


@settings(max_examples=100, deadline=None)
@given(cases())
def test_a_state_survives_its_bytes(case: Case) -> None:
    evaluator = case.evaluated()
    again = SemanticEvaluator.from_bytes(evaluator.to_bytes())
    assert_same(again, evaluator)
    assert again.protocol == evaluator.protocol
    assert again.classes == evaluator.classes


# ---- what does not merge ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"absent": "zero"},
        {"parity": "clean"},
        {"name": "streets"},
        {"reference": "somebody 1.0"},
        {"means": {"final": ("iou.mean",)}},
        {"per_image": True},
        {"instance_sizes": None},
        {"instance_sizes": InstanceSizes({"car": 8.5, "bus": 30.0})},
        {"classes": Classes("road car bus", ids=(7, 26, 28), others=(0,), ignore=255, categories="vvv")},
    ],
    ids=str,
)
def test_states_measured_otherwise_do_not_merge(change: dict[str, Any]) -> None:
    evaluator = small()
    before = evaluator.to_bytes()
    with pytest.raises(MergeError, match="different"):
        evaluator.merge(empty(**change))
    assert evaluator.to_bytes() == before


def test_an_image_is_not_counted_twice() -> None:
    evaluator = small()
    before = evaluator.to_bytes()
    with pytest.raises(MergeError, match="image 3 was seen before"):
        evaluator.merge(small())
    with pytest.raises(MergeError, match="image 3 was seen before"):
        evaluator.update(AnnotatedMaps([[7]], [[7]]), [[7]], keys=[3])
    assert evaluator.to_bytes() == before


def test_states_that_numbered_their_own_images_do_not_merge() -> None:
    one, other = SemanticEvaluator(2), SemanticEvaluator(2)
    for evaluator in (one, other):
        evaluator.update([[0]], [[0]])
    with pytest.raises(MergeError, match="keys_from"):
        one.merge(SemanticEvaluator.from_bytes(other.to_bytes()))


# ---- corrupt states --------------------------------------------------------------------------------------


def state() -> SemanticEvaluator:
    return small(means={"final": ("iou.mean", "accuracy.pixel")}, per_image=True)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(put("counts", (0, 4), 1), id="a class predicted as ignored"),
        pytest.param(put("counts", (0, 0), 2**63), id="too many pixels"),
        pytest.param(put("counts", (0, slice(0, 4)), 2**62), id="too many pixels together"),
        pytest.param(put("counts", (0, 0), 2), id="more pixels than those of the images"),
        pytest.param(put("pairs", (0, 2), 0), id="a pair that does not occur"),
        pytest.param(put("pairs", (0, 2), 2), id="more pixels of an image than of all"),
        pytest.param(put("pairs", (0, 0), 5), id="an unknown true value"),
        pytest.param(put("pairs", (0, 1), 2**64 - 1), id="an unknown predicted value"),
        pytest.param(put("pairs", (1, slice(0, 2)), 0), id="a pair twice"),
        pytest.param(put("objects", (0, 0), 26001), id="an object twice"),
        pytest.param(put("objects", (1, 0), 7001), id="an object of no sized class"),
        pytest.param(put("objects", (1, 0), 26001 + (1000 << 32)), id="an id beyond 32 bits"),
        pytest.param(put("objects", (0, 1), 0), id="an object without pixels"),
        pytest.param(put("objects", (0, 2), 2), id="more found than there are"),
        pytest.param(put("objects", (0, 3), 2), id="more found of the category than there are"),
        pytest.param(put("objects", (0, 1), 2**60), id="an object of more pixels than there are"),
    ],
)
def test_counts_that_cannot_be_are_refused(spoil: Spoil) -> None:
    with pytest.raises(InputError):
        SemanticEvaluator.from_bytes(spoiled(state(), spoil))


def test_pixels_of_no_image_are_refused() -> None:
    def lose_the_images(tensors: Tensors) -> None:
        tensors["keys"], tensors["objects_per_image"] = tensors["keys"][:0], tensors["objects_per_image"][:0]
        for name in ("objects", "pairs", "pairs_per_image"):
            tensors[name] = tensors[name][:0]

    with pytest.raises(InputError, match="pixels of no image"):
        SemanticEvaluator.from_bytes(spoiled(state(), lose_the_images))


@pytest.mark.parametrize(
    "change",
    [
        {"protocol": None},
        {"protocol": {}},
        {"classes": None},
        {"classes": {}},
        {"table": {"names": []}},
        {"table": {"names": ["road", "road", "bus"]}},
        {"table": {"names": "abc"}},
        {"table": {"ids": [7, 26]}},
        {"table": {"ids": [7, 26, 2**64]}},
        {"table": {"ids": [7, 26, 28.5]}},
        {"table": {"ignore": []}},
        {"table": {"others": [0, 1]}},
        {"table": {"categories": ["v"]}},
        {"table": {"names": ["road", "car", "train"]}},
        {"params": {"absent": "drop"}},
        {"params": {"absent": None}},
        {"params": {"ignore": [254]}},
        {"params": {"means": {"final": ["pq"]}}},
        {"params": {"means": {"final": []}}},
        {"params": {"means": 7}},
        {"params": {"instance_sizes": {}}},
        {"params": {"instance_sizes": {"average": {"car": -1.0}}}},
        {"params": {"instance_sizes": {"average": {"car": 8.0, "bus": 30.0}, "also": {}, "divisor": 0}}},
        {"params": {"instance_sizes": {"average": {"car": 8.0, "bus": 30.0}, "also": {}, "divisor": 2**70}}},
        {"params": {"instance_sizes": {"average": {"tram": 8.0}, "also": {}, "divisor": 1000}}},
        {"params": {"more": 1}},
    ],
    ids=str,
)
def test_headers_that_make_no_sense_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        SemanticEvaluator.from_bytes(with_header(state(), change))
