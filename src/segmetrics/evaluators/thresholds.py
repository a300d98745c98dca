"""Thresholds at which maps of strengths are cut."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def ascending_thresholds(thresholds: int | Sequence[float]) -> NDArray[np.float64]:
    """(k,) thresholds, from a list of them; or from how many, evenly spaced within (0, 1).

    Raises:
        ValueError: They do not ascend, are not finite, or there are none.

    >>> ascending_thresholds(3)
    array([0.25, 0.5 , 0.75])
    """
    array = _spaced(thresholds) if isinstance(thresholds, int) else np.array(thresholds, np.float64)
    is_list = array.ndim == 1 and len(array) > 0
    if not (is_list and np.isfinite(array).all() and (array[1:] > array[:-1]).all()):
        raise ValueError(f"thresholds are {thresholds!r}, expected ascending numbers, or how many")
    return array


def _spaced(n: int) -> NDArray[np.float64]:
    """BSDS500's linspace(1/(n+1), 1-1/(n+1), n); k / (n + 1) is not the same to the last bit."""
    return np.linspace(1 / (n + 1), 1 - 1 / (n + 1), n) if n > 0 else np.empty(0)
