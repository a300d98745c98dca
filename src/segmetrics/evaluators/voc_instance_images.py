"""The two sides of one image as a VOC instance evaluator takes them, checked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmetrics.arrays import as_numpy
from segmetrics.errors import InputError
from segmetrics.instance_arrays import ImageObjects, objects_from_maps
from segmetrics.masks import MaskArray, encode
from segmetrics.types import Key

Side = Literal["truth", "prediction"]

_KINDS = {"iu": "integers", "iuf": "numbers"}


class ObjectError(InputError):
    """An object of one image is not what it should be.

    Attributes:
        side: Whether it is annotated or predicted.
        key: The image's.
        index: Which of its objects; None where it is not one of them alone.
    """

    def __init__(self, message: str, side: Side, key: Key, index: int | None = None) -> None:
        which = "" if index is None else f", object {index}"
        super().__init__(message, place=f"{side} of image {key}{which}")
        self.side = side
        self.key = key
        self.index = index


class CheckedObjects(NamedTuple):
    """The objects of one image.

    Attributes:
        category: (n,) int64, label of each.
        masks: n masks.
        scores: (n,) float64; empty for truth.
        size: Height and width of the image; None where nothing tells.
    """

    category: NDArray[np.int64]
    masks: MaskArray
    scores: NDArray[np.float64]
    size: tuple[int, int] | None


def check_truth(source: object, key: Key, labels: Collection[int]) -> CheckedObjects:
    """Annotated objects: two maps, or `ImageObjects`.

    Raises:
        ObjectError: A shape is wrong, the maps contradict each other, or an object is of no class.
    """
    return _checked(source, "truth", key, labels)


def check_prediction(
    source: object, key: Key, labels: Collection[int], truth: CheckedObjects
) -> CheckedObjects:
    """Detections in an image: `ImageObjects` with scores.

    Raises:
        ObjectError: A shape is wrong, a mask is not of the truth's size, a score is no number, or a detection
            is of no class.
    """
    found = _checked(source, "prediction", key, labels)
    if not np.isfinite(found.scores).all():
        index = int(np.argmin(np.isfinite(found.scores)))
        what = f"the score is {found.scores[index]}, expected a finite number"
        raise ObjectError(what, "prediction", key, index)
    sizes = found.masks.sizes
    if truth.size is not None and np.any(sizes != truth.size):
        index = int(np.argmax(np.any(sizes != truth.size, axis=1)))
        sides = (" x ".join(map(str, size)) for size in (sizes[index].tolist(), truth.size))
        what = "the mask is {}, its ground truth is {} (height x width)".format(*sides)
        raise ObjectError(what, "prediction", key, index)
    return found


def _checked(source: object, side: Side, key: Key, labels: Collection[int]) -> CheckedObjects:
    try:
        objects = _read(source, side)
    except InputError as error:
        if error.file is not None:
            raise
        message = error.message if error.place is None else f"{error.place}: {error.message}"
        raise ObjectError(message, side, key) from error
    unknown = ~np.isin(objects.category, list(labels))
    if unknown.any():
        index = int(unknown.argmax())
        what = f"is of class {objects.category[index]}, which is no class of objects"
        raise ObjectError(what, side, key, index)
    return objects


def _read(source: object, side: Side) -> CheckedObjects:
    objects = _objects(source, side)
    masks, size = _masks(objects.masks, side)
    category = _vector(objects.categories, "categories", "iu", len(masks)).astype(np.int64)
    if side == "truth":
        return CheckedObjects(category, masks, np.empty(0), size)
    scores = _vector(objects.scores, "scores", "iuf", len(masks)).astype(np.float64)
    return CheckedObjects(category, masks, scores, size)


def _vector(source: object, name: str, kinds: str, n: int) -> NDArray[Any]:
    vector = as_numpy(source, name)
    if vector.shape != (n,):
        raise InputError(f"{name} have shape {vector.shape}, expected ({n},)")
    if n and vector.dtype.kind not in kinds:
        raise InputError(f"{name} have dtype {vector.dtype}, expected {_KINDS[kinds]}")
    return vector


def _objects(source: object, side: Side) -> ImageObjects:
    if isinstance(source, ImageObjects | Mapping):
        objects = ImageObjects.of(source, side)
        for name in ("masks",) if side == "truth" else ("masks", "scores"):
            if getattr(objects, name) is None:
                raise InputError(f"{name} are missing")
        return objects
    if side == "truth" and isinstance(source, tuple) and len(source) == 2:
        return objects_from_maps(*source)
    expected = "a tuple of two maps, or ImageObjects" if side == "truth" else "ImageObjects"
    raise InputError(f"found {type(source).__name__}, expected {expected}")


def _masks(source: Any, side: Side) -> tuple[MaskArray, tuple[int, int] | None]:  # noqa: ANN401
    """Masks, and the size of the image as far as they tell."""
    if not isinstance(source, MaskArray):
        images = as_numpy(source, "masks")
        if images.ndim != 3:
            raise InputError(f"masks have shape {images.shape}, expected (n, height, width)")
        return encode(images), images.shape[1:]
    if side == "prediction" or not len(source):
        return source, None
    if np.any(source.sizes != source.sizes[0]):
        raise InputError("the masks differ in size")
    height, width = source.sizes[0].tolist()
    return source, (height, width)
