"""Predicted boundaries and regions of one image: edge maps, ultrametric contour maps, lists of segmentations.

Edge maps have a strength from 0 to 1 for each pixel; ultrametric contour maps have one too, or one for each
place between pixels too ("double size", 2h+1 by 2w+1). A segmentation is a label map.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.readers.label_png import read_label_png
from segmetrics.readers.matlab import Variables, cells, matrix, read_matlab

Integers = Literal["strengths", "labels"]
"""What 8-bit integers are: strengths of edges, 255 being 1, or labels. Wider integers are labels."""

Prediction = NDArray[Any] | list[NDArray[Any]]
"""Strengths, float64 from 0 to 1 or uint8; or label maps."""

SUFFIXES: Final = (".png", ".mat", ".npy")

_SEGMENTATIONS: Final = "segs"
_CONTOURS: Final = ("ucm2", "ucm")


def read_prediction(path: Path, integers: Integers) -> Prediction:
    """What a file predicts of one image.

    - `.png`: gray of 8 bits, strengths or labels; or of 16 bits, strengths by 65,535 or labels.
    - `.npy`: (h, w) of floating point or bool, strengths; of integers, as `integers` says; (n, h, w) of
      integers, n label maps.
    - `.mat`: a matrix `ucm2` or `ucm`, strengths; or the only one there is, as in `.npy`; or a cell array
      `segs` of label maps.

    Args:
        path: The file.
        integers: What 8-bit integers are.

    Raises:
        InputError: The file cannot be read or holds something else, or a strength is not from 0 to 1.
    """
    readers = {".png": _of_png, ".npy": _of_numpy, ".mat": _of_matlab}
    if path.suffix not in readers:
        raise InputError(f"is of no known kind, expected one of {', '.join(readers)}", file=path)
    found = readers[path.suffix](path)
    if isinstance(found, list):
        return [_labels(each, path) for each in found]
    if found.dtype.kind in "bf":
        return _strengths(found, path)
    if integers == "labels":
        return [found]
    if path.suffix == ".png" and found.dtype == np.uint16:
        return found / np.float64(65535)
    return found if found.dtype == np.uint8 else [found]


def _of_png(path: Path) -> NDArray[Any]:
    return read_label_png(path, expect=["index8", "index16"])


def _of_numpy(path: Path) -> Prediction:
    try:
        array = np.load(path, allow_pickle=False)
    except OSError as error:
        raise InputError(error.strerror or str(error), file=path) from error
    except (ValueError, EOFError) as error:
        raise InputError(f"is no NumPy array of numbers, or damaged: {error}", file=path) from error
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
        raise InputError("holds something else than one array of numbers", file=path)
    if array.ndim == 3 and array.dtype.kind in "iu" and array.size:
        return list(array)
    if array.ndim != 2 or not array.size:
        raise InputError(
            f"has shape {array.shape} and dtype {array.dtype}, expected (h, w), or (n, h, w) of integers",
            file=path,
        )
    return array


def _of_matlab(path: Path) -> Prediction:
    variables = read_matlab(path)
    if _SEGMENTATIONS in variables:
        found = cells(variables[_SEGMENTATIONS], _SEGMENTATIONS, path)
        return [matrix(each, f"{_SEGMENTATIONS}{{{i}}}", path) for i, each in enumerate(found, 1)]
    name = _contours_of(variables)
    if name is None:
        found_names = ", ".join(variables) or "nothing"
        raise InputError(f"holds {found_names}; expected ucm2, ucm, segs, or a single matrix", file=path)
    contours = matrix(variables[name], name, path)
    return contours / np.float64(255) if name in _CONTOURS and contours.dtype == np.uint8 else contours


def _contours_of(variables: Variables) -> str | None:
    """The variable that holds the contours."""
    named = [name for name in _CONTOURS if name in variables]
    return next(iter(named or (variables if len(variables) == 1 else [])), None)


def _labels(labels: NDArray[Any], path: Path) -> NDArray[Any]:
    with np.errstate(invalid="ignore"):
        integers = labels if labels.dtype.kind in "iu" else labels.astype(np.int32)
    if not np.array_equal(integers, labels):
        raise InputError("a segmentation holds numbers that are not whole, expected labels", file=path)
    return integers


def _strengths(strengths: NDArray[Any], path: Path) -> NDArray[np.float64]:
    array = np.ascontiguousarray(strengths, np.float64)
    if array.min() >= 0 and array.max() <= 1:
        return array
    row, column = np.unravel_index(np.argmin((array >= 0) & (array <= 1)), array.shape)
    hint = "; divide by 255?" if 1 < array.max() <= 255 and array.min() >= 0 else ""
    raise InputError(
        f"is {array[row, column]:g}, expected a strength from 0 to 1{hint}",
        file=path,
        place=f"pixel [{row}, {column}]",
    )
