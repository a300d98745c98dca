"""COCO-shaped ground truth and results, from files or Python objects, into `Instances`.

Files are read in C in one pass (csrc/coco_reader.h). Python objects (dicts, lists of dicts, a `pycocotools`
COCO or an `lvis` LVIS) are written to JSON in memory and go the same way, so they are checked the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any, Literal, cast

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

AreaRule = Literal["official", "mask", "box"]
"""What a detection's size is: "official" decides for a whole file as pycocotools' loadRes does, by whether
the first record carries a box; "mask" and "box" say it."""

_HAS_BOX, _HAS_MASK_AREA = 4, 8
_SHOWN_SIZE = 60

Source = str | PathLike[str] | Mapping[str, Any] | Sequence[Mapping[str, Any]] | Any


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


@dataclass(frozen=True, eq=False)
class Results:
    """What was found.

    Attributes:
        instances: The detections, by image; the images are those of the ground truth.
        n_detections: Detections in the file.
        n_unlisted: Those of categories that the ground truth does not list.
        area: What their sizes are: "mask" or "box".
        warnings: What was noticed, one line each.
    """

    instances: Instances
    n_detections: int
    n_unlisted: int
    area: Literal["mask", "box"]
    warnings: tuple[str, ...]


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
    >>> len(truth.instances), truth.categories[0].name
    (1, 'boat')
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
        payload=columns["payload"],
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


def read_results(
    source: Source,
    truth: GroundTruth,
    *,
    area: AreaRule = "official",
    max_per_image: int = 0,
    threads: int = 1,
) -> Results:
    """Read results in COCO's format: an array of detections.

    Args:
        source: A path; a sequence of dicts; or what `loadRes` of `pycocotools` or `LVISResults` made of one.
        truth: What they are to be measured against.
        area: What a detection's size is. "official" follows the first record, or with `max_per_image` the
            first that is left after the limit, as lvis does.
        max_per_image: The limit of detections per image that the protocol sets before anything else, 0 for
            none. It only decides which record is the first; all are returned.
        threads: How many threads may parse.

    Raises:
        InputError: The file cannot be read, a value is wrong, or a detection lies on an unknown image.
    """
    source, area = _loaded_results(source, area)
    with open_document(source) as document:
        columns = _read_columns(document, truth.geometry, area, max_per_image, threads)
    image_ids, category_ids = columns.pop("image_id"), columns.pop("category_id")
    del columns["id"]
    keys = truth.instances.keys
    image = _core.lookup(image_ids, keys)
    _refuse_unknown(document, image_ids, image)
    category = category_positions(category_ids, truth.instances.category_ids)
    _check_sizes(document, columns["shape"], image, truth.instances)
    order, starts = group_by_image(image, len(keys))
    rule = _area_rule(columns["flags"], image_ids, columns["score"], area, max_per_image)
    areas = _areas(document, columns, rule, image, truth)
    warnings = list(_size_warnings(columns["flags"], truth.geometry, area, rule))
    n_unlisted = int(np.count_nonzero(category == NOT_LISTED))
    if n_unlisted:
        warnings.append(
            f"{n_unlisted:,} of {len(category):,} detections are of categories that the ground truth does "
            "not list; they are dropped, as the official tools do"
        )
    instances = Instances(
        keys=keys,
        heights=truth.instances.heights,
        widths=truth.instances.widths,
        category_ids=truth.instances.category_ids,
        order=order,
        starts=starts,
        category=category,
        areas=areas,
        shapes=columns["shape"],
        payload=columns["payload"],
        scores=columns["score"],
        ids=np.empty(0, np.int64),
        flags=np.empty(0, np.uint8),
        negative=Listing.empty(len(keys)),
        not_exhaustive=Listing.empty(len(keys)),
        first=truth.instances.first,
        last=truth.instances.last,
    )
    return Results(instances, len(category), n_unlisted, rule, tuple(warnings))


# ---- ground truth ------------------------------------------------------------------------------------------


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
        _check_sizes(self.document, truth.shapes[rows], image, truth, rows, unit="annotation")


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


# ---- results -----------------------------------------------------------------------------------------------


def _refuse_unknown(document: Document, image_ids: NDArray[np.int64], image: NDArray[np.uint32]) -> None:
    unknown = image == NOT_LISTED
    if unknown.any():
        first = int(np.argmax(unknown))
        n = int(np.count_nonzero(unknown))
        more = f" (nor are those of {n - 1:,} more records)" if n > 1 else ""
        raise document.error(
            f'"image_id" {image_ids[first]} is not in the ground truth{more}', place=f"record {first}"
        )


def _check_sizes(
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


def _loaded_results(source: Source, area: AreaRule) -> tuple[Source, AreaRule]:
    """The records that `loadRes` made of results, and the rule by which it filled in their sizes.

    It gives every record a box, so the first record no longer tells; but only sizes taken from boxes all
    equal those of the boxes.
    """
    dataset = getattr(source, "dataset", None)
    if not isinstance(dataset, Mapping):
        return source, area
    records = dataset.get("annotations", [])
    if area == "official":
        by_box = all("bbox" in r and r.get("area") == r["bbox"][2] * r["bbox"][3] for r in records)
        area = "box" if by_box else "mask"
    return records, area


def _read_columns(
    document: Document, geometry: Geometry, area: AreaRule, max_per_image: int, threads: int
) -> dict[str, NDArray[Any]]:
    """The columns of results. Where boxes are compared, masks are measured only if sizes are theirs."""
    wanted = "measured boxes" if geometry == "boxes" and area == "mask" else geometry
    columns = document.read(results=True, geometry=wanted, threads=threads).take_objects()
    if wanted == "boxes":
        rule = _area_rule(columns["flags"], columns["image_id"], columns["score"], area, max_per_image)
        if rule == "mask" and np.any(columns["flags"] & _HAS_BOX):
            columns = document.read(results=True, geometry="measured boxes", threads=threads).take_objects()
    return columns


def _area_rule(
    flags: NDArray[np.uint8],
    image_ids: NDArray[np.int64],
    scores: NDArray[np.float64],
    area: AreaRule,
    max_per_image: int,
) -> Literal["mask", "box"]:
    """Where sizes are taken from: officially, from what the record has that the official tool sees first."""
    if area != "official":
        return area
    if len(flags) == 0:
        return "mask"
    first, mates = 0, np.flatnonzero(image_ids == image_ids[0])
    if 0 < max_per_image < len(mates):
        first = int(mates[np.argmax(scores[mates])])
    return "box" if flags[first] & _HAS_BOX else "mask"


def _areas(
    document: Document,
    columns: dict[str, NDArray[Any]],
    rule: Literal["mask", "box"],
    image: NDArray[np.uint32],
    truth: GroundTruth,
) -> NDArray[np.float64]:
    flags = columns["flags"]
    if rule == "box":
        without = (flags & _HAS_BOX) == 0
        if without.any():
            raise document.error(
                '"bbox" is missing, and sizes are taken from the boxes, as the first record has one',
                place=f"record {int(np.argmax(without))}",
            )
        return cast("NDArray[np.float64]", columns["area"])
    areas = columns["mask_area"].astype(np.float64)
    rows = np.flatnonzero((flags & _HAS_MASK_AREA) == 0)
    if rows.size:
        areas[rows] = _filled_areas(document, columns, rows, image[rows], truth)
    return areas


def _filled_areas(
    document: Document,
    columns: dict[str, NDArray[Any]],
    rows: NDArray[np.int64],
    image: NDArray[np.uint32],
    truth: GroundTruth,
) -> NDArray[np.uint32]:
    """Areas of polygons and boxes, known once they are filled."""
    if truth.geometry == "boxes":
        raise document.error(
            "sizes are taken from the masks, and its mask is missing or made of polygons",
            place=f"record {rows[0]}",
        )
    heights, widths = truth.instances.heights[image], truth.instances.widths[image]
    if heights.min() == 0 or widths.min() == 0:
        raise document.error('sizes of masks need "height" and "width" of the images in the ground truth')
    shapes = np.ascontiguousarray(columns["shape"][rows]).view(np.uint8)
    return _core.shape_areas(shapes, columns["payload"], heights, widths)


def _size_warnings(
    flags: NDArray[np.uint8], geometry: Geometry, area: AreaRule, rule: Literal["mask", "box"]
) -> Sequence[str]:
    if geometry == "masks" and area == "official" and rule == "box":
        return (
            (
                'the results carry "bbox": sizes are taken from the boxes, as the official tools do, so '
                "scores by size are not those of the masks (--area mask takes the masks)"
            ),
        )
    if rule == "mask" and area == "official" and bool(np.any(flags & _HAS_BOX)):
        return (
            (
                'some results carry "bbox", but not the first one: sizes are taken from the masks, as the '
                "official tools do"
            ),
        )
    return ()
