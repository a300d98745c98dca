from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from segmetrics.errors import RecordError
from segmetrics.records.model import Record
from segmetrics.types import Coverage, Interval, Score

MakeRecord = Callable[..., Record]


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    ("field", "place"),
    [
        (lambda x: {"scores": (Score(id="ap", value=x),)}, r"scores\[0\]\.value"),
        (lambda x: {"scores": (Score(id="ap", value=0.5, range=(0.0, x)),)}, r"scores\[0\]\.range\[1\]"),
        (lambda x: {"scores": (Score(id="ap", value=0.5, over={"iou": x}),)}, r"scores\[0\]\.over\.iou"),
        (
            lambda x: {
                "scores": (Score(id="a", value=1, ci=Interval(low=x, high=1, level=0.9, method="m")),)
            },
            r"scores\[0\]\.ci\.low",
        ),
        (lambda x: {"extra": {"plugin": {"deep": [x]}}}, r"extra\.plugin\.deep\[0\]"),
    ],
)
def test_no_nan_or_infinity_gets_in(
    make_record: MakeRecord, field: Callable[[float], dict[str, Any]], place: str, number: float
) -> None:
    with pytest.raises(RecordError, match=rf"^{place} is {number}, expected a finite number"):
        make_record(**field(number))


def test_a_failed_record_says_why(make_record: MakeRecord) -> None:
    with pytest.raises(RecordError, match="status is failed, expected an error"):
        make_record(status="failed", scores=())
    assert make_record(status="failed", error="disk full", scores=()).error == "disk full"


def test_scores_are_told_apart_by_id_and_over(make_record: MakeRecord) -> None:
    twice = Score(id="ap", value=0.5, over={"area": "small", "iou": 0.5})
    same = Score(id="ap", value=0.7, over={"iou": 0.5, "area": "small"})
    with pytest.raises(RecordError, match="two scores are 'ap' over"):
        make_record(scores=(twice, same))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"error": "but"}, "status is ok, yet error is 'but'"),
        ({"coverage": Coverage(expected=5, scored=4, missing=1)}, "5 expected samples 4 were scored"),
        ({"coverage": Coverage(expected=5, scored=4, failed=1)}, "is partial"),
        ({"coverage": Coverage(expected=5, scored=6)}, "5 expected samples 6 were scored"),
    ],
)
def test_a_partial_run_cannot_pass_for_a_whole_one(
    make_record: MakeRecord, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(RecordError, match=message):
        make_record(**changes)
    make_record(**changes, status="partial")


def test_samples_skipped_by_rule_are_no_gap(make_record: MakeRecord) -> None:
    make_record(coverage=Coverage(expected=5, scored=3, skipped=2))


@pytest.mark.parametrize("field", ["created", "started", "finished"])
@pytest.mark.parametrize("zone", [None, timezone(timedelta(hours=2))])
def test_times_are_utc(make_record: MakeRecord, field: str, zone: timezone | None) -> None:
    with pytest.raises(RecordError, match=rf"{field} is 2026-01-01T00:00:00.*, expected UTC"):
        make_record(**{field: datetime(2026, 1, 1, tzinfo=zone)})


def test_a_run_has_its_sections_and_a_published_result_its_source(make_record: MakeRecord) -> None:
    nothing = dict.fromkeys(("started", "finished", "timing", "code", "env"))
    with pytest.raises(RecordError, match="needs started, finished, timing, code, env"):
        make_record(**nothing)
    make_record(**nothing, predictions=None, source="https://arxiv.org/abs/2304.02643")
