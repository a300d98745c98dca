"""The JSON Schema of records, generated from their types.

python -m segmetrics.records.schema writes schema/record-1.json, from the project's root.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

import msgspec

from segmetrics.records.canonical import readable
from segmetrics.records.model import Record
from segmetrics.records.upgrade import CURRENT_MAJOR

SCHEMA_FILE = Path("schema") / f"record-{CURRENT_MAJOR}.json"


def record_schema() -> bytes:
    """JSON Schema (draft 2020-12) as indented JSON. Unknown fields are allowed: minors may add some."""
    schema = msgspec.json.schema(Record, schema_hook=_any_value)
    for definition in schema["$defs"].values():
        definition["description"] = inspect.cleandoc(definition["description"])  # as Python 3.13 stores it
    schema["$defs"]["Record"]["required"] += ["schema_version", "kind"]  # defaults when made, not when read
    return readable({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})


def _any_value(kind: type) -> dict[str, object]:
    """`object`, the type of a parameter's value, is any JSON value."""
    if kind is object:
        return {"description": "any JSON value"}
    raise NotImplementedError(kind)


def main(path: Path = SCHEMA_FILE) -> None:
    """Write the schema to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(record_schema())


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
