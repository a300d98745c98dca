"""COCO-shaped results, from a file or Python objects, into `Instances` of the ground truth's images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from segmetrics._core import instances as _core
from segmetrics.instances import NOT_LISTED, Geometry, Instances, Listing, category_positions, group_by_image
from segmetrics.readers.coco_truth import GroundTruth, Source, check_sizes
from segmetrics.readers.json_document import Document, open_document

AreaRule = Literal["official", "mask", "box"]
"""What a detection's size is: "official" decides for a whole file as pycocotools' loadRes does, by whether
the first record carries a box; "mask" and "box" say it."""

_HAS_BOX, _HAS_MASK_AREA = 4, 8


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

    def __repr__(self) -> str:
        n_images = self.instances.n_images
        return f"Results({n_images=}, n_detections={self.n_detections}, area={self.area!r})"


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
    check_sizes(document, columns["shape"], image, truth.instances)
    order, starts = group_by_image(image, len(keys))
    rule = _area_rule(columns["flags"], image_ids, columns["score"], area, max_per_image)
    areas = _areas(document, columns, (area, rule), image, truth)
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
        payloads=columns["payloads"],
        scores=columns["score"],
        ids=np.empty(0, np.int64),
        flags=np.empty(0, np.uint8),
        negative=Listing.empty(len(keys)),
        not_exhaustive=Listing.empty(len(keys)),
        first=truth.instances.first,
        last=truth.instances.last,
    )
    return Results(instances, len(category), n_unlisted, rule, tuple(warnings))


def _refuse_unknown(document: Document, image_ids: NDArray[np.int64], image: NDArray[np.uint32]) -> None:
    unknown = image == NOT_LISTED
    if unknown.any():
        first = int(np.argmax(unknown))
        n = int(np.count_nonzero(unknown))
        more = f" (nor are those of {n - 1:,} more records)" if n > 1 else ""
        raise document.error(
            f'"image_id" {image_ids[first]} is not in the ground truth{more}', place=f"record {first}"
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
        area = "box" if all(map(_has_size_of_box, records)) else "mask"
    return records, area


def _has_size_of_box(record: object) -> bool:
    """Whether a record's area is that of its box; records that are none are refused when they are read."""
    match record:
        case {"bbox": [_, _, int() | float() as width, int() | float() as height], "area": area}:
            return bool(area == width * height)
        case _:
            return False


def _read_columns(
    document: Document, geometry: Geometry, area: AreaRule, max_per_image: int, threads: int
) -> dict[str, Any]:
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
    columns: dict[str, Any],
    asked: tuple[AreaRule, Literal["mask", "box"]],
    image: NDArray[np.uint32],
    truth: GroundTruth,
) -> NDArray[np.float64]:
    """Sizes by a rule, which was asked for or found."""
    area, rule = asked
    flags = columns["flags"]
    if rule == "box":
        without = (flags & _HAS_BOX) == 0
        if without.any():
            reason = "as the first record has one" if area == "official" else "as --area box asks"
            raise document.error(
                f'"bbox" is missing, and sizes are taken from the boxes, {reason}',
                place=f"record {int(np.argmax(without))}",
            )
        return cast("NDArray[np.float64]", columns["area"])
    areas: NDArray[np.float64] = columns["mask_area"].astype(np.float64)
    rows = np.flatnonzero((flags & _HAS_MASK_AREA) == 0)
    if rows.size:
        areas[rows] = _filled_areas(document, columns, rows, image[rows], truth)
    return areas


def _filled_areas(
    document: Document,
    columns: dict[str, Any],
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
    return _core.shape_areas(shapes, _core.Payloads(columns["payloads"]), heights, widths)


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
