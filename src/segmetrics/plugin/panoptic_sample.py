"""A small made-up benchmark in COCO's panoptic format, to try things on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from segmetrics.plugin.png_writer import write_png

N_IMAGES = 16
HEIGHT, WIDTH = 120, 160
CATEGORIES = (("boat", 1), ("buoy", 1), ("swimmer", 1), ("sea", 0), ("sky", 0), ("shore", 0))

Map = NDArray[np.int64]


def write_panoptic_sample(ground_truth_name: str, directory: Path) -> dict[str, object]:
    """Write annotations, predictions and their PNGs, and return the options that score them.

    The predictions are the annotations with errors of the usual kinds: borders out of place, a wrong
    category now and then, objects missed. The same files come out every time.

    Args:
        ground_truth_name: Name of the annotation file.
        directory: Where; made if it is not there.
    """
    random = np.random.default_rng(2018)
    truth, prediction = directory / ground_truth_name, directory / "predictions.json"
    sides: dict[Path, list[dict[str, Any]]] = {truth: [], prediction: []}
    for image_id in range(1, N_IMAGES + 1):
        maps = _scene(random)
        for (path, listed), ids in zip(sides.items(), maps, strict=True):
            file_name = f"{image_id:012d}.png"
            _write_colours(path.with_suffix("") / file_name, ids)
            listed.append({"image_id": image_id, "file_name": file_name, "segments_info": [*_segments(ids)]})
    categories = [
        {"id": k, "name": name, "isthing": isthing} for k, (name, isthing) in enumerate(CATEGORIES, start=1)
    ]
    description = {"description": "made up by segmetrics; not the real data set"}
    truth.write_bytes(
        msgspec.json.encode({"info": description, "annotations": sides[truth], "categories": categories})
    )
    prediction.write_bytes(msgspec.json.encode({"annotations": sides[prediction]}))
    return {"ground_truth": str(truth), "predictions": str(prediction)}


def _scene(random: np.random.Generator) -> tuple[Map, Map]:
    """Ids of truth and prediction: 1000 times the category, and the number of the object."""
    truth, prediction = (np.zeros((HEIGHT, WIDTH), np.int64) for _ in range(2))
    horizon, beach = sorted(random.integers(20, HEIGHT - 20, 2).tolist())
    for ids, (top, bottom) in ((truth, (horizon, beach)), (prediction, (horizon + 3, beach - 2))):
        ids[:top], ids[top:bottom], ids[max(top, bottom) :] = 5000, 4000, 6000
    for number in range(1, int(random.integers(3, 8))):
        category = int(random.integers(1, 4))
        y, x = int(random.integers(0, HEIGHT - 30)), int(random.integers(0, WIDTH - 40))
        height, width = (int(size) for size in random.integers(12, 30, 2))
        truth[y : y + height, x : x + width] = 1000 * category + number
        fate = random.random()
        found = category % 3 + 1 if fate < 0.15 else category
        if fate < 0.85:
            prediction[y + 2 : y + 2 + height, x + 1 : x + 1 + width] = 1000 * found + number
    truth[:, :3] = 0
    return truth, prediction


def _segments(ids: Map) -> Iterator[dict[str, int]]:
    for segment_id, area in zip(*np.unique(ids[ids > 0], return_counts=True), strict=True):
        yield {
            "id": int(segment_id),
            "category_id": int(segment_id) // 1000,
            "area": int(area),
            "iscrowd": int(segment_id % 1000 == 6),
        }


def _write_colours(path: Path, ids: Map) -> None:
    """An RGB PNG, id = R + 256 G + 65536 B."""
    write_png(path, np.stack([ids & 255, ids >> 8 & 255, ids >> 16], axis=2).astype(np.uint8))
