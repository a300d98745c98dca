"""A small benchmark for models to be run on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from segmetrics.classes import Classes
from segmetrics.plugin import Dataset
from segmetrics.plugin.label_maps import LabelProtocol, label_map_dataset


def semantic_benchmark(classes: Classes, image: str = "images/{key}.png") -> Dataset:
    """Labels and images of one name, in two folders."""
    return label_map_dataset(
        name="drawn",
        summary="Drawn by a test",
        license="CC0",
        source="A test",
        version="1",
        splits=("all",),
        truth="labels/{key}.png",
        image=image,
        sample=("labels/{number}.png",),
        protocols=[LabelProtocol(name="drawn", classes=classes)],
    )


def draw(root: Path, images: Sequence[NDArray[np.uint8]], labels: Sequence[NDArray[np.uint8]]) -> None:
    """Write images and labels where `semantic_benchmark` looks for them."""
    for folder, arrays in (("images", images), ("labels", labels)):
        (root / folder).mkdir(parents=True)
        for number, array in enumerate(arrays):
            Image.fromarray(array).save(root / folder / f"{number}.png")
