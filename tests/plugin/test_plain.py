"""Benchmarks made of paths keep the promises of any plugin's."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from segmetrics.classes import Classes
from segmetrics.errors import InputError
from segmetrics.plugin import Catalogue, Dataset, Plugin, load
from segmetrics.plugin.boundary_sample import write_boundary_sample
from segmetrics.plugin.label_maps import LabelProtocol, label_map_dataset
from segmetrics.plugin.plain import PLAIN, plain_dataset
from segmetrics.plugin.plain_boundaries import IMAGES
from segmetrics.plugin.png_writer import write_png
from segmetrics.runner import is_plain, run, verify
from segmetrics.testing import check_dataset
from segmetrics_ade20k import ADE20K, CLASSES

NAMES = "land\nwater\nbridge\n"
RIVERS = label_map_dataset(
    name="rivers",
    summary="Rivers",
    license="CC0",
    source="A. Sailor",
    version="1",
    splits=("val",),
    truth="{key}.png",
    sample=("{number}.png",),
    protocols=[LabelProtocol(name="rivers", classes=Classes(NAMES.split(), ignore=255))],
)


def label_folders(directory: Path) -> Mapping[str, object]:
    """The sample of a plugin of label maps, as it is given without one."""
    assert RIVERS.sample is not None
    values = RIVERS.sample(directory)
    (directory / "classes.txt").write_text(NAMES)
    return {
        "ground_truth": values["root"],
        "predictions": values["predictions"],
        "classes": directory / "classes.txt",
        "ignore": "255",
    }


def drawn_folders(directory: Path) -> Mapping[str, object]:
    """The sample of a plugin of boundaries, likewise."""
    values = write_boundary_sample(IMAGES, directory)
    return {"ground_truth": values["root"], "predictions": values["predictions"]}


SAMPLES = {"semantic": label_folders, "boundary": drawn_folders}


def with_sample(task: str) -> Dataset:
    dataset = replace(plain_dataset(task), url="https://example.org")
    return replace(dataset, sample=SAMPLES.get(task, dataset.sample))


@pytest.mark.parametrize("task", PLAIN)
def test_they_conform(task: str, tmp_path: Path) -> None:
    dataset = with_sample(task)
    catalogue = Catalogue("benchmark", "", [(Plugin("plain", "segmetrics", "1"), dataset)])
    check_dataset(
        dataset, tmp_path, registry=replace(load(["ade20k", "bsds500", "coco"]), datasets=catalogue)
    )


def test_folders_score_as_the_plugin_would(tmp_path: Path) -> None:
    values = label_folders(tmp_path)
    dataset = plain_dataset("semantic", values)
    scores = run(dataset, values).scores
    declared = {"root": values["ground_truth"], "predictions": values["predictions"]}
    assert tuple(scores) == tuple(run(RIVERS, declared).scores)


@pytest.mark.parametrize("folders", [False, True])
def test_boundaries_may_be_a_png_each_or_one_of_each_annotator(tmp_path: Path, folders: bool) -> None:
    drawn = np.zeros((2, 20, 30), np.uint8)
    for number in range(2):
        drawn[number, 7 + number] = 1
        for side, pixels in (("truth", drawn[number]), ("found", 255 * drawn[number])):
            name = f"{number}/ann" if folders and side == "truth" else f"{number}"
            write_png(tmp_path / side / f"{name}.png", pixels)
    values = {"ground_truth": tmp_path / "truth", "predictions": tmp_path / "found", "thresholds": 3}
    result = run(plain_dataset("boundary", values), values)
    assert (result.scores["ods.f"], result.record.coverage.scored) == (1, 2)


def test_maps_may_lie_in_folders_of_folders(tmp_path: Path) -> None:
    values = label_folders(tmp_path)
    expected = run(plain_dataset("semantic"), values).scores
    truth = Path(str(values["ground_truth"]))
    (truth / "north").mkdir()
    shutil.move(truth / "3.png", truth / "north" / "3.png")
    assert tuple(run(plain_dataset("semantic"), values).scores) == tuple(expected)


def test_real_maps_score_as_the_plugin_scores_them(shared: Path, tmp_path: Path) -> None:
    folder = shared / "truth" / "inputs" / "ade"
    table = zip(CLASSES.ids, CLASSES.names, strict=True)
    (tmp_path / "classes.csv").write_text("".join(["id,name\n", *(f"{id_},{name}\n" for id_, name in table)]))
    values: dict[str, object] = {
        "ground_truth": folder / "annotations",
        "predictions": folder / "predictions",
        "classes": tmp_path / "classes.csv",
        "others": "0",
    }
    scores = run(plain_dataset("semantic"), values).scores
    (tmp_path / "annotations").mkdir()
    (tmp_path / "annotations" / "validation").symlink_to(folder / "annotations")
    root = {"root": tmp_path, "predictions": folder / "predictions", "parity": "clean"}
    declared = run(ADE20K, root).scores
    assert tuple(scores) == tuple(score for score in declared if score.id != "ade20k.final")
    with pytest.raises(
        InputError, match=r"ADE_val_00000001.png: pixel \[1, 16\]: prediction is 0, expected 1"
    ):
        run(plain_dataset("semantic"), {**values, "ignore": "0", "others": None})


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({}, "instance"),
        ({"ground_truth": Path("data/Rivers, 2026/")}, "rivers-2026"),
        ({"ground_truth": "annotations/instances_val.json"}, "instances-val"),
        ({"ground_truth": "annotations/instances_val.json", "name": "Boats of 2026"}, "boats-of-2026"),
        ({"name": "川"}, "instance"),
    ],
)
def test_names(values: dict[str, object], name: str) -> None:
    assert plain_dataset("instance", values).name == name


@pytest.mark.parametrize("task", PLAIN)
def test_records_hold_what_it_takes_to_verify_them(task: str, tmp_path: Path) -> None:
    sample = with_sample(task).sample
    assert sample is not None
    values = {**sample(tmp_path), "name": "mine"}
    record = run(plain_dataset(task, values), values).record
    assert (record.dataset.name, record.task, is_plain(record)) == ("mine", task, True)
    assert verify(record).holds


def test_a_record_of_a_plugin_is_not_plain(tmp_path: Path) -> None:
    assert RIVERS.sample is not None
    assert not is_plain(run(RIVERS, RIVERS.sample(tmp_path)).record)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ignore": "none"}, "ignore is 'none', expected whole numbers separated by commas"),
        ({"others": "3;4"}, "others is '3;4', expected whole numbers"),
        ({"ignore": "0"}, "classes.txt: the value 0 occurs twice in a class table"),
        ({"ignore": None}, "truth is 255, expected 0 to 2"),
    ],
)
def test_wrong_values(tmp_path: Path, change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        run(plain_dataset("semantic"), {**label_folders(tmp_path), **change})
