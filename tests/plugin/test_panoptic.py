"""A declared panoptic benchmark: its sample, from files to a record, and what goes wrong on the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segmetrics.errors import CoverageError, InputError
from segmetrics.plugin.panoptic import panoptic_dataset
from segmetrics.readers.panoptic import read_panoptic_truth
from segmetrics.runner import run

COAST = panoptic_dataset(
    name="coast", summary="Coasts", license="CC BY 4.0", source="A. Sailor", version="1", split="val"
)
Options = dict[str, Any]


@pytest.fixture
def sample(tmp_path: Path) -> Options:
    assert COAST.sample is not None
    return dict(COAST.sample(tmp_path / "coast"))


def change(options: Options, side: str, edit: Callable[[list[Options]], object]) -> None:
    """Edit the annotations of one side in place."""
    path = Path(options[side])
    listed = json.loads(path.read_text())
    edit(listed["annotations"])
    path.write_text(json.dumps(listed))


def png(options: Options, side: str, number: int = 1) -> Path:
    return Path(options[side]).with_suffix("") / f"{number:012d}.png"


def test_a_sample_is_scored(sample: Options) -> None:
    result = run(COAST, sample)
    assert (result.record.coverage.expected, result.record.coverage.scored) == (16, 16)
    assert result.record.dataset.n_classes == 6
    assert 0.5 < (result.scores["pq"] or 0) < 0.8
    assert result.record.predictions is not None
    assert result.record.predictions.format == "coco-panoptic-json, coco-panoptic-png"


def test_a_sample_is_what_pillow_reads(sample: Options) -> None:
    for file in read_panoptic_truth(sample["ground_truth"]).files.values():
        assert np.array_equal(file.read().ids, np.asarray(Image.open(file.path)))


def test_the_sample_is_the_same_every_time(sample: Options, tmp_path: Path) -> None:
    assert COAST.sample is not None
    again = COAST.sample(tmp_path / "again")
    assert run(COAST, again).record.key == run(COAST, sample).record.key


def test_ground_truth_is_perfect(sample: Options) -> None:
    scores = run(COAST, sample | {"predictions": sample["ground_truth"]}).scores
    assert [scores[score_id] for score_id in ("pq", "sq", "rq")] == [1.0, 1.0, 1.0]


def test_threads_and_processes_change_nothing(sample: Options) -> None:
    here = run(COAST, sample).scores
    assert list(run(COAST, sample, threads=2).scores) == list(here)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        assert list(run(COAST, sample, executor=executor).scores) == list(here)


def test_folders_can_be_named(sample: Options, tmp_path: Path) -> None:
    before = run(COAST, sample).scores
    moved = tmp_path / "moved"
    png(sample, "predictions").parent.rename(moved)
    with pytest.raises(InputError, match=r"predictions: is no folder"):
        run(COAST, sample)
    assert list(run(COAST, sample | {"predictions_folder": str(moved)}).scores) == list(before)


@pytest.mark.parametrize("is_listed", [False, True])
def test_a_missing_prediction_is_named(sample: Options, is_listed: bool) -> None:
    if is_listed:
        png(sample, "predictions").unlink()
    else:
        change(sample, "predictions", lambda listed: listed.pop(0))
    looked_for = r"predictions/0+1\.png" if is_listed else r"in .*predictions\.json"
    with pytest.raises(
        CoverageError, match=rf"1 of 16 predictions is missing, first 1 \(looked for .*{looked_for}"
    ):
        run(COAST, sample)
    result = run(COAST, sample, partial=True)
    assert (result.record.status, result.record.coverage.scored) == ("partial", 15)


def test_all_predictions_missing(sample: Options) -> None:
    change(sample, "predictions", list.clear)
    assert run(COAST, sample, partial=True).scores["pq"] is None


def test_predictions_of_other_images_are_left_out_and_told(sample: Options) -> None:
    before = list(run(COAST, sample).scores)
    change(sample, "predictions", lambda listed: listed.append(listed[0] | {"image_id": 99}))
    with pytest.warns(UserWarning, match="1 predictions of unlisted images are left out"):
        result = run(COAST, sample)
    assert list(result.scores) == before
    assert result.record.coverage.dropped == {"unlisted image": 1}


def test_ground_truth_without_its_map_is_refused(sample: Options) -> None:
    png(sample, "ground_truth").unlink()
    with pytest.raises(InputError, match=r"panoptic/0+1\.png: is not there, but .*panoptic\.json names it"):
        run(COAST, sample)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_map_and_a_list_that_disagree_are_told_by_file(sample: Options, threads: int) -> None:
    change(sample, "predictions", lambda listed: listed[2]["segments_info"].pop(0))
    with pytest.raises(InputError, match=r"predictions/0+3\.png: segment \d+: has pixels but is not listed"):
        run(COAST, sample, threads=threads)


def test_a_map_of_another_size_is_told_by_file(sample: Options) -> None:
    Image.fromarray(np.zeros((4, 5, 3), np.uint8)).save(png(sample, "predictions"))
    with pytest.raises(InputError, match=r"0+1\.png: the map is 4 x 5, its ground truth is 120 x 160"):
        run(COAST, sample)


def test_areas_of_the_list_are_official(sample: Options) -> None:
    def halve(listed: list[Options]) -> None:
        for segment in listed[0]["segments_info"]:
            segment["area"] *= 2

    before = run(COAST, sample).scores["pq"]
    change(sample, "ground_truth", halve)
    with pytest.warns(UserWarning, match="of 1 images, first image 1: areas are taken from the list"):
        assert run(COAST, sample).scores["pq"] != before
    with pytest.warns(UserWarning, match="pixels are counted"):
        assert run(COAST, sample | {"parity": "clean"}).scores["pq"] == before
