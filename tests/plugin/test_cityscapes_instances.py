"""Cityscapes' instances and segments, from files to a record, and what goes wrong on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segmetrics.classes import Classes
from segmetrics.errors import CoverageError, InputError
from segmetrics.plugin.cityscapes_instances import cityscapes_instance_dataset
from segmetrics.runner import run
from segmetrics_cityscapes import CITYSCAPES_INSTANCE, CITYSCAPES_PANOPTIC

Options = dict[str, Any]


@pytest.fixture
def sample(tmp_path: Path) -> Options:
    assert CITYSCAPES_INSTANCE.sample is not None
    return dict(CITYSCAPES_INSTANCE.sample(tmp_path))


def text(options: Options, number: int = 1) -> Path:
    return Path(options["predictions"]) / f"ulm_{number:06d}_000019.txt"


def mask(options: Options) -> Path:
    """The first mask of the first image."""
    return text(options).parent / text(options).read_text().split(" ")[0]


def test_the_sample_is_scored_whole(sample: Options) -> None:
    result = run(CITYSCAPES_INSTANCE, sample, threads=2)
    assert result.record.status == "ok"
    assert (result.record.coverage.scored, result.record.dataset.n_classes) == (8, 8)
    assert 0.2 < (result.scores["ap"] or 0) < (result.scores.value("ap", iou=0.5) or 0) < 1


def test_the_sample_is_the_same_every_time(sample: Options, tmp_path: Path) -> None:
    assert CITYSCAPES_INSTANCE.sample is not None
    again = CITYSCAPES_INSTANCE.sample(tmp_path / "again")
    for option, folder in sample.items():
        for path in Path(folder).rglob("*.*"):
            assert path.read_bytes() == (Path(str(again[option])) / path.relative_to(folder)).read_bytes()


@pytest.mark.parametrize("min_region", [10, 100])
def test_official_files_give_the_official_numbers(shared: Path, min_region: int) -> None:
    folder = shared / "truth" / "inputs" / "cityscapes"
    values = {"root": folder, "predictions": folder / "inst", "min_region": min_region}
    scores = run(CITYSCAPES_INSTANCE, values).scores
    official = json.loads((shared / "truth" / "labelmaps.json").read_text())["cityscapes_instance"]
    averages = official[f"minRegion{min_region}"]["averages"]
    assert scores["ap"] == pytest.approx(averages["allAp"], rel=0, abs=1e-12)
    assert scores.value("ap", iou=0.5) == pytest.approx(averages["allAp50%"], rel=0, abs=1e-12)


def test_official_panoptic_files_give_the_official_numbers(shared: Path) -> None:
    folder = shared / "truth" / "inputs" / "cityscapes"
    truth = folder / "gtFine" / "cityscapes_panoptic_val.json"
    scores = run(CITYSCAPES_PANOPTIC, {"ground_truth": truth, "predictions": folder / "pan.json"}).scores
    official = json.loads((shared / "truth" / "labelmaps.json").read_text())["cityscapes_panoptic"]
    groups: dict[str, dict[str, Any]] = {
        "All": {},
        "Things": {"group": "things"},
        "Stuff": {"group": "stuff"},
    }
    for name, over in groups.items():
        for score_id in ("pq", "sq", "rq"):
            expected = pytest.approx(official[name][score_id], rel=0, abs=1e-12)
            assert scores.value(score_id, **over) == expected


def test_a_benchmark_of_one_class_is_scored_and_one_of_none_refused(tmp_path: Path) -> None:
    facts: Options = {
        "name": "streets",
        "summary": "Streets",
        "license": "CC BY 4.0",
        "source": "A. Sailor",
        "version": "1",
        "splits": ("val",),
        "truth": "{split}/{key}.png",
        "sample": "val/{number}.png",
    }
    cars = cityscapes_instance_dataset(classes=Classes("road car", things=[False, True]), **facts)
    assert cars.sample is not None
    assert run(cars, cars.sample(tmp_path)).scores.find("ap").n == 1
    with pytest.raises(ValueError, match="no class of things"):
        cityscapes_instance_dataset(classes=Classes("road car"), **facts)


def test_a_missing_text_is_named(sample: Options) -> None:
    text(sample).unlink()
    with pytest.raises(CoverageError, match=r"1 of 8 predictions is missing, first ulm_000001_000019"):
        run(CITYSCAPES_INSTANCE, sample)
    assert run(CITYSCAPES_INSTANCE, sample, partial=True).record.coverage.scored == 7


def test_texts_of_other_images_are_left_out_and_told(sample: Options) -> None:
    text(sample, 99).write_text("")
    with pytest.warns(UserWarning, match="1 file is not scored: the split has no such image"):
        result = run(CITYSCAPES_INSTANCE, sample)
    assert result.record.coverage.dropped == {"extra": 1}


def test_a_wrong_line_is_told_by_file_and_line(sample: Options) -> None:
    text(sample).write_text("masks/none.png 26 0.5\n")
    with pytest.raises(InputError, match=r"ulm_000001_000019\.txt: line 1: .*none\.png is not there"):
        run(CITYSCAPES_INSTANCE, sample)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_mask_of_another_size_is_told_by_file(sample: Options, threads: int) -> None:
    path = mask(sample)
    Image.fromarray(np.ones((4, 5), np.uint8)).save(path)
    with pytest.raises(InputError, match=rf"{path.name}: the mask is 4 x 5, its ground truth is 120 x 160"):
        run(CITYSCAPES_INSTANCE, sample, threads=threads)


def test_ground_truth_of_other_numbers_is_told_by_file(sample: Options) -> None:
    path = next(Path(sample["root"]).rglob("*000001_000019_gtFine_instanceIds.png"))
    Image.fromarray(np.full((120, 160), 255, np.uint8)).save(path)
    with pytest.raises(
        InputError, match=r"000001_.*instanceIds\.png: truth holds 255, whose label is no class"
    ):
        run(CITYSCAPES_INSTANCE, sample)


def test_folders_and_limits_that_make_no_sense_are_refused(sample: Options) -> None:
    with pytest.raises(InputError, match="--min-region is -1"):
        run(CITYSCAPES_INSTANCE, sample | {"min_region": -1})
    with pytest.raises(InputError, match=r"is no folder, expected one with \*\*/\{key\}\*\.txt"):
        run(CITYSCAPES_INSTANCE, sample | {"predictions": str(text(sample))})
