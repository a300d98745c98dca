"""BSDS500: real contour maps give the official result files, to the last byte."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from segmetrics.errors import RecordError
from segmetrics.runner import run
from segmetrics_bsds500 import BOUNDARIES, REGIONS
from segmetrics_bsds500.results import bsds500_results

REGION_FILES = (
    "eval_cover.txt",
    "eval_cover_th.txt",
    "eval_cover_img.txt",
    "eval_RI_VOI.txt",
    "eval_RI_VOI_thr.txt",
)


@pytest.fixture(scope="module")
def ucm2(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """gPb-owt-ucm of the whole test set; a gigabyte, which pytest would keep three times."""
    folder = tmp_path_factory.mktemp("ucm2")
    for path in (shared / "data/bsds500/ucm2_lossless").glob("*.npz"):
        packed = np.load(path)
        np.save(folder / f"{path.stem}.npy", packed["values"][packed["index"]])
    yield folder
    shutil.rmtree(folder)


def test_regions_give_the_official_result_files(shared: Path, ucm2: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    values: dict[str, object] = {"root": shared / "data/bsds500", "predictions": ucm2}
    result = run(REGIONS, values, threads=2, store=store)
    assert result.record.coverage.scored == 200
    arguments = [result.record.id, str(tmp_path / "files"), "--store", str(store)]
    done = CliRunner().invoke(bsds500_results, arguments, catch_exceptions=False)
    assert done.output.splitlines() == [str(tmp_path / "files" / name) for name in REGION_FILES]
    official = shared / "data/bsds500/official_results/BSDS500/ucm2/test_eval"
    for name in REGION_FILES:
        assert (tmp_path / "files" / name).read_bytes() == (official / name).read_bytes(), name


def test_boundaries_give_result_files_close_to_the_official_ones(
    shared: Path, ucm2: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    values: dict[str, object] = {"root": shared / "data/bsds500", "predictions": ucm2}
    result = run(BOUNDARIES, values, threads=2, store=store)
    arguments = [result.record.id, str(tmp_path / "files"), "--store", str(store)]
    CliRunner().invoke(bsds500_results, arguments, catch_exceptions=False)
    official = shared / "data/bsds500/official_results/BSDS500/ucm2/test_eval"
    found, expected = (np.loadtxt(folder / "eval_bdry.txt") for folder in (tmp_path / "files", official))
    tolerances = [1e-6, 5e-4, 3e-4, 3e-4, 2e-3, 2e-3, 6e-4, 3e-4]
    assert np.all(np.abs(found - expected) <= tolerances)
    found, expected = (np.loadtxt(folder / "eval_bdry_thr.txt") for folder in (tmp_path / "files", official))
    assert np.all(np.abs(found - expected) <= [1e-6, 5e-4, 3e-4, 5e-4])
    found, expected = (np.loadtxt(folder / "eval_bdry_img.txt") for folder in (tmp_path / "files", official))
    assert np.array_equal(found[:, 0], expected[:, 0])
    assert np.median(np.abs(found[:, 4] - expected[:, 4])) < 6e-4


def test_original_matlab_files_are_read(shared: Path, ucm2: Path) -> None:
    data = shared / "data/bsds500"
    original = run(REGIONS, {"root": data, "predictions": data / "ucm2"}, partial=True)
    assert original.record.coverage.scored == 10
    from_arrays = run(REGIONS, {"root": data, "predictions": _chosen(data, ucm2)}, partial=True)
    assert list(from_arrays.scores) == list(original.scores)


def _chosen(data: Path, ucm2: Path) -> Path:
    """A folder of those maps of which the original files are there."""
    chosen = ucm2 / "chosen"
    chosen.mkdir()
    for path in (data / "ucm2/test").glob("*.mat"):
        (chosen / f"{path.stem}.npy").symlink_to(ucm2 / f"{path.stem}.npy")
    return chosen


def test_a_run_of_something_else_has_no_result_files(tmp_path: Path) -> None:
    from segmetrics_voc import VOC_2012_SEMANTIC  # noqa: PLC0415

    assert VOC_2012_SEMANTIC.sample is not None
    result = run(VOC_2012_SEMANTIC, VOC_2012_SEMANTIC.sample(tmp_path / "voc"), store=tmp_path / "store")
    arguments = [result.record.id, str(tmp_path / "files"), "--store", str(tmp_path / "store")]
    with pytest.raises(RecordError, match="protocol is voc-semantic, expected bsds"):
        CliRunner().invoke(bsds500_results, arguments, catch_exceptions=False)
