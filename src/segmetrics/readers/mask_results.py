"""Results in COCO's form whose images have names: masks that a detector found.

The records are read at once; masks stay the text they came in until they are asked for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import overload

import msgspec
import numpy as np

from segmetrics.errors import InputError
from segmetrics.instance_arrays import ImageObjects
from segmetrics.masks import from_coco

_PLACE = re.compile(r" - at `\$\[(\d+)\]\.?(.*)`")


class _RunLengths(msgspec.Struct, frozen=True, gc=False):
    size: tuple[int, int]
    counts: str | list[int]


class _Record(msgspec.Struct, frozen=True, gc=False):
    image_id: str | int
    category_id: int
    segmentation: _RunLengths
    score: float


@dataclass(frozen=True)
class ImageResults:
    """The detections in one image.

    Attributes:
        file: Where they are from.
        records: As they were read, by their number, counted from 0.
    """

    file: Path
    records: Mapping[int, _Record]

    def read(self) -> ImageObjects:
        """Masks, categories and scores.

        Raises:
            InputError: The counts of a mask are wrong; it names the record.
        """
        records = self.records.values()
        run_lengths = [msgspec.structs.asdict(record.segmentation) for record in records]
        try:
            masks = from_coco(run_lengths)
        except InputError as error:
            raise self._located(run_lengths) or error from error
        return ImageObjects(
            masks=masks,
            categories=np.array([record.category_id for record in records], np.int64),
            scores=np.array([record.score for record in records], np.float64),
        )

    def place(self, index: int) -> str:
        """Where in the file a detection stands."""
        return f"record {list(self.records)[index]}"

    def _located(self, run_lengths: Sequence[Mapping[str, object]]) -> InputError | None:
        """What is wrong with the first mask that cannot be read."""
        for index, each in enumerate(run_lengths):
            try:
                from_coco([each])
            except InputError as error:
                return InputError(error.message, file=self.file, place=self.place(index))
        return None


@dataclass(frozen=True)
class MaskResults(Sequence[ImageObjects]):
    """The detections in some images, whose masks are decoded when they are asked for, and not kept."""

    images: tuple[ImageResults, ...]

    def __len__(self) -> int:
        return len(self.images)

    @overload
    def __getitem__(self, index: int) -> ImageObjects: ...
    @overload
    def __getitem__(self, index: slice) -> MaskResults: ...
    def __getitem__(self, index: int | slice) -> ImageObjects | MaskResults:
        if isinstance(index, slice):
            return MaskResults(self.images[index])
        return self.images[index].read()


def read_mask_results(
    path: str | PathLike[str], images: Sequence[str], categories: Collection[int]
) -> dict[str, ImageResults]:
    """Read results: an array of "image_id", "category_id", "segmentation" (run lengths) and "score".

    Args:
        path: The JSON file.
        images: Names of all images. "image_id" is such a name, or the number that its digits make:
            "2007_000033" or 2007000033.
        categories: All that "category_id" may be.

    Returns:
        The detections in each of the images, in the order of `images`.

    Raises:
        InputError: The file cannot be read, a value is wrong, or a detection is of another category or in
            another image.
    """
    path = Path(path)
    names = _names(images)
    found: dict[str, dict[int, _Record]] = {name: {} for name in images}
    for number, record in enumerate(_records(path)):
        wrong = _wrong(record, names, categories)
        if wrong is not None:
            raise InputError(wrong, file=path, place=f"record {number}")
        found[names[record.image_id]][number] = record
    return {name: ImageResults(path, records) for name, records in found.items()}


def _names(images: Sequence[str]) -> dict[str | int, str]:
    """Names by all that may stand for them: a number that two of them share stands for neither."""
    digits = [re.sub(r"\D", "", name) for name in images]
    times = Counter(digits)
    numbers: dict[str | int, str] = {
        int(number): name
        for number, name in zip(digits, images, strict=True)
        if number and times[number] == 1
    }
    return numbers | {name: name for name in images}


def _records(path: Path) -> list[_Record]:
    if path.is_dir():
        raise InputError("is a folder, expected a JSON file of results", file=path)
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[_Record])
    except OSError as error:
        raise InputError(error.strerror or str(error), file=path) from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _explained(str(error), path) from error


def _explained(message: str, path: Path) -> InputError:
    """What msgspec says, with the record first."""
    found = _PLACE.search(message)
    if found is None:
        return InputError(message, file=path)
    what = message[: found.start()]
    field = f'"{found[2]}": ' if found[2] else ""
    hint = ""
    if found[2].startswith("segmentation"):
        hint = '; a mask is its run lengths, {"size": [height, width], "counts": ...}'
    return InputError(f"{field}{what}{hint}", file=path, place=f"record {found[1]}")


def _wrong(record: _Record, names: Mapping[str | int, str], categories: Collection[int]) -> str | None:
    """What is wrong with a record, if anything is."""
    if record.image_id not in names:
        return f'"image_id" is {record.image_id!r}, which is no image of the split'
    if record.category_id not in categories:
        known = ", ".join(map(str, sorted(categories)))
        return f'"category_id" is {record.category_id}, expected one of {known}'
    return None
