"""The Semantic Boundaries Dataset's maps of classes and of objects, which are MATLAB files."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError

_VARIABLES: Final = ("GTcls", "GTinst")


def read_sbd_map(path: str | PathLike[str]) -> NDArray[Any]:
    """The map "Segmentation" of a file of `cls/` or `inst/`: (h, w) uint8. Needs SciPy.

    Raises:
        InputError: SciPy is not installed, the file cannot be read, or it holds no such map.

    Source: Hariharan et al., Semantic Contours from Inverse Detectors, ICCV 2011.
    """
    path = Path(path)
    try:
        from scipy.io import loadmat  # noqa: PLC0415  # nobody else needs it
    except ImportError as error:
        raise InputError("MATLAB files need SciPy: pip install segmetrics-voc[sbd]", file=path) from error
    try:
        variables = loadmat(path, variable_names=_VARIABLES, appendmat=False)
    except OSError as error:
        raise InputError(error.strerror or str(error), file=path) from error
    except Exception as error:  # SciPy raises whatever a damaged file leads it to
        raise InputError(f"is no MATLAB file that SciPy reads: {error}", file=path) from error
    found = [variables[name] for name in _VARIABLES if name in variables]
    if len(found) != 1 or "Segmentation" not in (found[0].dtype.names or ()) or found[0].size != 1:
        raise InputError('expected one of GTcls and GTinst, with "Segmentation"', file=path)
    array: NDArray[Any] = np.asarray(found[0]["Segmentation"].item())
    if array.ndim != 2 or array.dtype.kind not in "iu":
        raise InputError(f'"Segmentation" is {array.dtype} of shape {array.shape}, expected a map', file=path)
    return array
