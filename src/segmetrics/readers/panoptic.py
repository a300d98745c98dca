"""COCO-shaped panoptic annotations and predictions: a JSON file, and a folder of PNGs that it names.

The JSON is read at once, the PNGs one by one as they are asked for.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Annotated, Final, Literal, TypeVar, overload

import msgspec
import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.panoptic import PanopticCategory, PanopticImage, SegmentInfo, Segments
from segmetrics.readers.label_png import LabelReader, read_label_png
from segmetrics.types import Key

Listing = TypeVar("Listing", bound=msgspec.Struct)

_FORMS: Final = ("rgb", "rgba")


class _Annotation(msgspec.Struct, frozen=True, gc=False):
    image_id: int | str
    file_name: str
    segments_info: list[SegmentInfo]


class _Category(msgspec.Struct, frozen=True, gc=False):
    id: Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
    name: str
    isthing: Literal[0, 1] | bool


class _Predictions(msgspec.Struct, frozen=True):
    annotations: list[_Annotation]


class _GroundTruth(msgspec.Struct, frozen=True):
    annotations: list[_Annotation]
    categories: list[_Category]


@dataclass(frozen=True)
class PanopticFile:
    """Where an image's map lies and what its ids stand for."""

    path: Path
    segments: Segments

    def read(self, decode: LabelReader = read_label_png) -> PanopticImage:
        """The image; after a `LabelPngReader`'s `read`, its map is good until the next one is read.

        Raises:
            InputError: The map cannot be read, or is not RGB.
        """
        colours: NDArray[np.uint8] = decode(self.path, expect=_FORMS)
        return PanopticImage(colours[:, :, :3], self.segments, file=str(self.path))


@dataclass(frozen=True)
class PanopticFiles(Sequence[PanopticImage]):
    """Images that are read when they are asked for, by `decode`, and not kept."""

    files: tuple[PanopticFile, ...]
    decode: LabelReader = read_label_png

    def __len__(self) -> int:
        return len(self.files)

    @overload
    def __getitem__(self, index: int) -> PanopticImage: ...
    @overload
    def __getitem__(self, index: slice) -> PanopticFiles: ...
    def __getitem__(self, index: int | slice) -> PanopticImage | PanopticFiles:
        if isinstance(index, slice):
            return PanopticFiles(self.files[index], self.decode)
        return self.files[index].read(self.decode)


@dataclass(frozen=True)
class PanopticListing:
    """One side of a benchmark as its JSON lists it.

    Attributes:
        folder: Where the maps lie.
        files: Each image's, by its id, in the order of the ids.
        n_segments: How many segments there are.
        categories: By id; empty where the JSON is of predictions.
    """

    folder: Path
    files: dict[Key, PanopticFile]
    n_segments: int
    categories: tuple[PanopticCategory, ...] = ()


def read_panoptic_truth(
    path: str | PathLike[str], folder: str | PathLike[str] | None = None
) -> PanopticListing:
    """Read ground truth: "annotations" and "categories"; every segment needs an area.

    Args:
        path: The JSON file.
        folder: Where the PNGs lie; None for the JSON's path without ".json".

    Raises:
        InputError: The file cannot be read, a value in it is wrong, or there is no such folder.
    """
    path = Path(path)
    listed = _read(path, _GroundTruth)
    categories = tuple(
        PanopticCategory(category.id, category.name, bool(category.isthing))
        for category in sorted(listed.categories, key=lambda category: category.id)
    )
    ids = {category.id for category in categories}
    if len(ids) < len(categories):
        raise InputError("two categories have the same id", file=path)
    return _listing(path, folder, listed.annotations, ids, categories)


def read_panoptic_predictions(
    path: str | PathLike[str],
    categories: Sequence[PanopticCategory],
    folder: str | PathLike[str] | None = None,
) -> PanopticListing:
    """Read predictions: "annotations", whose segments need an id and a category only.

    Args:
        path: The JSON file.
        categories: Those of the ground truth.
        folder: As `read_panoptic_truth`.

    Raises:
        InputError: As `read_panoptic_truth`, or a segment's category is none of these.
    """
    path = Path(path)
    annotations = _read(path, _Predictions).annotations
    return _listing(path, folder, annotations, {category.id for category in categories}, ())


def _read(path: Path, kind: type[Listing]) -> Listing:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise InputError(error.strerror or str(error), file=path) from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(str(error), file=path) from error


def _listing(
    path: Path,
    folder: str | PathLike[str] | None,
    annotations: Sequence[_Annotation],
    category_ids: set[int],
    categories: tuple[PanopticCategory, ...],
) -> PanopticListing:
    place = path.with_suffix("") if folder is None else Path(folder)
    if not place.is_dir():
        raise InputError(f"is no folder, expected the PNGs of {path}", file=place)
    files: dict[Key, PanopticFile] = {}
    for annotation in annotations:
        key = annotation.image_id
        try:
            _check(annotation, files, category_ids, needs_area=bool(categories))
            segments = Segments.of(annotation.segments_info)
            files[key] = PanopticFile(place / _inside(annotation.file_name), segments)
        except InputError as error:
            where = ", ".join(part for part in (f"image {key}", error.place) if part)
            raise InputError(error.message, file=path, place=where) from None
    if len({isinstance(key, str) for key in files}) > 1:
        raise InputError('some "image_id" are numbers, some are texts; one dataset has one kind', file=path)
    return PanopticListing(
        folder=place,
        files=dict(sorted(files.items())),
        n_segments=sum(len(file.segments) for file in files.values()),
        categories=categories,
    )


def _check(
    annotation: _Annotation, before: Container[Key], category_ids: set[int], *, needs_area: bool
) -> None:
    if annotation.image_id in before:
        raise InputError("is listed twice")
    if isinstance(annotation.image_id, int) and not -(2**63) <= annotation.image_id < 2**63:
        raise InputError("expected an id of 64 bits")
    for segment in annotation.segments_info:
        if segment.category_id not in category_ids:
            raise InputError(
                f'"category_id" is {segment.category_id}, which is none of the categories',
                place=f"segment {segment.id}",
            )
        if needs_area and segment.area is None:
            raise InputError('"area" is missing', place=f"segment {segment.id}")


def _inside(file_name: str) -> PurePosixPath:
    """A path below the folder, whichever system it is opened on."""
    path = PurePosixPath(file_name)
    leads_out = path.is_absolute() or ".." in path.parts or "\\" in file_name or "\0" in file_name
    if leads_out or PureWindowsPath(file_name).drive or not path.parts:
        raise InputError(f'"file_name" is {file_name!r}, expected a path inside the folder of PNGs')
    return path
