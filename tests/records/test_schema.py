from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from segmetrics.records.codec import encode
from segmetrics.records.model import Record
from segmetrics.records.schema import SCHEMA_FILE, main, record_schema

MakeRecord = Callable[..., Record]

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def validator() -> Draft202012Validator:
    schema = json.loads(record_schema())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_the_checked_in_schema_is_fresh() -> None:
    remedy = "run python -m segmetrics.records.schema"
    assert (PROJECT / SCHEMA_FILE).read_bytes() == record_schema(), remedy


def test_records_are_valid(make_record: MakeRecord, validator: Draft202012Validator) -> None:
    validator.validate(json.loads(encode(make_record())))
    nothing = dict.fromkeys(("started", "finished", "timing", "code", "env", "model", "predictions"))
    validator.validate(json.loads(encode(make_record(**nothing, source="a paper"))))


@pytest.mark.parametrize(
    "change",
    [
        {"status": "fine"},
        {"schema_version": "2.0"},
        {"key": "md5:0"},
        {"id": "x"},
        {"scores": [{"id": "ap", "value": "0.5"}]},
        {"scores": [{"value": 0.5}]},
        {"coverage": None},
        {"coverage": {"expected": 5, "scored": -1}},
        {"coverage": {"expected": 5, "scored": 5, "dropped": {"unlisted": -1}}},
        {"timing": {"wall_s": -1}},
    ],
)
def test_what_readers_refuse_is_invalid(
    make_record: MakeRecord, validator: Draft202012Validator, change: dict[str, Any]
) -> None:
    assert not validator.is_valid(json.loads(encode(make_record())) | change)


@pytest.mark.parametrize("field", ["schema_version", "kind", "id", "coverage", "protocol"])
def test_what_readers_need_is_required(
    make_record: MakeRecord, validator: Draft202012Validator, field: str
) -> None:
    raw = json.loads(encode(make_record()))
    del raw[field]
    assert not validator.is_valid(raw)


def test_unknown_fields_are_valid(make_record: MakeRecord, validator: Draft202012Validator) -> None:
    validator.validate(json.loads(encode(make_record())) | {"mood": "sunny"})


def test_the_writer_makes_the_file(tmp_path: Path) -> None:
    main(tmp_path / "schema" / "record.json")
    assert (tmp_path / "schema" / "record.json").read_bytes() == record_schema()
