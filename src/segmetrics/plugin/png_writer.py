"""Writing PNGs of labels, so that samples and predictions need no image library."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

GRAY, RGB = 0, 2


def write_png(path: Path, pixels: NDArray[np.uint8 | np.uint16]) -> None:
    """Write what `png_bytes` gives; makes the folder too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png_bytes(pixels))


def png_bytes(pixels: NDArray[np.uint8 | np.uint16]) -> bytes:
    """A PNG of (h, w) uint8 or uint16 as gray of as many bits, of (h, w, 3) uint8 as RGB."""
    height, width = pixels.shape[:2]
    samples = pixels.astype(pixels.dtype.newbyteorder(">")).reshape(height, -1).view(np.uint8)
    rows = np.pad(samples, ((0, 0), (1, 0)))  # each row begins with its filter, 0 for none
    color = GRAY if pixels.ndim == 2 else RGB
    header = struct.pack(">IIBBBBB", width, height, 8 * pixels.itemsize, color, 0, 0, 0)
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(rows.tobytes())), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
