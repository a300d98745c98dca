"""COCO-shaped ground truth, from a file or Python objects, into `Instances`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmetrics._core import instances as _core
from segmetrics.errors import InputError
from segmetrics.instances import (
    NOT_LISTED,
    SHAPE_COUNTS,
    SHAPE_POLYGONS,
    SHAPE_TEXT,
    Category,
    Geometry,
    Instances,
    Listing,
    category_positions,
    group_by_image,
)
from segmetrics.readers.json_document import Document, open_document

_SHOWN_SIZE = 60

Source = str | PathLike[str] | Mapping[str, Any] | Sequence[Mapping[str, Any]] | Any
"""A path, or Python objects; see `segmetrics.readers.json_document`."""


@dataclass(frozen=True, eq=False)
class GroundTruth:
    """What there is to find.

    Attributes:
        instances: The annotations, by image.
        categories: All categories, by id.
        geometry: Which geometry was read: "masks" or "boxes".
        n_annotations: Annotations in the file.
        warnings: What was noticed, one line each.
    """

    instances: Instances
    categories: tuple[Category, ...]
    geometry: Geometry
    n_annotations: int
    warnings: tuple[str, ...]

    def __repr__(self) -> str:
        n_images, n_categories = self.instances.n_images, len(self.categories)
        return (
            f"GroundTruth({n_images=}, {n_categories=}, n_annotations={self.n_annotations}, "
            f"geometry={self.geometry!r})"
        )


def read_ground_truth(
    source: Source, *, geometry: Geometry = "masks", federated: bool = False, threads: int = 1
) -> GroundTruth:
    """Read COCO or LVIS ground truth.

    Args:
        source: A path; a dict with "images", "annotations" and "categories"; or an object that has such a
            dict as its `dataset`, as those of `pycocotools` and `lvis` do.
        geometry: Read masks ("segmentation") or boxes ("bbox").
        federated: The file is LVIS's: categories have a "frequency", images list "neg_category_ids" and
            "not_exhaustive_category_ids".
        threads: How many threads may parse.

    Raises:
        InputError: The file cannot be read or a value in it is wrong; names the place.

    >>> truth = read_ground_truth(
    ...     {
    ...         "images": [{"id": 7, "height": 4, "width": 6}],
    ...         "annotations": [
    ...             {"id": 1, "image_id": 7, "category_id": 3, "area": 4, "iscrowd": 0,
    ...              "segmentation": [[1, 1, 1, 3, 3, 3, 3, 1]]}
    ...         ],
    ...         "categories": [{"id": 3, "name": "boat"}],
    ...     }
    ... )
    >>> truth
    GroundTruth(n_images=1, n_categories=1, n_annotations=1, geometry='masks')
    >>> truth.instances, truth.categories[0].name
    (Instances(n_images=1, n_rows=1), 'boat')
    """
    with open_document(source) as document:
        part = document.read(results=False, geometry=geometry, threads=threads)
        categories = _categories(document, part.categories_span, federated=federated)
        for name in ("images", "annotations", "categories"):
            if name not in part.seen:
                raise document.error(f'"{name}" is missing')
    image_ids, heights, widths, negative, not_exhaustive = part.take_images()
    images = _Images(document, image_ids, heights, widths)
    columns = part.take_objects()
    _refuse_doubles(document, columns["id"], "annotation")
    listed = np.array([category.id for category in categories], np.int64)
    warnings: list[str] = []
    image = _core.lookup(columns["image_id"], images.keys)
    category = category_positions(columns["category_id"], listed)
    rows = _rows_to_keep(image, category, warnings)
    images.adopt_sizes(columns["shape"], image, rows)
    order, starts = group_by_image(image[rows], len(images.keys))
    if 0 in columns["id"][rows]:
        warnings.append(
            "an annotation has id 0: as in the official tools, finding it never counts as a match "
            "(--parity clean counts it)"
        )
    instances = Instances(
        keys=images.keys,
        heights=images.heights,
        widths=images.widths,
        category_ids=listed,
        order=rows[order],
        starts=starts,
        category=category,
        areas=columns["area"],
        shapes=columns["shape"],
        payloads=columns["payloads"],
        scores=np.empty(0, np.float64),
        ids=columns["id"],
        flags=columns["flags"],
        negative=_listing(negative, images, listed),
        not_exhaustive=_listing(not_exhaustive, images, listed),
        first=0,
        last=len(images.keys),
    )
    images.check_masks(instances)
    return GroundTruth(instances, categories, geometry, len(columns["id"]), tuple(warnings))


class _Images:
    """The images of a file, ordered by id."""

    def __init__(
        self,
        document: Document,
        ids: NDArray[np.int64],
        heights: NDArray[np.uint32],
        widths: NDArray[np.uint32],
    ) -> None:
        _refuse_doubles(document, ids, "image")
        self.document = document
        self.order = np.argsort(ids, kind="stable")
        self.keys = ids[self.order]
        self.heights = heights[self.order]
        self.widths = widths[self.order]

    def positions(self, rows: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """Where images that came in at these places stand now."""
        place = np.empty(len(self.order), np.uint32)
        place[self.order] = np.arange(len(self.order), dtype=np.uint32)
        return place[rows]

    def adopt_sizes(self, shapes: NDArray[Any], image: NDArray[np.uint32], rows: NDArray[np.uint32]) -> None:
        """An image that does not say its size has that of its run-length masks, where there are any."""
        unknown = (self.heights == 0) | (self.widths == 0)
        if unknown.any():
            told = rows[(shapes["height"][rows] > 0) & unknown[image[rows]]]
            self.heights[image[told]] = shapes["height"][told]
            self.widths[image[told]] = shapes["width"][told]

    def check_masks(self, truth: Instances) -> None:
        """Masks need the size of their image, and must have it."""
        rows = truth.order
        image = np.repeat(np.arange(len(self.keys), dtype=np.uint32), np.diff(truth.starts))
        needs_size = np.isin(truth.shapes["kind"][rows], (SHAPE_TEXT, SHAPE_COUNTS, SHAPE_POLYGONS))
        bad = needs_size & ((self.heights[image] == 0) | (self.widths[image] == 0))
        if bad.any():
            key = self.keys[image[np.argmax(bad)]]
            raise self.document.error(f'image {key} has masks but no "height" and "width"')
        check_sizes(self.document, truth.shapes[rows], image, truth, rows, unit="annotation")


def _categories(document: Document, span: tuple[int, int], *, federated: bool) -> tuple[Category, ...]:
    values = document.decode(span) if span[1] else []
    if not isinstance(values, list):
        raise document.error(f'"categories" is {_shown(values)}, expected an array of categories')
    categories = [_category(document, i, value, federated=federated) for i, value in enumerate(values)]
    _refuse_doubles(document, np.array([category.id for category in categories], np.int64), "category")
    return tuple(sorted(categories, key=lambda category: category.id))


def _category(document: Document, number: int, value: object, *, federated: bool) -> Category:
    def wrong(what: str) -> InputError:
        return document.error(what, place=f"category {number}")

    if not isinstance(value, dict):
        raise wrong(f"found {_shown(value)}, expected a category (an object)")
    category_id, name = value.get("id"), value.get("name")
    if isinstance(category_id, float) and category_id.is_integer():
        category_id = int(category_id)
    if "id" not in value:
        raise wrong('"id" is missing')
    if not isinstance(category_id, int) or isinstance(category_id, bool) or abs(category_id) >= 1 << 63:
        raise wrong(f'"id" is {_shown(category_id)}, expected a 64-bit integer')
    if name is not None and not isinstance(name, str):
        raise wrong(f'"name" is {_shown(name)}, expected a string')
    frequency = value.get("frequency") if federated else None
    if federated and frequency not in ("r", "c", "f"):
        found = f"is {_shown(frequency)}" if "frequency" in value else "is missing"
        raise wrong(f'"frequency" {found}, expected "r", "c" or "f": is this an LVIS file?')
    return Category(category_id, str(category_id) if name is None else name, frequency)


def _shown(value: object) -> str:
    """A value as it stood in the file, cut to fit a message."""
    text = json.dumps(value)
    return text if len(text) <= _SHOWN_SIZE else f"{text[:_SHOWN_SIZE]}..."


def _refuse_doubles(document: Document, ids: NDArray[np.int64], unit: str) -> None:
    if bool(np.all(ids[1:] > ids[:-1])):
        return
    order = np.argsort(ids, kind="stable")
    same = np.flatnonzero(ids[order][1:] == ids[order][:-1])
    if same.size:
        first, second = order[same[0]], order[same[0] + 1]
        raise document.error(
            f"id {ids[first]} is that of {unit} {first} too, expected each id once", place=f"{unit} {second}"
        )


def _rows_to_keep(
    image: NDArray[np.uint32], category: NDArray[np.uint32], warnings: list[str]
) -> NDArray[np.uint32]:
    """Rows of images and categories that the file lists; a subset may have kept too many annotations."""
    for positions, what in ((image, "images"), (category, "categories")):
        n = int(np.count_nonzero(positions == NOT_LISTED))
        if n:
            warnings.append(
                f"{n:,} of {len(positions):,} annotations are of {what} that the file does not list; "
                "they are left out, as the official tools do"
            )
    return np.flatnonzero((image != NOT_LISTED) & (category != NOT_LISTED)).astype(np.uint32)


def _listing(
    pairs: tuple[NDArray[np.uint32], NDArray[np.int64]], images: _Images, listed: NDArray[np.int64]
) -> Listing:
    rows, category_ids = pairs
    order, starts = group_by_image(images.positions(rows), len(images.keys))
    return Listing(starts, category_positions(category_ids, listed)[order])


def check_sizes(
    document: Document,
    shapes: NDArray[Any],
    image: NDArray[np.uint32],
    truth: Instances,
    rows: NDArray[np.uint32] | None = None,
    *,
    unit: str = "record",
) -> None:
    """A run-length mask says its size, which must be that of its image."""
    heights, widths = truth.heights[image], truth.widths[image]
    wrong = (shapes["height"] != 0) & ((shapes["height"] != heights) | (shapes["width"] != widths))
    wrong &= heights != 0
    if wrong.any():
        i = int(np.argmax(wrong))
        raise document.error(
            f'"segmentation" has size {shapes["height"][i]} x {shapes["width"][i]}, '
            f"image {truth.keys[image[i]]} is {heights[i]} x {widths[i]} (height x width)",
            place=f"{unit} {i if rows is None else rows[i]}",
        )
