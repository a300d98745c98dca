"""Records written by older majors of the schema climb to the current one, a step at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from segmetrics.errors import RecordError
from segmetrics.records.model import SCHEMA_VERSION

Step = Callable[[dict[str, Any]], dict[str, Any]]

CURRENT_MAJOR = int(SCHEMA_VERSION.partition(".")[0])

STEPS: Mapping[int, Step] = {}
"""By the major each starts from: `{1: upgrade_1_to_2, ...}`. A step also sets `schema_version`."""


def major_of(schema_version: str) -> int:
    """The number before the dot.

    Raises:
        RecordError: The text is not of the form `1.0`.
    """
    major, dot, minor = schema_version.partition(".")
    if not (dot and major.isdecimal() and minor.isdecimal()):
        raise RecordError(
            f"schema_version is {schema_version!r}, expected MAJOR.MINOR as in {SCHEMA_VERSION}"
        )
    return int(major)


def climb(record: dict[str, Any], major: int, steps: Mapping[int, Step] = STEPS) -> dict[str, Any]:
    """The record, of schema `major`, as the current major writes it.

    Raises:
        RecordError: The schema is newer than this library, or too old for the steps there are.
    """
    if major > CURRENT_MAJOR:
        raise RecordError(
            f"has schema major {major}, this segmetrics reads up to {CURRENT_MAJOR}; upgrade segmetrics"
        )
    for start in range(major, CURRENT_MAJOR):
        if start not in steps:
            raise RecordError(
                f"has schema major {major}, this segmetrics reads {CURRENT_MAJOR} and has no upgrade"
            )
        record = steps[start](record)
    return record
