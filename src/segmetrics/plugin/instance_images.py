"""The images that an annotation file in COCO's or LVIS's format lists, for models to be run on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from segmetrics.errors import InputError
from segmetrics.plugin.prediction_forms import CocoResults, ImageSet
from segmetrics.readers.coco import read_ground_truth
from segmetrics.types import Key


def find_instance_images(values: Mapping[str, object]) -> ImageSet:
    """The images of the annotation file, by id, in the folder of images.

    LVIS names an image by where COCO keeps it (`coco_url`), below the folders of several splits; the folder
    of images then is the one that holds them, such as `train2017/`.

    Raises:
        InputError: The file cannot be read, or an image that it lists is not there.
    """
    annotations, folder = Path(str(values["ground_truth"])), Path(str(values["images"]))
    truth = read_ground_truth(annotations)
    images: dict[Key, Path] = {}
    for row, listed in enumerate(json.loads(annotations.read_bytes())["images"]):
        images[listed["id"]] = folder / _file_name(listed, annotations, row)
    for path in images.values():
        if not path.is_file():
            raise InputError(f"no such image, though {annotations} lists it", file=path)
    return ImageSet(images, CocoResults({category.name: category.id for category in truth.categories}))


def _file_name(listed: Mapping[str, Any], file: Path, row: int) -> str:
    name = listed.get("file_name")
    if name is None and "coco_url" in listed:
        name = "/".join(PurePosixPath(str(listed["coco_url"])).parts[-2:])
    path = PurePosixPath(str(name))
    if name is None or path.is_absolute() or ".." in path.parts:
        raise InputError(
            f'"file_name" is {name!r}, expected a path inside the folder of images',
            file=file,
            place=f"image {row}",
        )
    return str(path)
