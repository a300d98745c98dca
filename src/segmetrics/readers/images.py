"""Photographs, for models to look at."""

from __future__ import annotations

from os import PathLike

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError, PluginError


def read_image(path: str | PathLike[str]) -> NDArray[np.uint8]:
    """An image file of any form that Pillow reads, as it is stored: not turned as its EXIF data may say.

    Args:
        path: The file.

    Returns:
        (height, width, 3) uint8, red, green, blue.

    Raises:
        InputError: The file cannot be read.
        PluginError: Pillow is not installed.
    """
    try:
        from PIL import Image  # noqa: PLC0415  # only models need it
    except ImportError as error:
        raise PluginError("images are read by Pillow, which is not installed: pip install pillow") from error
    try:
        with Image.open(path) as image:
            return np.asarray(image.convert("RGB"))
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(f"is no image that can be read: {error}", file=path) from error
