"""A small made-up benchmark in COCO's or LVIS's file format, to try things on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from segmetrics import masks

if TYPE_CHECKING:
    from segmetrics.evaluators.instances import Rules

N_IMAGES = 64
HEIGHT, WIDTH = 240, 320
DETECTIONS_PER_IMAGE = 8
CLASSES = ("boat", "buoy", "bridge", "bird", "swimmer")
FREQUENCIES = ("f", "f", "c", "c", "r")
VERTICES = 24

Box = tuple[float, float, float, float]


def write_instance_sample(rules: Rules, ground_truth_name: str, directory: Path) -> dict[str, object]:
    """Write annotations and results, and return the options that score them.

    The results are the annotations with errors of the usual kinds: shifted and grown outlines, a wrong class
    now and then, objects missed and objects made up. The same files come out every time.

    Args:
        rules: With "lvis", what LVIS files hold besides.
        ground_truth_name: Name of the annotation file.
        directory: Where; made if it is not there.
    """
    random = np.random.default_rng(2017)
    federated = rules == "lvis"
    annotations = list(_annotations(random))
    truth = {
        "info": {"description": "made up by segmetrics; not the real data set"},
        "images": [_image(i, annotations, federated=federated) for i in range(1, N_IMAGES + 1)],
        "annotations": annotations,
        "categories": [_category(k, federated=federated) for k in range(len(CLASSES))],
    }
    results = [result for i in range(1, N_IMAGES + 1) for result in _results(random, i, annotations)]
    directory.mkdir(parents=True, exist_ok=True)
    files: Mapping[str, tuple[str, object]] = {
        "ground_truth": (ground_truth_name, truth),
        "predictions": ("results.json", results),
    }
    for name, content in files.values():
        (directory / name).write_bytes(msgspec.json.encode(content))
    return {option: str(directory / name) for option, (name, _) in files.items()}


def _image(image_id: int, annotations: Sequence[dict[str, Any]], *, federated: bool) -> dict[str, Any]:
    image: dict[str, Any] = {
        "id": image_id,
        "file_name": f"{image_id:012d}.jpg",
        "height": HEIGHT,
        "width": WIDTH,
    }
    if federated:
        present = {
            annotation["category_id"] for annotation in annotations if annotation["image_id"] == image_id
        }
        absent = [k + 1 for k in range(len(CLASSES)) if k + 1 not in present]
        image |= {"neg_category_ids": absent[:2], "not_exhaustive_category_ids": sorted(present)[:1]}
    return image


def _category(k: int, *, federated: bool) -> dict[str, Any]:
    category: dict[str, Any] = {"id": k + 1, "name": CLASSES[k]}
    return category | {"frequency": FREQUENCIES[k]} if federated else category


def _annotations(random: np.random.Generator) -> Iterator[dict[str, Any]]:
    number = 0
    for image_id in range(1, N_IMAGES + 1):
        for _ in range(int(random.integers(3, 8))):
            number += 1
            outline = _outline(random, _box(random))
            mask = masks.from_polygons([[outline.ravel()]], [(HEIGHT, WIDTH)])
            yield {
                "id": number,
                "image_id": image_id,
                "category_id": int(random.integers(len(CLASSES))) + 1,
                "segmentation": [np.round(outline.ravel(), 2).tolist()],
                "area": int(masks.area(mask)[0]),
                "bbox": masks.boxes(mask)[0].tolist(),
                "iscrowd": 0,
            }


def _results(
    random: np.random.Generator, image_id: int, annotations: Sequence[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    there = [annotation for annotation in annotations if annotation["image_id"] == image_id]
    for i in range(DETECTIONS_PER_IMAGE):
        found = i < len(there) and random.random() < 0.9
        category = there[i]["category_id"] if found else int(random.integers(len(CLASSES))) + 1
        if found and random.random() < 0.1:
            category = category % len(CLASSES) + 1
        outline = _moved(random, there[i]) if found else _outline(random, _box(random))
        mask = masks.from_polygons([[outline.ravel()]], [(HEIGHT, WIDTH)])
        score = random.beta(6, 2) if found else random.beta(2, 5)
        yield {
            "image_id": image_id,
            "category_id": category,
            "segmentation": masks.to_coco(mask, counts="str")[0],
            "score": round(float(score), 3),
        }


def _box(random: np.random.Generator) -> Box:
    """Centre and half-axes of an object, small ones as likely as large ones."""
    size = float(np.exp(random.uniform(np.log(8), np.log(160))))
    across = float(np.clip(size * random.uniform(0.7, 1.4), 6, WIDTH * 0.9)) / 2
    down = float(np.clip(size * random.uniform(0.7, 1.4), 6, HEIGHT * 0.9)) / 2
    x, y = random.uniform(across, WIDTH - across), random.uniform(down, HEIGHT - down)
    return float(x), float(y), across, down


def _outline(random: np.random.Generator, box: Box) -> NDArray[np.float64]:
    """(VERTICES, 2) x, y: a rounded shape in a box."""
    x, y, across, down = box
    angle = np.linspace(0, 2 * np.pi, VERTICES, endpoint=False)
    radius = 1 - 0.25 * random.random() * np.cos(3 * angle + random.uniform(0, 2 * np.pi)) ** 2
    outline = np.stack([x + across * radius * np.cos(angle), y + down * radius * np.sin(angle)], axis=1)
    clipped: NDArray[np.float64] = np.clip(outline, 0, (WIDTH, HEIGHT))
    return clipped


def _moved(random: np.random.Generator, annotation: dict[str, Any]) -> NDArray[np.float64]:
    """The outline of an annotation as a good detector would give it."""
    outline = np.array(annotation["segmentation"][0]).reshape(-1, 2)
    centre, size = outline.mean(axis=0), np.ptp(outline, axis=0)
    moved = centre + (outline - centre) * random.normal(1, 0.05) + random.normal(0, 0.03, 2) * size
    return np.asarray(moved, np.float64)
