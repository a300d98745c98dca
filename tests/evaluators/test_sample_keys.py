"""Keys of samples: chosen, remembered, joined."""

from __future__ import annotations

import pytest

from segmetrics.errors import MergeError
from segmetrics.evaluators.sample_keys import SampleKeys


def test_samples_without_a_key_get_the_next_numbers() -> None:
    keys = SampleKeys(5)
    keys.add(keys.choose(None, 2), numbered=True)
    keys.add(keys.choose([20], 1), numbered=False)
    assert keys.choose(None, 2) == [21, 22]
    assert keys.ordered() == [5, 6, 20]
    assert not keys.numbered_from_zero


def test_choosing_remembers_nothing() -> None:
    keys = SampleKeys()
    assert keys.choose(["b", "a"], 2) == ["b", "a"]
    assert keys.ordered() == []


def test_a_join_that_fails_changes_nothing() -> None:
    one, other = SampleKeys(), SampleKeys()
    one.add([1, 2], numbered=False)
    other.add([2, 3], numbered=False)
    with pytest.raises(MergeError, match="image 2 was seen before"):
        one.join(other)
    assert one.ordered() == [1, 2]


def test_names_do_not_join_numbers() -> None:
    one, other = SampleKeys(), SampleKeys()
    one.add(["a"], numbered=False)
    other.add([1], numbered=False)
    with pytest.raises(MergeError, match="one dataset has one kind"):
        one.join(other)
    one.join(SampleKeys())
    assert one.ordered() == ["a"]


def test_only_one_state_may_have_numbered_its_samples_from_zero() -> None:
    one, other = SampleKeys(), SampleKeys()
    for keys in (one, other):
        keys.add(keys.choose(None, 1), numbered=True)
    with pytest.raises(MergeError, match="keys_from"):
        one.join(other)
