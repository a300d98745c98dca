"""Scores within trimaps: sums over images, the merge law, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluators.states import spoiled, with_header
from evaluators.trimap_cases import WIDTHS, evaluated, pair
from segmetrics import confusion
from segmetrics.errors import InputError
from segmetrics.evaluators.trimaps import TrimapEvaluator
from segmetrics.trimaps import trimap_confusion


def test_matrices_of_images_add_up() -> None:
    scores = evaluated([3, 7]).compute()
    for width in WIDTHS:
        counts = [trimap_confusion(*pair(k), width, shape="square", classes=3) for k in (3, 7)]
        ious = confusion.iou(counts[0] + counts[1])
        assert scores.value("trimap.iou.mean", width=width) == np.nanmean(ious)
        found = [scores.value("trimap.iou", width=width, **{"class": str(k)}) for k in range(3)]
        assert found == ious.tolist()


def test_nothing_counted_is_undefined() -> None:
    assert {score.value for score in TrimapEvaluator(2, widths=[1], shape="disk").compute()} == {None}


@settings(max_examples=50, deadline=None)
@given(st.permutations(range(5)), st.integers(0, 5))
def test_any_partition_in_any_order_is_the_whole(order: list[int], cut: int) -> None:
    merged = TrimapEvaluator.merge_all([evaluated(order[:cut]), evaluated(order[cut:])])
    assert merged.to_bytes() == evaluated([*range(5)]).to_bytes()


def test_a_wrong_image_is_named_and_leaves_the_state_as_it_was() -> None:
    evaluator = evaluated([3])
    before = evaluator.to_bytes()
    with pytest.raises(InputError, match="image 9: the prediction has shape"):
        evaluator.update([pair(1)[0], [[0]]], [pair(1)[1], [[0, 0]]], keys=[8, 9])
    with pytest.raises(InputError, match="1 images have annotations, found 0"):
        evaluator.update([[[0]]], [])
    assert evaluator.to_bytes() == before


@pytest.mark.parametrize(
    "change",
    [
        {"classes": 0},
        {"widths": []},
        {"widths": [2, 1]},
        {"widths": [-1]},
        {"shape": "star"},
        {"ignore": "x"},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(change: dict[str, Any]) -> None:
    options: dict[str, Any] = {"classes": 3, "widths": [1], "shape": "disk"} | change
    if "ignore" not in change:
        with pytest.raises(ValueError, match="expected"):
            TrimapEvaluator(**options)
    with pytest.raises(InputError):
        TrimapEvaluator.from_bytes(with_header(evaluated([3]), {"params": change}))


def test_a_state_survives_its_bytes() -> None:
    state = evaluated([3, 7])
    again = TrimapEvaluator.from_bytes(state.to_bytes())
    assert again.to_bytes() == state.to_bytes()
    assert list(again.compute()) == list(state.compute())
    with pytest.raises(InputError, match="tensor 'counts' has shape"):
        TrimapEvaluator.from_bytes(spoiled(state, _one_class_less))


def _one_class_less(tensors: dict[str, Any]) -> None:
    tensors["counts"] = np.ascontiguousarray(tensors["counts"][:, :-1])
