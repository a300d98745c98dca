"""Label PNGs against Pillow; each filter, depth and color type written by hand; damage of every kind."""

from __future__ import annotations

import io
import os
import pickle
import struct
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from segmetrics.errors import InputError
from segmetrics.readers.label_png import LabelPngReader, read_label_png

GRAY, RGB, PALETTE, GRAY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
CHANNELS = {GRAY: 1, RGB: 3, PALETTE: 1, GRAY_ALPHA: 2, RGB_ALPHA: 4}
KINDS = [
    *((GRAY, depth) for depth in (1, 2, 4, 8, 16)),
    *((PALETTE, depth) for depth in (1, 2, 4, 8)),
    *((color, depth) for color in (RGB, GRAY_ALPHA, RGB_ALPHA) for depth in (8, 16)),
]
ADAM7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
MIXED = 5

# ---- a writer ---------------------------------------------------------------------------------------------


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def header(height: int, width: int, depth: int, color: int, *, interlaced: bool = False) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlaced))


def predict(kind: int, a: int, b: int, c: int) -> int:
    if kind == 4:
        return min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
    return (0, a, b, (a + b) // 2)[kind]


def filtered(rows: NDArray[np.uint8], size: int, kind: int) -> bytes:
    """Rows of bytes, pixels of `size` bytes, each row behind its filter type."""
    height, width = rows.shape
    padded = np.zeros((height + 1, width + size), np.int64)
    padded[1:, size:] = rows
    out = bytearray()
    for y in range(height):
        chosen = (y * 3 + 1) % 5 if kind == MIXED else kind
        left, above, corner = padded[y + 1, :-size], padded[y, size:], padded[y, :-size]
        expected = [predict(chosen, *abc) for abc in zip(left, above, corner, strict=True)]
        out += bytes([chosen]) + bytes((int(x) - e) & 255 for x, e in zip(rows[y], expected, strict=True))
    return bytes(out)


def packed(samples: NDArray[Any], depth: int) -> NDArray[np.uint8]:
    """(height, width, channels) as rows of bytes."""
    flat = samples.reshape(len(samples), -1)
    if depth == 16:
        return flat.astype(">u2").view(np.uint8)
    bits = np.unpackbits(flat.astype(np.uint8)[:, :, None], axis=2)[:, :, 8 - depth :]
    return np.packbits(bits.reshape(len(samples), -1), axis=1)


def write_png(
    samples: NDArray[Any],
    depth: int,
    color: int,
    *,
    kind: int = 0,
    piece: int = 1 << 30,
    interlaced: bool = False,
    before: Sequence[bytes] = (),
) -> bytes:
    size = max(1, CHANNELS[color] * depth // 8)
    parts = [samples[y::dy, x::dx] for y, x, dy, dx in ADAM7] if interlaced else [samples]
    rows = b"".join(filtered(packed(part, depth), size, kind) for part in parts if part.size)
    data = zlib.compress(rows)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            header(len(samples), samples.shape[1], depth, color, interlaced=interlaced),
            *before,
            chunk(b"PLTE", bytes(range(3 << depth))) if color == PALETTE and depth < 8 else b"",
            chunk(b"PLTE", bytes(768)) if color == PALETTE and depth == 8 else b"",
            *(chunk(b"IDAT", data[i : i + piece]) for i in range(0, len(data), piece)),
            chunk(b"IEND", b""),
        ]
    )


def noise(height: int, width: int, depth: int, color: int, seed: int = 0) -> NDArray[np.uint16]:
    shape = height, width, CHANNELS[color]
    return np.random.default_rng(seed).integers(1 << depth, size=shape, dtype=np.uint16)


def patches(height: int, width: int, depth: int, color: int, seed: int = 0) -> NDArray[np.uint16]:
    """Rectangles over one another, as label maps are."""
    rng = np.random.default_rng(seed)
    samples = np.zeros((height, width, CHANNELS[color]), np.uint16)
    for _ in range(6):
        top, left = rng.integers(height), rng.integers(width)
        label = rng.integers(1 << depth, size=CHANNELS[color])
        samples[top : top + rng.integers(1, height + 1), left : left + rng.integers(1, width + 1)] = label
    return samples


def pillow(file: bytes | Path) -> NDArray[Any]:
    with Image.open(io.BytesIO(file) if isinstance(file, bytes) else file) as image:
        pixels = np.asarray(image)
    return pixels.astype(np.uint8) if pixels.dtype == bool else pixels


def shaped(samples: NDArray[np.uint16], depth: int, color: int) -> NDArray[Any]:
    """What is to be read."""
    scale = {2: 85, 4: 17}.get(depth, 1) if color == GRAY else 1
    out = (samples * scale).astype(np.uint16 if depth == 16 else np.uint8)
    return out if CHANNELS[color] > 1 else out[:, :, 0]


def assert_read(file: bytes, expected: NDArray[Any]) -> None:
    pixels = read_label_png(file)
    assert pixels.dtype == expected.dtype
    assert pixels.flags.writeable
    np.testing.assert_array_equal(pixels, expected)


# ---- every form -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("color", "depth"), KINDS)
@pytest.mark.parametrize("kind", range(6))
@pytest.mark.parametrize("paint", [noise, patches])
def test_filters(color: int, depth: int, kind: int, paint: Any) -> None:
    for height, width in ((1, 1), (3, 2), (5, 23), (7, 101)):
        samples = paint(height, width, depth, color)
        file = write_png(samples, depth, color, kind=kind)
        assert_read(file, shaped(samples, depth, color))
        if CHANNELS[color] == 1 or depth == 8:
            assert_read(file, pillow(file))


@pytest.mark.parametrize(("color", "depth"), KINDS)
def test_interlaced(color: int, depth: int) -> None:
    for height, width in ((1, 1), (2, 3), (5, 5), (8, 8), (3, 40), (21, 17)):
        samples = noise(height, width, depth, color)
        file = write_png(samples, depth, color, kind=MIXED, interlaced=True)
        assert_read(file, shaped(samples, depth, color))
        if CHANNELS[color] == 1 or depth == 8:
            assert_read(file, pillow(file))


@pytest.mark.parametrize("piece", [1, 2, 7, 100])
def test_many_data_chunks(piece: int) -> None:
    samples = patches(40, 50, 8, GRAY)
    assert_read(write_png(samples, 8, GRAY, kind=4, piece=piece), samples[:, :, 0].astype(np.uint8))


def test_chunks_that_may_be_skipped() -> None:
    samples = patches(4, 5, 8, GRAY)
    before = [chunk(b"tEXt", b"Comment\0hello"), chunk(b"gAMA", b"\0\0\xb1\x8f"), chunk(b"xxXx", b"")]
    file = write_png(samples, 8, GRAY, before=before)
    assert_read(file, pillow(file))
    assert_read(file + b"behind the end", pillow(file))


def test_an_index_is_not_a_color() -> None:
    indices = np.array([[0, 1, 255], [3, 255, 2]], np.uint8)
    image = Image.fromarray(indices, "P")
    image.putpalette(bytes(768))
    file = io.BytesIO()
    image.save(file, "PNG", transparency=1)
    assert_read(file.getvalue(), indices)


@given(
    st.sampled_from(KINDS),
    st.integers(1, 12),
    st.integers(1, 70),
    st.integers(0, 5),
    st.integers(0, 1 << 30),
    st.sampled_from([noise, patches]),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_any_image(
    form: tuple[int, int], height: int, width: int, kind: int, seed: int, paint: Any, interlaced: bool
) -> None:
    color, depth = form
    samples = paint(height, width, depth, color, seed)
    file = write_png(samples, depth, color, kind=kind, interlaced=interlaced, piece=1 + seed % 999)
    assert_read(file, shaped(samples, depth, color))


@pytest.mark.parametrize("mode", ["L", "P", "RGB", "RGBA", "LA", "1"])
@pytest.mark.parametrize("optimize", [False, True])
def test_files_of_pillow(mode: str, optimize: bool) -> None:
    image = Image.fromarray(patches(200, 333, 8, RGB)[:, :, 0].astype(np.uint8)).convert(mode)
    file = io.BytesIO()
    image.save(file, "PNG", optimize=optimize)
    assert_read(file.getvalue(), pillow(file.getvalue()))


def test_real_files(shared: Path) -> None:
    paths = [*shared.glob("data/**/*.png"), *shared.glob("truth/inputs/**/*.png")]
    assert paths
    for path in paths:
        np.testing.assert_array_equal(read_label_png(path), pillow(path), err_msg=str(path))


# ---- what is expected -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("color", "depth", "form"),
    [
        *((GRAY, depth, "index8") for depth in (1, 2, 4, 8)),
        (PALETTE, 8, "index8"),
        (GRAY, 16, "index16"),
        (RGB, 8, "rgb"),
        (RGB_ALPHA, 8, "rgba"),
    ],
)
def test_forms(color: int, depth: int, form: Any) -> None:
    file = write_png(patches(2, 3, depth, color), depth, color)
    np.testing.assert_array_equal(read_label_png(file, expect=[form]), read_label_png(file))
    others = {"index8", "index16", "rgb", "rgba"} - {form}
    with pytest.raises(InputError, match=rf"bit depth {depth}, color type {color}\), expected "):
        read_label_png(file, expect=others)  # type: ignore[arg-type]


def test_what_is_expected_is_said(tmp_path: Path) -> None:
    path = tmp_path / "labels.png"
    path.write_bytes(write_png(patches(2, 3, 16, RGB), 16, RGB))
    with pytest.raises(InputError) as caught:
        read_label_png(path, expect={"rgb", "index8"})
    assert str(caught.value) == (
        f"{path}: is RGB (bit depth 16, color type 2), expected gray or palette of up to 8 bits, or 8-bit RGB"
    )
    assert caught.value.file == str(path)


# ---- damage -----------------------------------------------------------------------------------------------

SMALL = write_png(patches(5, 9, 8, GRAY), 8, GRAY, kind=MIXED, piece=20)


def refusal(file: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read_label_png(file)
    return str(caught.value)


def with_data(data: bytes, height: int = 2, width: int = 3) -> bytes:
    start = b"\x89PNG\r\n\x1a\n" + header(height, width, 8, GRAY)
    return start + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_a_file_cut_anywhere_ends_there() -> None:
    assert refusal(b"") == "the file is empty"
    for n in range(1, len(SMALL)):
        assert refusal(SMALL[:n]).startswith(f"byte {n}: the file ends here, expected ")


def test_every_flipped_bit_is_noticed() -> None:
    expected = read_label_png(SMALL)
    for i in range(len(SMALL)):
        for bit in range(8):
            damaged = bytearray(SMALL)
            damaged[i] ^= 1 << bit
            try:
                pixels = read_label_png(bytes(damaged))
            except InputError as error:
                assert "\n" not in str(error)  # noqa: PT017
            else:
                np.testing.assert_array_equal(pixels, expected)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_damage_below_the_check_values_is_refused_or_read(data: st.DataObject) -> None:
    rows = bytearray(filtered(packed(patches(5, 9, 8, GRAY), 8), 1, MIXED))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(rows) - 1))
        rows[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    try:
        assert read_label_png(with_data(zlib.compress(bytes(rows)), 5, 9)).shape == (5, 9)
    except InputError as error:
        assert any(words in str(error) for words in ("filter type", "compressed data"))  # noqa: PT017


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (b"\xff\xd8\xff\xe0 JFIF", "found a JPEG, expected the signature of a PNG"),
        (b"GIF89a", "found a GIF, expected"),
        (b"<html>", "found HTML or XML, expected"),
        (b"version https://git-lfs.github.com/spec/v1", "found a Git LFS pointer, whose file is still"),
        (b"hello", "found something else, expected the signature of a PNG"),
        (SMALL[:8] + SMALL[33:], "byte 8: found IDAT, expected the header (IHDR)"),
        (SMALL[:33] + SMALL[-12:], "byte 33: IDAT is missing"),
        (SMALL[:40] + b"!" + SMALL[41:], "byte 33: found IDA!, expected bytes that agree with its CRC-32"),
        (SMALL[:50] + b"\0" + SMALL[51:], "byte 33: found IDAT, expected bytes that agree with its CRC-32"),
        (
            with_data(b"x", 0, 3),
            "byte 8: height x width is 0 x 3, expected 1 to 2,147,483,647 pixels",
        ),
        (
            with_data(b"x", 1 << 20, 1 << 20),
            "height x width is 1048576 x 1048576, expected 1 to 2,147,483,647 pixels",
        ),
        (
            with_data(zlib.compress(bytes(8)), 30000, 30000),
            "holds 11 compressed bytes, too few for the pixels of 30,000 x 30,000, 900,030,000 bytes",
        ),
        (
            with_data(bytes(1 << 20), 1 << 15, 1 << 15),
            "is 32768x32768, expected at most 268,435,456 pixels: cut it into tiles",
        ),
        (
            with_data(zlib.compress(bytes(1 << 24))),
            "its compressed data are damaged, or more than the pixels of 2 x 3, 8 bytes",
        ),
        (with_data(zlib.compress(bytes(9))), "its compressed data are damaged, or more than the pixels"),
        (
            with_data(zlib.compress(bytes(7))),
            "its compressed data hold 7 bytes, expected the pixels of 2 x 3, 8 bytes",
        ),
        (with_data(b"not a zlib stream"), "its compressed data are damaged"),
        (with_data(zlib.compress(b"\0abc\5abc")), "row 1: filter type is 5, expected 0 to 4"),
    ],
)
def test_what_is_refused(file: bytes, message: str) -> None:
    assert message in refusal(file)


# ---- what is not a file -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("absent.png", "No such file or directory"),
        ("folder", "Is a directory"),
        ("pipe", "is a pipe or a device, expected a file"),
        ("empty.png", "the file is empty"),
    ],
)
def test_what_is_not_a_file(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.png").touch()
    (tmp_path / "pipe").symlink_to(os.devnull)
    with pytest.raises(InputError) as caught:
        read_label_png(str(tmp_path / name))
    assert str(caught.value) == f"{tmp_path / name}: {message}"
    assert caught.value.file == str(tmp_path / name)


def test_a_path_that_cannot_be_one() -> None:
    with pytest.raises(InputError, match=r"'a\\x00b': embedded null byte"):
        read_label_png("a\0b")


def test_a_file_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "labels.png"
    path.write_bytes(SMALL)
    np.testing.assert_array_equal(read_label_png(path), pillow(path))


# ---- one after another ------------------------------------------------------------------------------------


def test_a_reader_keeps_its_memory() -> None:
    reader = LabelPngReader()
    images = [
        (patches(height, width, depth, color, seed=height), depth, color)
        for height, width, depth, color in [(9, 7, 8, GRAY), (5, 4, 16, RGB), (6, 8, 8, RGB), (3, 5, 1, GRAY)]
    ]
    first = reader.read(write_png(noise(20, 20, 16, RGB), 16, RGB))
    for samples, depth, color in images:
        for interlaced in (False, True):
            pixels = reader.read(write_png(samples, depth, color, kind=MIXED, interlaced=interlaced))
            np.testing.assert_array_equal(pixels, shaped(samples, depth, color))
            assert np.shares_memory(pixels, first)


def test_a_reader_reads_on_after_a_refusal() -> None:
    reader = LabelPngReader()
    for damaged in (SMALL[:-20], with_data(zlib.compress(b"\0abc\5abc")), b""):
        with pytest.raises(InputError):
            reader.read(damaged)
        np.testing.assert_array_equal(reader.read(SMALL), read_label_png(SMALL))
    with pytest.raises(InputError, match="expected 16-bit gray"):
        reader.read(SMALL, expect=["index16"])


def test_threads_do_not_share_a_readers_memory() -> None:
    reader = LabelPngReader()
    here = reader.read(SMALL)
    with ThreadPoolExecutor(1) as pool:
        there = pool.submit(reader.read, SMALL).result()
    assert not np.shares_memory(here, there)
    np.testing.assert_array_equal(here, there)


def test_a_reader_pickles_without_its_memory() -> None:
    reader = LabelPngReader()
    reader.read(write_png(noise(200, 200, 8, GRAY), 8, GRAY))
    packed_reader = pickle.dumps(reader.read)
    assert len(packed_reader) < 1000
    np.testing.assert_array_equal(pickle.loads(packed_reader)(SMALL), read_label_png(SMALL))  # noqa: S301
