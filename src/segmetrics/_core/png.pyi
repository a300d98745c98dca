from typing import Any, Self

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
    def __new__(cls, file: bytes) -> Self: ...
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
    def __new__(cls, height: int, width: int, png: Png, scale: int) -> Self: ...
    @property
    def size(self) -> int: ...
    def decode(self, rows: bytearray | memoryview) -> NDArray[Any]: ...
