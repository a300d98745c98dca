"""Panoptic quality from files to scores on 200 pairs of 640x480, beside peers that are installed.

Run with `taskset -c 0 pytest benchmarks/test_panoptic_speed.py --benchmark-only`. A pair shows the regions
around some twenty points, with wavy borders; the prediction is the truth with its borders out of place and a
category wrong now and then.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from segmetrics.panoptic import PanopticImage, Segments, match_segments
from segmetrics.plugin import OpenContext
from segmetrics.plugin.panoptic import panoptic_dataset

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pytest_benchmark.fixture import BenchmarkFixture

    Ids = NDArray[np.int64]

N_PAIRS, HEIGHT, WIDTH = 200, 480, 640
N_CATEGORIES, N_SEGMENTS = 133, 20
GRID_Y, GRID_X = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)

COAST = panoptic_dataset(
    name="coast", summary="Coasts", license="none", source="made up", version="1", split="val"
)


def regions(rng: np.random.Generator, points: NDArray[np.float64], ids: Ids) -> Ids:
    """Each pixel, moved along a wave, has the id of the nearest point."""
    phases = rng.uniform(0, 2 * np.pi, 2)
    y = GRID_Y + 6 * np.sin(GRID_X / 9 + phases[0])
    x = GRID_X + 6 * np.sin(GRID_Y / 7 + phases[1])
    distances = [(y - py) ** 2 + (x - px) ** 2 for py, px in points]
    nearest: NDArray[np.intp] = np.argmin(distances, axis=0)
    return ids[nearest]


def segments(ids: Ids, categories: dict[int, int]) -> list[dict[str, int]]:
    return [
        {"id": int(id_), "category_id": categories[int(id_)], "area": int(area), "iscrowd": 0}
        for id_, area in zip(*np.unique(ids[ids > 0], return_counts=True), strict=True)
    ]


def save(path: Path, ids: Ids) -> None:
    colours = np.stack([ids & 255, ids >> 8 & 255, ids >> 16], axis=2).astype(np.uint8)
    Image.fromarray(colours).save(path)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("panoptic")
    sides: dict[str, list[dict[str, Any]]] = {"truth": [], "prediction": []}
    for side in sides:
        (folder / side).mkdir()
    for number in range(N_PAIRS):
        rng = np.random.default_rng(number)
        points = rng.uniform(0, (HEIGHT, WIDTH), (N_SEGMENTS, 2))
        ids = rng.choice(2**24 - 1, N_SEGMENTS, replace=False) + 1
        ids[0] = 0
        true = {int(id_): int(rng.integers(N_CATEGORIES)) + 1 for id_ in ids}
        found = {id_: k if rng.random() < 0.9 else k % N_CATEGORIES + 1 for id_, k in true.items()}
        moved = points + rng.normal(0, 8, points.shape)
        for side, centres, categories in (("truth", points, true), ("prediction", moved, found)):
            image = regions(rng, centres, ids)
            save(folder / side / f"{number}.png", image)
            sides[side].append(
                {
                    "image_id": number,
                    "file_name": f"{number}.png",
                    "segments_info": segments(image, categories),
                }
            )
    listed = [{"id": k, "name": str(k), "isthing": k % 2} for k in range(1, N_CATEGORIES + 1)]
    for side, images in sides.items():
        (folder / f"{side}.json").write_text(json.dumps({"annotations": images, "categories": listed}))
    return {"ground_truth": str(folder / "truth.json"), "predictions": str(folder / "prediction.json")}


def ours(files: dict[str, str]) -> float | None:
    job = COAST.open(COAST.complete(files), OpenContext())
    evaluator = job.evaluator()
    for batch in job.batches(1):
        evaluator.update(batch.truth, batch.prediction, keys=batch.keys)
    return evaluator.compute()["pq"]


def by_hotcoco(files: dict[str, str]) -> float:
    hotcoco = pytest.importorskip("hotcoco")
    evaluation = hotcoco.panoptic.PanopticEval(files["ground_truth"], files["predictions"])
    evaluation.evaluate()
    return float(evaluation.results()["All"]["pq"])


def by_vernier(files: dict[str, str]) -> float:
    """It reads no files itself: Pillow decodes them, by its own `decode_label_map_png`."""
    panoptic = pytest.importorskip("vernier.panoptic")
    listed, maps = [], []
    for path in map(Path, files.values()):
        listed.append(json.loads(path.read_text()))
        maps.append(
            {
                each["image_id"]: panoptic.decode_label_map_png(path.with_suffix("") / each["file_name"])
                for each in listed[-1]["annotations"]
            }
        )
    infos = [
        json.dumps({each["image_id"]: each["segments_info"] for each in side["annotations"]}).encode()
        for side in listed
    ]
    truth = panoptic.Dataset.from_arrays(maps[0], infos[0], json.dumps(listed[0]["categories"]).encode())
    prediction = panoptic.Predictions.from_arrays(maps[1], infos[1])
    return float(panoptic.Evaluator(parity_mode="strict").evaluate(truth, prediction).pq)


@pytest.mark.parametrize("score", [ours, by_hotcoco, by_vernier])
def test_panoptic_files(
    benchmark: BenchmarkFixture,
    files: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    score: Callable[[dict[str, str]], float | None],
) -> None:
    """One thread each, and one number."""
    monkeypatch.setenv("RAYON_NUM_THREADS", "1")
    assert benchmark(score, files) == pytest.approx(ours(files), rel=0, abs=1e-9)


def test_matching_of_one_pair(benchmark: BenchmarkFixture) -> None:
    rng = np.random.default_rng(0)
    points, ids = rng.uniform(0, (HEIGHT, WIDTH), (N_SEGMENTS, 2)), np.arange(1, N_SEGMENTS + 1) * 30_011
    listed = Segments.of({int(id_): 1 for id_ in ids})
    truth, prediction = (PanopticImage(regions(rng, points, ids), listed) for _ in range(2))
    benchmark(match_segments, truth, prediction)
