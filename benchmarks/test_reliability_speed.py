"""Counting confidences, and scoring curves from the counts, on maps of a street scene's size.

Run with `pytest benchmarks/test_reliability_speed.py --benchmark-only`.

The peer counts as the BRAVO toolkit does (d54005d, `get_tp_fp_counts`): it sorts by confidence and uses
`numpy.add.at`, once for right and wrong, once for valid and invalid; here in our own words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from segmetrics.evaluators import ConfidentMaps, MarkedMaps, ReliabilityEvaluator
from segmetrics.evaluators.reliability_scores import ood_scores, reliability_scores
from segmetrics.reliability import BINS, LEVELS, auroc, confidence_counts

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pytest_benchmark.fixture import BenchmarkFixture

STREET, CLASSES, SAMPLES = (1024, 2048), 19, 100_000


class Street(NamedTuple):
    """A coherent truth, a prediction with a tenth of its pixels wrong, and confidences that mostly know."""

    truth: NDArray[np.uint8]
    prediction: NDArray[np.uint8]
    invalid: NDArray[np.uint8]
    confidence: NDArray[np.uint16]
    samples: NDArray[np.uint32]


@pytest.fixture(scope="module")
def street() -> Street:
    random = np.random.default_rng(0)
    blocks = random.integers(0, CLASSES, (STREET[0] // 64, STREET[1] // 64), np.uint8)
    truth = blocks.repeat(64, axis=0).repeat(64, axis=1)
    truth[:40] = 255
    invalid = (random.random(blocks.shape) < 0.05).repeat(64, axis=0).repeat(64, axis=1).astype(np.uint8)
    is_wrong = random.random(STREET) < 0.1
    prediction = np.where(is_wrong, random.integers(0, CLASSES, STREET, np.uint8), truth % 255)
    confidence = 65535 * np.where(is_wrong, random.beta(3, 2, STREET), random.beta(9, 1, STREET))
    samples = np.sort(random.choice(np.flatnonzero(truth != 255), SAMPLES, replace=False))
    return Street(truth, prediction, invalid, confidence.astype(np.uint16), samples.astype(np.uint32))


def count_as_the_toolkit(street: Street, counts: NDArray[np.float64]) -> None:
    """Four rows of float64 counts: right, wrong, invalid, valid, the latter two by doubt."""
    right = street.truth.ravel()[street.samples] == street.prediction.ravel()[street.samples]
    valid = street.invalid.ravel()[street.samples] == 0
    level = street.confidence.ravel()[street.samples]
    for flags, levels, rows in (
        (right[valid], level[valid], counts[:2]),
        (~valid, LEVELS - 1 - level.astype(np.int64), counts[2:]),
    ):
        order = np.argsort(levels)
        np.add.at(rows[0], levels[order], flags[order])
        np.add.at(rows[1], levels[order], ~flags[order])


def test_counts_of_every_pixel(benchmark: BenchmarkFixture, street: Street) -> None:
    counts = np.zeros((4, LEVELS), np.uint64)
    maps = street.truth, street.prediction, street.confidence
    benchmark(confidence_counts, *maps, invalid=street.invalid, out=counts)


def test_counts_at_samples(benchmark: BenchmarkFixture, street: Street) -> None:
    counts = np.zeros((4, LEVELS), np.uint64)
    at_samples = street.confidence.ravel()[street.samples]
    maps = street.truth, street.prediction, at_samples
    benchmark(confidence_counts, *maps, invalid=street.invalid, samples=street.samples, out=counts)


def test_counts_at_samples_as_the_toolkit(benchmark: BenchmarkFixture, street: Street) -> None:
    benchmark(count_as_the_toolkit, street, np.zeros((4, LEVELS)))


def test_both_count_the_same(street: Street) -> None:
    peer = np.zeros((4, LEVELS))
    count_as_the_toolkit(street, peer)
    maps = street.truth, street.prediction, street.confidence.ravel()[street.samples]
    counts = confidence_counts(*maps, invalid=street.invalid, samples=street.samples)
    assert np.array_equal(peer[:2], counts[:2])
    assert np.array_equal(peer[2, ::-1], counts[2:].sum(axis=0))


def test_all_curves_of_a_subset(benchmark: BenchmarkFixture, street: Street) -> None:
    maps = street.truth, street.prediction, street.confidence
    counts = confidence_counts(*maps, invalid=street.invalid)
    benchmark(lambda: [*reliability_scores(counts, BINS), *ood_scores(counts)])


def test_an_evaluator_s_update(benchmark: BenchmarkFixture, street: Street) -> None:
    truth, prediction = (
        MarkedMaps(street.truth, street.invalid),
        ConfidentMaps(street.prediction, street.confidence),
    )
    evaluator = ReliabilityEvaluator(CLASSES, ood=True)
    benchmark(evaluator.update, truth, prediction)


def test_auroc_of_floats(benchmark: BenchmarkFixture, street: Street) -> None:
    score = street.confidence.astype(np.float32) / LEVELS
    benchmark(auroc, score, street.truth == street.prediction)
