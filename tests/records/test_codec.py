from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmetrics.errors import RecordError
from segmetrics.records.codec import decode, encode
from segmetrics.records.model import Record
from segmetrics.types import Score

MakeRecord = Callable[..., Record]


def test_a_record_reads_back_equal_and_writes_the_same_bytes(make_record: MakeRecord) -> None:
    record = make_record()
    assert decode(encode(record)) == record
    assert encode(decode(encode(record))) == encode(record)


@given(st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), max_size=20))
@settings(max_examples=100)
def test_numbers_come_back_bit_for_bit(values: list[float | None]) -> None:
    scores = [Score(id=f"score{index}", value=value, range=None) for index, value in enumerate(values)]
    read = msgspec.json.decode(msgspec.json.encode(scores), type=list[Score])
    assert [repr(score.value) for score in read] == [repr(value) for value in values]


def test_the_text_is_for_people_too(make_record: MakeRecord) -> None:
    text = encode(make_record()).decode()
    assert text.startswith('{\n  "schema_version": "1.0",\n  "kind": "segmetrics.record",\n  "id": ')
    assert '"created": "2026-01-02T03:04:05.678000Z"' in text
    assert text.endswith("}\n")


def test_unknown_fields_of_a_later_minor_are_ignored(make_record: MakeRecord) -> None:
    record = make_record()
    raw = json.loads(encode(record))
    raw.update(schema_version="1.7", mood="sunny")
    raw["scores"][0]["colour"] = "blue"
    assert decode(json.dumps(raw).encode()) == msgspec.structs.replace(record, schema_version="1.7")


def test_what_could_not_be_read_back_is_not_written(make_record: MakeRecord) -> None:
    with pytest.raises(RecordError, match=r"Invalid enum value 'fine' - at `\$\.status`"):
        encode(make_record(status="fine"))
    with pytest.raises(RecordError, match=r"at `\$\.id`"):
        encode(make_record(id="../../etc"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "other"}, r"Invalid enum value 'other' - at `\$\.kind`"),
        ({"schema_version": "one"}, "schema_version is 'one', expected MAJOR.MINOR as in 1.0"),
        ({"schema_version": 1}, r"Expected `str`, got `int` - at `\$\.schema_version`"),
        ({"scores": [{"id": "ap", "value": "0.5"}]}, r"Expected `float \| null`, got `str` - at `\$\.scores"),
        ({"coverage": None}, r"Expected `object`, got `null` - at `\$\.coverage`"),
        ({"created": "yesterday"}, r"Invalid RFC3339 .* at `\$\.created`"),
        ({"created": "2026-01-02T03:04:05+02:00"}, "created is 2026-01-02T03:04:05"),
    ],
)
def test_the_wrong_field_is_named(make_record: MakeRecord, change: dict[str, Any], message: str) -> None:
    raw = json.loads(encode(make_record())) | change
    with pytest.raises(RecordError, match=message):
        decode(json.dumps(raw).encode())


def test_broken_bytes_are_a_record_error_with_place(make_record: MakeRecord) -> None:
    data = encode(make_record())
    with pytest.raises(RecordError, match=r"not a record \(100 bytes\): Input data was truncated"):
        decode(data[:100])
    with pytest.raises(RecordError, match=r"JSON is malformed: .*\(byte 2\)"):
        decode(data[:2] + b"!" + data[2:])
    with pytest.raises(RecordError, match=r"utf-8"):
        decode(b'{"kind": "\xff"}')
    with pytest.raises(RecordError, match=r"recursion"):
        decode(b'{"a": ' + b"[" * 100_000)


@given(st.data())
@settings(max_examples=200)
def test_any_damage_is_a_record_error(data: st.DataObject) -> None:
    whole = (
        b'{"schema_version":"1.0","kind":"segmetrics.record","id":"x","extra":{"a":{"b":[1e3,"\\u00e9"]}}}'
    )
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(whole)), st.integers(0, len(whole)))))
    with contextlib.suppress(RecordError):
        decode(whole[:start] + data.draw(st.binary(max_size=4)) + whole[end:])
