"""Zstandard frames of known greatest size."""

from __future__ import annotations

from typing import Final

import zstandard

from segmetrics.errors import InputError

_LEVEL: Final = 9
"""The toolkit's."""


def compressed(content: bytes) -> bytes:
    """One frame that says how much it holds, as the toolkit needs it."""
    return zstandard.ZstdCompressor(level=_LEVEL).compress(content)


def decompressed(frame: bytes, most: int) -> bytes:
    """What one frame holds; no memory is taken for more than `most` bytes.

    Raises:
        InputError: It is no frame, damaged, followed by something, or holds more.

    >>> decompressed(compressed(b"pixels"), 6)
    b'pixels'
    """
    try:
        size = zstandard.get_frame_parameters(frame).content_size
        if size == zstandard.CONTENTSIZE_UNKNOWN:
            raise InputError("its Zstandard frame does not say how much it holds")
        if size > most:
            raise InputError(f"its Zstandard frame holds {size:,} bytes, expected at most {most:,}")
        return zstandard.ZstdDecompressor().decompress(frame, allow_extra_data=False) if size else b""
    except zstandard.ZstdError as error:
        raise InputError(f"its Zstandard frame is damaged: {error}") from error
