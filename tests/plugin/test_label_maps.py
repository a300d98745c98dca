"""Declared benchmarks of label maps, on the sample that a declaration writes and on spoilt copies of it."""

from __future__ import annotations

import pickle
import shutil
import tracemalloc
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segmetrics.classes import Classes
from segmetrics.errors import CoverageError, InputError
from segmetrics.evaluators.semantic import SemanticEvaluator
from segmetrics.plugin import Dataset, Job, OpenContext
from segmetrics.plugin.label_map_job import LabelFile
from segmetrics.plugin.label_maps import Coding, InstanceMaps, LabelProtocol, label_map_dataset
from segmetrics.plugin.png_writer import write_png
from segmetrics.runner import run
from segmetrics.runner.execution import evaluate
from segmetrics.types import Scores

LAND = Classes("water land bridge", ids=(1, 2, 3), others=(0,), categories=["wet", "dry", "dry"])
STREETS = Classes("road car", ids=(7, 26), ignore=255, categories=["flat", "vehicle"], things=(False, True))


def declared(**changes: object) -> Dataset:
    arguments: dict[str, object] = {
        "name": "rivers",
        "summary": "Rivers of the north",
        "license": "CC BY 4.0",
        "source": "A. Sailor",
        "version": "1",
        "splits": ("val", "train"),
        "truth": "labels/{split}/{key}.png",
        "sample": ("labels/val/river_{number}.png",),
        "protocols": [LabelProtocol(name="rivers", classes=LAND, reference="riverkit 1", absent="zero")],
    }
    return label_map_dataset(**arguments | changes)  # type: ignore[arg-type]


RIVERS = declared()
REGIONS = declared(
    truth="{split}/{subset}/{key}.png",
    subsets=("north", "south"),
    sample=("val/north/{number}.png", "val/south/{number}.png"),
    codings=[Coding(name="submission", values={0: 1, 1: 2, 2: 3}), Coding(name="truth")],
)
TOWNS = declared(
    truth="gt/{split}/{town}/{key}_labels.png",
    predictions="**/{key}*.png",
    sample=("gt/val/ulm/ulm_{number}_labels.png",),
    protocols=[
        LabelProtocol(
            name="towns",
            classes=STREETS,
            instances=InstanceMaps(truth="gt/{split}/{town}/{key}_instances.png", average={"car": 900.0}),
        )
    ],
)


@pytest.fixture
def rivers(tmp_path: Path) -> dict[str, Path]:
    return written(RIVERS, tmp_path)


def written(dataset: Dataset, directory: Path) -> dict[str, Path]:
    assert dataset.sample is not None
    return {name: Path(str(value)) for name, value in dataset.sample(directory).items()}


def opened(dataset: Dataset, values: Mapping[str, object]) -> Job:
    return dataset.open(dataset.complete(values), OpenContext())


def scores(dataset: Dataset, values: Mapping[str, object]) -> Scores:
    return run(dataset, values).scores


def stored(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path))


def spoil(path: Path, label: int) -> None:
    labels = stored(path).copy()
    labels[60, 80] = label
    write_png(path, labels)


def test_options_are_those_there_is_a_choice_in() -> None:
    assert [option.name for option in RIVERS.options] == ["root", "split", "predictions", "parity"]
    assert [option.name for option in REGIONS.options] == ["root", "split", "predictions", "coding", "parity"]
    assert [option.name for option in TOWNS.options] == ["root", "split", "predictions"]


def test_a_number_that_counts_as_another_means_nothing_else() -> None:
    with pytest.raises(ValueError, match="has a meaning of its own"):
        LabelProtocol(name="rivers", classes=LAND, merged={3: 1})


def test_the_sample_is_the_same_every_time(rivers: dict[str, Path], tmp_path: Path) -> None:
    again = written(RIVERS, tmp_path / "again")
    for name, folder in rivers.items():
        files = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.png")}
        assert len(files) == 8
        assert files == {path: (again[name] / path).read_bytes() for path in files}


def test_scores_are_those_of_the_maps(rivers: dict[str, Path]) -> None:
    result = run(RIVERS, rivers)
    expected = SemanticEvaluator(LAND, absent="zero")
    for path in sorted((rivers["root"] / "labels" / "val").glob("*.png")):
        expected.update(stored(path), stored(rivers["predictions"] / path.name), keys=[path.stem])
    assert list(result.scores) == list(expected.compute())
    assert result.record.coverage.scored == result.record.dataset.n_images == 8
    assert result.record.predictions is not None
    assert result.record.predictions.n == 8
    assert (result.record.protocol.name, result.record.protocol.parity) == ("rivers", "official")


def test_scores_are_the_same_on_threads_and_in_processes(tmp_path: Path) -> None:
    for number, dataset in enumerate((RIVERS, REGIONS, TOWNS)):
        values = written(dataset, tmp_path / str(number))
        alone = scores(dataset, values)
        assert list(run(dataset, values, threads=3).scores) == list(alone)
        with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as processes:
            assert list(run(dataset, values, threads=2, executor=processes).scores) == list(alone)


def test_batches_hold_no_maps_and_are_disjoint_in_key_order(rivers: dict[str, Path]) -> None:
    job = opened(RIVERS, rivers)
    keys = [f"river_{number}" for number in range(1, 9)]
    for n in (1, 2, 3, 8, 20):
        batches = job.batches(n)
        assert [key for batch in batches for key in batch.keys or ()] == keys
        assert len(batches) == min(n, 8)
        assert len(pickle.dumps(batches)) < 4000


def test_the_record_is_digested_from_the_files_of_the_split_alone(rivers: dict[str, Path]) -> None:
    before = run(RIVERS, rivers).record
    (rivers["root"] / "labels" / "train").mkdir()
    shutil.copy(rivers["root"] / "labels/val/river_1.png", rivers["root"] / "labels/train/river_9.png")
    assert run(RIVERS, rivers).record.dataset.digest == before.dataset.digest
    spoil(rivers["root"] / "labels/val/river_1.png", 0)
    assert run(RIVERS, rivers).record.dataset.digest != before.dataset.digest


def test_objects_are_ground_truth_too(tmp_path: Path) -> None:
    values = written(TOWNS, tmp_path)
    before = run(TOWNS, values)
    assert before.scores["iiou.mean"] is not None
    spoil(values["root"] / "gt/val/ulm/ulm_1_instances.png", 26999)
    assert run(TOWNS, values).record.dataset.digest != before.record.dataset.digest


def test_missing_predictions_fail_the_run_unless_it_may_be_partial(rivers: dict[str, Path]) -> None:
    folder = rivers["predictions"]
    (folder / "river_3.png").unlink()
    (folder / "river_5.png").unlink()
    with pytest.raises(CoverageError) as caught:
        run(RIVERS, rivers)
    assert str(caught.value) == (
        f"2 of 8 predictions are missing, first river_3 (looked for {folder}/river_3.png); "
        "--partial scores the other 6 and marks the record partial"
    )
    record = run(RIVERS, rivers, partial=True).record
    assert (record.status, record.coverage.scored, record.coverage.missing) == ("partial", 6, 2)


def test_extra_predictions_are_counted_and_warned_of(rivers: dict[str, Path]) -> None:
    shutil.copy(rivers["predictions"] / "river_1.png", rivers["predictions"] / "lake.png")
    job = opened(RIVERS, rivers)
    assert job.coverage.dropped == {"extra": 1}
    assert job.warnings == (
        f"1 file is not scored: the split has no such image, first {rivers['predictions']}/lake.png",
    )


def test_of_doubled_predictions_none_is_scored(tmp_path: Path) -> None:
    values = written(TOWNS, tmp_path)
    shutil.copy(values["predictions"] / "ulm_1.png", values["predictions"] / "ulm_1_again.png")
    job = opened(TOWNS, values)
    assert (job.coverage.missing, job.coverage.scored, job.coverage.dropped) == (1, 7, {"doubled": 2})
    both = f"{values['predictions']}/ulm_1.png, {values['predictions']}/ulm_1_again.png"
    assert job.first_missing == f"ulm_1 (found several: {both})"
    assert job.warnings == (
        f"2 files are not scored: their images have several, first {values['predictions']}/ulm_1.png",
    )


def test_a_map_of_another_size_is_named(rivers: dict[str, Path]) -> None:
    wrong = rivers["predictions"] / "river_4.png"
    write_png(wrong, np.ones((60, 80), np.uint8))
    with pytest.raises(InputError) as caught:
        run(RIVERS, rivers)
    assert str(caught.value) == f"{wrong}: is 80x60, its ground truth is 160x120"


@pytest.mark.parametrize("side", ["root", "predictions"])
def test_a_label_that_is_no_class_is_named_with_its_file(rivers: dict[str, Path], side: str) -> None:
    folder = rivers["predictions"] if side == "predictions" else rivers["root"] / "labels" / "val"
    spoil(folder / "river_2.png", 77)
    with pytest.raises(InputError) as caught:
        run(RIVERS, rivers, threads=2)
    assert caught.value.file == str(folder / "river_2.png")
    assert caught.value.place == "pixel [60, 80]"
    assert "is 77, expected" in caught.value.message


def test_errors_come_back_from_other_processes(rivers: dict[str, Path]) -> None:
    wrong = rivers["predictions"] / "river_2.png"
    spoil(wrong, 77)
    with (
        ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as processes,
        pytest.raises(InputError, match=rf"^{wrong}: pixel \[60, 80\]: prediction is 77"),
    ):
        run(RIVERS, rivers, threads=2, executor=processes)


def test_an_object_of_no_class_is_named_with_its_file(tmp_path: Path) -> None:
    values = written(TOWNS, tmp_path)
    wrong = values["root"] / "gt/val/ulm/ulm_1_instances.png"
    spoil(wrong, 55001)
    with pytest.raises(InputError, match=rf"^{wrong}: instance 55001 is of label 55"):
        run(TOWNS, values)


def test_a_file_that_is_no_map_is_named(rivers: dict[str, Path]) -> None:
    wrong = rivers["predictions"] / "river_2.png"
    Image.new("RGB", (160, 120)).save(wrong)
    with pytest.raises(InputError, match=rf"^{wrong}: is RGB"):
        run(RIVERS, rivers)


def test_a_folder_must_be_one(rivers: dict[str, Path]) -> None:
    with pytest.raises(InputError, match=r"river_1\.png: is no folder"):
        opened(RIVERS, {**rivers, "predictions": rivers["predictions"] / "river_1.png"})


def test_numbers_of_another_coding_are_translated(tmp_path: Path) -> None:
    values = written(REGIONS, tmp_path)
    submitted = scores(REGIONS, values)
    for path in values["predictions"].glob("*.png"):
        write_png(path, stored(path) + np.uint8(1))
    assert list(scores(REGIONS, {**values, "coding": "truth"})) == list(submitted)
    with pytest.raises(InputError, match=r"2\.png: pixel \[\d+, \d+\]: is 3, expected one of 0, 1, 2"):
        run(REGIONS, values)


def test_numbers_can_count_as_others(rivers: dict[str, Path]) -> None:
    two = Classes("water land", ids=(1, 2), others=(0,))
    merged = declared(protocols=[LabelProtocol(name="two", classes=two, merged={3: 2})])
    table = np.array([0, 1, 2, 2], np.uint8)
    expected = SemanticEvaluator(two)
    for path in sorted((rivers["root"] / "labels" / "val").glob("*.png")):
        maps = (stored(path), stored(rivers["predictions"] / path.name))
        expected.update(*(table[each] for each in maps), keys=[path.stem])
    assert list(scores(merged, rivers)) == list(expected.compute())


def test_without_an_official_evaluator_a_protocol_is_clean(tmp_path: Path) -> None:
    assert run(TOWNS, written(TOWNS, tmp_path)).record.protocol.parity == "clean"


def test_protocols_are_chosen_by_name(rivers: dict[str, Path]) -> None:
    other = LabelProtocol(name="lands", classes=Classes("dry wet", ids=(2, 1), others=(0, 3)))
    both = declared(protocols=[LabelProtocol(name="rivers", classes=LAND), other])
    assert run(both, rivers).record.protocol.name == "rivers"
    record = run(both, {**rivers, "protocol": "lands"}).record
    assert (record.protocol.name, record.dataset.n_classes) == ("lands", 2)


def test_subsets_are_scored_on_their_own_too(tmp_path: Path) -> None:
    values = written(REGIONS, tmp_path)
    found = scores(REGIONS, values)
    shutil.rmtree(values["root"] / "val" / "south")
    for number in (1, 3, 5, 7):
        (values["predictions"] / f"{number}.png").unlink()
    north = scores(REGIONS, values)
    assert found.value("iou.mean", subset="north") == north["iou.mean"]
    assert found.value("iou", subset="north", **{"class": "land"}) == north.value("iou", **{"class": "land"})
    assert found["iou.mean"] != north["iou.mean"]


def test_a_label_file_is_an_array(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", np.array([[1, 2]], np.uint8))
    labels = LabelFile(tmp_path / "a.png")
    assert np.asarray(labels).tolist() == [[1, 2]]
    assert np.asarray(labels, np.int64).dtype == np.int64


def test_a_gray_png_holds_what_was_written(tmp_path: Path) -> None:
    for dtype in (np.uint8, np.uint16):
        labels = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, (5, 7), dtype)
        write_png(tmp_path / "deep" / "a.png", labels)
        assert np.array_equal(stored(tmp_path / "deep" / "a.png"), labels)


def test_memory_does_not_grow_with_the_images(tmp_path: Path) -> None:
    size, peaks = 500, []
    for n in (2, 150):
        for number in range(n):
            for folder in ("labels/val", "predictions"):
                write_png(tmp_path / folder / f"{number}.png", np.ones((size, size), np.uint8))
        job = opened(RIVERS, {"root": tmp_path, "predictions": tmp_path / "predictions"})
        tracemalloc.start()
        evaluate(job, OpenContext())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < size * size
