from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from segmetrics.errors import InputError
from segmetrics_bravo import encoding, sampling
from segmetrics_bravo.zstandard_frame import compressed

LABELS = np.arange(12, dtype=np.uint8).reshape(3, 4)
CONFIDENCE = np.array([0, 65535, 258], np.uint16)
GOOD = encoding.encoded(LABELS, CONFIDENCE)


# ---- predictions -----------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 30), st.integers(1, 30), st.data())
def test_what_is_encoded_is_decoded(height: int, width: int, data: st.DataObject) -> None:
    n = data.draw(st.integers(0, height * width))
    random = np.random.default_rng(n)
    labels = random.integers(0, 19, (height, width), np.uint8)
    confidence = random.integers(0, 65536, n, np.uint16)
    found = encoding.decoded(encoding.encoded(labels, confidence))
    assert np.array_equal(found.labels, labels)
    assert np.array_equal(found.confidence, confidence)
    assert found.confidence.dtype == np.uint16


def test_a_file_is_laid_out_as_the_toolkit_does() -> None:
    assert GOOD[:28] == b"BV23" + struct.pack("<6I", 2, 3, 4, 3, 12, 6)
    held = zstandard.ZstdDecompressor().decompress(GOOD[28:-4])  # fails unless the frame says its size
    assert held == bytes(range(12)) + b"\0\0\xff\xff\x02\x01"
    assert GOOD[-4:] == struct.pack("<I", zlib.crc32(GOOD[:-4]))


def spoiled(head: bytes | None = None, held: bytes | None = None, frame: bytes | None = None) -> bytes:
    """A file with another header or content, and its right checksum."""
    content = (GOOD[:28] if head is None else head) + (
        GOOD[28:-4] if held is None and frame is None else frame or compressed(held or b"")
    )
    return content + struct.pack("<I", zlib.crc32(content))


def header(*fields: int) -> bytes:
    return b"BV23" + struct.pack("<6I", *fields)


HUGE = compressed(b"\0" * 100_000_000)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "has 0 bytes, too few for a header and a checksum"),
        (GOOD[:31], "has 31 bytes, too few"),
        (spoiled(b"BV24" + GOOD[4:28]), "begins with b'BV24', expected b'BV23'"),
        (spoiled(header(3, 3, 4, 3, 12, 6)), "is of version 3, expected 2"),
        (GOOD[:-1] + bytes([GOOD[-1] ^ 1]), "its checksum is wrong"),
        (GOOD[:40] + bytes([GOOD[40] ^ 1]) + GOOD[41:], "its checksum is wrong"),
        (GOOD[:-1], "its checksum is wrong"),
        (
            spoiled(header(2, 3, 4, 3, 11, 6)),
            "says 11 bytes of labels and 6 of confidences, expected 12 and 6",
        ),
        (spoiled(header(2, 3, 4, 3, 12, 3)), "expected 12 and 6"),
        (spoiled(header(2, 3, 4, 13, 12, 26)), "says 4x3 pixels and 13 confidences, which no image has"),
        (spoiled(header(2, 0, 4, 0, 0, 0)), "says 4x0 pixels"),
        (spoiled(header(2, 2**31, 2**31, 3, 0, 6)), "which no image has"),
        (spoiled(header(2, 4, 4, 3, 16, 6)), "its Zstandard frame holds 18 bytes, its header says 22"),
        (spoiled(held=b"\0" * 19), "its Zstandard frame holds 19 bytes, expected at most 18"),
        (spoiled(frame=HUGE), "its Zstandard frame holds 100,000,000 bytes, expected at most 18"),
        (spoiled(frame=b"no frame"), "its Zstandard frame is damaged"),
        (spoiled(frame=GOOD[28:-6]), "its Zstandard frame is damaged"),
        (spoiled(frame=GOOD[28:-4] + b"more"), "its Zstandard frame is damaged"),
        (
            spoiled(frame=zstandard.ZstdCompressor(write_content_size=False).compress(b"\0" * 18)),
            "does not say how much it holds",
        ),
    ],
)
def test_what_is_no_prediction_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        encoding.decoded(content)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_a_changed_byte_is_noticed(place: int, change: int) -> None:
    content = bytearray(GOOD)
    content[place] ^= change
    with pytest.raises(InputError):
        encoding.decoded(bytes(content))


def frame_that_lies(size: int) -> bytes:
    """A frame of few bytes whose header says another size."""
    frame = bytearray(zstandard.ZstdCompressor(level=9).compress(b"\0" * 300))
    frame[5:7] = (size - 256).to_bytes(2, "little")
    return bytes(frame)


@pytest.mark.parametrize("size", [299, 301, 4000])
def test_a_frame_that_lies_about_its_size_is_refused(size: int) -> None:
    with pytest.raises(InputError):
        encoding.decoded(spoiled(header(2, 1, size, 0, size, 0), frame=frame_that_lies(size)))


# ---- samples ---------------------------------------------------------------------------------------------


def test_samples_are_drawn_as_the_toolkit_draws_them() -> None:
    """bravo_challenge d54005d, NumPy 1.26.4: sample_gt_pixels(truth, 100_000, 1)."""
    truth = np.arange(400 * 300).reshape(400, 300) % 20
    samples = sampling.drawn(np.where(truth == 19, 255, truth).astype(np.uint8))
    assert (len(samples), int(samples.sum())) == (100_000, 5_998_783_149)
    digest = "9eadb87968382837fa8e1ddbee4da2a74b3636c3ed0957f132e5e72cbf04ee5e"
    assert hashlib.sha256(samples.astype("<u4").tobytes()).hexdigest() == digest


def test_a_list_is_decoded_as_the_toolkit_encodes_it() -> None:
    """bravo_challenge d54005d: encode_indices, before compression."""
    content = compressed(bytes.fromhex("09000003000001ff01ff00000100000000010000010201"))
    assert sampling.decoded(content).tolist() == [3, 4, 259, 260, 515, 771, 66307, 197635, 197636]


def listed(samples: list[int]) -> bytes:
    """The toolkit's encoding, spelled out."""
    steps = (
        bytes([step]) if step < 256 else b"\0" + step.to_bytes(3, "little")
        for step in np.diff(samples).tolist()
    )
    return b"".join([len(samples).to_bytes(3, "little"), samples[0].to_bytes(3, "little"), *steps])


STEPS = st.one_of(st.integers(1, 255), st.sampled_from([256, 257, 512, 65536, 65793, 131072]))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 70000), st.lists(STEPS, max_size=60))
def test_any_list_is_decoded(first: int, steps: list[int]) -> None:
    samples = np.cumsum([first, *steps]).tolist()
    assert sampling.decoded(compressed(listed(samples))).tolist() == samples


def changed(change: Callable[[bytearray], object]) -> bytes:
    content = bytearray(listed([1, 2, 600, 601]))
    change(content)
    return compressed(bytes(content))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "damaged"),
        (compressed(b"\1\0\0"), "holds 3 bytes, expected a number of samples"),
        (changed(lambda content: content.append(7)), "lists 5 samples, but says 4"),
        (changed(lambda content: content.pop()), "lists 3 samples, but says 4"),
        (changed(lambda content: content.append(0)), "ends within a step"),
        (changed(lambda content: content.extend(b"\0\1\1")), "ends within a step"),
        (compressed(b"\2\0\0" + b"\1\0\0" + b"\0\0\0\0"), "not ascending"),
        (compressed(b"\2\0\0" + b"\1\0\0" + b"\0\xff\xff\xff"), "beyond 24 bits"),
        (HUGE, "holds 100,000,000 bytes, expected at most 67,108,866"),
    ],
)
def test_what_is_no_list_of_samples_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        sampling.decoded(content)
