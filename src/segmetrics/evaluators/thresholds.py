"""The thresholds that benchmarks of boundaries and regions cut maps at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def ascending_thresholds(thresholds: int | Sequence[float]) -> NDArray[np.float64]:
    """Thresholds as given; or so many, evenly spaced within (0, 1).

    Raises:
        ValueError: They do not ascend, or there are none.

    >>> ascending_thresholds(3).tolist()
    [0.25, 0.5, 0.75]
    """
    array = _spaced(thresholds) if isinstance(thresholds, int) else np.array(thresholds, np.float64)
    ascend = array.ndim == 1 and len(array) > 0 and bool(np.all(array[1:] > array[:-1]))
    if not ascend or not np.isfinite(array).all():
        raise ValueError(f"thresholds are {thresholds!r}, expected ascending numbers, or how many")
    return array


def _spaced(n: int) -> NDArray[np.float64]:
    """BSDS500's linspace(1/(n+1), 1-1/(n+1), n); k / (n + 1) is not the same to the last bit."""
    return np.linspace(1 / (n + 1), 1 - 1 / (n + 1), n) if n > 0 else np.empty(0)
