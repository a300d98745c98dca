"""Arrays of any library, as NumPy's."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError


def as_numpy(value: object, name: str) -> NDArray[Any]:
    """A NumPy array of what has `__array__` or `__dlpack__`, or is a (nested) sequence of numbers.

    Args:
        value: Whatever holds the numbers; on the CPU, nothing is fetched from other devices.
        name: What to call it in a message.

    Raises:
        InputError: It is no array of numbers.

    >>> as_numpy([1, 2], "counts").dtype
    dtype('int64')
    """
    try:
        if not hasattr(value, "__array__") and hasattr(value, "__dlpack__"):
            array = np.from_dlpack(value)
        else:
            array = np.asarray(value)
    except (TypeError, ValueError, BufferError, RuntimeError) as error:
        raise InputError(f"{name} cannot be made a NumPy array: {error}") from error
    if array.dtype.kind not in "biuf":
        raise InputError(f"{name} has dtype {array.dtype}, expected numbers")
    return array
