"""Whether a record's numbers come out again."""

import pytest
from msgspec.structs import replace
from plugin.fixtures import Counts

from segmetrics.errors import RecordError
from segmetrics.plugin import Dataset, Registry
from segmetrics.runner import run, verify


def test_the_same_inputs_give_the_same_numbers(pebbles: Dataset, counts: Counts) -> None:
    record = run(pebbles, counts).record
    outcome = verify(record, pebbles)
    assert outcome.holds
    assert outcome.n == len(record.scores) > 0


@pytest.mark.parametrize("name", ["pebbles", None])
def test_the_dataset_may_be_named_or_left_to_the_record(
    registry: Registry, counts: Counts, name: str | None
) -> None:
    record = run("pebbles", counts, registry=registry).record
    assert verify(record, name, registry=registry).holds
    assert verify(record, name).holds


def test_other_predictions_are_seen(pebbles: Dataset, counts: Counts) -> None:
    record = run(pebbles, counts).record
    counts["predictions"].write_text(counts["ground_truth"].read_text())
    outcome = verify(record, pebbles)
    assert not outcome.holds
    assert outcome.changed == ("predictions",)
    assert [d.recorded for d in outcome.differences] != [d.computed for d in outcome.differences]


def test_a_number_that_was_written_in_is_seen(pebbles: Dataset, counts: Counts) -> None:
    record = run(pebbles, counts).record
    first = record.scores[0]
    assert first.value is not None
    forged = replace(record, scores=(replace(first, value=first.value / 2), *record.scores[1:]))
    (difference,) = verify(forged, pebbles).differences
    assert (difference.id, difference.recorded, difference.computed) == (
        first.id,
        first.value / 2,
        first.value,
    )


def test_a_number_that_is_not_there_any_more_is_seen(pebbles: Dataset, counts: Counts) -> None:
    record = run(pebbles, counts).record
    more = replace(record.scores[0], over={"class": "imaginary"})
    forged = replace(record, scores=(*record.scores, more))
    (difference,) = verify(forged, pebbles).differences
    assert difference.computed is None


def test_a_file_may_have_moved(pebbles: Dataset, counts: Counts) -> None:
    record = run(pebbles, counts).record
    moved = counts["predictions"].rename(counts["predictions"].with_name("moved.json"))
    assert verify(record, pebbles, {"predictions": moved}).holds


def test_a_record_that_does_not_say_how_it_was_made_is_refused(pebbles: Dataset, counts: Counts) -> None:
    record = replace(run(pebbles, counts).record, extra={})
    with pytest.raises(RecordError, match="does not say with which options"):
        verify(record, pebbles)
