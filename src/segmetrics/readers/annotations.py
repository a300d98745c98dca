"""What several annotators drew of one image: BSDS500's MATLAB files, or a PNG of each annotator."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.readers.label_png import read_label_png
from segmetrics.readers.matlab import cells, field, matrix, read_matlab

Drawn = Literal["boundaries", "regions"]
"""What to read of an annotation: where its boundaries are, or which segment each pixel is of."""

_VARIABLE: Final = "groundTruth"
_FIELDS: Final = {"boundaries": "Boundaries", "regions": "Segmentation"}


def read_annotations(paths: Sequence[Path], drawn: Drawn) -> list[NDArray[Any]]:
    """The maps of all annotators of one image.

    A .mat file holds those of all, in a cell array `groundTruth` of structs with the fields `Segmentation`
    and `Boundaries`. A PNG holds one: label numbers, gray or palette; as boundaries, whatever is not 0.

    Args:
        paths: One .mat file, or the PNGs of the annotators.
        drawn: What is wanted.

    Returns:
        For boundaries (h, w) bool each, for regions (h, w) integers each.

    Raises:
        InputError: A file cannot be read or holds something else, or sizes differ.
    """
    maps: list[NDArray[Any]] = []
    places: list[tuple[Path, str | None]] = []
    for path in paths:
        found = _of_matlab(path, drawn) if path.suffix == ".mat" else [(None, _of_png(path))]
        places += [(path, place) for place, _ in found]
        maps += [each for _, each in found]
    for each, (path, place) in zip(maps, places, strict=True):
        if each.shape != maps[0].shape:
            size, first = (f"{shape[1]}x{shape[0]}" for shape in (each.shape, maps[0].shape))
            raise InputError(f"is {size}, the first annotator's is {first}", file=path, place=place)
    return [each != 0 for each in maps] if drawn == "boundaries" else maps


def _of_png(path: Path) -> NDArray[Any]:
    return read_label_png(path, expect=["index8", "index16"])


def _of_matlab(path: Path, drawn: Drawn) -> list[tuple[str | None, NDArray[Any]]]:
    variables = read_matlab(path)
    if _VARIABLE not in variables:
        found = ", ".join(variables) or "nothing"
        raise InputError(f"holds {found}, expected a cell array {_VARIABLE}", file=path)
    maps: list[tuple[str | None, NDArray[Any]]] = []
    for number, struct in enumerate(cells(variables[_VARIABLE], _VARIABLE, path), 1):
        place = f"{_VARIABLE}{{{number}}}"
        name = f"{place}.{_FIELDS[drawn]}"
        numbers = matrix(field(struct, _FIELDS[drawn], place, path), name, path)
        maps.append((name, _integers(numbers, name, path)))
    return maps


def _integers(numbers: NDArray[Any], place: str, path: Path) -> NDArray[Any]:
    """MATLAB keeps integers as floating point unless told otherwise."""
    if numbers.dtype.kind != "f":
        return numbers
    with np.errstate(invalid="ignore"):
        integers = numbers.astype(np.int32)
    if not np.array_equal(integers, numbers):
        raise InputError("holds numbers that are not whole, expected labels", file=path, place=place)
    return integers
