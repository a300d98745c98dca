"""Encoded predictions, `<key>_encoded.bin`: all labels of an image, and confidences at its samples.

Little-endian: the magic "BV23", version 2, rows, columns, number of confidences, bytes of labels, bytes of
confidences, in four bytes each; a Zstandard frame of the labels, rows one after the other, and of the 16-bit
confidences; and the CRC-32 of all that (bravo_challenge d54005d, codec/bravo_codec.py).
"""

from __future__ import annotations

import struct
import zlib
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics_bravo.zstandard_frame import compressed, decompressed

MOST_PIXELS: Final = 2**24
"""Samples are counted in three bytes, so no image has more."""

_MAGIC: Final = b"BV23"
_VERSION: Final = 2
_HEADER: Final = struct.Struct("<4s6I")
_CHECKSUM: Final = struct.Struct("<I")


class Encoded(NamedTuple):
    """What a file holds.

    Attributes:
        labels: (h, w) uint8.
        confidence: (n,) uint16, at the image's samples.
    """

    labels: NDArray[np.uint8]
    confidence: NDArray[np.uint16]


def encoded(labels: NDArray[np.uint8], confidence: NDArray[np.uint16]) -> bytes:
    """The file of these labels, and confidences at the samples.

    >>> decoded(encoded(np.array([[3, 4]], np.uint8), np.array([65535], np.uint16))).labels
    array([[3, 4]], dtype=uint8)
    """
    parts = labels.tobytes(), confidence.astype("<u2").tobytes()
    header = _HEADER.pack(_MAGIC, _VERSION, *labels.shape, confidence.size, *map(len, parts))
    content = header + compressed(b"".join(parts))
    return content + _CHECKSUM.pack(zlib.crc32(content))


def decoded(content: bytes) -> Encoded:
    """What `encoded` encoded.

    Raises:
        InputError: It is no such file.
    """
    if len(content) < _HEADER.size + _CHECKSUM.size:
        raise InputError(f"has {len(content)} bytes, too few for a header and a checksum")
    height, width, n = _checked_header(content)
    frame = content[_HEADER.size : -_CHECKSUM.size]
    size = height * width + 2 * n
    held = decompressed(frame, size)
    if len(held) < size:
        raise InputError(f"its Zstandard frame holds {len(held):,} bytes, its header says {size:,}")
    labels = np.frombuffer(held, np.uint8, height * width).reshape(height, width)
    return Encoded(labels, np.frombuffer(held, "<u2", n, offset=height * width).astype(np.uint16, copy=False))


def _checked_header(content: bytes) -> tuple[int, int, int]:
    magic, version, height, width, n, label_bytes, confidence_bytes = _HEADER.unpack_from(content)
    if magic != _MAGIC:
        raise InputError(f"begins with {magic!r}, expected {_MAGIC!r}")
    if version != _VERSION:
        raise InputError(f"is of version {version}, expected {_VERSION}")
    (checksum,) = _CHECKSUM.unpack_from(content, len(content) - _CHECKSUM.size)
    if checksum != zlib.crc32(content[: -_CHECKSUM.size]):
        raise InputError("its checksum is wrong: it is damaged")
    if not 0 < height * width <= MOST_PIXELS or n > height * width:
        raise InputError(f"says {width}x{height} pixels and {n:,} confidences, which no image has")
    if (label_bytes, confidence_bytes) != (height * width, 2 * n):
        found = f"{label_bytes:,} bytes of labels and {confidence_bytes:,} of confidences"
        raise InputError(f"says {found}, expected {height * width:,} and {2 * n:,}")
    return height, width, n
