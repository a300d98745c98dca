"""A dataset that breaks a promise is told which, and what to do."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace as struct_replace
from plugin.distributions import HOW_TO

from segmetrics.plugin import Batch, Dataset, Job, OpenContext, Registry, load
from segmetrics.testing import ConformanceError, check_dataset
from segmetrics.types import Score, Scores

Values = Mapping[str, object]


def forget_the_first(values: Values) -> None:
    path = Path(str(values["predictions"]))
    counts = json.loads(path.read_text())
    path.write_text(json.dumps(dict(list(counts.items())[1:])))


def opened_by(dataset: Dataset, change: Callable[[Any], object]) -> Dataset:
    """The dataset, each of its jobs changed."""

    def open_changed(values: Values, context: OpenContext) -> Job:
        job = dataset.open(values, context)
        change(job)
        return job

    return replace(dataset, open=open_changed)


@pytest.fixture
def evaluator(pebbles: Dataset) -> Any:
    """The class of its evaluator, to be changed."""
    assert pebbles.name == "pebbles"
    return import_module("segmetrics_pebbles").CountEvaluator


def test_a_dataset_that_keeps_every_promise(pebbles: Dataset, tmp_path: Path) -> None:
    check_dataset(pebbles, tmp_path, lose=forget_the_first)


def test_the_test_of_the_how_to_page(pebbles: Dataset, tmp_path: Path) -> None:
    (block,) = re.findall(r"```py\n(.*?)```", HOW_TO.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(block, names)  # noqa: S102  (the page is ours)
    names[f"test_{pebbles.name}"](tmp_path)


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"license": ""}, "pebbles has no license: say its terms"),
        ({"url": None}, "pebbles has no url: say where to get the data"),
        ({"summary": "Pebbles."}, "the summary ends with a full stop; leave it out"),
        ({"sample": None}, "pebbles has no sample: let one write"),
        ({"name": "gravel"}, 'no benchmark "gravel".*; yield gravel from a function segmetrics_datasets'),
        ({"splits": ("shore",)}, "option split takes inland; list it in splits too"),
        ({"sample": lambda _: {}}, "writing the sample of pebbles raises InputError: pebbles needs"),
    ],
)
def test_what_listings_say(pebbles: Dataset, tmp_path: Path, change: dict[str, Any], advice: str) -> None:
    with pytest.raises(ConformanceError, match=advice):
        check_dataset(replace(pebbles, **change), tmp_path)


def test_the_sample_is_the_same_every_time(pebbles: Dataset, tmp_path: Path) -> None:
    def sample(directory: Path) -> Values:
        values = dict(pebbles.sample(directory)) if pebbles.sample else {}
        (directory / "README").write_text(f"written at {time.perf_counter_ns()}")
        return values

    with pytest.raises(ConformanceError, match="the sample's README differs; seed what is random"):
        check_dataset(replace(pebbles, sample=sample), tmp_path)


def twice_the_first(job: Any) -> None:
    batches = job.batches
    job.batches = lambda n: [*batches(n), batches(1000)[0]]


def unpicklable(job: Any) -> None:
    batches = job.batches
    job.batches = lambda n: [
        Batch(truth=Lazily(batch.truth), prediction=batch.prediction, keys=batch.keys) for batch in batches(n)
    ]


class Lazily(list[Any]):
    def __reduce__(self) -> Any:
        raise TypeError("an open file")


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        (
            lambda job: setattr(job, "inputs", job.inputs[:1]),
            'no input of role "predictions"; list the files',
        ),
        (
            lambda job: setattr(job, "coverage", struct_replace(job.coverage, expected=5)),
            "coverage expects 5 samples and says what became of 3",
        ),
        (twice_the_first, "put each into one batch"),
        (unpicklable, "pickling a batch raises TypeError: an open file; hold paths and arrays"),
    ],
)
def test_jobs(pebbles: Dataset, tmp_path: Path, change: Callable[[Any], object], advice: str) -> None:
    with pytest.raises(ConformanceError, match=advice):
        check_dataset(opened_by(pebbles, change), tmp_path)


def test_states_keep_the_merge_law(
    pebbles: Dataset, evaluator: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluator, "keys", property(lambda self: list(self.differences)))
    with pytest.raises(ConformanceError, match=r"merged backwards from \d+ batches has other bytes"):
        check_dataset(pebbles, tmp_path)


def test_states_survive_their_bytes(
    pebbles: Dataset, evaluator: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluator, "from_bytes", classmethod(lambda cls, _: cls()))
    with pytest.raises(ConformanceError, match="a state that was read from its bytes has others"):
        check_dataset(pebbles, tmp_path)


@pytest.mark.parametrize(
    ("score", "advice"),
    [
        (None, "compute gives no scores"),
        (Score(id="count.error", value=None), "every score of the sample is undefined"),
        (Score(id="weight", value=1.0), "scores weight are not announced; yield a Metric for each"),
        (Score(id="count.error", value=1.0), "unit of score count.error is fraction, of its Metric count"),
    ],
)
def test_scores(
    pebbles: Dataset,
    evaluator: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    score: Score,
    advice: str,
) -> None:
    scores = Scores([] if score is None else [score])
    monkeypatch.setattr(evaluator, "compute", lambda _: scores)
    with pytest.raises(ConformanceError, match=advice):
        check_dataset(pebbles, tmp_path / "directory")


def test_formats(pebbles: Dataset, registry: Registry, tmp_path: Path) -> None:
    formatless = replace(registry, formats=load([]).formats)
    with pytest.raises(ConformanceError, match="formats pebbles-json are not announced; yield a Format"):
        check_dataset(pebbles, tmp_path, registry=formatless)


def test_a_missing_prediction_does_not_go_unnoticed(pebbles: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ConformanceError, match="without one of the predictions all goes well; count it"):
        check_dataset(pebbles, tmp_path, lose=lambda _: None)


def test_a_path_that_leads_elsewhere(pebbles: Dataset, tmp_path: Path) -> None:
    def trusting(values: Values, context: OpenContext) -> Job:
        if not Path(str(values["ground_truth"])).is_file():
            raise FileNotFoundError(values["ground_truth"])
        return pebbles.open(values, context)

    with pytest.raises(ConformanceError, match="a wrong --ground-truth raises FileNotFoundError"):
        check_dataset(replace(pebbles, open=trusting), tmp_path)
