"""A few made-up scenes and predicted instances in Cityscapes' layout, to try things on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmetrics.plugin.label_map_files import Pattern
from segmetrics.plugin.png_writer import write_png

if TYPE_CHECKING:
    from segmetrics.plugin.cityscapes_instances import InstanceFiles

N_IMAGES = 8
N_OBJECTS = 6
HEIGHT, WIDTH = 120, 160


def write_instance_files(files: InstanceFiles, split: str, directory: Path) -> dict[str, object]:
    """Write true maps, predicted texts and masks, and return the options that score them.

    The predictions are the objects with outlines that are off by some pixels; some are missed, and some are
    taken for another class. The same files come out every time.
    """
    random = np.random.default_rng(2016)
    root, folder = directory / "data", directory / "predictions"
    truth = Pattern(files.truth).filled(split=split)
    classes = files.classes
    labels = [id_ for id_, is_thing in zip(classes.ids, classes.things or (), strict=True) if is_thing]
    for number in range(1, N_IMAGES + 1):
        path = files.sample.format(number=number)
        key = (truth.match(path) or {})["key"]
        ids = np.full((HEIGHT, WIDTH), classes.ids[0], np.uint16)
        lines = []
        for i in range(N_OBJECTS):
            box, moved = _boxes(random)
            label, other = (int(each) for each in random.choice(labels, 2))
            ids[box] = 1000 * label + i
            if random.random() < 0.85:
                mask: NDArray[np.uint8] = np.zeros((HEIGHT, WIDTH), np.uint8)
                mask[moved] = 255
                name = f"masks/{key}_{i}.png"
                write_png(folder / name, mask)
                found = other if random.random() < 0.1 else label
                lines.append(f"{name} {found} {random.random():.4f}\n")
        write_png(root / path, ids)
        (folder / f"{key}.txt").write_text("".join(lines))
    return {"root": str(root), "predictions": str(folder)}


def _boxes(random: np.random.Generator) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """An object's place, and where it is found."""
    y, x = int(random.integers(4, HEIGHT - 44)), int(random.integers(4, WIDTH - 54))
    height, width = (int(size) for size in random.integers(15, 40, 2))
    dy, dx = (int(shift) for shift in random.integers(-2, 3, 2))
    true = slice(y, y + height), slice(x, x + width)
    return true, (slice(y + dy, y + dy + height), slice(x + dx, x + dx + width))
