"""Regions: official numbers, the merge law, and states that refuse to be corrupt."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from evaluators.region_cases import evaluated
from evaluators.states import Spoil, put, spoiled, with_header
from segmetrics.errors import InputError, MergeError
from segmetrics.evaluators.regions import RegionEvaluator

# ---- numbers -----------------------------------------------------------------------------------------------


@cache
def scored_bsds500(shared: Path) -> RegionEvaluator:
    """gPb-owt-ucm on the whole test set."""
    from scipy.io import loadmat  # noqa: PLC0415

    evaluator = RegionEvaluator()
    for path in sorted((shared / "data/bsds500/ucm2_lossless").glob("*.npz")):
        packed = np.load(path)
        annotations = loadmat(shared / f"data/bsds500/groundTruth/test/{path.stem}.mat")["groundTruth"][0]
        truths = [annotation[0, 0]["Segmentation"] for annotation in annotations]
        evaluator.update([truths], [packed["values"][packed["index"]]], keys=[path.stem])
    return evaluator


def test_bsds500_gives_all_printed_digits(shared: Path) -> None:
    results = shared / "data/bsds500/official_results/BSDS500/ucm2/test_eval"
    evaluator = scored_bsds500(shared)
    scores, curves, images = evaluator.compute(), evaluator.curves(), evaluator.image_scores()
    cover = [scores[f"covering.{name}"] for name in ("ods.threshold", "ods", "ois", "best")]
    others = [scores[f"{m}.{name}"] for m in ("pri", "vi") for name in ("ods.threshold", "ods", "ois")]
    assert printed([cover]) == (results / "eval_cover.txt").read_text()
    assert printed([others]) == (results / "eval_RI_VOI.txt").read_text()
    by_threshold = zip(curves.thresholds, curves.covering, strict=True)
    assert printed(by_threshold) == (results / "eval_cover_th.txt").read_text()
    by_threshold_too = zip(curves.thresholds, curves.pri, curves.vi, strict=True)
    assert printed(by_threshold_too) == (results / "eval_RI_VOI_thr.txt").read_text()
    by_image = zip(range(1, 201), images.threshold, images.covering, images.precision, strict=True)
    assert printed(by_image) == (results / "eval_cover_img.txt").read_text()


def printed(rows: Any) -> str:
    return "".join(" ".join(f"{value:>10.6g}" for value in row) + "\n" for row in rows)


def test_clean_parity_keeps_all_digits() -> None:
    truth, prediction = [np.repeat([[1, 2, 3]], 7, axis=0)], [np.repeat([[1, 1, 1]], 7, axis=0)]
    official, clean = RegionEvaluator([1]), RegionEvaluator([1], parity="clean")
    for evaluator in (official, clean):
        evaluator.update([truth], [prediction])
    assert (official.compute()["vi.ods"], clean.compute()["vi.ods"]) == (1.58496, np.log2(3))


def test_ois_takes_the_best_threshold_of_each_image() -> None:
    one, two = (np.array([[1, 1, 2, 2]]), np.array([[1, 1, 1, 1]]))
    evaluator = RegionEvaluator([1, 2])
    evaluator.update([[one], [two]], [[one, two], [one, two]])
    scores = evaluator.compute()
    assert (scores["covering.ods"], scores["covering.ois"], scores["covering.best"]) == (0.75, 1, 1)
    assert (scores["pri.ois"], scores["vi.ois"]) == (1, 0)
    assert (scores["vi.ods"], scores["vi.ods.threshold"], scores["covering.ods.threshold"]) == (0.5, 1, 1)


def test_of_equal_thresholds_the_first_is_an_images_best() -> None:
    evaluator = RegionEvaluator([1, 2, 3])
    evaluator.update([[[[1, 2]]]], [[[[1, 2]], [[5, 3]], [[1, 1]]]])
    assert evaluator.image_scores().threshold.tolist() == [1]


def test_nothing_seen_has_no_scores() -> None:
    evaluator = RegionEvaluator()
    assert all(score.value is None for score in evaluator.compute())
    assert np.isnan(evaluator.curves().covering).all()
    assert len(evaluator.image_scores().keys) == 0


def test_a_single_pixel_is_no_pair() -> None:
    evaluator = RegionEvaluator(1)
    evaluator.update([[[[4]]]], [np.zeros((3, 3))])
    scores = evaluator.compute()
    assert (scores["covering.ods"], scores["pri.ods"], scores["vi.ods"]) == (1, 1, 0)


def test_parity_is_one_of_two() -> None:
    with pytest.raises(ValueError, match="parity is 'exact'"):
        RegionEvaluator(parity="exact")  # type: ignore[arg-type]


@pytest.mark.parametrize("thresholds", [0, -1, [], [0.5, 0.5], [np.nan], [[0.5]]])
def test_thresholds_that_do_not_ascend_are_refused(thresholds: Any) -> None:
    with pytest.raises(ValueError, match="expected ascending numbers, or how many"):
        RegionEvaluator(thresholds)


# ---- the merge law -----------------------------------------------------------------------------------------


@given(st.permutations(range(7)), st.lists(st.integers(0, 7), max_size=3))
def test_any_partition_in_any_order_gives_the_same_bytes(order: list[int], cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), 7]
    parts = [evaluated(order[start:end]) for start, end in pairwise(edges)]
    merged = RegionEvaluator.merge_all(
        RegionEvaluator.from_bytes(part.to_bytes()) if k % 2 else part for k, part in enumerate(parts)
    )
    whole = evaluated(list(range(7)))
    assert merged.to_bytes() == whole.to_bytes()
    assert [*merged.compute()] == [*whole.compute()]
    assert merged.keys == list(range(7))


def test_states_that_do_not_fit_are_not_merged() -> None:
    evaluator = evaluated([1, 2])
    with pytest.raises(MergeError, match="image 2 was seen before"):
        evaluator.merge(evaluated([2, 3]))
    with pytest.raises(MergeError, match="states of different protocols"):
        evaluator.merge(RegionEvaluator([0.5]))


# ---- wrong input -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("truth", "prediction", "message"),
    [
        ([], np.zeros((3, 3)), "image 5: the list of annotators is empty"),
        ([[[1]]], [[[1]]], "image 5: found 1 segmentations, expected 4: one a threshold"),
        (
            [[[1]]],
            np.full((3, 3), 2.0),
            r"image 5, contours \[0, 0\]: is 2.0, expected a contour from 0 to 1",
        ),
        ([[[1]]], np.zeros((3, 5)), r"image 5: contours have shape \(3, 5\), expected \(3, 3\)"),
    ],
)
def test_wrong_images_are_refused_and_the_state_is_as_it_was(
    truth: Any, prediction: Any, message: str
) -> None:
    evaluator = evaluated([1])
    before = evaluator.to_bytes()
    with pytest.raises(InputError, match=message):
        evaluator.update([[[[1]]], truth], [np.zeros((3, 3)), prediction], keys=[4, 5])
    assert evaluator.to_bytes() == before


def test_sides_of_different_length_are_refused() -> None:
    with pytest.raises(InputError, match="1 images have annotations, found 0 with predictions"):
        RegionEvaluator().update([[[[1]]]], [])


def test_an_error_that_names_its_file_is_left_alone() -> None:
    class Unreadable:
        def __array__(self, *_args: object, **_options: object) -> NDArray[Any]:
            raise InputError("is no map", file="map.npy")

    with pytest.raises(InputError, match=r"^map\.npy: is no map$"):
        RegionEvaluator().update([[Unreadable()]], [np.zeros((3, 3))])


# ---- states ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (put("annotated", 0, 0), "an image has no annotated pixels"),
        (put("n_pixels", 1, -1), "an image has no annotated pixels"),
        (put("variation", 0, np.nan), "not finite"),
        (put("covered", 1, np.inf), "not finite"),
    ],
)
def test_a_spoiled_state_is_refused(spoil: Spoil, message: str) -> None:
    with pytest.raises(InputError, match=message):
        RegionEvaluator.from_bytes(spoiled(evaluated([3, 7]), spoil))


@pytest.mark.parametrize("thresholds", [[], "no", [0.5, 0.5]])
def test_a_state_of_no_thresholds_is_refused(thresholds: Any) -> None:
    with pytest.raises(InputError, match="not a state of RegionEvaluator"):
        RegionEvaluator.from_bytes(with_header(evaluated([3, 7]), {"params": {"thresholds": thresholds}}))
