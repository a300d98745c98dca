from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from reference import reliability as reference

from evaluators.reliability_cases import CLASSES, evaluator, small
from segmetrics.classes import Classes
from segmetrics.errors import InputError, MergeError
from segmetrics.evaluators import ConfidentMaps, MarkedMaps, ReliabilityEvaluator, SemanticEvaluator
from segmetrics.evaluators.label_counts import LabelError
from segmetrics.evaluators.tensors import read_state, write_state
from segmetrics.types import Scores

EXACT = 1e-12

Map = NDArray[Any]


@dataclass(frozen=True)
class Image:
    truth: Map
    invalid: Map
    prediction: Map
    confidence: Map
    samples: Map


@st.composite
def images(draw: st.DrawFn) -> Image:
    shape = draw(st.tuples(st.integers(1, 4), st.integers(1, 5)))
    n = shape[0] * shape[1]

    def column(values: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(values, min_size=n, max_size=n))

    return Image(
        truth=np.array(column(st.sampled_from(CLASSES.values))).reshape(shape),
        invalid=np.array(column(st.sampled_from([0, 0, 0, 1, 255]))).reshape(shape),
        prediction=np.array(column(st.sampled_from((7, 26, 0)))).reshape(shape),
        confidence=np.array(column(st.integers(0, 5).map(lambda k: 13107 * k)), np.uint16).reshape(shape),
        samples=np.array(draw(st.lists(st.integers(0, n - 1), max_size=n)), np.int64),
    )


Case = Sequence[Image]
CASES = st.lists(images(), max_size=6)


def add(state: ReliabilityEvaluator, case: Case, chosen: Sequence[int], *, sampled: bool = True) -> None:
    some = [case[i] for i in chosen]
    confidences = [one.confidence.ravel()[one.samples] if sampled else one.confidence for one in some]
    state.update(
        MarkedMaps([one.truth for one in some], [one.invalid for one in some]),
        ConfidentMaps(
            [one.prediction for one in some], confidences, [one.samples for one in some] if sampled else None
        ),
        keys=list(chosen),
    )


# ---- what it scores --------------------------------------------------------------------------------------


def close(found: float | None, expected: Fraction | None) -> bool:
    return found is None if expected is None else found is not None and abs(found - expected) < EXACT


@settings(max_examples=150, deadline=None)
@given(CASES, st.booleans())
def test_scores_are_as_defined(case: Case, sampled: bool) -> None:
    state = evaluator()
    add(state, case, range(len(case)), sampled=sampled)
    scores = state.compute()
    pixels = [
        (
            bool(one.invalid.flat[i]),
            bool(one.truth.flat[i] == one.prediction.flat[i]),
            int(one.confidence.flat[i]),
        )
        for one in case
        for i in (one.samples if sampled else range(one.truth.size))
        if one.truth.flat[i] in CLASSES.ids
    ]
    valid = [(right, level) for invalid, right, level in pixels if not invalid]
    right, levels = [right for right, _ in valid], [level for _, level in valid]
    assert close(scores["auroc"], reference.auroc(levels, right))
    assert close(scores["fpr95"], reference.fpr_at_tpr(levels, right, 0.95))
    assert close(scores["auprc.success"], reference.average_precision(levels, right))
    doubts = [-level for level in levels]
    assert close(scores["auprc.error"], reference.average_precision(doubts, [not one for one in right]))
    marked, doubts = [invalid for invalid, _, _ in pixels], [-level for _, _, level in pixels]
    assert close(scores["auroc.ood"], reference.auroc(doubts, marked))
    assert close(scores["auprc.ood"], reference.average_precision(doubts, marked))
    assert close(scores["fpr95.ood"], reference.fpr_at_tpr(doubts, marked, 0.95))
    assert scores.find("auroc.ood").n == sum(marked)
    assert scores.find("ece").n == len(valid) == sum(n for n in bins(scores).values())


def bins(scores: Scores) -> dict[Any, int]:
    return {score.over["bin"]: score.n or 0 for score in scores if score.id == "bin.accuracy"}


@settings(max_examples=100, deadline=None)
@given(CASES)
def test_labels_are_scored_as_without_confidences_where_pixels_are_valid(case: Case) -> None:
    state, plain = evaluator(), SemanticEvaluator(CLASSES)
    add(state, case, range(len(case)))
    plain.update([np.where(one.invalid, 255, one.truth) for one in case], [one.prediction for one in case])
    scores = {(score.id, str(score.over)): score for score in state.compute()}
    for score in plain.compute():
        assert scores[score.id, str(score.over)] == score


def test_a_diagram_is_part_of_the_scores() -> None:
    state = ReliabilityEvaluator(2, bins=2)
    state.update([[0, 1, 1, 255]], ConfidentMaps([[0, 0, 1, 1]], [[0.25, 0.25, 0.75, 0.5]]))
    scores = state.compute()
    half = 0.5 / 65536
    assert scores.per("bin", "bin.confidence") == {0: 0.25 + half, 1: 0.75 + half}
    assert scores.per("bin", "bin.accuracy") == {0: 0.5, 1: 1.0}
    assert scores["ece"] == pytest.approx((2 * (0.25 - half) + 0.25 - half) / 3, abs=EXACT)
    assert (scores.find("ece").higher_is_better, scores.find("fpr95").higher_is_better) == (False, False)
    assert state.confidence_counts().sum(axis=1).tolist() == [2, 1, 0, 0]


def test_a_batch_may_be_a_map_a_stack_or_a_list() -> None:
    truth, prediction = np.array([[[0, 1]], [[1, 1]]]), np.array([[[0, 0]], [[1, 0]]])
    confidence = np.array([[[0.9, 0.2]], [[0.6, 0.5]]], np.float32)
    states = [ReliabilityEvaluator(2) for _ in range(3)]
    states[0].update(truth, ConfidentMaps(prediction, confidence))
    states[1].update(list(truth), ConfidentMaps(list(prediction), list(confidence)))
    for i in range(2):
        states[2].update(truth[i].tolist(), ConfidentMaps(prediction[i].tolist(), confidence[i]))
    assert len({state.to_bytes() for state in states}) == 1


# ---- the merge law ---------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(CASES, st.data())
def test_any_partition_in_any_order_is_the_whole(case: Case, data: st.DataObject) -> None:
    states = [evaluator()]
    waiting = data.draw(st.permutations(range(len(case))))
    while waiting:
        n = data.draw(st.integers(1, len(waiting)))
        add(data.draw(st.sampled_from(states)), case, waiting[:n])
        waiting = waiting[n:]
        if data.draw(st.booleans()):
            states.append(evaluator())
    while len(states) > 1:
        target, source = data.draw(st.permutations(range(len(states))))[:2]
        if data.draw(st.booleans()):
            states[source] = ReliabilityEvaluator.from_bytes(states[source].to_bytes())
        states[target].merge(states[source])
        del states[source]
    whole = evaluator()
    add(whole, case, range(len(case)))
    assert states[0].to_bytes() == whole.to_bytes()
    assert list(states[0].compute()) == list(whole.compute())
    assert states[0].keys == whole.keys == list(range(len(case)))


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (lambda: evaluator(bins=14), "different protocols"),
        (lambda: evaluator(name="streets"), "different protocols"),
        (lambda: ReliabilityEvaluator(CLASSES), "different protocols"),
        (
            lambda: ReliabilityEvaluator(Classes("road bus", ids=(7, 26), others=(0,), ignore=255), ood=True),
            "different classes",
        ),
        (small, "image 3 was seen before"),
    ],
)
def test_states_that_do_not_belong_together_do_not_merge(
    other: Callable[[], ReliabilityEvaluator], message: str
) -> None:
    state = small()
    before = state.to_bytes()
    with pytest.raises(MergeError, match=message):
        state.merge(other())
    assert state.to_bytes() == before


# ---- what is refused -------------------------------------------------------------------------------------


GOOD = MarkedMaps([[7, 26]], [[0, 1]])


@pytest.mark.parametrize(
    ("truth", "prediction", "message"),
    [
        ([[7, 26]], ConfidentMaps([[7, 7]], [[0.5, 0.5]]), "truth is a list, expected MarkedMaps"),
        (GOOD, [[7, 7]], "prediction is a list, expected ConfidentMaps"),
        (GOOD, ConfidentMaps([[7, 9]], [[0.5, 0.5]]), r"image 4, pixel \[0, 1\]: prediction is 9"),
        (GOOD, ConfidentMaps([[255, 7]], [[0.5, 0.5]]), r"pixel \[0, 0\]: prediction is 255, expected 0"),
        (MarkedMaps([[7, 8]], [[0, 0]]), ConfidentMaps([[7, 7]], [[0.5, 0.5]]), "truth is 8"),
        (GOOD, ConfidentMaps([[7]], [[0.5, 0.5]]), r"image 4: prediction has shape \(1, 1\), truth"),
        (GOOD, ConfidentMaps([[7, 7]], [[0.5]]), r"image 4: confidence has shape \(1, 1\), truth"),
        (GOOD, ConfidentMaps([[7, 7]], [[0.5, 2]]), r"image 4, pixel \[0, 1\]: confidence is 2.0"),
        (MarkedMaps([[7, 26]], [[0]]), ConfidentMaps([[7, 7]], [[0.5, 0.5]]), "invalid has shape"),
        (GOOD, ConfidentMaps([[[7, 7]]] * 2, [[0.5, 0.5]]), "1 images have a truth, 2 have prediction"),
        (GOOD, ConfidentMaps([[7, 7]], [[0.5]], [[2]]), "image 4, sample 0: is pixel 2, of a map of 2"),
        (GOOD, ConfidentMaps([[7, 7]], [[0.5]], []), "1 images have a truth, 0 have samples"),
    ],
)
def test_a_batch_that_cannot_be_scored_changes_nothing(truth: Any, prediction: Any, message: str) -> None:
    state = small()
    before = state.to_bytes()
    with pytest.raises(InputError, match=message):
        state.update(truth, prediction, keys=[4])
    assert state.to_bytes() == before


def test_a_wrong_label_is_told_from_other_errors() -> None:
    with pytest.raises(LabelError) as caught:
        small().update(GOOD, ConfidentMaps([[7, 9]], [[0.5, 0.5]]), keys=[4])
    assert (caught.value.side, caught.value.key) == ("prediction", 4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"classes": 2, "bins": 0}, "bins is 0, expected 1 to 65536"),
        ({"classes": 2, "ignore": None, "ood": True}, "ignores a value"),
        ({"classes": Classes("a b", ids=(1, 300))}, "not 0 to 255"),
    ],
)
def test_arguments_that_mean_nothing_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ReliabilityEvaluator(**arguments)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("labels", None, "missing"),
        ("labels", np.zeros((2, 2), np.uint64), r"has shape \(2, 2\)"),
        ("cells", np.array([9, 3, 10, 11], np.uint32), "out of order"),
        ("cells", np.array([3, 4, 5, 2**18], np.uint32), "out of order"),
        ("cells", np.array([3], np.uint32), r"has shape \(4,\), expected \(1,\)"),
        ("confidences", np.array([1, 1, 1, 0], np.uint64), "out of order"),
        ("confidences", np.array([1, 1, 1, 2**60], np.uint64), "more than any maps have"),
        ("pixels", np.array([1, 2], np.uint64), "do not add up"),
    ],
)
def test_a_corrupt_state_is_refused(name: str, value: Any, message: str) -> None:
    header, tensors = read_state(small().to_bytes(), ReliabilityEvaluator.kind)
    spoiled = {key: tensor for key, tensor in {**tensors, name: value}.items() if tensor is not None}
    with pytest.raises(InputError, match=message):
        ReliabilityEvaluator.from_bytes(write_state(header, spoiled))
