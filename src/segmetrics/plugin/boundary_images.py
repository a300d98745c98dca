"""The images beside annotations of boundaries, for models to be run on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from segmetrics.errors import InputError
from segmetrics.plugin.boundary_files import find_annotations
from segmetrics.plugin.label_map_files import Pattern
from segmetrics.plugin.prediction_forms import EdgePngs, ImageSet
from segmetrics.types import Key

if TYPE_CHECKING:
    from segmetrics.plugin.boundaries import AnnotatedImages


def find_boundary_images(images: AnnotatedImages, values: Mapping[str, object]) -> ImageSet:
    """The image of each annotated one of the split.

    Raises:
        InputError: There are no annotations, or an image is missing.
    """
    root, split = Path(str(values["root"])), str(values["split"])
    image = Pattern(images.image or "").filled(split=split)
    keys = find_annotations(root, images, split)
    found: dict[Key, Path] = {key: _image_of(root, images.levels, image.filled(key=key).text) for key in keys}
    return ImageSet(found, EdgePngs({key: f"{key}.png" for key in keys}))


def _image_of(root: Path, levels: tuple[str, ...], name: str) -> Path:
    paths = [root / level / name for level in levels]
    for path in paths:
        if path.is_file():
            return path
    raise InputError("no such image, though it is annotated", file=paths[0])
