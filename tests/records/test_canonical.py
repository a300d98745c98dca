from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmetrics.errors import RecordError
from segmetrics.records.canonical import compact, digest_of, readable

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(JSON_VALUES)
@settings(max_examples=200)
def test_both_forms_read_back_and_canonical_is_a_fixed_point(value: object) -> None:
    for form in (compact, readable):
        assert msgspec.json.decode(form(value)) == value
        assert form(msgspec.json.decode(form(value))) == form(value)


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.integers(0, 9)))
@settings(max_examples=100)
def test_a_digest_does_not_depend_on_insertion_order(value: dict[str, int]) -> None:
    assert digest_of(value) == digest_of(dict(reversed(value.items())))


def test_a_digest_is_that_of_the_documented_bytes() -> None:
    assert compact({"b": [True, None], "a": {"é": 1.0}}) == '{"a":{"é":1.0},"b":[true,null]}'.encode()
    assert digest_of({}) == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_without_json_are_refused_by_place(number: float) -> None:
    with pytest.raises(RecordError, match=r"^a\[1\]\.b is -?(nan|inf), expected a finite number"):
        compact({"a": [0, {"b": number}]})
    with pytest.raises(RecordError, match=r"^value is"):
        readable(number)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": np.float64(1)}, r"a is a numpy\.float64, expected"),
        ({"a": b"bytes"}, r"a is a builtins\.bytes, expected"),
        ({1: 2}, "cannot be written as JSON"),
        ({"a": "\ud800"}, "cannot be written as JSON"),
    ],
)
def test_what_is_no_json_value_is_refused(value: object, message: str) -> None:
    with pytest.raises(RecordError, match=message):
        compact(value)
