"""Panoptic quality: official numbers, the merge law, and states that refuse to be corrupt."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.panoptic import Image, Tally, mean, tally

from evaluators.panoptic_cases import CATEGORIES, evaluated, images, sides, small
from evaluators.states import Spoil, put, spoiled, with_header
from segmetrics.errors import InputError, MergeError
from segmetrics.evaluators.panoptic import PanopticEvaluator
from segmetrics.panoptic import PanopticCategory, PanopticImage
from segmetrics.readers.panoptic import PanopticFiles, read_panoptic_predictions, read_panoptic_truth
from segmetrics.types import Parity, Scores

IDS = ("pq", "sq", "rq")

pytestmark = pytest.mark.filterwarnings("ignore:map and list disagree:UserWarning")


def triple(scores: Scores, **over: str) -> tuple[float | None, ...]:
    return tuple(scores.value(score_id, **over) for score_id in IDS)


# ---- numbers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("truth", "prediction", "names"),
    [
        ("coco_pan/gt.json", "coco_pan/gt.json", ("coco_panoptic", "identity")),
        ("coco_pan/gt.json", "coco_pan/pred.json", ("coco_panoptic", "perturbed")),
        (
            "cityscapes/gtFine/cityscapes_panoptic_val.json",
            "cityscapes/pan.json",
            ("cityscapes_panoptic",),
        ),
    ],
)
def test_numbers_are_those_of_panopticapi(
    shared: Path, truth: str, prediction: str, names: tuple[str, ...]
) -> None:
    expected = json.loads((shared / "truth" / "labelmaps.json").read_text())
    for name in names:
        expected = expected[name]
    inputs = shared / "truth" / "inputs"
    listed = read_panoptic_truth(inputs / truth)
    found = read_panoptic_predictions(inputs / prediction, listed.categories)
    evaluator = PanopticEvaluator(listed.categories)
    pairs = [(file, found.files[key]) for key, file in listed.files.items()]
    truths, predictions = (PanopticFiles(side) for side in zip(*pairs, strict=True))
    evaluator.update(truths, predictions, keys=list(listed.files))
    scores = evaluator.compute()
    for over, group in ({}, "All"), ({"group": "things"}, "Things"), ({"group": "stuff"}, "Stuff"):
        for score_id in IDS:
            assert scores.value(score_id, **over) == pytest.approx(
                expected[group][score_id], rel=0, abs=1e-12
            )
            assert scores.find(score_id, **over).n == expected[group]["n"]
    for category in listed.categories:
        official = expected["per_class"].get(str(category.id))
        for score_id, value in zip(IDS, triple(scores, **{"class": category.name}), strict=True):
            assert (value or 0) == pytest.approx((official or {}).get(score_id, 0), rel=0, abs=1e-12)


@settings(max_examples=100, deadline=None)
@given(st.lists(images(), max_size=4), st.sampled_from(["official", "clean"]))
def test_scores_are_those_of_the_definition(cases: list[Image], parity: Parity) -> None:
    scores = evaluated(cases, parity=parity).compute()
    expected = tally(cases, [category.id for category in CATEGORIES], official=parity == "official")
    groups: dict[str, list[Tally]] = {"things": [], "stuff": []}
    for category in CATEGORIES:
        each = expected[category.id]
        groups["things" if category.is_thing else "stuff"].append(each)
        assert triple(scores, **{"class": category.name}) == close(each.scores)
        assert scores.find("pq", **{"class": category.name}).n == len(each.ious) + each.missed
    assert triple(scores) == close(mean([*groups["things"], *groups["stuff"]]))
    for group, tallies in groups.items():
        assert triple(scores, group=group) == close(mean(tallies))


def test_boundary_quality_has_names_of_its_own_and_keeps_them() -> None:
    evaluator = evaluated(small(), [3, 7], band_ratio=0.02)
    scores = evaluator.compute()
    assert {score.id for score in scores} == {f"boundary.{score_id}" for score_id in IDS}
    assert evaluator.protocol.params == {"iou": "boundary", "band_ratio": 0.02}
    again = PanopticEvaluator.from_bytes(evaluator.to_bytes())
    assert list(again.compute()) == list(scores)
    assert again.to_bytes() == evaluator.to_bytes()


def close(values: tuple[float, ...] | None) -> Any:
    return (None, None, None) if values is None else pytest.approx(values, rel=0, abs=1e-12)


def test_no_images_at_all() -> None:
    evaluator = PanopticEvaluator(CATEGORIES)
    assert {score.value for score in evaluator.compute()} == {None}
    assert PanopticEvaluator.from_bytes(evaluator.to_bytes()).to_bytes() == evaluator.to_bytes()
    evaluator.update([], [])
    assert evaluator.keys == []


def test_no_categories_at_all() -> None:
    evaluator = PanopticEvaluator([])
    evaluator.update([([[0]], {})], [([[0]], {})])
    assert evaluator.compute()["pq"] is None


@pytest.mark.parametrize(
    ("parity", "words"), [("official", "as panopticapi does"), ("clean", "pixels are counted")]
)
def test_areas_that_are_not_those_of_the_map_are_warned_of(parity: Parity, words: str) -> None:
    evaluator = PanopticEvaluator(CATEGORIES, parity=parity)
    truth = ([[7, 7]], [{"id": 7, "category_id": 1, "area": 3}])
    evaluator.update([truth], [([[7, 7]], {7: 1})], keys=[139])
    with pytest.warns(UserWarning, match=f"disagree on 1 .* of 1 images, first image 139: .*{words}"):
        evaluator.compute()


# ---- the merge law ---------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(st.lists(images(), max_size=6), st.booleans(), st.data())
def test_any_partition_in_any_order_is_the_whole(
    cases: list[Image], has_names: bool, data: st.DataObject
) -> None:
    keys: list[Any] = [f"é{i}" if has_names else i for i in range(len(cases))]
    whole = PanopticEvaluator(CATEGORIES)
    pairs = dict(zip(keys, map(sides, cases), strict=True))
    whole.update([pair[0] for pair in pairs.values()], [pair[1] for pair in pairs.values()], keys=keys)
    states = [PanopticEvaluator(CATEGORIES)]
    for key in data.draw(st.permutations(keys)):
        if data.draw(st.booleans()):
            states.append(PanopticEvaluator(CATEGORIES))
        truth, prediction = pickle.loads(pickle.dumps(pairs[key]))  # noqa: S301  # our own
        states[-1].update([truth], [prediction], keys=[key])
    merged = PanopticEvaluator.merge_all(
        PanopticEvaluator.from_bytes(state.to_bytes()) if data.draw(st.booleans()) else state
        for state in data.draw(st.permutations(states))
    )
    assert merged.to_bytes() == whole.to_bytes()
    assert merged.keys == whole.keys == keys
    assert list(merged.compute()) == list(whole.compute())


def test_an_image_seen_before_is_refused() -> None:
    evaluator = evaluated(small(), [3, 7])
    before = evaluator.to_bytes()
    with pytest.raises(MergeError, match="image 7 was seen before"):
        evaluator.merge(evaluated(small(), [7, 9]))
    truth, prediction = sides(small()[0])
    with pytest.raises(MergeError, match="image 3 was seen before"):
        evaluator.update([truth], [prediction], keys=[3])
    with pytest.raises(MergeError, match="some have names"):
        evaluator.update([truth], [prediction], keys=["3"])
    assert evaluator.to_bytes() == before


def test_states_that_numbered_their_images_do_not_merge() -> None:
    with pytest.raises(MergeError, match="keys_from"):
        evaluated(small()).merge(PanopticEvaluator.from_bytes(evaluated(small()).to_bytes()))
    evaluator = evaluated(small())
    evaluator.merge(evaluated(small(), keys_from=2))
    assert evaluator.keys == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "other",
    [
        PanopticEvaluator(CATEGORIES, parity="clean"),
        PanopticEvaluator(CATEGORIES[:2]),
        PanopticEvaluator(CATEGORIES, band_ratio=0.02),
        PanopticEvaluator([replace(CATEGORIES[0], is_thing=False), *CATEGORIES[1:]]),
    ],
)
def test_states_measured_otherwise_do_not_merge(other: PanopticEvaluator) -> None:
    with pytest.raises(MergeError, match="different"):
        evaluated(small()).merge(other)


def test_batches_that_do_not_fit_leave_the_state_as_it_was() -> None:
    evaluator = PanopticEvaluator(CATEGORIES)
    truth, prediction = sides(small()[0])
    with pytest.raises(InputError, match="1 images have annotations, found 2"):
        evaluator.update([truth], [prediction, prediction])
    with pytest.raises(InputError, match="1 distinct keys for 2 images"):
        evaluator.update([truth, truth], [prediction, prediction], keys=[1, 1])
    wrong = PanopticImage.of(([[1]], {1: 1}), "prediction")
    with pytest.raises(InputError, match="image 1: the map is 1 x 1, its ground truth is 1 x 5"):
        evaluator.update([truth, truth], [prediction, wrong])
    with pytest.raises(InputError, match=r"image 0, segment 1: .* is 5, which is no category"):
        evaluator.update([truth], [([[1]], {1: 5})])
    with pytest.raises(InputError, match=r"^a\.png: segment 9: has pixels"):
        evaluator.update([truth], [replace(wrong, ids=np.array([[1, 1, 1, 1, 9]]), file="a.png")])
    assert evaluator.keys == []


def test_two_categories_of_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="same id"):
        PanopticEvaluator([*CATEGORIES, PanopticCategory(1, "ship", is_thing=True)])


# ---- corrupt states --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(put("matches", (0, 0), 3), id="category of a match"),
        pytest.param(put("matches", (0, 0), -1), id="category below zero"),
        pytest.param(put("matches", (0, 1), 0), id="empty intersection"),
        pytest.param(put("matches", (0, 1), 2), id="IoU of one half"),
        pytest.param(put("matches", (0, 2), 0), id="empty union"),
        pytest.param(put("matches", (0, 1), 2**62), id="huge intersection"),
        pytest.param(put("mistakes", (0, 0), 3), id="category of a mistake"),
        pytest.param(put("mistakes", (0, 0), 2), id="category twice"),
        pytest.param(put("mistakes", (0, slice(1, 3)), 0), id="no mistake"),
    ],
)
def test_rows_that_cannot_be_are_refused(spoil: Spoil) -> None:
    with pytest.raises(InputError):
        PanopticEvaluator.from_bytes(spoiled(evaluated(small(), [3, 7]), spoil))


@pytest.mark.parametrize(
    "change",
    [
        {"protocol": None},
        {"protocol": {"name": "coco-panoptic", "version": "2", "parity": "official", "reference": "?"}},
        {"categories": None},
        {"categories": [[1, "boat", True], [1, "ship", True], [9, "sea", False]]},
        {"categories": [[2**70, "boat", True], [4, "buoy", True], [9, "sea", False]]},
        {"categories": []},
    ],
    ids=str,
)
def test_headers_that_cannot_be_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        PanopticEvaluator.from_bytes(with_header(evaluated(small(), [3, 7]), change))
