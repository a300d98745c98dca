"""Declared benchmarks of what several people drew: samples, from files to records, and what goes wrong."""

from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from readers.matlab_files import annotator, cell, save

from segmetrics.errors import CoverageError, InputError
from segmetrics.plugin import OpenContext
from segmetrics.plugin.boundaries import boundary_dataset, region_dataset
from segmetrics.runner import run

ABOUT: Any = {"summary": "Streams", "license": "CC BY 4.0", "source": "A. Sailor", "version": "1"}
OF_EACH = region_dataset(
    name="streams",
    splits=("val", "train"),
    truth=["drawn/{split}/{key}/{annotator}.png"],
    **ABOUT,
)
OF_ALL = region_dataset(
    name="streams-of-all",
    splits=("val",),
    truth=["{split}/{key}.mat", "{split}/{key}.png"],
    levels=("", "published"),
    **ABOUT,
)
BANKS = boundary_dataset(
    name="banks", splits=("val",), truth=["{split}/{key}.mat"], max_distance=0.3, **ABOUT
)
Options = dict[str, Any]
SEGMENTS = np.array([[1, 1, 2], [1, 3, 3]], np.uint8)


def contours(segments: np.ndarray, strength: float = 0.5) -> np.ndarray:
    """Of double size, where segments differ."""
    double = np.zeros([2 * side + 1 for side in segments.shape])
    double[1::2, 2:-1:2] = segments[:, 1:] != segments[:, :-1]
    double[2:-1:2, 1::2] = segments[1:] != segments[:-1]
    padded = np.pad(double, 1)
    around = [padded[:-2:2, 1:-1:2], padded[2::2, 1:-1:2], padded[1:-1:2, :-2:2], padded[1:-1:2, 2::2]]
    double[::2, ::2] = np.max(around, axis=0)
    return strength * double


@pytest.fixture
def sample(tmp_path: Path) -> Options:
    assert OF_EACH.sample is not None
    return dict(OF_EACH.sample(tmp_path / "streams"))


@pytest.fixture
def files(tmp_path: Path) -> Options:
    """Two images, drawn by two and by one, and predicted perfectly."""
    for key, annotators in ("1", [SEGMENTS, SEGMENTS]), ("2", [SEGMENTS[::-1]]):
        save(tmp_path / f"root/val/{key}.mat", groundTruth=cell(*map(annotator, annotators)))
        (tmp_path / "predictions").mkdir(exist_ok=True)
        np.save(tmp_path / f"predictions/{key}.npy", contours(annotators[0]))
    return {"root": tmp_path / "root", "predictions": tmp_path / "predictions"}


# ---- samples -----------------------------------------------------------------------------------------------


def test_a_sample_is_scored(sample: Options) -> None:
    result = run(OF_EACH, sample)
    assert (result.record.coverage.expected, result.record.coverage.scored) == (5, 5)
    assert 0.5 < (result.scores["covering.ods"] or 0) < 1
    assert result.record.predictions is not None
    assert result.record.predictions.format == "contour-map"


def test_a_sample_of_matlab_files_is_scored(tmp_path: Path) -> None:
    assert OF_ALL.sample is not None
    sample = OF_ALL.sample(tmp_path)
    assert 0.5 < (run(OF_ALL, sample).scores["covering.ods"] or 0) < 1


def test_the_sample_is_the_same_every_time(sample: Options, tmp_path: Path) -> None:
    assert OF_EACH.sample is not None
    again = OF_EACH.sample(tmp_path / "again")
    assert list(run(OF_EACH, again).scores) == list(run(OF_EACH, sample).scores)


def test_threads_and_processes_change_nothing(sample: Options) -> None:
    here = run(OF_EACH, sample).scores
    assert list(run(OF_EACH, sample, threads=2).scores) == list(here)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        assert list(run(OF_EACH, sample, executor=executor).scores) == list(here)


def test_a_batch_pickles_before_and_after_it_was_read(files: Options) -> None:
    (batch,) = OF_ALL.open(OF_ALL.complete(files), OpenContext()).batches(1)
    read = [*batch.prediction]
    again = pickle.loads(pickle.dumps(batch))  # noqa: S301  # our own
    np.testing.assert_array_equal(again.prediction[0], read[0])
    assert len(again.truth[:1]) == 1


# ---- files -------------------------------------------------------------------------------------------------


def test_perfect_predictions_are_perfect(files: Options) -> None:
    scores = run(OF_ALL, files).scores
    assert (scores["covering.ods"], scores["pri.ods"], scores["vi.ods"]) == (1, 1, 0)
    assert scores["covering.ods.threshold"] == pytest.approx(0.01)


def test_the_root_may_hold_a_level_more(files: Options) -> None:
    (files["root"] / "published").mkdir()
    (files["root"] / "val").rename(files["root"] / "published/val")
    assert run(OF_ALL, files).scores["covering.ods"] == 1


def test_a_png_may_be_the_only_annotators(files: Options) -> None:
    for key in "12":
        (files["root"] / f"val/{key}.mat").unlink()
        Image.fromarray(SEGMENTS).save(files["root"] / f"val/{key}.png")
    scores = run(OF_ALL, files).scores
    assert (scores["covering.ods"], scores["covering.ois"]) != (1, 1)


def test_label_maps_are_a_threshold_each(files: Options) -> None:
    for key, segments in ("1", SEGMENTS), ("2", SEGMENTS[::-1]):
        (files["predictions"] / f"{key}.npy").unlink()
        save(files["predictions"] / f"{key}.mat", segs=cell(np.ones((2, 3), np.uint8), segments))
    scores = run(OF_ALL, files).scores
    assert (scores["covering.ods"], scores["covering.ods.threshold"]) == (1, 2)


def test_a_single_label_map_is_one_threshold(files: Options) -> None:
    for key, segments in ("1", SEGMENTS), ("2", SEGMENTS[::-1]):
        (files["predictions"] / f"{key}.npy").unlink()
        Image.fromarray(segments).save(files["predictions"] / f"{key}.png")
    result = run(OF_ALL, files)
    assert result.record.protocol.params["thresholds"] == [1]
    assert result.scores["covering.ods"] == 1


def test_thresholds_may_be_fewer(files: Options) -> None:
    assert run(OF_ALL, files | {"thresholds": 3}).record.protocol.params["thresholds"] == [0.25, 0.5, 0.75]


# ---- what goes wrong ---------------------------------------------------------------------------------------


def test_a_missing_prediction_is_named(files: Options) -> None:
    (files["predictions"] / "2.npy").unlink()
    with pytest.raises(CoverageError, match=r"1 of 2 predictions is missing, first 2 \(looked for .*2\.\*\)"):
        run(OF_ALL, files)
    assert run(OF_ALL, files, partial=True).record.coverage.missing == 1


def test_ground_truth_that_is_not_there_says_what_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    with pytest.raises(
        InputError, match=r"no ground truth here: expected val/\{key\}\.mat or .* found images/ in"
    ):
        run(OF_ALL, {"root": tmp_path, "predictions": tmp_path})


@pytest.mark.parametrize(
    ("prediction", "message"),
    [
        (contours(SEGMENTS[:, :2]), r"2\.npy: is 5x5, its ground truth .*2\.mat is 3x2"),
        (np.zeros((2, 3)), r"2\.npy: is 3x2, as large as its image: .* double size \(ucm2\), 7x5"),
        (np.full((5, 7), 0.5), r"2\.npy: contours \[1, 1\]: is 0\.5, expected 0, because a pixel lies there"),
        (np.full((5, 7), np.nan), r"2\.npy: pixel \[0, 0\]: is nan, expected a strength from 0 to 1"),
        (np.full((5, 7), 2.0), r"2\.npy: pixel \[0, 0\]: is 2, expected a strength from 0 to 1"),
        (SEGMENTS, r"2\.npy: holds 1 segmentations, the first prediction strengths"),
    ],
)
def test_a_wrong_prediction_is_named(files: Options, prediction: np.ndarray, message: str) -> None:
    np.save(files["predictions"] / "2.npy", prediction)
    with pytest.raises(InputError, match=message):
        run(OF_ALL, files)


@pytest.mark.parametrize(
    ("prediction", "message"),
    [
        (contours(SEGMENTS), "is a map of strengths, the first prediction is label maps"),
        (np.stack([SEGMENTS, SEGMENTS]), "holds 2 segmentations, the first prediction 1"),
        (SEGMENTS[:, :2], r"is 2x2, its ground truth .* is 3x2"),
    ],
)
def test_a_prediction_unlike_the_first_is_named(files: Options, prediction: np.ndarray, message: str) -> None:
    np.save(files["predictions"] / "1.npy", SEGMENTS)
    np.save(files["predictions"] / "2.npy", prediction)
    with pytest.raises(InputError, match=rf"2\.npy: {message}"):
        run(OF_ALL, files)


def test_an_empty_list_of_annotators_is_named(files: Options) -> None:
    save(files["root"] / "val/2.mat", groundTruth=cell())
    with pytest.raises(InputError, match=r"2\.mat: groundTruth is empty, expected at least one cell"):
        run(OF_ALL, files)


def test_no_thresholds_are_refused(files: Options) -> None:
    with pytest.raises(InputError, match="thresholds is 0, expected at least 1"):
        run(OF_ALL, files | {"thresholds": 0})


def test_a_root_that_is_no_folder_is_refused(files: Options) -> None:
    with pytest.raises(InputError, match=r"1\.mat: is no folder, expected one with val/"):
        run(OF_ALL, files | {"root": files["root"] / "val/1.mat"})


# ---- boundaries --------------------------------------------------------------------------------------------


def test_a_sample_of_boundaries_is_scored(tmp_path: Path) -> None:
    assert BANKS.sample is not None
    sample = BANKS.sample(tmp_path)
    result = run(BANKS, sample)
    assert result.record.coverage.scored == 5
    assert 0.5 < (result.scores["ods.f"] or 0) < 1
    assert list(run(BANKS, sample, threads=2).scores) == list(result.scores)


def test_boundaries_may_come_in_any_form(files: Options) -> None:
    before = run(BANKS, files).scores
    assert before["ods.f"] == 1
    for key, drawn in ("1", SEGMENTS), ("2", SEGMENTS[::-1]):
        (files["predictions"] / f"{key}.npy").unlink()
        Image.fromarray((255 * contours(drawn)[2::2, 2::2]).astype(np.uint8)).save(
            files["predictions"] / f"{key}.png"
        )
    assert run(BANKS, files).scores["ods.f"] == 1
    for key, drawn in ("1", SEGMENTS), ("2", SEGMENTS[::-1]):
        (files["predictions"] / f"{key}.png").unlink()
        np.save(files["predictions"] / f"{key}.npy", np.stack([drawn, np.ones_like(drawn)]))
    result = run(BANKS, files)
    assert result.record.protocol.params["thresholds"] == [1, 2]
    assert (result.scores["ods.f"], result.scores["ods.threshold"]) == (1, 1)


def test_options_of_boundaries_are_kept(files: Options) -> None:
    params = run(BANKS, files).record.protocol.params
    assert (params["max_distance"], params["convention"]) == (0.3, "bsds")
    params = run(BANKS, files | {"max_distance": 0.1, "convention": "pdollar"}).record.protocol.params
    assert (params["max_distance"], params["convention"]) == (0.1, "pdollar")


@pytest.mark.filterwarnings("ignore:.*looks un-suppressed")
def test_what_is_no_maximum_is_suppressed_where_asked_for(tmp_path: Path) -> None:
    """A step whose crest is where the line is drawn, and whose middle, to which it thins, is not."""
    line = np.ones((20, 20), np.uint8)
    line[:, 9] = 2
    save(tmp_path / "val" / "1.mat", groundTruth=cell(annotator(line)))
    step = np.where(np.arange(20) < 9, 0, 0.8 - 0.04 * (np.arange(20) - 9)) * np.ones((20, 1))
    (tmp_path / "maps").mkdir()
    Image.fromarray((255 * step).astype(np.uint8)).save(tmp_path / "maps" / "1.png")
    files = {"root": tmp_path, "predictions": tmp_path / "maps", "max_distance": 0.06}
    assert run(BANKS, files).scores.value("precision", threshold=0.42) == 0
    plain, suppressed = run(BANKS, files).record, run(BANKS, files | {"nms": True})
    assert suppressed.scores.value("precision", threshold=0.42) == 1
    assert suppressed.record.key != plain.key


def test_an_inverted_map_is_warned_of(files: Options) -> None:
    np.save(files["predictions"] / "1.npy", np.ones((2, 3)))
    with pytest.warns(UserWarning, match=r"1\.npy looks inverted: 100% of its pixels"):
        run(BANKS, files)


def test_boundaries_of_another_size_are_named(files: Options) -> None:
    np.save(files["predictions"] / "2.npy", np.zeros((3, 2)))
    with pytest.raises(InputError, match=r"2\.npy: is 2x3, its ground truth .*2\.mat is 3x2"):
        run(BANKS, files)
