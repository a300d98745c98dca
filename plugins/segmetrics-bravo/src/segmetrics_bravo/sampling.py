"""The pixels whose confidences count: drawn with the toolkit's seed, or as its sampling archive lists them.

A list of samples, `<key>_samples.bin`, is a Zstandard frame of the number of samples and the first, in three
bytes each, then of the steps from each to the next: a byte, or a zero byte and three bytes where one byte is
too few. All little-endian (bravo_challenge d54005d, util/sample_gt_pixels.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics_bravo.zstandard_frame import decompressed

N_SAMPLES: Final = 100_000
"""Of an image; all of its pixels if it has fewer."""

VOID: Final = 255

_SEED: Final = 1
_WIDTH: Final = 3
_MOST_SAMPLES: Final = 2**24 - 1
_STEPS_WORTH_A_BYTE: Final = 256

Samples = NDArray[np.uint32]


def drawn(truth: NDArray[np.uint8]) -> Samples:
    """The samples of an image, as the toolkit draws them.

    Args:
        truth: (h, w) true labels.

    Returns:
        (n,) uint32 indices of pixels that are not void, rows one after the other, ascending.

    >>> drawn(np.array([[3, 255], [255, 0]], np.uint8))
    array([0, 3], dtype=uint32)
    """
    pixels: Samples = np.flatnonzero(truth != VOID).astype(np.uint32)
    if len(pixels) > N_SAMPLES:
        legacy = np.random.RandomState(_SEED)  # the toolkit's generator
        pixels = np.sort(pixels[legacy.permutation(len(pixels))[:N_SAMPLES]])
    return pixels


def decoded(content: bytes) -> Samples:
    """The samples that a file lists.

    Raises:
        InputError: It is no such list.
    """
    codes = np.frombuffer(decompressed(content, 2 * _WIDTH + (1 + _WIDTH) * _MOST_SAMPLES), np.uint8)
    if len(codes) < 2 * _WIDTH:
        raise InputError(f"holds {len(codes)} bytes, expected a number of samples and the first of them")
    n, first = (_integers(codes[i : i + _WIDTH])[0] for i in (0, _WIDTH))
    steps = _steps(codes[2 * _WIDTH :])
    if len(steps) != n - 1:
        raise InputError(f"lists {len(steps) + 1:,} samples, but says {n:,}")
    samples: Samples = np.cumsum(np.append(first, steps)).astype(np.uint32)
    if samples[-1] > _MOST_SAMPLES or not steps.all():
        raise InputError("its samples are not ascending, or beyond 24 bits")
    return samples


def _steps(codes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Steps from their codes."""
    long = np.array(list(_long_steps(codes)), np.int64)
    if len(long) and long[-1] + _WIDTH >= len(codes):
        raise InputError("ends within a step")
    digits = long[:, np.newaxis] + np.arange(1, 1 + _WIDTH)
    steps = codes.astype(np.int64)
    steps[long] = _integers(codes[digits])
    return np.delete(steps, digits)


def _long_steps(codes: NDArray[np.uint8]) -> Iterator[int]:
    """Where steps of three bytes begin: at zeros, but for those that are such a byte themselves."""
    end = 0
    for zero in np.flatnonzero(codes == 0).tolist():
        if zero >= end:
            yield zero
            end = zero + 1 + _WIDTH


def _integers(codes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """(n, 3) or (3,) little-endian bytes as (n,) integers."""
    digits = codes.reshape(-1, _WIDTH).astype(np.int64)
    integers: NDArray[np.int64] = digits @ (1 << 8 * np.arange(_WIDTH))
    return integers
