from __future__ import annotations

import warnings
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import reliability as reference

from segmetrics.confusion import mean_iou
from segmetrics.errors import InputError, MergeError
from segmetrics.evaluators.tensors import read_state, write_state
from segmetrics_bravo.evaluator import BravoEvaluator, BravoImageError, Sampling
from segmetrics_bravo.maps import PredictedMaps, TrueMaps
from segmetrics_bravo.subsets import SUBSETS

Image = tuple[str, TrueMaps, PredictedMaps]
EXACT = 1e-12
MAPS = (3, 4)


@st.composite
def images(draw: st.DrawFn) -> Image:
    def maps(values: st.SearchStrategy[int], dtype: type) -> np.ndarray:
        return np.array(draw(st.lists(values, min_size=12, max_size=12)), dtype).reshape(MAPS)

    key = f"{draw(st.sampled_from([*SUBSETS.values()])).folder}made/{draw(st.integers(0, 10**9))}"
    samples = draw(
        st.none()
        | st.lists(st.integers(0, 11), unique=True).map(lambda some: np.array(sorted(some), np.uint32))
    )
    truth = TrueMaps(
        maps(st.sampled_from([0, 1, 18, 255]), np.uint8),
        maps(st.sampled_from([0, 0, 1, 255]), np.uint8),
        samples,
    )
    return (
        key,
        truth,
        PredictedMaps(
            maps(st.integers(0, 18), np.uint8), maps(st.integers(0, 4), np.uint16) * np.uint16(16383)
        ),
    )


CASES = st.lists(images(), max_size=8, unique_by=lambda image: image[0])


def add(state: BravoEvaluator, some: Sequence[Image]) -> None:
    state.update(
        [truth for _, truth, _ in some], [its for _, _, its in some], keys=[key for key, _, _ in some]
    )


def computed(state: BravoEvaluator) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return state.compute()


# ---- what it scores --------------------------------------------------------------------------------------


def close(found: float | None, expected: Fraction | float | None) -> bool:
    return found is None if expected is None else found is not None and abs(found - expected) < EXACT


@settings(max_examples=50, deadline=None)
@given(CASES, st.sampled_from(["official", "full"]))
def test_a_subsets_scores_are_as_defined(case: list[Image], sampling: Sampling) -> None:
    state = BravoEvaluator(sampling)
    add(state, case)
    scores = computed(state)
    assert {score.over["subset"] for score in scores if score.over} == {
        name for name, subset in SUBSETS.items() if any(key.startswith(subset.folder) for key, _, _ in case)
    }
    for name, subset in SUBSETS.items():
        own = [image for image in case if image[0].startswith(subset.folder)]
        pixels = [pixel for _, truth, its in own for pixel in scored(truth, its, sampling)]
        if own and subset.has_classes:
            right, levels = (
                [right for right, invalid, _ in pixels if not invalid],
                [q for _, invalid, q in pixels if not invalid],
            )
            assert close(scores.value("auroc", subset=name), reference.auroc(levels, right))
            assert close(scores.value("fpr95", subset=name), reference.fpr_at_tpr(levels, right, 0.95))
            assert scores.find("ece", subset=name).n == len(right)
            expected = mean_iou(sum(map(confusion, own), np.zeros((19, 19), int)))
            assert close(scores.value("iou.mean", subset=name), None if np.isnan(expected) else expected)
        if own and subset.has_ood:
            invalid, doubts = [invalid for _, invalid, _ in pixels], [-q for _, _, q in pixels]
            assert close(scores.value("auroc.ood", subset=name), reference.auroc(doubts, invalid))
            assert scores.find("auroc.ood", subset=name).n == sum(invalid)


def scored(truth: TrueMaps, its: PredictedMaps, sampling: Sampling) -> list[tuple[bool, bool, int]]:
    """Whether each counted pixel is right and invalid, and its level of confidence."""
    pixels = range(12) if sampling == "full" or truth.samples is None else truth.samples.tolist()
    return [
        (truth.labels.flat[i] == its.labels.flat[i], truth.invalid.flat[i] != 0, int(its.confidence.flat[i]))
        for i in pixels
        if truth.labels.flat[i] != 255
    ]


def confusion(image: Image) -> np.ndarray:
    _, truth, its = image
    matrix = np.zeros((19, 19), int)
    chosen = (truth.labels != 255) & (truth.invalid == 0)
    np.add.at(matrix, (truth.labels[chosen], its.labels[chosen]), 1)
    return matrix


def whole() -> list[Image]:
    """An image of every subset."""
    random = np.random.default_rng(11)
    return [
        (
            f"{subset.folder}made/1",
            TrueMaps(
                random.integers(0, 3, (20, 20), np.uint8), (random.random((20, 20)) < 0.2).astype(np.uint8)
            ),
            PredictedMaps(
                random.integers(0, 3, (20, 20), np.uint8), random.integers(0, 65536, (20, 20), np.uint16)
            ),
        )
        for subset in SUBSETS.values()
    ]


def harmonic(values: Sequence[float]) -> float:
    return len(values) / sum(1 / value for value in values)


def test_means_are_harmonic_and_over_what_they_should_be() -> None:
    state = BravoEvaluator()
    add(state, whole())
    scores = state.compute()

    def goodness(score_id: str, subset: str) -> float:
        value = scores.value(score_id, subset=subset)
        assert value is not None
        return 1 - value if score_id in ("ece", "fpr95", "fpr95.ood") else value

    classes = ("iou.mean", "ece", "auroc", "auprc.success", "auprc.error", "fpr95")
    ood = ("auroc.ood", "auprc.ood", "fpr95.ood")
    semantic = [goodness(score_id, name) for name in SUBSETS if name != "SMIYC" for score_id in classes]
    outside = [goodness(score_id, name) for name in ("SMIYC", "synobjs") for score_id in ood]
    assert (len(semantic), len(outside)) == (48, 6)
    assert close(scores["bravo.semantic"], harmonic(semantic))
    assert close(scores["bravo.ood"], harmonic(outside))
    assert close(scores["bravo.index"], harmonic([harmonic(semantic), harmonic(outside)]))
    for name, ids in (("SMIYC", ood), ("synobjs", classes + ood), ("ACDCfog", classes)):
        its = [goodness(score_id, name) for score_id in ids]
        assert close(scores.value("bravo.subset", subset=name), harmonic(its))
        assert scores.find("bravo.subset", subset=name).n == len(its)


def test_a_zero_makes_every_mean_zero() -> None:
    case = whole()
    key, truth, its = case[0]
    case[0] = key, truth, its._replace(labels=(truth.labels + 1).astype(np.uint8) % 3)
    case[0][2].labels[0, 0] = truth.labels[0, 0]
    state = BravoEvaluator()
    add(state, case)
    assert 0 < (state.compute()["bravo.semantic"] or 0) < 0.1


# ---- what is undefined -----------------------------------------------------------------------------------


def test_a_subset_without_invalid_pixels_says_so() -> None:
    case = whole()
    for i, name in enumerate(SUBSETS):
        if name == "SMIYC":
            key, truth, its = case[i]
            case[i] = key, truth._replace(invalid=np.zeros_like(truth.invalid)), its
    state = BravoEvaluator()
    add(state, case)
    with pytest.warns(
        UserWarning, match=r"SMIYC: auroc.ood, auprc.ood, fpr95.ood undefined: no scored pixel is invalid"
    ):
        scores = state.compute()
    score = scores.find("auroc.ood", subset="SMIYC")
    assert (score.value, score.n) == (None, 0)
    assert [scores[score_id] for score_id in ("bravo.index", "bravo.ood")] == [None, None]
    assert scores["bravo.semantic"] is not None
    assert scores.value("bravo.subset", subset="SMIYC") is None


@pytest.mark.parametrize(
    ("invalid", "right", "why"),
    [
        (
            True,
            True,
            "iou.mean, ece, auroc, auprc.success, auprc.error, fpr95 undefined: no scored pixel is valid",
        ),
        (
            False,
            True,
            "auroc, auprc.error, fpr95 undefined: of the scored pixels none, or all, are predicted right",
        ),
        (False, False, "auroc, auprc.success, fpr95 undefined: of the scored pixels none, or all"),
    ],
)
def test_other_scores_that_are_undefined_say_so(invalid: bool, right: bool, why: str) -> None:
    truth = np.array([[1, 1]], np.uint8)
    state = BravoEvaluator()
    its = PredictedMaps(truth if right else truth + np.uint8(1), np.array([[5, 6]], np.uint16))
    state.update([TrueMaps(truth, np.full((1, 2), invalid))], [its], keys=["bravo_synrain/1"])
    with pytest.warns(UserWarning, match=f"synrain: {why}"):
        state.compute()


def test_subsets_without_images_leave_the_means_undefined() -> None:
    state = BravoEvaluator()
    add(state, [image for image in whole() if "synrain" in image[0]])
    scores = state.compute()
    assert [score.value for score in scores[:3]] == [None] * 3
    assert [score.n for score in scores[:3]] == [0, 6, 0]
    assert scores.value("bravo.subset", subset="synrain") is not None
    assert BravoEvaluator().compute()["bravo.index"] is None


# ---- the merge law ---------------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(CASES, st.data())
def test_any_partition_in_any_order_is_the_whole(case: list[Image], data: st.DataObject) -> None:
    states = [BravoEvaluator()]
    waiting = data.draw(st.permutations(case))
    while waiting:
        n = data.draw(st.integers(1, len(waiting)))
        add(data.draw(st.sampled_from(states)), waiting[:n])
        waiting = waiting[n:]
        if data.draw(st.booleans()):
            states.append(BravoEvaluator())
    while len(states) > 1:
        target, source = data.draw(st.permutations(range(len(states))))[:2]
        if data.draw(st.booleans()):
            states[source] = BravoEvaluator.from_bytes(states[source].to_bytes())
        states[target].merge(states[source])
        del states[source]
    together = BravoEvaluator()
    add(together, case)
    assert states[0].to_bytes() == together.to_bytes()
    assert list(computed(states[0])) == list(computed(together))
    assert states[0].keys == sorted(key for key, _, _ in case)


def small() -> BravoEvaluator:
    state = BravoEvaluator()
    add(state, whole()[:2])
    return state


def test_states_that_do_not_belong_together_do_not_merge() -> None:
    state = small()
    before = state.to_bytes()
    with pytest.raises(MergeError, match="different protocols"):
        state.merge(BravoEvaluator("full"))
    with pytest.raises(MergeError, match="bravo_ACDC/fog/made/1 was seen before"):
        state.merge(small())
    with pytest.raises(MergeError, match="bravo_ACDC/fog/made/1 was seen before"):
        add(state, whole()[:1])
    assert state.to_bytes() == before


# ---- what is refused -------------------------------------------------------------------------------------


TRUTH = TrueMaps(np.array([[1, 255]], np.uint8), np.zeros((1, 2), np.uint8))
PREDICTION = PredictedMaps(np.array([[1, 1]], np.uint8), np.array([[5, 5]], np.uint16))


@pytest.mark.parametrize(
    ("truth", "prediction", "side", "message"),
    [
        ({"invalid": np.zeros((2, 1), np.uint8)}, {}, "invalid", "is 1x2, its ground truth is 2x1"),
        ({}, {"labels": np.zeros((2, 1), np.uint8)}, "prediction", "is 1x2, its ground truth is 2x1"),
        (
            {},
            {"labels": np.array([[19, 0]])},
            "prediction",
            r"pixel \[0, 0\]: prediction is 19, expected 0 to 18",
        ),
        (
            {"labels": np.array([[1, 77]])},
            {},
            "truth",
            r"pixel \[0, 1\]: truth is 77, expected 0 to 18 or 255",
        ),
        (
            {},
            {"confidence": np.array([5, 5], np.uint16)},
            "prediction",
            "2 confidences, expected one at each of 1",
        ),
        ({"samples": np.array([1, 2])}, {}, "prediction", "has 2 pixels, but pixel 2 is sampled"),
        ({}, {"confidence": np.array([[5, 5, 5]], np.uint16)}, "prediction", "holds 3 confidences"),
    ],
)
def test_an_image_that_cannot_be_scored_changes_nothing(
    truth: dict[str, Any], prediction: dict[str, Any], side: str, message: str
) -> None:
    state = small()
    before = state.to_bytes()
    sides = [TRUTH, TRUTH._replace(**truth)], [PREDICTION, PREDICTION._replace(**prediction)]
    with pytest.raises(BravoImageError, match=message) as caught:
        state.update(*sides, keys=["bravo_synrain/1", "bravo_synrain/2"])
    assert (caught.value.side, caught.value.key) == (side, "bravo_synrain/2")
    assert state.to_bytes() == before


def test_confidences_at_samples_are_not_those_of_every_pixel() -> None:
    its = PREDICTION._replace(confidence=np.array([5], np.uint16))
    with pytest.raises(BravoImageError, match="holds confidences at its samples only"):
        BravoEvaluator("full").update([TRUTH], [its], keys=["bravo_synrain/1"])


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (None, "1 truths, 1 predictions, 0 keys: expected as many"),
        (["bravo_synrain/1", "bravo_synrain/2"], "1 truths, 1 predictions, 2 keys"),
        (["elsewhere/1"], "key 'elsewhere/1' is of no subset, expected one that begins with bravo_ACDC/fog/"),
    ],
)
def test_keys_that_say_no_subset_are_refused(keys: list[str] | None, message: str) -> None:
    with pytest.raises(InputError, match=message):
        BravoEvaluator().update([TRUTH], [PREDICTION], keys=keys)


def test_sampling_is_one_of_two() -> None:
    with pytest.raises(ValueError, match="sampling is 'some', expected official or full"):
        BravoEvaluator("some")  # type: ignore[arg-type]
    assert [BravoEvaluator(sampling).protocol.parity for sampling in ("official", "full")] == [
        "official",
        "clean",
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ACDCfog/confidences": None}, "missing"),
        ({"ACDCfog/cells": None}, "do not add up"),
        ({"synobjs/cells": np.empty(0, np.uint32)}, "missing"),
        ({"pixels": np.array([400, 399], np.uint64)}, "do not add up"),
        ({"key_offsets": None}, "keys"),
    ],
)
def test_a_corrupt_state_is_refused(change: dict[str, Any], message: str) -> None:
    state = small()
    header, tensors = read_state(state.to_bytes(), state.kind)
    spoiled = {name: tensor for name, tensor in {**tensors, **change}.items() if tensor is not None}
    with pytest.raises(InputError, match=message):
        BravoEvaluator.from_bytes(write_state(header, spoiled))


def test_a_state_of_another_make_is_refused() -> None:
    state = small()
    header, tensors = read_state(state.to_bytes(), state.kind)
    for params, words in (
        ({"sampling": "some"}, "not a state of BravoEvaluator"),
        ({}, "not a state of BravoEval"),
    ):
        with pytest.raises(InputError, match=words):
            BravoEvaluator.from_bytes(
                write_state({**header, "protocol": {**header["protocol"], "params": params}}, tensors)
            )


def test_a_state_of_images_of_no_subset_is_refused() -> None:
    state = small()
    header, tensors = read_state(state.to_bytes(), state.kind)
    text = tensors["key_text"].tobytes().replace(b"bravo_ACDC/fog", b"bravo_ACDC/hog")
    with pytest.raises(InputError, match="is of no subset"):
        BravoEvaluator.from_bytes(write_state(header, {**tensors, "key_text": np.frombuffer(text, np.uint8)}))
