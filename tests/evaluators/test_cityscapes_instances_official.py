"""Cityscapes' instances against cityscapesScripts itself, from made-up files."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from segmetrics.runner import run
from segmetrics_cityscapes import CITYSCAPES_INSTANCE

official = pytest.importorskip(
    "cityscapesscripts.evaluation.evalInstanceLevelSemanticLabeling",
    reason="cityscapesscripts is not installed",
    exc_type=ImportError,
)
image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")

Map = NDArray[Any]

ROAD, VOID = 7, (0, 6, 29, 30)
THINGS = (24, 25, 26, 27, 28, 31, 32, 33)
HEIGHT, WIDTH = 40, 60
N_REGIONS, N_PREDICTIONS = 14, 20
MIN_REGION = 30


def box(rng: np.random.Generator) -> tuple[slice, slice]:
    """Anywhere below the first row."""
    top, left = rng.integers(1, HEIGHT - 2), rng.integers(0, WIDTH - 2)
    return slice(top, top + rng.integers(1, 15)), slice(left, left + rng.integers(1, 20))


def scene(rng: np.random.Generator) -> tuple[Map, list[Map]]:
    """Ids of objects, groups and void on a road, and the places of predictions, most of them near objects."""
    ids, places = np.full((HEIGHT, WIDTH), ROAD), []
    for number in range(N_REGIONS):
        label, where = int(rng.choice([*THINGS, *VOID])), box(rng)
        ids[where] = label if label in VOID[:2] or rng.random() < 0.25 else 1000 * label + number
        places.append(where)
    masks = []
    for _ in range(N_PREDICTIONS):
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        near = places[rng.integers(N_REGIONS)] if rng.random() < 0.8 else box(rng)
        mask[near] = 255
        masks.append(np.roll(mask, rng.integers(-1, 2), axis=1))
    return ids.astype(np.uint16), masks


def written(rng: np.random.Generator, folder: Path) -> tuple[list[str], list[str]]:
    """Paths of predicted texts and of true maps."""
    texts, truths = [], []
    (folder / "predictions").mkdir()
    (folder / "gtFine" / "val" / "ulm").mkdir(parents=True)
    for number in range(rng.integers(1, 4)):
        key = f"ulm_{number:06d}_000019"
        ids, masks = scene(rng)
        labels = [int(ids[mask > 0].max()) // 1000 or int(rng.choice(THINGS)) for mask in masks]
        for label in THINGS:  # on the road, so that some prediction counts as wrong: rows I1 of the ledger
            masks.append(np.zeros((HEIGHT, WIDTH), np.uint8))
            masks[-1][0, label] = 255
            labels.append(label)
        lines = []
        for i, (label, mask) in enumerate(zip(labels, masks, strict=True)):
            name = f"{key}_{i}.png"
            image.fromarray(mask).save(folder / "predictions" / name)
            known = label if label in THINGS else int(rng.choice(THINGS))
            lines.append(f"{name} {known} {rng.integers(1, 10) / 10}\n")
        text, truth = folder / "predictions" / f"{key}.txt", f"gtFine/val/ulm/{key}_gtFine_instanceIds.png"
        text.write_text("".join(lines))
        image.fromarray(ids).save(folder / truth)
        texts.append(str(text))
        truths.append(str(folder / truth))
    return texts, truths


@pytest.mark.filterwarnings("ignore:Mean of empty slice:RuntimeWarning")
@pytest.mark.parametrize("seed", range(10))
def test_numbers_are_those_of_cityscapesscripts(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(np, "in1d", lambda one, other: np.isin(one, other).ravel(), raising=False)
    monkeypatch.setattr(official, "writeDict2JSON", lambda *_: None)
    for name, value in {
        "quiet": True,
        "JSONOutput": False,
        "gtInstancesFile": str(tmp_path / "none.json"),
        "predictionPath": str(tmp_path / "predictions"),
        "minRegionSizes": np.array([MIN_REGION]),
        "distanceThs": np.array([np.inf]),
        "distanceConfs": np.array([-np.inf]),
    }.items():
        monkeypatch.setattr(official.args, name, value)
    texts, truths = written(np.random.default_rng(seed), tmp_path)
    averages = official.evaluateImgLists(texts, truths, official.args)["averages"]

    values = {"root": tmp_path, "predictions": tmp_path / "predictions", "min_region": MIN_REGION}
    scores = run(CITYSCAPES_INSTANCE, values).scores
    assert scores["ap"] == pytest.approx(averages["allAp"], abs=1e-14)
    assert scores.value("ap", iou=0.5) == pytest.approx(averages["allAp50%"], abs=1e-14)
    for name, expected in averages["classes"].items():
        for over, key in (({}, "ap"), ({"iou": 0.5}, "ap50%")):
            value = scores.value("ap", **{"class": name}, **over)
            assert (value is None) == isnan(expected[key])
            assert value is None or value == pytest.approx(expected[key], abs=1e-14)
