from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmetrics.records.identity import new_run_id, run_key
from segmetrics.records.model import RUN_ID_PATTERN, ScoredDataset
from segmetrics.types import Protocol

MOMENTS = st.integers(0, 250_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))

DATASET = ScoredDataset(name="rivers", split="val", n_images=3, revision="r1")
PROTOCOL = Protocol(
    name="coco-instances", version="1", parity="official", reference="x", params={"iou": "masks"}
)


@given(MOMENTS, st.integers(1, 10**9))
@settings(max_examples=200)
def test_ids_sort_by_time(moment: datetime, milliseconds: int) -> None:
    earlier, later = new_run_id(moment), new_run_id(moment + timedelta(milliseconds=milliseconds))
    assert earlier < later
    assert re.fullmatch(RUN_ID_PATTERN, earlier)


def test_the_time_of_an_id_is_read_as_the_ulid_specification_says() -> None:
    digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    milliseconds = 0
    for character in new_run_id(datetime(2016, 7, 30, 23, 54, 10, 259000, tzinfo=UTC))[:10]:
        milliseconds = milliseconds * 32 + digits.index(character)
    assert milliseconds == 1469922850259


def test_ids_of_one_millisecond_differ() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert len({new_run_id(moment) for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "change", [{"name": "lakes"}, {"split": "test"}, {"revision": "r2"}, {"digest": "d"}]
)
def test_another_dataset_is_another_key(change: dict[str, str]) -> None:
    assert run_key(msgspec.structs.replace(DATASET, **change), PROTOCOL, "p") != run_key(
        DATASET, PROTOCOL, "p"
    )


def test_another_parameter_or_prediction_is_another_key_and_a_licence_is_not() -> None:
    key = run_key(DATASET, PROTOCOL, "p")
    assert run_key(DATASET, PROTOCOL, "q") != key
    assert run_key(DATASET, msgspec.structs.replace(PROTOCOL, params={"iou": "boxes"}), "p") != key
    assert run_key(msgspec.structs.replace(DATASET, license="CC BY 4.0"), PROTOCOL, "p") == key
