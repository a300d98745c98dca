"""Thinning and matching beside tools that say what they should give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from segmetrics.boundaries import match, thin

SEEDS = st.integers(0, 2**32 - 1)


def drawn(rng: np.random.Generator, size: tuple[int, int], share: float) -> NDArray[np.bool_]:
    return rng.random(size) < share


@settings(max_examples=100, deadline=None)
@given(SEEDS, st.integers(1, 140), st.integers(1, 140), st.sampled_from([0.05, 0.3, 0.6, 0.9, 1.0]))
def test_thinning_agrees_with_scikit_image(seed: int, height: int, width: int, share: float) -> None:
    morphology = pytest.importorskip("skimage.morphology")
    mask = drawn(np.random.default_rng(seed), (height, width), share)
    np.testing.assert_array_equal(thin(mask), morphology.thin(mask))


@settings(max_examples=150, deadline=None)
@given(SEEDS, st.integers(1, 24), st.integers(1, 24), st.sampled_from([0, 0.05, 0.1, 0.3]))
def test_most_pairs_at_least_cost(seed: int, height: int, width: int, max_distance: float) -> None:
    sparse = pytest.importorskip("scipy.sparse")
    graphs = pytest.importorskip("scipy.sparse.csgraph")
    optimize = pytest.importorskip("scipy.optimize")
    rng = np.random.default_rng(seed)
    maps = [drawn(rng, (height, width), share) for share in rng.choice([0.05, 0.2, 0.5], 2)]
    predicted, annotated = map(np.argwhere, maps)
    found = match(maps[0], maps[1], max_distance)
    assert len(set(map(tuple, found.annotated.tolist()))) == len(found.annotated)
    if not len(predicted) or not len(annotated):
        assert len(found.predicted) == 0
        return
    squares = ((predicted[:, None] - annotated[None]) ** 2).sum(axis=-1)
    radius = max_distance * np.sqrt(height * height + width * width)
    near = squares <= radius * radius
    pairs = graphs.maximum_bipartite_matching(sparse.csr_matrix(near), perm_type="column")
    assert len(found.predicted) == np.count_nonzero(pairs >= 0)
    costs = np.where(near, np.rint(100 * np.sqrt(squares)), 1e7)
    paid = costs[optimize.linear_sum_assignment(costs)]
    distances = np.hypot(*(found.predicted - found.annotated).T)
    assert np.rint(100 * distances).sum() == paid[paid < 1e7].sum()
