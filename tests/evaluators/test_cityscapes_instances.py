"""Cityscapes' AP of instances: official numbers, the definition, the merge law, corrupt states."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.cityscapes_instances import THRESHOLDS, Image, average_precision

from evaluators.cityscapes_instance_cases import (
    VOID,
    enlarged,
    evaluated,
    evaluator,
    images,
    instances,
    small,
)
from evaluators.states import Spoil, put, spoiled, with_header
from segmetrics.errors import InputError, MergeError
from segmetrics.evaluators import cityscapes_instance_ap
from segmetrics.evaluators.cityscapes_instances import CityscapesInstanceEvaluator
from segmetrics.readers.cityscapes_instances import read_instances
from segmetrics.readers.label_png import read_label_png
from segmetrics_cityscapes import CLASSES

# ---- numbers ---------------------------------------------------------------------------------------------


def test_thresholds_are_the_official_doubles() -> None:
    assert cityscapes_instance_ap.THRESHOLDS == THRESHOLDS


@pytest.mark.parametrize("min_region", [10, 100])
def test_numbers_are_those_of_cityscapesscripts(shared: Path, min_region: int) -> None:
    official = json.loads((shared / "truth" / "labelmaps.json").read_text())["cityscapes_instance"]
    expected = official[f"minRegion{min_region}"]
    folder = shared / "truth" / "inputs" / "cityscapes"
    result = CityscapesInstanceEvaluator(CLASSES, min_region=min_region)
    for path in sorted((folder / "inst").glob("*.txt")):
        truth = folder / "gtFine" / "val" / "frankfurt" / f"{path.stem}_gtFine_instanceIds.png"
        result.update([read_label_png(truth)], [read_instances(path, folder / "inst")], keys=[path.stem])
    found = result.average_precisions().values
    np.testing.assert_allclose(found, np.array(expected["ap"])[0], rtol=0, atol=1e-12)
    scores, averages = result.compute(), expected["averages"]
    assert scores["ap"] == pytest.approx(averages["allAp"], rel=0, abs=1e-12)
    assert scores.value("ap", iou=0.5) == pytest.approx(averages["allAp50%"], rel=0, abs=1e-12)
    for name, official_class in averages["classes"].items():
        pair = scores.value("ap", **{"class": name}), scores.value("ap", iou=0.5, **{"class": name})
        for value, key in zip(pair, ("ap", "ap50%"), strict=True):
            assert (np.nan if value is None else value) == pytest.approx(
                official_class[key], rel=0, abs=1e-12, nan_ok=True
            )


@settings(max_examples=200, deadline=None)
@given(st.lists(images(), max_size=3), st.integers(0, 6))
def test_scores_are_those_of_the_definition(cases: list[Image], min_region: int) -> None:
    found = evaluated(cases, min_region=min_region).average_precisions().values
    for c, label in enumerate((24, 26)):
        for k, threshold in enumerate(THRESHOLDS):
            expected = average_precision(cases, label, threshold, void=VOID, min_region=min_region)
            assert found[c, k] == pytest.approx(
                np.nan if expected is None else expected, rel=0, abs=1e-12, nan_ok=True
            )


@settings(max_examples=200, deadline=None)
@given(
    st.lists(images().flatmap(enlarged), max_size=2),
    st.sampled_from([0, 20, 100]),
    st.sampled_from([0.005, 0.1]),
)
def test_boundary_scores_are_those_of_the_definition(
    cases: list[Image], min_region: int, band_ratio: float
) -> None:
    found = evaluated(cases, min_region=min_region, band_ratio=band_ratio).average_precisions().values
    for c, label in enumerate((24, 26)):
        for k, threshold in enumerate(THRESHOLDS):
            expected = average_precision(
                cases, label, threshold, void=VOID, min_region=min_region, band_ratio=band_ratio
            )
            assert found[c, k] == pytest.approx(
                np.nan if expected is None else expected, rel=0, abs=1e-12, nan_ok=True
            )


def test_boundary_scores_have_a_name_of_their_own_and_keep_it() -> None:
    result = evaluated(small(), [3, 7], band_ratio=0.005)
    assert {score.id for score in result.compute()} == {"boundary.ap"}
    again = CityscapesInstanceEvaluator.from_bytes(result.to_bytes())
    assert list(again.compute()) == list(result.compute())
    assert again.to_bytes() == result.to_bytes()


def scene(*ids: int) -> list[list[int]]:
    return [list(ids)]


@pytest.mark.parametrize(
    ("truth", "found", "expected"),
    [
        pytest.param((26000,) * 4, [], 0.0, id="nothing predicted"),
        pytest.param((26, 26, 26, 7), [], None, id="a group is not to be found"),
        pytest.param((26000, 26000, 7, 7), [], None, id="nor is a small object"),
        pytest.param((26000,) * 4, [(0.9, (1, 1, 1, 0)), (0.9, (1, 1, 1, 1))], 0.75, id="found twice"),
        pytest.param((26000,) * 4, [(0.9, (1, 1, 0, 0))], 0.0, id="an IoU of one half is no match"),
        pytest.param((26000,) * 3 + (0,) * 3, [(0.5, (0, 0, 0, 1, 1, 1))], 0.0, id="only ignored ones: 0"),
        pytest.param((26000,) * 3, [(0.5, (0, 0, 0))], 0.0, id="an empty mask"),
        pytest.param(
            (26000,) * 3 + (29001,) * 3,
            [(0.9, (0, 0, 0, 1, 1, 1)), (0.5, (1, 1, 1, 0, 0, 0))],
            0.25,
            id="a caravan is not void",
        ),
        pytest.param(
            (26000,) * 3 + (29,) * 3,
            [(0.9, (0, 0, 0, 1, 1, 1)), (0.5, (1, 1, 1, 0, 0, 0))],
            1.0,
            id="a group of caravans is",
        ),
    ],
)
def test_cases_by_hand(truth: tuple[int, ...], found: list[Any], expected: float | None) -> None:
    result = evaluator()
    result.update([scene(*truth)], [[(26, confidence, [list(mask)]) for confidence, mask in found]])
    assert result.compute().value("ap", iou=0.5) == expected


def test_no_images_at_all() -> None:
    result = evaluator()
    assert {score.value for score in result.compute()} == {None}
    assert CityscapesInstanceEvaluator.from_bytes(result.to_bytes()).to_bytes() == result.to_bytes()
    result.update([], [])
    assert result.keys == []


# ---- the merge law ---------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(st.lists(images(), max_size=6), st.booleans(), st.data())
def test_any_partition_in_any_order_is_the_whole(
    cases: list[Image], has_names: bool, data: st.DataObject
) -> None:
    keys: list[Any] = [f"é{i}" if has_names else i for i in range(len(cases))]
    whole = evaluated(cases, keys)
    pairs = {key: (case.truth, instances(case)) for key, case in zip(keys, cases, strict=True)}
    states = [evaluator()]
    for key in data.draw(st.permutations(keys)):
        if data.draw(st.booleans()):
            states.append(evaluator())
        truth, prediction = pickle.loads(pickle.dumps(pairs[key]))  # noqa: S301  # our own
        states[-1].update([truth], [prediction], keys=[key])
    merged = CityscapesInstanceEvaluator.merge_all(
        CityscapesInstanceEvaluator.from_bytes(state.to_bytes()) if data.draw(st.booleans()) else state
        for state in data.draw(st.permutations(states))
    )
    assert merged.to_bytes() == whole.to_bytes()
    assert merged.keys == whole.keys == keys
    assert list(merged.compute()) == list(whole.compute())


def test_an_image_seen_before_is_refused() -> None:
    result = evaluated(small(), [3, 7])
    before = result.to_bytes()
    with pytest.raises(MergeError, match="image 7 was seen before"):
        result.merge(evaluated(small(), [7, 9]))
    with pytest.raises(MergeError, match="image 3 was seen before"):
        result.update([[[7]]], [[]], keys=[3])
    assert result.to_bytes() == before


def test_states_that_numbered_their_images_do_not_merge() -> None:
    with pytest.raises(MergeError, match="keys_from"):
        evaluated(small()).merge(CityscapesInstanceEvaluator.from_bytes(evaluated(small()).to_bytes()))
    result = evaluated(small())
    result.merge(evaluated(small(), keys_from=2))
    assert result.keys == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "other",
    [
        evaluator(min_region=4),
        evaluator(band_ratio=0.005),
        CityscapesInstanceEvaluator(CLASSES, min_region=3),
    ],
)
def test_states_measured_otherwise_do_not_merge(other: CityscapesInstanceEvaluator) -> None:
    with pytest.raises(MergeError, match="different"):
        evaluated(small()).merge(other)


def test_batches_that_do_not_fit_leave_the_state_as_it_was() -> None:
    result = evaluator()
    for truth, predictions, words in (
        ([[[7]]], [[], []], "1 images have annotations, found 2"),
        ([[7]], [[]], r"image 0: truth has shape \(1,\), expected"),
        ([[[25001]]], [[]], "image 0: truth holds 25001, whose label is no class"),
        (
            [[[7]], [[7]]],
            [[], [(26, 0.5, [[1, 1]])]],
            "image 1, prediction 0: the mask is 1 x 2, its .* 1 x 1",
        ),
        ([[[7]]], [[(255, 0.5, [[1]])]], "image 0, prediction 0: label is 255, which is no class"),
        ([[[7]]], [[(26, float("nan"), [[1]])]], "image 0, prediction 0: confidence is nan"),
    ):
        with pytest.raises(InputError, match=words):
            result.update(truth, predictions)
    assert result.keys == []


def test_a_minimum_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="min_region"):
        evaluator(min_region=-1)


# ---- corrupt states --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(put("regions", (0, 0), 7), id="label of a region"),
        pytest.param(put("regions", (0, 0), -1), id="id below zero"),
        pytest.param(put("regions", (0, 0), 26001), id="an object that is overlapped is gone"),
        pytest.param(put("regions", (1, 0), 26), id="a region twice"),
        pytest.param(put("regions", (0, 1), 0), id="an empty region"),
        pytest.param(put("regions", (0, 1), 2**60), id="a huge region"),
        pytest.param(put("predictions", (0, 0), 7), id="label of a prediction"),
        pytest.param(put("predictions", (0, 0), 24), id="label other than its regions'"),
        pytest.param(put("predictions", (0, 1), 0), id="an empty prediction"),
        pytest.param(put("predictions", (0, 2), 4), id="more void than pixels"),
        pytest.param(put("predictions", (1, 2), 2), id="void and regions overlap"),
        pytest.param(put("confidence", 0, np.nan), id="confidence NaN"),
        pytest.param(put("confidence", 0, np.inf), id="confidence infinite"),
        pytest.param(put("overlaps", (0, 1), 0), id="empty overlap"),
        pytest.param(put("overlaps", (0, 1), 4), id="overlap larger than the region"),
        pytest.param(put("overlaps", (0, 0), 26777), id="overlap with no region"),
        pytest.param(put("overlaps", (2, 0), 26), id="overlap twice"),
        pytest.param(put("overlaps", (0, 2), 0), id="an intersection of nothing"),
        pytest.param(put("overlaps", (0, 3), 2**40), id="a union larger than both"),
        pytest.param(put("overlaps", (1, 3), 1), id="an IoU greater than of the masks"),
    ],
)
def test_rows_that_cannot_be_are_refused(spoil: Spoil) -> None:
    with pytest.raises(InputError):
        CityscapesInstanceEvaluator.from_bytes(spoiled(evaluated(small(), [3, 7]), spoil))


@pytest.mark.parametrize(
    "change",
    [
        {"protocol": None},
        {
            "protocol": {
                "name": "cityscapes-instances",
                "version": "2",
                "parity": "official",
                "reference": "?",
            }
        },
        {"classes": None},
        {"classes": {"names": []}},
        {"params": {"min_region": "3"}},
        {"params": {"min_region": -3}},
        {"params": {"iou_thresholds": [0.5]}},
    ],
    ids=str,
)
def test_headers_that_cannot_be_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        CityscapesInstanceEvaluator.from_bytes(with_header(evaluated(small(), [3, 7]), change))
