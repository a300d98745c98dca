from typing import Literal

class Fault(Exception):
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
