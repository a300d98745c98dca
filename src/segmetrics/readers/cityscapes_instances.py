"""Predicted instances as Cityscapes wants them: a text file for each image, and a mask PNG for each instance.

The text is read at once, the masks one by one as they are asked for.
"""

from __future__ import annotations

import math
import os
from collections.abc import Collection
from dataclasses import dataclass
from os import PathLike
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from segmetrics.errors import InputError
from segmetrics.readers.label_png import read_label_png


@dataclass(frozen=True)
class MaskFile:
    """A mask in a PNG file, decoded each time it is asked for its array."""

    file: Path

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """(h, w) uint8, nonzero inside.

        Raises:
            InputError: The file cannot be read, or is not gray or palette of up to 8 bits.
        """
        array: NDArray[Any] = np.array(read_label_png(self.file, expect=["index8"]), dtype, copy=copy)
        return array


class InstanceFile(NamedTuple):
    """One predicted instance."""

    label: int
    confidence: float
    mask: MaskFile


def read_instances(
    path: str | PathLike[str], folder: str | PathLike[str], *, labels: Collection[int] | None = None
) -> list[InstanceFile]:
    """Read the instances predicted in one image: lines of mask, label and confidence, one space between.

    Of two lines with one mask the later replaces the earlier, as in cityscapesScripts.

    Args:
        path: The text file; masks are named from the folder that it is in.
        folder: The folder of predictions, which no mask may be outside of.
        labels: Those that there are; None for any.

    Raises:
        InputError: The file cannot be read, a line has other than three fields, a label or a confidence is no
            number, a label is not among those that there are, or a mask is named by an absolute path, lies
            outside of the folder, or is not there.
    """
    path = Path(path)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InputError(error.strerror or str(error), file=path) from error
    except UnicodeDecodeError as error:
        raise InputError("is no text in UTF-8", file=path, place=f"byte {error.start:,}") from error
    instances: dict[Path, InstanceFile] = {}
    for number, line in enumerate(lines, start=1):
        try:
            instance = _instance(line, path.parent, Path(folder), labels)
        except InputError as error:
            raise InputError(error.message, file=path, place=f"line {number}") from error
        instances[instance.mask.file] = instance
    return list(instances.values())


def _instance(line: str, beside: Path, folder: Path, labels: Collection[int] | None) -> InstanceFile:
    fields = line.split(" ")
    if len(fields) != 3:
        raise InputError(
            f"has {len(fields)} fields, expected 3: mask, label and confidence, one space between"
        )
    name, written, confidence = fields
    label = int(_number(written, "label"))
    if labels is not None and label not in labels:
        raise InputError(f"the label is {label}, which is no class")
    return InstanceFile(
        label=label,
        confidence=_number(confidence, "confidence"),
        mask=MaskFile(_mask(name, beside, folder)),
    )


def _number(text: str, what: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"the {what} is {text!r}, expected a number")
    return number


def _mask(name: str, beside: Path, folder: Path) -> Path:
    if "\0" in name or PurePosixPath(name).is_absolute() or PureWindowsPath(name).drive:
        raise InputError(f"the mask is {name!r}, expected a path from the folder of this file")
    path = Path(os.path.normpath(beside / name))
    if not path.absolute().is_relative_to(os.path.normpath(folder.absolute())):
        raise InputError(f"the mask {name!r} lies outside of the predictions, {folder}")
    if not path.is_file():
        raise InputError(f"the mask {path} is not there")
    return path
