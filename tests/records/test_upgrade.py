from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from segmetrics.errors import RecordError
from segmetrics.records.codec import decode, encode
from segmetrics.records.model import Record
from segmetrics.records.upgrade import CURRENT_MAJOR, STEPS, climb, major_of

MakeRecord = Callable[..., Record]


def upgrade_0_to_1(record: dict[str, Any]) -> dict[str, Any]:
    return {**record, "schema_version": "1.0", "notes": record["remarks"]}


def test_an_older_record_climbs_the_steps(make_record: MakeRecord) -> None:
    record = make_record(notes="kept")
    old = json.loads(encode(record)) | {"schema_version": "0.3", "remarks": "kept"}
    del old["notes"]
    assert decode(json.dumps(old).encode(), steps={0: upgrade_0_to_1}) == record


def test_steps_are_taken_in_order() -> None:
    steps = {major: lambda record, major=major: {"path": [*record["path"], major]} for major in range(-2, 1)}
    assert climb({"path": []}, -2, steps) == {"path": [-2, -1, 0]}


def test_a_newer_major_is_refused_with_both_numbers(make_record: MakeRecord) -> None:
    newer = json.loads(encode(make_record())) | {"schema_version": "7.2"}
    with pytest.raises(RecordError, match=r"has schema major 7, this segmetrics reads up to 1"):
        decode(json.dumps(newer).encode())


def test_an_older_major_without_steps_is_refused() -> None:
    with pytest.raises(RecordError, match=r"has schema major 0, this segmetrics reads 1 and has no upgrade"):
        climb({}, 0, {})


def test_every_step_leads_to_the_current_major() -> None:
    assert set(STEPS) == set(range(1, CURRENT_MAJOR))


@pytest.mark.parametrize("text", ["", "1", "1.", ".0", "a.b", "-1.0", "1.0.0"])
def test_a_version_is_major_dot_minor(text: str) -> None:
    with pytest.raises(RecordError, match=r"expected MAJOR\.MINOR"):
        major_of(text)
