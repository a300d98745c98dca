"""The BRAVO toolkit itself, where it is on the path (it installs no other way), on made-up input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import zstandard

from segmetrics.reliability import LEVELS, calibration, ranking_scores
from segmetrics_bravo import encoding, sampling

REASON = "bravo_challenge is not on the path"
EXACT = 1e-12


@pytest.fixture
def metrics(monkeypatch: pytest.MonkeyPatch) -> Any:
    module = pytest.importorskip("bravo_toolkit.eval.metrics", reason=REASON)
    monkeypatch.setattr(np, "trapz", np.trapezoid, raising=False)  # gone since NumPy 2.4
    return module


@pytest.mark.parametrize("seed", range(4))
def test_curves_are_the_toolkits(metrics: Any, seed: int) -> None:
    random = np.random.default_rng(seed)
    right, wrong = (
        random.integers(0, 2 + 40 * seed, LEVELS) * (random.random(LEVELS) < 0.3) for _ in range(2)
    )
    found = ranking_scores(right, wrong)
    auroc, tpr, fpr = metrics.get_auroc(right, wrong)
    assert found.auroc == pytest.approx(auroc, abs=EXACT, rel=0)
    assert found.fpr == fpr[np.searchsorted(tpr, 0.95)]
    assert found.average_precision == pytest.approx(metrics.get_auprc(right, wrong)[0], abs=EXACT, rel=0)
    ece = metrics.get_ece(right, right + wrong, (np.arange(LEVELS) + 0.5) / LEVELS)
    assert calibration(right, wrong).ece == pytest.approx(ece, abs=1e-8, rel=0)


def test_predictions_are_encoded_for_the_toolkit() -> None:
    codec = pytest.importorskip("bravo_toolkit.codec.bravo_codec", reason=REASON)
    random = np.random.default_rng(1)
    labels = random.integers(0, 19, (30, 40), np.uint8)
    confidence = random.integers(0, 65536, (30, 40), np.uint16)
    samples = np.arange(0, 1200, 7)
    sampled = confidence.ravel()[samples]
    decoded = codec.bravo_decode(encoding.encoded(labels, sampled))
    assert np.array_equal(decoded[0], labels)
    assert np.array_equal(decoded[1], sampled)
    found = encoding.decoded(codec.bravo_encode(labels, confidence, samples))
    assert np.array_equal(found.labels, labels)
    assert np.array_equal(found.confidence, sampled)


@pytest.mark.parametrize("share", [0.001, 0.02, 0.9])
def test_samples_are_drawn_and_listed_as_by_the_toolkit(share: float) -> None:
    official = pytest.importorskip("bravo_toolkit.util.sample_gt_pixels", reason=REASON)
    random = np.random.default_rng(2)
    truth = np.where(random.random((500, 700)) < share, 3, 255).astype(np.uint8)
    samples = official.sample_gt_pixels(truth, sampling.N_SAMPLES, 1)
    assert np.array_equal(sampling.drawn(truth), samples)
    content = bytes(official.encode_indices(samples))
    assert np.array_equal(sampling.decoded(content), samples)
    assert zstandard.get_frame_parameters(content).content_size > 0
