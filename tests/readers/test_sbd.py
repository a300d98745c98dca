"""SBD's MATLAB files: their maps, and what is refused."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segmetrics.errors import InputError
from segmetrics.readers.sbd import read_sbd_map

MAP = np.array([[0, 1], [2, 2]], np.uint8)


def written(path: Path, **variables: Any) -> Path:
    io = pytest.importorskip("scipy.io", reason="SciPy, which reads MATLAB files, is not installed")
    io.savemat(path, variables)
    return path


@pytest.mark.parametrize("name", ["GTcls", "GTinst"])
def test_the_map_is_read(tmp_path: Path, name: str) -> None:
    struct = {"Segmentation": MAP, "Categories": np.array([[3], [4]], np.uint8)}
    np.testing.assert_array_equal(read_sbd_map(written(tmp_path / "2008_000002.mat", **{name: struct})), MAP)


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"GTcls": MAP},
        {"GTcls": {"Boundaries": MAP}},
        {"GTcls": {"Segmentation": MAP}, "GTinst": {"Segmentation": MAP}},
        {"GTinst": {"Segmentation": MAP.astype(float)}},
        {"GTinst": {"Segmentation": np.zeros((2, 2, 2), np.uint8)}},
    ],
)
def test_another_mat_file_is_refused(tmp_path: Path, variables: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r'other\.mat: .*"Segmentation"'):
        read_sbd_map(written(tmp_path / "other.mat", **variables))


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    whole = written(tmp_path / "whole.mat", GTcls={"Segmentation": MAP}).read_bytes()
    path = tmp_path / "damaged.mat"
    for content in (b"", b"no MATLAB file", whole[:100], whole[:200]):
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"damaged\.mat: "):
            read_sbd_map(path)
    with pytest.raises(InputError, match=r"none\.mat: "):
        read_sbd_map(tmp_path / "none.mat")


def test_without_scipy_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.io", None)
    with pytest.raises(InputError, match=r"need SciPy: pip install segmetrics-voc\[sbd\]"):
        read_sbd_map(tmp_path / "any.mat")
