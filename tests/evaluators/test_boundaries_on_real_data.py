"""gPb-owt-ucm on BSDS500's test images beside the official program's files and counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from segmetrics.evaluators import BoundaryEvaluator

KEYS = ("ods.threshold", "ods.recall", "ods.precision", "ods.f", "ois.recall", "ois.precision", "ois.f", "ap")
# The official matcher draws at random, and falls short of the most pairs: see docs/reference/parity.md.
WITHIN = (0.002, 5e-4, 3e-4, 3e-4, 2e-3, 1e-3, 6e-4, 3e-4)


def annotations_of(folder: Path, key: str) -> list[NDArray[np.bool_]]:
    loadmat = pytest.importorskip("scipy.io").loadmat
    cells = loadmat(folder / "groundTruth" / "test" / f"{key}.mat")["groundTruth"][0]
    return [cell["Boundaries"][0, 0].astype(np.bool_) for cell in cells]


def strengths_of(folder: Path, key: str) -> NDArray[np.float64]:
    packed = np.load(folder / "ucm2_lossless" / f"{key}.npz")
    doubled: NDArray[Any] = packed["values"][packed["index"]]
    return doubled[2::2, 2::2]


@pytest.fixture(scope="module")
def bsds(shared: Path) -> Path:
    return shared / "data" / "bsds500"


@pytest.fixture(scope="module")
def evaluated(bsds: Path) -> BoundaryEvaluator:
    evaluator = BoundaryEvaluator()
    for path in sorted((bsds / "groundTruth" / "test").glob("*.mat")):
        annotations, strengths = annotations_of(bsds, path.stem), strengths_of(bsds, path.stem)
        evaluator.update([annotations], [strengths], keys=[path.stem])
    return evaluator


def test_summary(bsds: Path, evaluated: BoundaryEvaluator) -> None:
    folder = bsds / "official_results" / "BSDS500" / "ucm2" / "test_eval"
    official = np.loadtxt(folder / "eval_bdry.txt")
    scores = evaluated.compute()
    for key, expected, within in zip(KEYS, official, WITHIN, strict=True):
        assert scores[key] == pytest.approx(expected, abs=within), key


def test_each_threshold(bsds: Path, evaluated: BoundaryEvaluator) -> None:
    folder = bsds / "official_results" / "BSDS500" / "ucm2" / "test_eval"
    _, recall, precision, _ = np.loadtxt(folder / "eval_bdry_thr.txt").T
    scores = evaluated.compute()
    np.testing.assert_allclose(
        np.array([*scores.per("threshold", "recall").values()], float), recall, rtol=0, atol=5e-4
    )
    np.testing.assert_allclose(
        np.array([*scores.per("threshold", "precision").values()], float), precision, rtol=0, atol=3e-4
    )


def test_totals_are_the_official_ones(shared: Path, evaluated: BoundaryEvaluator) -> None:
    official = np.load(shared / "truth" / "bsds500" / "official_counts_gpb_ucm.npz")
    rows = evaluated._rows()
    images = [rows.keys.tolist().index(str(key)) for key in official["ids"]]
    np.testing.assert_array_equal(rows.counts[images, :, 1], official["sumR"])
    np.testing.assert_array_equal(rows.counts[images, :, 3], official["sumP"])


def test_one_threshold_gives_what_it_gives_among_ninety_nine(
    bsds: Path, evaluated: BoundaryEvaluator
) -> None:
    keys = evaluated.keys[:2]
    for k in (0, 12, 50):
        alone = BoundaryEvaluator(thresholds=[evaluated.thresholds[k]])
        alone.update(
            [annotations_of(bsds, str(key)) for key in keys],
            [strengths_of(bsds, str(key)) for key in keys],
            keys=keys,
        )
        np.testing.assert_array_equal(alone._rows().counts[:, 0], evaluated._rows().counts[:2, k])
