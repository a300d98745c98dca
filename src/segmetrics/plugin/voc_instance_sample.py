"""A few made-up scenes and results in VOC's layout, to try things on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from segmetrics.masks import encode, to_coco
from segmetrics.plugin.label_map_files import Pattern
from segmetrics.plugin.png_writer import write_png
from segmetrics.plugin.sample_mat import write_mat

if TYPE_CHECKING:
    from segmetrics.plugin.voc_instances import InstanceMapFiles

N_OBJECTS = 4
HEIGHT, WIDTH = 120, 160
VOID = 255

Map = NDArray[np.uint8]


def write_voc_instances(
    files: InstanceMapFiles, split: str, keys: tuple[str, ...], directory: Path
) -> dict[str, object]:
    """Write maps of objects and classes, the list of images and results; return the options that score them.

    The results are the objects with outlines that are off by some pixels; some are missed, some are taken for
    another class, and some are found twice. The same files come out every time.
    """
    random = np.random.default_rng(2012)
    root, results = directory / "data", directory / "results.json"
    classes = files.classes
    labels = [id_ for id_, is_thing in zip(classes.ids, classes.things or (), strict=True) if is_thing]
    records: list[dict[str, Any]] = []
    for number, key in enumerate(keys):
        objects: Map = np.zeros((HEIGHT, WIDTH), np.uint8)
        label_of = np.zeros(256, np.uint8)
        label_of[VOID] = VOID
        for i in range(1, N_OBJECTS + 1):
            label_of[i] = labels[(number * N_OBJECTS + i) % len(labels)]
            edge, true, *found = _boxes(random)
            objects[edge], objects[true] = VOID, i
            other = int(random.choice(labels))
            label = other if random.random() < 0.1 else int(label_of[i])
            n_found = int(random.choice(3, p=(0.1, 0.7, 0.2)))
            records += [_record(random, key, label, box) for box in found[:n_found]]
        sides = (("GTinst", files.objects, objects), ("GTcls", files.labels, label_of[objects]))
        for variable, pattern, pixels in sides:
            _write_map(root / Pattern(pattern).filled(split=split, key=key).text, pixels, variable)
    listing = root / Pattern(files.listing).filled(split=split).text
    listing.parent.mkdir(parents=True, exist_ok=True)
    listing.write_text("\n".join([*keys, ""]))
    results.write_bytes(msgspec.json.encode(records))
    return {"root": str(root), "predictions": str(results)}


def _write_map(path: Path, pixels: Map, variable: str) -> None:
    if path.suffix == ".mat":
        write_mat(path, {variable: {"Segmentation": pixels}})
    else:
        write_png(path, pixels)


def _record(random: np.random.Generator, key: str, label: int, box: tuple[slice, slice]) -> dict[str, Any]:
    mask: Map = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[box] = 1
    return {
        "image_id": key,
        "category_id": label,
        "segmentation": to_coco(encode(mask), counts="str")[0],
        "score": round(float(random.beta(5, 2)), 3),
    }


def _boxes(random: np.random.Generator) -> list[tuple[slice, slice]]:
    """An object with its edge, the object, and two places where it is found."""
    y, x = int(random.integers(6, HEIGHT - 50)), int(random.integers(6, WIDTH - 60))
    height, width = (int(size) for size in random.integers(15, 40, 2))

    def box(dy: int, dx: int, margin: int = 0) -> tuple[slice, slice]:
        top, left = y + dy - margin, x + dx - margin
        return slice(top, top + height + 2 * margin), slice(left, left + width + 2 * margin)

    shifts = [[int(shift) for shift in random.integers(-4, 5, 2)] for _ in range(2)]
    return [box(0, 0, 2), box(0, 0), *(box(dy, dx) for dy, dx in shifts)]
