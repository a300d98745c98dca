from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

SHAPE: np.dtype[np.void]

class ReadFault(Exception):
    kind: Literal["io", "truncated", "syntax", "invalid", "missing"]
    offset: int
    record: int | None
    unit: str | None
    field: str | None
    expected: str | None
    found: str
    inside: bool
    def __init__(
        self,
        kind: str,
        offset: int,
        record: int | None,
        unit: str | None,
        field: str | None,
        expected: str | None,
        found: str,
        inside: bool,
    ) -> None: ...

class Source:
    def __init__(self, memory: bytes | None = None, descriptor: int = -1, size: int = 0) -> None: ...
    @property
    def size(self) -> int: ...
    def slice(self, offset: int, length: int) -> bytes: ...
    def guess_record(self, start: int) -> int: ...

class Part:
    def read(self, source: Source, results: bool, geometry: str, begin: int, limit: int) -> None: ...
    def append(self, more: Part) -> None: ...
    @property
    def n_rows(self) -> int: ...
    @property
    def stopped_at(self) -> int: ...
    @property
    def is_at_end(self) -> bool: ...
    @property
    def seen(self) -> set[str]: ...
    @property
    def categories_span(self) -> tuple[int, int]: ...
    def take_images(
        self,
    ) -> tuple[
        NDArray[np.int64],
        NDArray[np.uint32],
        NDArray[np.uint32],
        tuple[NDArray[np.uint32], NDArray[np.int64]],
        tuple[NDArray[np.uint32], NDArray[np.int64]],
    ]: ...
    def take_objects(self) -> dict[str, Any]: ...
