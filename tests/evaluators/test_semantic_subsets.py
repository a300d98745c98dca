from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmetrics.classes import Classes
from segmetrics.errors import InputError, MergeError
from segmetrics.evaluators.semantic import SemanticEvaluator
from segmetrics.evaluators.semantic_subsets import SemanticSubsetsEvaluator
from segmetrics.evaluators.tensors import read_state, write_state

CLASSES = Classes("land water", ignore=255)
KIND = "segmetrics.semantic_subsets.1"
KEYS = [f"{subset}/{number}" for subset in ("north", "south") for number in range(4)]
MAPS = np.random.default_rng(3).integers(0, 2, (2, len(KEYS), 4, 5))


def plain() -> SemanticEvaluator:
    return SemanticEvaluator(CLASSES, name="rivers")


def empty() -> SemanticSubsetsEvaluator:
    return SemanticSubsetsEvaluator(["north", "south"], plain())


def of(images: list[int]) -> SemanticSubsetsEvaluator:
    evaluator = empty()
    evaluator.update(*MAPS[:, images], keys=[KEYS[i] for i in images])
    return evaluator


EVERYTHING = of(list(range(len(KEYS))))


@settings(max_examples=50)
@given(st.permutations(range(len(KEYS))), st.sets(st.integers(0, len(KEYS))))
def test_any_partition_gives_the_same_bytes(order: list[int], cuts: set[int]) -> None:
    bounds = sorted({0, len(KEYS), *cuts})
    parts = [of(order[start:end]) for start, end in pairwise(bounds)]
    merged = SemanticSubsetsEvaluator.merge_all(parts)
    assert merged.to_bytes() == EVERYTHING.to_bytes()
    assert list(merged.compute()) == list(EVERYTHING.compute())
    assert merged.keys == KEYS


def test_a_subset_scores_as_if_it_were_alone() -> None:
    alone = plain()
    alone.update(*MAPS[:, :4], keys=KEYS[:4])
    whole = plain()
    whole.update(*MAPS, keys=KEYS)
    scores = EVERYTHING.compute()
    for score in alone.compute():
        assert scores.value(score.id, subset="north", **score.over) == score.value
    for score in whole.compute():
        assert scores.value(score.id, **score.over) == score.value


def test_a_state_comes_back() -> None:
    again = SemanticSubsetsEvaluator.from_bytes(EVERYTHING.to_bytes())
    assert again.to_bytes() == EVERYTHING.to_bytes()
    assert again.protocol == EVERYTHING.protocol
    assert again.protocol.params["subsets"] == ["north", "south"]


@pytest.mark.parametrize("keys", [["east/1"], ["north"[1:]], [7], None])
def test_a_key_must_name_its_subset(keys: list[Any] | None) -> None:
    with pytest.raises(InputError):
        empty().update(MAPS[0, :1], MAPS[1, :1], keys=keys)


def test_an_image_counts_once_and_a_refused_batch_leaves_no_trace() -> None:
    evaluator = of([0, 1])
    before = evaluator.to_bytes()
    with pytest.raises(MergeError, match="image north/1 was seen before"):
        evaluator.update(*MAPS[:, [5, 1]], keys=["south/1", "north/1"])
    with pytest.raises(MergeError, match="image north/0 was seen before"):
        evaluator.merge(of([4, 0]))
    with pytest.raises(InputError):
        evaluator.update(MAPS[0, 4:6], MAPS[1, 4:6] + [[[0]], [[9]]], keys=["south/0", "north/9"])
    assert evaluator.to_bytes() == before


def test_states_of_other_protocols_do_not_merge() -> None:
    for other in (
        SemanticSubsetsEvaluator(["north"], plain()),
        SemanticSubsetsEvaluator(["north", "south"], SemanticEvaluator(3)),
    ):
        with pytest.raises(MergeError):
            empty().merge(other)


def test_bytes_that_are_no_state_are_refused() -> None:
    header, tensors = read_state(EVERYTHING.to_bytes(), KIND)
    swapped = {**tensors, "state/north": tensors["state/south"], "state/south": tensors["state/north"]}
    other = SemanticEvaluator(3)
    other.update(*MAPS[:, :1], keys=["north/0"])
    foreign = {**tensors, "state/north": np.frombuffer(other.to_bytes(), np.uint8)}
    for spoilt in (
        write_state({**header, "subsets": 1}, tensors),
        write_state({**header, "subsets": ["east"]}, tensors),
        write_state(header, swapped),
        write_state(header, foreign),
        b"",
    ):
        with pytest.raises(InputError):
            SemanticSubsetsEvaluator.from_bytes(spoilt)
