"""Writing MATLAB files, for samples of data sets that come in them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Final

from segmetrics.errors import InputError

_HEADER: Final = b"MATLAB 5.0 MAT-file, made up by segmetrics".ljust(116)


def write_mat(path: Path, variables: Mapping[str, object]) -> None:
    """Write variables by name; makes the folder too. The same bytes come out every time.

    Raises:
        InputError: SciPy is not installed.
    """
    try:
        scipy_io = import_module("scipy.io")
    except ImportError as error:
        raise InputError("MATLAB files are written by SciPy: pip install scipy", file=path) from error
    path.parent.mkdir(parents=True, exist_ok=True)
    scipy_io.savemat(path, dict(variables), do_compression=True)
    with path.open("r+b") as file:
        file.write(_HEADER)  # SciPy's says when
