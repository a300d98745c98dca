"""Objects of images given as arrays, as a training loop has them, into `Instances`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from segmetrics import masks as _masks
from segmetrics.arrays import as_numpy
from segmetrics.errors import InputError
from segmetrics.instances import (
    NOT_LISTED,
    PADDING,
    SHAPE_BOX,
    SHAPE_DTYPE,
    SHAPE_TEXT,
    Geometry,
    Instances,
    Listing,
    category_positions,
    group_by_image,
)
from segmetrics.labelmaps import joint_pairs
from segmetrics.masks import MaskArray
from segmetrics.types import Key

CROWD, IGNORE = 1, 2

NO_OBJECTS: Final = (0, 255)
"""Numbers of background and of pixels nobody decided on, where objects are numbered from 1."""


@dataclass(frozen=True, eq=False, kw_only=True)
class ImageObjects:
    """The objects of one image: annotated ones, or detections.

    Every array may be anything with `__array__` or `__dlpack__`.

    Attributes:
        categories: (n,) integers: category ids.
        masks: (n, height, width), non-zero where the object is (floats must be 0 or 1); or a MaskArray.
            Needed to compare masks.
        boxes: (n, 4) x, y, width, height in pixels. Needed to compare boxes, unless there are masks.
        scores: (n,) finite numbers. Needed for detections.
        crowd: (n,) bool: annotations of crowds. None for none.
        ignore: (n,) bool: annotations to be ignored (LVIS). None for none.
        areas: (n,) pixels: what size ranges are judged by. None for the areas of the geometry.
        negative: Ids of categories known to be absent. LVIS needs it of annotations, empty or not.
        not_exhaustive: Ids of categories of which not every object is annotated, likewise.
    """

    categories: Any
    masks: Any = None
    boxes: Any = None
    scores: Any = None
    crowd: Any = None
    ignore: Any = None
    areas: Any = None
    negative: Any = None
    not_exhaustive: Any = None

    @classmethod
    def of(cls, value: Self | Mapping[str, Any], place: str) -> Self:
        """This, or a mapping with the same names.

        Raises:
            InputError: It is neither.
        """
        if isinstance(value, cls):
            return value
        names = [field.name for field in fields(cls)]
        if not isinstance(value, Mapping) or "categories" not in value or not value.keys() <= set(names):
            found = sorted(map(str, value)) if isinstance(value, Mapping) else type(value).__name__
            raise InputError(f"found {found}, expected a mapping with keys of {names}", place=place)
        return cls(**value)


def objects_from_maps(objects: object, classes: object) -> ImageObjects:
    """The objects that two maps of one image show, as PASCAL VOC and SBD store them; crowds there are none.

    Args:
        objects: (h, w) integers: which object a pixel belongs to; `NO_OBJECTS` are none.
        classes: (h, w) integers: its class.

    Returns:
        Masks and categories, in the order of the objects' numbers.

    Raises:
        InputError: A map does not hold integers, their sizes differ, or the pixels of an object are of
            several classes.

    >>> found = objects_from_maps([[0, 1, 1, 255, 4]], [[0, 15, 15, 255, 9]])
    >>> found.categories.tolist(), found.masks.astype(int).tolist()
    ([15, 9], [[[0, 1, 1, 0, 0]], [[0, 0, 0, 0, 1]]])
    """
    numbers, labels = as_numpy(objects, "the map of objects"), as_numpy(classes, "the map of classes")
    for array, name in ((numbers, "objects"), (labels, "classes")):
        if array.ndim != 2:
            raise InputError(f"the map of {name} has shape {array.shape}, expected (height, width)")
    if numbers.shape != labels.shape:
        found, expected = (" x ".join(map(str, array.shape)) for array in (numbers, labels))
        raise InputError(f"the map of objects is {found}, that of classes {expected} (height x width)")
    pairs = joint_pairs(numbers, labels)
    is_object = ~np.isin(pairs.truth, NO_OBJECTS)
    ids, categories, pixels = (column[is_object] for column in pairs)
    double = np.flatnonzero(ids[1:] == ids[:-1])
    if double.size:
        first, second = (f"{pixels[i]} of class {categories[i]}" for i in (double[0], double[0] + 1))
        raise InputError(
            f"object {ids[double[0]]} of the map of objects has pixels of two classes: {first}, {second}"
        )
    return ImageObjects(categories=categories.astype(np.int64), masks=numbers == ids[:, None, None])


def instances_from_arrays(
    images: Sequence[ImageObjects | Mapping[str, Any]],
    keys: Sequence[Key],
    category_ids: NDArray[np.int64],
    *,
    geometry: Geometry,
    side: str,
    federated: bool = False,
) -> Instances:
    """One side of a batch.

    Args:
        images: For each image its objects.
        keys: For each image its key; distinct.
        category_ids: All categories, ascending. Detections of others are dropped later; annotations may not
            be of others.
        geometry: What is to be compared.
        side: "truth" or "prediction".
        federated: Annotations must say which categories are absent or not exhaustively annotated.

    Raises:
        InputError: An array is missing, has the wrong shape or a value that cannot be meant.
    """
    order = sorted(range(len(keys)), key=keys.__getitem__)
    needed = federated and side == "truth"
    tables = []
    for i in order:
        objects = ImageObjects.of(images[i], f"{side} of image {keys[i]}")
        tables.append(_ImageTable(objects, geometry, side, keys[i], federated=needed))
    rows = [len(table.categories) for table in tables]
    category = category_positions(_joined([table.categories for table in tables], np.int64), category_ids)
    if side == "truth" and np.any(category == NOT_LISTED):
        raise InputError("an annotation is of a category that the evaluator does not list", place=side)
    by_image, starts = group_by_image(np.repeat(np.arange(len(keys), dtype=np.uint32), rows), len(keys))
    shapes, payload = _pack(tables, geometry)
    n = sum(rows)
    sizes = np.array([table.size for table in tables], np.uint32).reshape(-1, 2)
    return Instances(
        keys=np.array([keys[i] for i in order]) if keys else np.empty(0, np.int64),
        heights=np.ascontiguousarray(sizes[:, 0]),
        widths=np.ascontiguousarray(sizes[:, 1]),
        category_ids=category_ids,
        order=by_image,
        starts=starts,
        category=category,
        areas=_joined([table.areas for table in tables], np.float64),
        shapes=shapes,
        payloads=(payload,),
        scores=_joined([table.scores for table in tables], np.float64),
        ids=np.arange(1, n + 1, dtype=np.int64),
        flags=_joined([table.flags for table in tables], np.uint8),
        negative=_listing([table.negative for table in tables], category_ids),
        not_exhaustive=_listing([table.not_exhaustive for table in tables], category_ids),
        first=0,
        last=len(keys),
    )


class _ImageTable:
    """The objects of one image, checked."""

    def __init__(
        self, objects: ImageObjects, geometry: Geometry, side: str, key: Key, *, federated: bool
    ) -> None:
        self._place = f"{side} of image {key}"
        self.categories = self._vector(objects.categories, "categories", None, "iu").astype(np.int64)
        n = len(self.categories)
        self.masks = self._masks(objects.masks, n)
        self.size = (0, 0) if self.masks is None or n == 0 else tuple(self.masks.sizes[0].tolist())
        self.boxes = self._boxes(objects.boxes, n)
        if geometry == "masks" and self.masks is None and n:
            raise self._wrong("masks are missing")
        self.scores = np.zeros(n)
        if side == "prediction":
            if objects.scores is None:
                raise self._wrong("scores are missing")
            self.scores = self._vector(objects.scores, "scores", n, "biuf").astype(np.float64)
        self.flags = (
            self._flags(objects.crowd, "crowd", n) * CROWD + self._flags(objects.ignore, "ignore", n) * IGNORE
        )
        self.areas = self._areas(objects.areas, geometry, n)
        self.negative = self._listed(objects.negative, "negative", needed=federated)
        self.not_exhaustive = self._listed(objects.not_exhaustive, "not_exhaustive", needed=federated)

    def _wrong(self, message: str) -> InputError:
        return InputError(message, place=self._place)

    def _vector(self, value: object, name: str, n: int | None, kinds: str) -> NDArray[Any]:
        array = as_numpy(value, name)
        if array.size == 0 and array.ndim == 1:
            array = array.astype(np.int64)
        if array.ndim != 1 or (n is not None and len(array) != n):
            raise self._wrong(f"{name} has shape {array.shape}, expected ({'n' if n is None else n},)")
        if array.dtype.kind not in kinds:
            raise self._wrong(f"{name} has dtype {array.dtype}, expected integers")
        if not np.all(np.isfinite(array)):
            raise self._wrong(f"{name} holds {array[~np.isfinite(array)][0]}, expected finite numbers")
        return array

    def _masks(self, value: object, n: int) -> MaskArray | None:
        if value is None:
            return None
        try:
            masks = value if isinstance(value, MaskArray) else _masks.encode(as_numpy(value, "masks"))
        except InputError as error:
            raise self._wrong(f"masks: {error}") from None
        if len(masks) != n:
            raise self._wrong(f"there are {len(masks)} masks, expected {n}, one for each category")
        if n and np.any(masks.sizes != masks.sizes[0]):
            raise self._wrong("its masks have different sizes")
        return masks

    def _boxes(self, value: object, n: int) -> NDArray[np.float64]:
        if value is None:
            return np.zeros((n, 4)) if self.masks is None else _masks.boxes(self.masks)
        boxes = (
            as_numpy(value, "boxes").astype(np.float64).reshape(-1, 4) if n == 0 else as_numpy(value, "boxes")
        )
        if boxes.shape != (n, 4):
            raise self._wrong(f"boxes have shape {boxes.shape}, expected ({n}, 4)")
        if not np.all(np.isfinite(boxes)) or np.any(boxes[:, 2:] < 0):
            raise self._wrong("a box is not four finite numbers x, y, width, height with sides of at least 0")
        return boxes.astype(np.float64)

    def _flags(self, value: object, name: str, n: int) -> NDArray[np.uint8]:
        if value is None:
            return np.zeros(n, np.uint8)
        return np.asarray(self._vector(value, name, n, "biuf") != 0, np.uint8)

    def _listed(self, value: object, name: str, *, needed: bool) -> NDArray[np.int64]:
        if value is None and needed:
            raise self._wrong(f"{name} is missing: LVIS needs to know which categories it lists, if any")
        return self._vector([] if value is None else value, name, None, "iu").astype(np.int64)

    def _areas(self, value: object, geometry: Geometry, n: int) -> NDArray[np.float64]:
        if value is not None:
            return self._vector(value, "areas", n, "biuf").astype(np.float64)
        if geometry == "masks" and self.masks is not None:
            return _masks.area(self.masks).astype(np.float64)
        areas: NDArray[np.float64] = self.boxes[:, 2] * self.boxes[:, 3]
        return areas


def _listing(listed: Sequence[NDArray[np.int64]], category_ids: NDArray[np.int64]) -> Listing:
    starts = np.cumsum([0, *map(len, listed)]).astype(np.uint32)
    return Listing(starts, category_positions(_joined(listed, np.int64), category_ids))


def _joined(parts: Sequence[NDArray[Any]], dtype: type[np.generic]) -> NDArray[Any]:
    return np.concatenate([np.empty(0, dtype), *parts]).astype(dtype, copy=False)


def _pack(tables: Sequence[_ImageTable], geometry: Geometry) -> tuple[NDArray[Any], NDArray[np.uint8]]:
    """Shapes and payload: boxes as doubles, masks as COCO's text."""
    if geometry == "boxes":
        pieces = [box.tobytes() for table in tables for box in table.boxes]
        sizes = [(0, 0)] * len(pieces)
    else:
        pieces = [
            text for table in tables if table.masks is not None for text in _masks.to_strings(table.masks)
        ]
        sizes = [table.size for table in tables for _ in table.categories]
    shapes = np.zeros(len(pieces), SHAPE_DTYPE)
    shapes["length"] = [len(piece) for piece in pieces]
    room = (shapes["length"].astype(np.int64) + 7) // 8 * 8
    shapes["offset"] = np.cumsum(room) - room
    shapes["kind"] = SHAPE_BOX if geometry == "boxes" else SHAPE_TEXT
    if sizes:
        shapes["height"], shapes["width"] = np.array(sizes, np.uint32).T
    padded = b"".join(piece.ljust((len(piece) + 7) // 8 * 8, b"\0") for piece in pieces) + bytes(PADDING)
    return shapes, np.frombuffer(padded, np.uint8)
