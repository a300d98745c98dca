"""Thinning, matching and counting of boundaries, against slow twins and SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from reference import boundaries as reference

from segmetrics import boundaries
from segmetrics.boundaries import BoundaryCounter, match, matching_radius
from segmetrics.errors import InputError

Map = NDArray[np.bool_]


@st.composite
def binary_maps(draw: st.DrawFn, n: int = 1, longest: int = 14) -> list[Map]:
    """Maps of one size, from nearly empty to nearly full."""
    shape = draw(st.tuples(st.integers(1, longest), st.integers(1, longest)))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    return [random.random(shape) < draw(st.sampled_from([0, 0.05, 0.3, 0.7, 1])) for _ in range(n)]


RADII = st.sampled_from([0.0, 0.5, 1.0, 1.5, 2.0, 3.3, 4.33706, 100.0])


def share(shape: tuple[int, int], radius: float) -> float:
    """What to give as max_distance for this radius; the next number up, so that rounding does not lose it."""
    return float(np.nextafter(radius / matching_radius(shape[0], shape[1], 1), np.inf))


@given(binary_maps())
def test_thinning_is_what_the_definition_says(maps: list[Map]) -> None:
    assert np.array_equal(boundaries.thin(maps[0]), reference.thin(maps[0]))


@given(binary_maps(longest=140))
def test_thinning_is_scikit_images(maps: list[Map]) -> None:
    morphology = pytest.importorskip("skimage.morphology")
    assert np.array_equal(boundaries.thin(maps[0]), morphology.thin(maps[0]))


@pytest.mark.parametrize("width", [62, 63, 64, 65, 127, 128, 129])
def test_thinning_crosses_words(width: int) -> None:
    mask = np.random.default_rng(width).random((20, width)) < 0.6
    assert np.array_equal(boundaries.thin(mask), reference.thin(mask))


def test_thinning_leaves_its_argument_alone() -> None:
    mask = np.ones((5, 5), np.bool_)
    boundaries.thin(mask)
    assert mask.all()


def radius_in(image: NDArray[Any], max_distance: float) -> float:
    return matching_radius(image.shape[0], image.shape[1], max_distance)


def pairs_are_possible(found: boundaries.Matches, predicted: Map, annotated: Map, radius: float) -> bool:
    """No pixel twice, all of the maps, none too far apart."""
    one, other = found.predicted, found.annotated
    return (
        len(np.unique(one, axis=0)) == len(np.unique(other, axis=0)) == len(one)
        and predicted[tuple(one.T)].all()
        and annotated[tuple(other.T)].all()
        and bool((((one - other) ** 2).sum(axis=1) <= radius * radius).all())
    )


def cost_of(found: boundaries.Matches) -> int:
    lengths = np.sqrt(((found.predicted - found.annotated) ** 2).sum(axis=1))
    return int(np.rint(100 * lengths).sum())


@given(binary_maps(2), RADII)
def test_a_matching_has_the_most_pairs_and_costs_the_least(maps: list[Map], radius: float) -> None:
    predicted, annotated = maps
    max_distance = share(predicted.shape, radius)
    radius = radius_in(predicted, max_distance)
    found = match(predicted, annotated, max_distance)
    assert pairs_are_possible(found, predicted, annotated, radius)
    assert len(found.predicted) == reference.cardinality(predicted, annotated, radius)
    assert cost_of(found) == reference.cost(predicted, annotated, radius)


@st.composite
def drawn_images(draw: st.DrawFn) -> tuple[NDArray[np.float64], list[Map], NDArray[np.float64]]:
    """Strengths of few values, one to three annotations, and thresholds that some strengths just reach."""
    n = draw(st.integers(1, 3))
    annotations = draw(binary_maps(n, longest=12))
    shape = annotations[0].shape
    steps = draw(arrays(np.int8, shape, elements=st.integers(0, 6)))
    thresholds = draw(st.lists(st.integers(0, 12), min_size=1, max_size=9, unique=True).map(sorted))
    return steps / 6, annotations, np.array(thresholds) / 12


def counted_alone(
    strengths: NDArray[np.float64], annotations: list[Map], threshold: float, radius: float, *, thin: bool
) -> tuple[int, int, int]:
    """Found, annotated and predicted at one threshold: what a matching does not leave open."""
    predicted = strengths >= threshold
    predicted = reference.thin(predicted) if thin else predicted
    found = sum(reference.cardinality(predicted, each, radius) for each in annotations)
    return found, sum(int(each.sum()) for each in annotations), int(predicted.sum())


@given(drawn_images(), st.booleans(), st.sampled_from([0.0, 0.1, 0.2, 0.4]))
def test_counts_at_every_threshold(
    image: tuple[NDArray[np.float64], list[Map], NDArray[np.float64]], thin: bool, max_distance: float
) -> None:
    strengths, annotations, thresholds = image
    radius = radius_in(strengths, max_distance)
    counts = BoundaryCounter(thresholds, max_distance, thin=thin).count(strengths, annotations)
    expected = [counted_alone(strengths, annotations, each, radius, thin=thin) for each in thresholds]
    assert [(row[0], row[1], row[3]) for row in counts.tolist()] == expected
    assert (counts[:, 2] <= counts[:, 3]).all()
    assert (counts[:, 2] >= counts[:, 0] / len(annotations)).all()


@given(drawn_images(), st.sampled_from([0.1, 0.2, 0.4]))
def test_one_threshold_gives_what_many_give(
    image: tuple[NDArray[np.float64], list[Map], NDArray[np.float64]], max_distance: float
) -> None:
    strengths, annotations, thresholds = image
    counts = BoundaryCounter(thresholds, max_distance).count(strengths, annotations)
    alone = [BoundaryCounter([each], max_distance).count(strengths, annotations)[0] for each in thresholds]
    assert np.array_equal(counts, alone)
    thinned = [boundaries.thin(strengths >= each) for each in thresholds]
    as_drawn = BoundaryCounter(thresholds, max_distance, thin=False)
    assert np.array_equal(counts, as_drawn.count(thinned, annotations))


@given(drawn_images(), st.sampled_from([0.1, 0.3]))
def test_a_right_pixel_is_matched_with_some_annotation(
    image: tuple[NDArray[np.float64], list[Map], NDArray[np.float64]], max_distance: float
) -> None:
    """With one annotation right and found agree; several add no fewer than the best of them."""
    strengths, annotations, thresholds = image
    counter = BoundaryCounter(thresholds, max_distance)
    each = [counter.count(strengths, [one]) for one in annotations]
    together = counter.count(strengths, annotations)
    assert all(np.array_equal(one[:, 0], one[:, 2]) for one in each)
    assert (together[:, 2] >= np.max([one[:, 2] for one in each], axis=0)).all()
    assert (together[:, 2] <= np.sum([one[:, 2] for one in each], axis=0)).all()


def test_many_thresholds_need_several_words() -> None:
    random = np.random.default_rng(3)
    strengths, annotation = random.random((30, 40)), random.random((30, 40)) < 0.2
    thresholds = np.linspace(0, 1, 200)
    counts = BoundaryCounter(thresholds, 0.05).count(strengths, [annotation])
    for i in (0, 63, 64, 65, 127, 128, 199):
        alone = BoundaryCounter(thresholds[[i]], 0.05).count(strengths, [annotation])
        assert np.array_equal(counts[i], alone[0])


def test_a_long_way_to_one_pair_more_is_gone() -> None:
    """Each pixel but the last has its own place; one pair more moves all of them by two."""
    predicted, annotated = np.zeros((2, 1, 1200), np.bool_)
    predicted[0, 0:500:2] = True
    annotated[0, 2:502:2] = True
    assert len(match(predicted, annotated, share((1, 1200), 2)).distance) == 250


def test_bytes_are_shares_of_255_and_reach_their_own_threshold() -> None:
    strengths = np.array([[51, 0, 0, 0, 102]], np.uint8)
    counts = BoundaryCounter([0.2, 0.4], thin=False).count(strengths, [[[0, 0, 0, 0, 0]]])
    assert counts[:, 3].tolist() == [2, 1]


@given(arrays(np.int64, array_shapes(min_dims=2, max_dims=2, max_side=8), elements=st.integers(0, 2)))
def test_segmentation_boundaries(labels: NDArray[np.int64]) -> None:
    expected = reference.segmentation_boundaries(labels)
    assert np.array_equal(boundaries.segmentation_boundaries(labels), expected)


def test_matching_the_same_map_twice_gives_the_same_pairs() -> None:
    random = np.random.default_rng(7)
    one, other = (random.random((40, 70)) < 0.3 for _ in range(2))
    first, second = match(one, other, 0.05), match(one, other, 0.05)
    assert np.array_equal(first.annotated, second.annotated)


@pytest.mark.parametrize(
    ("prediction", "annotations", "told"),
    [
        (np.zeros((2, 3)), [], "the list of annotations is empty, expected at least one map"),
        (
            np.zeros((2, 3)),
            [np.zeros((2, 4), int)],
            r"has shape \(2, 3\), its annotations \(2, 4\)",
        ),
        (np.zeros((2, 3)), 2 * [np.zeros((2, 3), int)] + [np.zeros((3, 2), int)], "annotation 2 has shape"),
        (np.zeros((2, 3, 1)), [np.zeros((2, 3), int)], r"prediction has shape \(2, 3, 1\)"),
        (np.zeros((2, 3)), [np.zeros((0, 3), int)], r"annotation 0 is int64 of shape \(0, 3\)"),
        (np.array([[0, np.nan]]), [np.zeros((1, 2), int)], r"pixel \[0, 1\]: prediction is nan, expected"),
        (np.array([[0, 1.5]]), [np.zeros((1, 2), int)], r"pixel \[0, 1\]: prediction is 1.5, expected"),
        (np.array([[-0.1, 0]]), [np.zeros((1, 2), int)], r"pixel \[0, 0\]: prediction is -0.1"),
        (
            np.zeros((1, 2), np.int64),
            [np.zeros((1, 2), int)],
            "prediction has dtype int64, expected",
        ),
        (np.zeros((1, 2)), [np.array([[0, np.nan]])], "annotation 0 is float64"),
    ],
)
def test_what_cannot_be_counted(prediction: NDArray[np.float64], annotations: list[Map], told: str) -> None:
    with pytest.raises(InputError, match=told):
        BoundaryCounter([0.5]).count(prediction, annotations)


@pytest.mark.parametrize("max_distance", [-0.1, float("nan")])
def test_what_is_no_distance(max_distance: float) -> None:
    with pytest.raises(ValueError, match="expected a share of the diagonal"):
        match([[1]], [[1]], max_distance)


def test_everything_may_correspond() -> None:
    one, other = np.eye(9, dtype=np.bool_), np.fliplr(np.eye(9, dtype=np.bool_))
    assert len(match(one, other, 1).distance) == len(match(one, other, 50).distance) == 9
