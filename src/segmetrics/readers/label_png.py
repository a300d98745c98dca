"""PNG files of labels into arrays of the numbers they hold: palette indices, never colors.

Chunks are walked and filters reversed in C (csrc/png.h, csrc/png_rows.h); libdeflate inflates in between.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Collection, Iterator
from os import PathLike
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, Protocol

import deflate
import numpy as np
from numpy.typing import NDArray

from segmetrics._core import png as _core
from segmetrics._core.fault import Fault
from segmetrics.errors import InputError

Form = Literal["index8", "index16", "rgb", "rgba"]
"""What a file of labels holds for each pixel: a number of up to 8 bits (gray, or an index into a palette), a
number of 16 bits, or three or four numbers of 8 bits."""

_GRAY, _PALETTE = 0, 3
_COLORS = {_GRAY: "gray", 2: "RGB", _PALETTE: "palette", 4: "gray with alpha", 6: "RGB with alpha"}
_FORMS: dict[tuple[int, int], Form] = {
    (_GRAY, 16): "index16",
    (2, 8): "rgb",
    (6, 8): "rgba",
    **dict.fromkeys([(color, depth) for color in (_GRAY, _PALETTE) for depth in (1, 2, 4, 8)], "index8"),
}
_IN_WORDS: dict[Form, str] = {
    "index8": "gray or palette of up to 8 bits",
    "index16": "16-bit gray",
    "rgb": "8-bit RGB",
    "rgba": "8-bit RGB with alpha",
}

# What Pillow multiplies gray samples of so many bits by. It leaves a single bit as it is.
_GRAY_SCALES = {2: 85, 4: 17}

# No deflate stream is more than so many times longer when inflated (RFC 1951: 258 bytes from 2 bits).
_LARGEST_RATIO = 1032

MAX_PIXELS: Final = 2**28
"""Most pixels of a file that is inflated: one of a megabyte could hold a thousand times as much."""

_SIGNATURES = {
    b"\xff\xd8\xff": "a JPEG",
    b"GIF8": "a GIF",
    b"BM": "a BMP",
    b"II*\0": "a TIFF",
    b"MM\0*": "a TIFF",
    b"RIFF": "a WebP or another RIFF file",
    b"\x93NUMPY": "a NumPy array",
    b"PK\x03\x04": "a ZIP archive",
    b"version https://git-lfs": "a Git LFS pointer, whose file is still to be fetched",
    b"<": "HTML or XML",
    b"{": "JSON",
}


_Allocate = Callable[[int], NDArray[np.uint8]]
"""So many bytes, for pixels."""


class _Pass(NamedTuple):
    """The pixels [top::down, left::right] of an image, which an interlaced file holds together."""

    top: int
    left: int
    down: int
    right: int


_WHOLE = (_Pass(0, 0, 1, 1),)
_ADAM7 = (
    _Pass(0, 0, 8, 8),
    _Pass(0, 4, 8, 8),
    _Pass(4, 0, 8, 4),
    _Pass(0, 2, 4, 4),
    _Pass(2, 0, 4, 2),
    _Pass(0, 1, 2, 2),
    _Pass(1, 0, 2, 1),
)


def read_label_png(
    source: str | PathLike[str] | bytes, *, expect: Collection[Form] | None = None
) -> NDArray[Any]:
    """The numbers that a PNG holds for each pixel, those that `numpy.asarray(PIL.Image.open(source))` gives.

    In two places it is not Pillow's: a single bit is 0 or 1 instead of a bool, and 16-bit samples of several
    channels keep all their bits. As there, gray of 2 and 4 bits is scaled to 0 to 255, palette indices and
    single bits are not.

    Args:
        source: A path, or the bytes of a file.
        expect: The forms to take; any PNG if None.

    Returns:
        (height, width) for gray and palettes, (height, width, channels) for others; uint16 for files of 16
        bits, else uint8.

    Raises:
        InputError: There is no such file, it is damaged or no PNG, or its form is not expected.

    Source: https://www.w3.org/TR/png-3/

    >>> file = bytes.fromhex(
    ...     "89504e470d0a1a0a 0000000d49484452 0000000200000001 0800000000 d1492056"
    ...     "0000000b49444154 78da63641706000027001c 0c97cc23 0000000049454e44ae426082"
    ... )
    >>> read_label_png(file, expect=["index8"])
    array([[ 7, 26]], dtype=uint8)
    """
    return _read_into(_fresh, source, expect)


class LabelReader(Protocol):
    """`read_label_png`, or a `LabelPngReader`'s `read`."""

    def __call__(
        self, source: str | PathLike[str] | bytes, *, expect: Collection[Form] | None = None
    ) -> NDArray[Any]:
        """The numbers that a PNG holds."""


class LabelPngReader:
    """Reads label PNGs into memory that it keeps, because fresh memory for each takes as long as reading it.

    Each thread that uses it has its own of that memory. It pickles without.

    >>> file = bytes.fromhex(
    ...     "89504e470d0a1a0a 0000000d49484452 0000000200000001 0800000000 d1492056"
    ...     "0000000b49444154 78da63641706000027001c 0c97cc23 0000000049454e44ae426082"
    ... )
    >>> reader = LabelPngReader()
    >>> labels = reader.read(file)
    >>> labels is reader.read(file), np.shares_memory(labels, reader.read(file))
    (False, True)
    """

    def __init__(self) -> None:
        self._kept = threading.local()

    def __reduce__(self) -> tuple[type[LabelPngReader], tuple[()]]:
        return LabelPngReader, ()

    def read(
        self, source: str | PathLike[str] | bytes, *, expect: Collection[Form] | None = None
    ) -> NDArray[Any]:
        """What `read_label_png` returns, which is good until the same thread reads the next file.

        Raises:
            InputError: As `read_label_png`.
        """
        return _read_into(self._allocate, source, expect)

    def _allocate(self, size: int) -> NDArray[np.uint8]:
        memory: NDArray[np.uint8] | None = getattr(self._kept, "memory", None)
        if memory is None or memory.size < size:
            memory = self._kept.memory = _fresh(size)
        return memory[:size]


def _fresh(size: int) -> NDArray[np.uint8]:
    return np.empty(size, np.uint8)


def _read_into(
    allocate: _Allocate, source: str | PathLike[str] | bytes, expect: Collection[Form] | None
) -> NDArray[Any]:
    if isinstance(source, bytes):
        file, content = None, source
    else:
        file = source if isinstance(source, Path) else Path(source)
        content = _read(file)
    try:
        png = _core.Png(content)
        _check_form(png, expect, file)
        return _pixels(png, allocate, file)
    except Fault as fault:
        raise _explain(fault, content, file) from None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb", buffering=0) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise InputError("is a pipe or a device, expected a file", file=path)
            return file.read()
    except OSError as error:
        raise InputError(error.strerror or str(error), file=path) from error
    except ValueError as error:
        raise InputError(str(error), file=repr(str(path))) from error


def _check_form(png: _core.Png, expect: Collection[Form] | None, file: Path | None) -> None:
    if expect is not None and _FORMS.get((png.color, png.bit_depth)) not in expect:
        found = f"{_COLORS[png.color]} (bit depth {png.bit_depth}, color type {png.color})"
        wanted = ", or ".join(_IN_WORDS[form] for form in _IN_WORDS if form in expect)
        raise InputError(f"is {found}, expected {wanted}", file=file)


def _pixels(png: _core.Png, allocate: _Allocate, file: Path | None) -> NDArray[Any]:
    scale = _GRAY_SCALES.get(png.bit_depth, 1) if png.color == _GRAY else 1
    passes = dict(_passes(png, scale))
    inflated = memoryview(_inflate(png, sum(rows.size for rows in passes.values()), file))
    image = _empty(png, png.height, png.width, allocate)
    if png.is_interlaced:
        _interlace(png, passes, inflated, image)
    else:
        passes[_WHOLE[0]].decode(inflated, _bytes(image))
    return image if png.channels > 1 else image[:, :, 0]


def _empty(png: _core.Png, height: int, width: int, allocate: _Allocate) -> NDArray[Any]:
    dtype = np.dtype(np.uint16 if png.bit_depth == 16 else np.uint8)
    pixels = allocate(height * width * png.channels * dtype.itemsize)
    return pixels.view(dtype).reshape(height, width, png.channels)


def _bytes(image: NDArray[Any]) -> NDArray[np.uint8]:
    return image.reshape(-1).view(np.uint8)


def _passes(png: _core.Png, scale: int) -> Iterator[tuple[_Pass, _core.Rows]]:
    """The passes that hold a pixel, in the order of the file."""
    for part in _ADAM7 if png.is_interlaced else _WHOLE:
        height = len(range(part.top, png.height, part.down))
        width = len(range(part.left, png.width, part.right))
        if height and width:
            yield part, _core.Rows(height, width, png, scale)


def _interlace(
    png: _core.Png, passes: dict[_Pass, _core.Rows], inflated: memoryview, image: NDArray[Any]
) -> None:
    for part, rows in passes.items():
        pixels = image[part.top :: part.down, part.left :: part.right]
        decoded = _empty(png, pixels.shape[0], pixels.shape[1], _fresh)
        rows.decode(inflated[: rows.size], _bytes(decoded))
        pixels[:] = decoded
        inflated = inflated[rows.size :]


def _inflate(png: _core.Png, size: int, file: Path | None) -> bytearray:
    data = png.data()
    what = f"the pixels of {png.height:,} x {png.width:,}, {size:,} bytes"
    if size > _LARGEST_RATIO * data.size:
        raise InputError(f"holds {data.size:,} compressed bytes, too few for {what}", file=file)
    if png.height * png.width > MAX_PIXELS:
        message = f"is {png.width}x{png.height}, expected at most {MAX_PIXELS:,} pixels: cut it into tiles"
        raise InputError(message, file=file)
    try:
        inflated = deflate.zlib_decompress(data, size)
    except deflate.DeflateError as error:
        raise InputError(f"its compressed data are damaged, or more than {what}", file=file) from error
    if len(inflated) < size:
        raise InputError(f"its compressed data hold {len(inflated):,} bytes, expected {what}", file=file)
    return inflated


def _explain(fault: Fault, content: bytes, file: Path | None) -> InputError:
    if not content:
        return InputError("the file is empty", file=file)
    place = f"byte {fault.offset:,}" if fault.record is None else f"row {fault.record:,}"
    return InputError(_what(fault, content), file=file, place=place)


def _what(fault: Fault, content: bytes) -> str:
    if fault.kind == "truncated":
        return f"the file ends here, expected {fault.expected}"
    if fault.expected is None:
        return f"{fault.field} is missing"
    if fault.field is not None:
        return f"{fault.field} is {fault.found}, expected {fault.expected}"
    if fault.found:
        return f"found {fault.found}, expected {fault.expected}"
    looks = next((name for start, name in _SIGNATURES.items() if content.startswith(start)), "something else")
    return f"found {looks}, expected {fault.expected}"
