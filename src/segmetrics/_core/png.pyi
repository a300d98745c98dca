from typing import Any

import numpy as np
from numpy.typing import NDArray

class PngFault(Exception):
    is_truncated: bool
    offset: int
    record: int | None
    field: str | None
    expected: str | None
    found: str
    def __init__(
        self,
        is_truncated: bool,
        offset: int,
        record: int | None,
        field: str | None,
        expected: str | None,
        found: str,
    ) -> None: ...

class Png:
    def __init__(self, file: bytes) -> None: ...
    @property
    def height(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def bit_depth(self) -> int: ...
    @property
    def color(self) -> int: ...
    @property
    def channels(self) -> int: ...
    @property
    def is_interlaced(self) -> bool: ...
    def data(self) -> NDArray[np.uint8]: ...

class Rows:
    def __init__(self, height: int, width: int, png: Png, scale: int) -> None: ...
    @property
    def size(self) -> int: ...
    def decode(self, rows: bytes | bytearray | memoryview | NDArray[np.uint8]) -> NDArray[Any]: ...
