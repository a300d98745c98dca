"""States of every evaluator that keeps rows: they survive their bytes, and refuse to be corrupt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from evaluators.states import SMALL, Spoil, put, spoiled
from segmetrics.errors import InputError, MergeError, SegmetricsError
from segmetrics.evaluators.image_rows import Table
from segmetrics.evaluators.row_states import RowEvaluator
from segmetrics.evaluators.tensors import read_state, write_state

States = dict[str, RowEvaluator[Any]]
STATES: States = {name: small() for name, small in SMALL.items()}
TENSORS = [
    pytest.param(state, tensor, id=f"{name}-{tensor}")
    for name, state in STATES.items()
    for tensor in sorted(read_state(state.to_bytes(), state.kind)[1])
]

of_every_evaluator = pytest.mark.parametrize("state", STATES.values(), ids=STATES)
pytestmark = pytest.mark.filterwarnings(
    "ignore:map and list disagree:UserWarning", "ignore:.*in images without any object:UserWarning"
)


@of_every_evaluator
def test_a_state_survives_its_bytes(state: RowEvaluator[Any]) -> None:
    again = state.from_bytes(state.to_bytes())
    assert again.to_bytes() == state.to_bytes()
    assert again.protocol == state.protocol
    assert again.keys == state.keys == [3, 7]
    assert list(again.compute()) == list(state.compute())


@pytest.mark.parametrize("small", SMALL.values(), ids=SMALL)
def test_an_image_is_not_counted_twice(small: Callable[[], RowEvaluator[Any]]) -> None:
    state = small()
    before = state.to_bytes()
    with pytest.raises(MergeError, match="image 3 was seen before"):
        state.merge(small())
    assert state.to_bytes() == before


def test_the_kinds_differ() -> None:
    assert len({state.kind for state in STATES.values()}) == len(STATES)
    for one, other in permutations(STATES.values(), 2):
        with pytest.raises(InputError, match="of kind"):
            one.from_bytes(other.to_bytes())


@of_every_evaluator
def test_what_is_no_state_is_refused(state: RowEvaluator[Any]) -> None:
    nothing = write_state({"kind": state.kind}, {})
    for data in (b"", b"\0" * 64, b"{}", write_state({"kind": "other"}, {}), nothing):
        with pytest.raises(InputError):
            state.from_bytes(data)


@of_every_evaluator
def test_every_truncation_is_refused(state: RowEvaluator[Any]) -> None:
    data = state.to_bytes()
    for length in range(len(data)):
        with pytest.raises(InputError):
            state.from_bytes(data[:length])


@of_every_evaluator
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_flipped_bytes_never_crash(state: RowEvaluator[Any], data: st.DataObject) -> None:
    flipped = bytearray(state.to_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        flipped[data.draw(st.integers(0, len(flipped) - 1))] = data.draw(st.integers(0, 255))
    try:
        read = state.from_bytes(bytes(flipped))
        again = read.from_bytes(read.to_bytes())
        again.compute()
        again.merge(state)
    except SegmetricsError:
        return


@pytest.mark.parametrize(("state", "name"), TENSORS)
def test_tensors_that_are_missing_or_of_another_dtype_or_shape_are_refused(
    state: RowEvaluator[Any], name: str
) -> None:
    def changed(change: Callable[[NDArray[Any]], NDArray[Any]]) -> Spoil:
        return lambda tensors: tensors.update({name: change(tensors[name])})

    spoils: list[Spoil] = [
        lambda tensors: tensors.__delitem__(name),
        changed(lambda tensor: tensor.astype(np.float32)),
        changed(lambda tensor: np.zeros(tensor.shape, np.uint8)),
        changed(lambda tensor: tensor[:-1]),
        changed(lambda tensor: np.concatenate([tensor, tensor])),
        changed(lambda tensor: tensor[..., np.newaxis]),
        changed(lambda tensor: tensor.reshape(-1)[:1].reshape(())),
        changed(lambda tensor: tensor.reshape(1, -1)),
    ]
    for spoil in spoils:
        with pytest.raises(InputError):
            state.from_bytes(spoiled(state, spoil))


@of_every_evaluator
@pytest.mark.parametrize("key", [3, -1], ids=["twice", "in no order"])
def test_images_stand_in_the_order_of_their_keys(state: RowEvaluator[Any], key: int) -> None:
    with pytest.raises(InputError, match="order of their keys"):
        state.from_bytes(spoiled(state, put("keys", 1, key)))


def counts_of(table: Table) -> Iterator[str]:
    """Columns that say how many rows of a part there are."""
    yield from table.parts.keys() & table.columns.keys()
    for part in table.parts.values():
        yield from counts_of(part)


@of_every_evaluator
def test_counts_add_up_to_the_rows_there_are(state: RowEvaluator[Any]) -> None:
    for name in counts_of(state._rows().table):
        for count in (100, 2**32 - 1):
            with pytest.raises(InputError, match="has shape"):
                state.from_bytes(spoiled(state, put(name, 0, count)))
