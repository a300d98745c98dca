"""MATLAB's files: variables and cells, read by scipy, which is imported when the first file is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError

Variables = dict[str, NDArray[Any]]


def read_matlab(path: Path) -> Variables:
    """The variables of a .mat file of version 7 or older, by name.

    Raises:
        InputError: The file cannot be read or is none, or scipy is not installed.
    """
    try:
        from scipy.io import loadmat  # noqa: PLC0415
    except ImportError as error:
        raise InputError("needs scipy to be read: pip install scipy", file=path) from error
    try:
        variables = loadmat(path)
    except NotImplementedError as error:
        raise InputError("is of MATLAB 7.3 (HDF5); save it with -v7", file=path) from error
    except OSError as error:
        raise InputError(error.strerror or str(error), file=path) from error
    except Exception as error:  # whatever a damaged file leads scipy into
        raise InputError(f"is no MATLAB file, or damaged: {error}", file=path) from error
    return {name: value for name, value in variables.items() if isinstance(value, np.ndarray)}


def cells(variable: NDArray[Any], name: str, path: Path) -> list[NDArray[Any]]:
    """What the cells of a cell array hold, at least one.

    Raises:
        InputError: It is no cell array, or empty.
    """
    if variable.dtype != object:
        raise InputError(f"{name} is an array of {variable.dtype}, expected a cell array", file=path)
    if not variable.size:
        raise InputError(f"{name} is empty, expected at least one cell", file=path)
    return [np.asarray(cell) for cell in variable.ravel(order="F")]


def field(struct: NDArray[Any], name: str, place: str, path: Path) -> NDArray[Any]:
    """One field of a single struct.

    Raises:
        InputError: There is no such field, or no single struct.
    """
    if struct.size != 1 or name not in (struct.dtype.names or ()):
        fields = ", ".join(struct.dtype.names or ()) or f"an array of {struct.dtype}"
        raise InputError(f"found {fields}, expected a struct with {name}", file=path, place=place)
    return np.asarray(struct.ravel()[0][name])


def matrix(array: NDArray[Any], place: str, path: Path) -> NDArray[Any]:
    """A matrix of numbers that is not empty.

    Raises:
        InputError: It is none.
    """
    if array.ndim != 2 or not array.size or array.dtype.kind not in "biuf":
        raise InputError(f"found {array.shape} of {array.dtype}, expected a matrix", file=path, place=place)
    return array
