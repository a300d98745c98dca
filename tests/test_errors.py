"""Errors arrive from other processes as they were raised."""

import pickle

import pytest

from segmetrics.errors import CoverageError, InputError, SegmetricsError
from segmetrics.evaluators.label_counts import LabelError


@pytest.mark.parametrize(
    "error",
    [
        InputError("found 3, expected 2", file="a.json", place="record 7"),
        InputError("found 3, expected 2"),
        LabelError("prediction is 255", place="[3, 17]", side="prediction", key="lindau_000003"),
        CoverageError("8 of 500 predictions are missing"),
    ],
    ids=str,
)
def test_an_error_pickles_with_all_it_carries(error: SegmetricsError) -> None:
    arrived = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert type(arrived) is type(error)
    assert str(arrived) == str(error)
    assert vars(arrived) == vars(error)
