"""The images beside the true label maps, for models to be run on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.plugin.label_map_files import Pattern
from segmetrics.plugin.label_map_job import chosen, truths_of
from segmetrics.plugin.prediction_forms import ImageSet, LabelPngs
from segmetrics.types import Key

if TYPE_CHECKING:
    from segmetrics.plugin.label_maps import LabelMaps


def find_images(maps: LabelMaps, values: Mapping[str, object]) -> ImageSet:
    """The image of each true map of the split.

    Raises:
        InputError: There are no true maps, or one is without its image.
    """
    root, split = Path(str(values["root"])), str(values["split"])
    image, predicted = (Pattern(text or "").filled(split=split) for text in (maps.image, maps.predictions))
    truths = truths_of(maps, root, split)
    images: dict[Key, Path] = {truth.key: root / image.filled(**truth.fields).text for truth in truths}
    for truth in truths:
        if not images[truth.key].is_file():
            raise InputError(f"no such image, though there is {truth.path}", file=images[truth.key])
    classes = chosen(maps.protocols, values.get("protocol")).classes
    form = LabelPngs(
        labels=dict(zip(classes.names, classes.ids, strict=True)),
        names={truth.key: predicted.plainest(**truth.fields) for truth in truths},
        stored=stored_labels(chosen(maps.codings, values.get("coding")).values),
    )
    return ImageSet(images, form)


def stored_labels(values: Mapping[int, int] | None) -> NDArray[np.uint8]:
    """(256,) the number that is stored for each of the truth's; of several the first.

    >>> stored_labels({0: 1, 1: 2})[[1, 2]]
    array([0, 1], dtype=uint8)
    """
    stored = np.arange(256, dtype=np.uint8)
    for number, meant in reversed(tuple((values or {}).items())):
        stored[meant] = number
    return stored
