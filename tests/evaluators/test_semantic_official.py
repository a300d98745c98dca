"""Semantic evaluation against cityscapesScripts itself, on made-up maps."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from evaluators.test_semantic_on_real_data import CITYSCAPES_CLASSES, CITYSCAPES_SIZES
from segmetrics.evaluators import AnnotatedMaps, SemanticEvaluator
from segmetrics.types import Scores

official = pytest.importorskip(
    "cityscapesscripts.evaluation.evalPixelLevelSemanticLabeling",
    reason="cityscapesscripts is not installed",
    exc_type=ImportError,
)
image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")

Map = NDArray[Any]

FIRST_THING, N_LABELS = 24, 34
LISTS = {
    "classScores": ("class", "iou"),
    "classInstScores": ("class", "iiou"),
    "categoryScores": ("category", "iou"),
    "categoryInstScores": ("category", "iiou"),
}


def street(rng: np.random.Generator) -> tuple[Map, Map, Map]:
    """Labels, ids of objects and a prediction; groups, caravans and labels that are not scored among them."""
    shape = tuple(rng.integers(1, 40, 2))
    occurring = rng.choice(N_LABELS, rng.integers(1, N_LABELS), replace=False)
    truth = rng.choice(occurring, shape)
    is_object = (truth >= FIRST_THING) & (rng.random(shape) < 0.8)
    instances = np.where(is_object, truth * 1000 + rng.integers(0, 4, shape), truth)
    prediction = np.where(rng.random(shape) < rng.random(), truth, rng.integers(0, N_LABELS, shape))
    return truth.astype(np.uint8), instances.astype(np.uint16), prediction.astype(np.uint8)


def officially(streets: list[tuple[Map, Map, Map]], folder: Path) -> Any:
    """What cityscapesScripts makes of them, which reads files."""
    for i, maps in enumerate(streets):
        for name, labels in zip(("labelIds", "instanceIds", "pred"), maps, strict=True):
            image.fromarray(labels).save(folder / f"{i}_{name}.png")
    pred, truth = ([str(folder / f"{i}_{n}.png") for i in range(len(streets))] for n in ("pred", "labelIds"))
    return official.evaluateImgLists(pred, truth, official.args)


def numbers(scores: Scores, dimension: str, score_id: str) -> dict[Any, float]:
    """Those that are defined, by name."""
    return {name: value for name, value in scores.per(dimension, score_id).items() if value is not None}


@pytest.mark.parametrize("seed", range(20))
def test_numbers_are_those_of_cityscapesscripts(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        np, "in1d", lambda one, other, **more: np.isin(one, other, **more).ravel(), raising=False
    )
    monkeypatch.setattr(official.args, "quiet", True)
    monkeypatch.setattr(official.args, "exportFile", str(tmp_path / "results" / "scores.json"))
    rng = np.random.default_rng(seed)
    streets = [street(rng) for _ in range(rng.integers(1, 5))]
    evaluator = SemanticEvaluator(CITYSCAPES_CLASSES, instance_sizes=CITYSCAPES_SIZES)
    for truth, instances, prediction in streets:
        evaluator.update(AnnotatedMaps(truth, instances), prediction)
    scores, expected = evaluator.compute(), officially(streets, tmp_path)

    for name, (dimension, score_id) in LISTS.items():
        defined = {key: value for key, value in expected[name].items() if not isnan(value)}
        assert numbers(scores, dimension, score_id) == pytest.approx(defined, abs=1e-14)
    assert scores["iou.mean"] == pytest.approx(expected["averageScoreClasses"], abs=1e-14)
    assert scores.value("iou.mean", group="categories") == pytest.approx(
        expected["averageScoreCategories"], abs=1e-14
    )
