from dataclasses import replace
from typing import Any

import pytest

from plugin.fixtures import Counts
from segmetrics.errors import InputError
from segmetrics.plugin import Dataset, Metric, Option


@pytest.mark.parametrize("name", ["Rivers", "rivers ", "", "-rivers", "a--b", "rivers/val"])
def test_a_name_that_is_hard_to_type_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not lower-case words"):
        Metric(name, "What it measures", task="semantic")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"name": "Ground-Truth"}, "lower-case words"),
        ({"name": "threads"}, "every run has"),
        ({"kind": "choice"}, "go together"),
        ({"choices": ("a", "b")}, "go together"),
        ({"kind": "choice", "choices": ("a", "b"), "default": "c"}, "not one of the choices"),
        ({"required": True, "default": "x"}, "required and has a default"),
    ],
)
def test_an_option_that_contradicts_itself_is_refused(arguments: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Option(**{"name": "split", "kind": "text", "help": "which images"} | arguments)


def test_a_flag_is_off_and_anything_else_none_unless_given() -> None:
    assert Option("strict", kind="flag", help="").unset is False
    assert Option("root", kind="path", help="").unset is None


def test_complete_fills_in_defaults(pebbles: Dataset, counts: Counts) -> None:
    assert pebbles.complete(counts) == {**counts, "split": "shore", "tolerance": 0}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tolerence": 1}, "pebbles has no option 'tolerence'; did you mean tolerance?"),
        ({"xyz": 1}, "pebbles has no option 'xyz'"),
        ({"predictions": None}, "pebbles needs 'predictions': the same, predicted"),
        ({"split": "sea"}, "split is 'sea', expected one of shore, inland"),
    ],
)
def test_complete_says_which_value_is_wrong(
    pebbles: Dataset, counts: Counts, change: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError) as caught:
        pebbles.complete({**counts, **change})
    assert str(caught.value) == message


def test_two_options_of_one_name_are_refused(pebbles: Dataset) -> None:
    with pytest.raises(ValueError, match="two options are named 'split'"):
        replace(pebbles, options=(*pebbles.options, Option("split", kind="text", help="again")))
