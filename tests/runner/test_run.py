import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NoReturn

import pytest
from plugin.distributions import install
from plugin.fixtures import Counts

from segmetrics.errors import CoverageError, InputError, PluginError, RecordError
from segmetrics.plugin import Dataset, Job, OpenContext, Registry, load
from segmetrics.records import Record, ScoredModel, Store, files_digest, read_record
from segmetrics.runner import RecordNotKeptError, run
from segmetrics.types import Coverage

OBSERVER = """
from segmetrics.plugin import hookimpl

seen = []

@hookimpl
def segmetrics_run_finished(record, path):
    seen.append((record.status, path))
    raise RuntimeError("cannot listen")
"""


def only_record(root: Path) -> Record:
    (record,) = Store(root).records()
    return record


def with_job(dataset: Dataset, **changes: object) -> Dataset:
    """The dataset, its job's attributes changed after opening."""

    def changed(values: Mapping[str, object], context: OpenContext) -> Job:
        job = dataset.open(values, context)
        for name, value in changes.items():
            setattr(job, name, value)
        return job

    return replace(dataset, open=changed)


def test_a_run_scores_and_leaves_a_record(
    pebbles: Dataset, registry: Registry, counts: Counts, tmp_path: Path
) -> None:
    result = run(
        pebbles,
        counts,
        store=tmp_path / "store",
        registry=registry,
        model=ScoredModel(name="counter"),
        tags=["first"],
        notes="a note",
    )
    record = result.record
    assert result.scores["count.error"] == 6 / 7
    assert result.path is not None
    assert read_record(result.path) == record
    assert record.status == "ok"
    assert record.error is None
    assert record.task == "counting"
    assert (record.dataset.name, record.dataset.split, record.dataset.version) == ("pebbles", "shore", "2026")
    assert (record.dataset.n_images, record.dataset.license) == (7, "CC0")
    assert record.predictions is not None
    assert (record.predictions.format, record.predictions.n) == ("pebbles-json", 7)
    assert record.protocol.params == {"tolerance": 0}
    assert record.scores == tuple(result.scores)
    assert record.coverage == Coverage(expected=7, scored=7)
    assert record.code is not None
    assert record.code.plugins == {"segmetrics-pebbles": "0.3"}
    assert (record.model, record.tags, record.notes) == (ScoredModel(name="counter"), ("first",), "a note")


@pytest.mark.parametrize("is_given", [True, False])
def test_a_benchmark_may_be_named(registry: Registry, counts: Counts, *, is_given: bool) -> None:
    record = run("pebbles", counts, registry=registry if is_given else None).record
    assert record.dataset.name == "pebbles"
    assert record.code is not None
    assert record.code.plugins == {"segmetrics-pebbles": "0.3"}


def test_a_name_that_no_plugin_gives_is_refused(
    pebbles_site: Path, counts: Counts, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pebbles_site.is_dir()
    monkeypatch.setenv("SEGMETRICS_PLUGINS", "pebbles, gone")
    warned: list[str] = []
    with pytest.raises(PluginError, match='no benchmark "pebble"; did you mean pebbles'):
        run("pebble", counts, warn=warned.append)
    assert warned == ["plugin gone was not loaded: it is not installed"]


def test_the_digest_of_one_file_is_its_sha256(pebbles: Dataset, counts: Counts) -> None:
    record = run(pebbles, counts).record
    assert record.predictions is not None
    for role, digest in (
        ("ground_truth", record.dataset.digest),
        ("predictions", record.predictions.digest),
    ):
        assert digest == f"sha256:{hashlib.sha256(counts[role].read_bytes()).hexdigest()}"


def test_the_digest_of_a_folder_is_of_its_files_by_name_and_content(
    pebbles: Dataset, counts: Counts, tmp_path: Path
) -> None:
    folder = tmp_path / "maps"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.png").write_bytes(b"a")
    (folder / "b.png").write_bytes(b"b")
    job = pebbles.open(pebbles.complete(counts), OpenContext())
    inputs = (job.inputs[0], replace(job.inputs[1], path=folder))
    record = run(with_job(pebbles, inputs=inputs), counts).record
    assert record.predictions is not None
    assert record.predictions.digest == files_digest(
        {"0/b.png": folder / "b.png", "0/deep/a.png": folder / "deep" / "a.png"}
    )


def test_equal_runs_share_a_key_and_others_do_not(pebbles: Dataset, counts: Counts) -> None:
    key = run(pebbles, counts).record.key
    assert run(pebbles, counts, threads=3).record.key == key
    assert run(pebbles, {**counts, "tolerance": 1}).record.key != key
    assert run(pebbles, {**counts, "split": "inland"}).record.key != key


def test_the_state_lies_beside_the_record_and_computes_the_same(
    pebbles: Dataset, counts: Counts, tmp_path: Path
) -> None:
    result = run(pebbles, counts, store=tmp_path)
    evaluator = pebbles.open(pebbles.complete(counts), OpenContext()).evaluator()
    state = type(evaluator).from_bytes(Store(tmp_path).load_state(result.record.id))
    assert tuple(state.compute()) == result.record.scores


def test_without_a_store_nothing_is_kept(
    pebbles: Dataset, counts: Counts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    assert run(pebbles, counts).path is None
    assert sorted(tmp_path.rglob("*")) == before


def test_timing_adds_up(pebbles: Dataset, counts: Counts) -> None:
    record = run(with_job(pebbles, read_s=0.25), counts, threads=2).record
    timing = record.timing
    assert timing is not None
    assert record.started is not None
    assert record.finished is not None
    assert timing.read_s == 0.25
    assert 0 < timing.score_s <= timing.wall_s
    assert timing.images_per_s == pytest.approx(7 / timing.wall_s)
    assert timing.threads == 2
    assert record.finished - record.started == pytest.approx(
        timedelta(seconds=timing.wall_s), abs=timedelta(microseconds=1)
    )
    assert record.created >= record.finished


def test_any_executor_gives_the_same_bytes(pebbles: Dataset, counts: Counts, tmp_path: Path) -> None:
    def state(**how: Any) -> bytes:
        store = Store(tmp_path / "-".join(how))
        return store.load_state(run(pebbles, counts, store=store, **how).record.id)

    inline = state()
    assert state(threads=3) == inline
    with ThreadPoolExecutor(2) as threads:
        assert state(executor=threads) == inline
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        assert state(executor=processes, threads=2) == inline


def test_no_samples_give_undefined_scores_not_an_error(pebbles: Dataset, counts: Counts) -> None:
    for file in counts.values():
        file.write_text("{}")
    for threads in (1, 2):
        assert run(pebbles, counts, threads=threads).scores["count.error"] is None


def test_missing_predictions_fail_the_run_and_say_which(
    pebbles: Dataset, counts: Counts, tmp_path: Path
) -> None:
    counts["predictions"].write_text(json.dumps({"image 0": 0, "image 3": 3}))
    with pytest.raises(CoverageError) as caught:
        run(pebbles, counts, store=tmp_path / "store")
    assert str(caught.value) == (
        "5 of 7 predictions are missing, first image 1; "
        "--partial scores the other 2 and marks the record partial"
    )
    record = only_record(tmp_path / "store")
    assert (record.status, record.error) == ("failed", str(caught.value))
    assert record.coverage == Coverage(expected=7, scored=0, missing=5)
    assert record.scores == ()


def test_partial_scores_what_is_there_and_says_so(pebbles: Dataset, counts: Counts) -> None:
    counts["predictions"].write_text(json.dumps({"image 0": 0, "image 3": 5}))
    result = run(pebbles, counts, partial=True)
    assert result.record.status == "partial"
    assert result.record.coverage == Coverage(expected=7, scored=2, missing=5)
    assert result.scores["count.error"] == 1


def test_partial_makes_no_whole_run_partial(pebbles: Dataset, counts: Counts) -> None:
    assert run(pebbles, counts, partial=True).record.status == "ok"


@pytest.mark.parametrize("threads", [1, 2])
def test_a_batch_that_cannot_be_scored_is_recorded_as_failed(
    pebbles: Dataset, counts: Counts, tmp_path: Path, threads: int
) -> None:
    counts["predictions"].write_text(json.dumps({f"image {n}": -n for n in range(7)}))
    with pytest.raises(InputError, match="image 1: -1 pebbles"):
        run(pebbles, counts, store=tmp_path / "store", threads=threads)
    record = only_record(tmp_path / "store")
    assert (record.status, record.error) == ("failed", "image 1: -1 pebbles, expected none or more")
    assert record.protocol.name == "pebbles"
    assert record.predictions is not None
    assert record.predictions.n == 7


def test_a_plugins_bug_is_recorded_by_its_type(pebbles: Dataset, counts: Counts, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        run(with_job(pebbles, batches=lambda n: n / 0), counts, store=tmp_path / "store")
    assert only_record(tmp_path / "store").error == "ZeroDivisionError: division by zero"


def test_what_fails_before_opening_leaves_no_record(pebbles: Dataset, counts: Counts, tmp_path: Path) -> None:
    counts["predictions"].write_text("{")
    with pytest.raises(InputError, match=r"predictions\.json"):
        run(pebbles, counts, store=tmp_path / "store")
    assert not list(Store(tmp_path / "store").records())


def test_samples_lost_between_listing_and_batches_are_noticed(pebbles: Dataset, counts: Counts) -> None:
    lossy = with_job(pebbles, coverage=Coverage(expected=8, scored=8))
    with pytest.raises(PluginError, match="pebbles: its batches held 7 samples, its coverage says 8"):
        run(lossy, counts)


def test_a_job_without_inputs_cannot_be_recorded(pebbles: Dataset, counts: Counts) -> None:
    with pytest.raises(PluginError, match='names no input of role "ground_truth"'):
        run(with_job(pebbles, inputs=()), counts)


def test_a_failure_that_cannot_be_recorded_is_still_the_one_to_tell(pebbles: Dataset, counts: Counts) -> None:
    warned: list[str] = []
    broken = with_job(pebbles, inputs=(), batches=lambda n: n / 0)
    with pytest.raises(ZeroDivisionError):
        run(broken, counts, warn=warned.append)
    assert warned == [
        'the failed run is not recorded: pebbles: its job names no input of role "ground_truth"'
    ]


def test_warnings_of_the_reader_arrive(pebbles: Dataset, counts: Counts) -> None:
    counts["predictions"].write_text(json.dumps({f"image {n}": n for n in range(9)}))
    warned: list[str] = []
    run(pebbles, counts, warn=warned.append)
    assert warned == ["2 predictions are of no image in this split, and left out"]
    with pytest.warns(UserWarning, match="2 predictions are of no image"):
        run(pebbles, counts)


@pytest.mark.parametrize("threads", [1, 2])
def test_progress_counts_samples_to_the_end(pebbles: Dataset, counts: Counts, threads: int) -> None:
    told: list[tuple[str, int, int]] = []
    run(pebbles, counts, threads=threads, progress=lambda *what: told.append(what))
    assert told[-1] == ("scoring", 7, 7)
    assert told == sorted(told)


def test_plugins_hear_of_good_and_failed_runs_and_cannot_fail_them(
    pebbles_site: Path, counts: Counts, tmp_path: Path
) -> None:
    install(pebbles_site, "ear", OBSERVER)
    registry = load(["pebbles", "ear"])
    pebbles = registry.dataset("pebbles")
    warned: list[str] = []
    path = run(pebbles, counts, store=tmp_path / "store", registry=registry, warn=warned.append).path
    assert warned == [
        "plugin segmetrics-ear 0.3 failed in segmetrics_run_finished: RuntimeError: cannot listen"
    ]
    counts["predictions"].write_text("{}")
    with pytest.raises(CoverageError):
        run(pebbles, counts, registry=registry, warn=warned.append)
    assert import_module("segmetrics_ear").seen == [("ok", path), ("failed", None)]


def test_a_store_that_cannot_be_made_is_told_before_scoring(
    pebbles: Dataset, counts: Counts, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    unopened = replace(pebbles, open=lambda *_: pytest.fail("opened"))
    with pytest.raises(RecordError, match="cannot keep records here"):
        run(unopened, counts, store=tmp_path / "file")


def test_fewer_than_one_thread_is_refused(pebbles: Dataset, counts: Counts) -> None:
    with pytest.raises(ValueError, match="threads is 0"):
        run(pebbles, counts, threads=0)


class InterruptedExecutor(ThreadPoolExecutor):
    """Scores its first batch; Ctrl-C arrives while the second is waited for; nothing else is begun."""

    def __init__(self) -> None:
        super().__init__(1)
        self.futures: list[Future[Any]] = []

    def submit(self, work: Any, /, *arguments: Any, **_: Any) -> Future[Any]:
        future: Future[Any] = InterruptedFuture() if len(self.futures) == 1 else Future()
        if not self.futures:
            future.set_result(work(*arguments))
        self.futures.append(future)
        return future


class InterruptedFuture(Future[Any]):
    def result(self, timeout: float | None = None) -> NoReturn:  # noqa: ARG002
        raise KeyboardInterrupt


def test_an_interrupt_cancels_what_has_not_begun(pebbles: Dataset, counts: Counts) -> None:
    executor = InterruptedExecutor()
    with pytest.raises(KeyboardInterrupt):
        run(pebbles, counts, executor=executor)
    assert len(executor.futures) == 4
    assert all(future.cancelled() for future in executor.futures[2:])


def test_a_record_that_cannot_be_written_takes_no_scores_with_it(
    pebbles: Dataset, counts: Counts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object, **_options: object) -> NoReturn:
        raise RecordError("store/runs/01: cannot write this run: No space left on device")

    monkeypatch.setattr(Store, "write", full)
    with pytest.raises(RecordNotKeptError, match="No space left") as caught:
        run(pebbles, counts, store=tmp_path)
    result = caught.value.result
    assert result.path is None
    assert tuple(result.scores) == result.record.scores == tuple(run(pebbles, counts).scores)
