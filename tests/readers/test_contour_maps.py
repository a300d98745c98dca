from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image
from readers.matlab_files import cell, save

from segmetrics.errors import InputError
from segmetrics.readers.contour_maps import Integers, read_prediction

HALF = np.full((2, 3), 0.5)
BYTES = np.array([[0, 128, 255]], np.uint8)
WORDS = np.array([[0, 300, 65535]], np.uint16)


def saved(path: Path, array: Any) -> Path:
    if path.suffix == ".npy":
        np.save(path, array)
    elif path.suffix == ".png":
        Image.fromarray(array).save(path)
    else:
        save(path, **array)
    return path


@pytest.mark.parametrize(
    ("name", "stored", "integers", "expected"),
    [
        ("1.npy", HALF, "strengths", HALF),
        ("1.npy", HALF.astype(np.float32), "labels", HALF),
        ("1.npy", HALF > 0, "strengths", np.ones((2, 3))),
        ("1.npy", BYTES, "strengths", BYTES),
        ("1.png", BYTES, "strengths", BYTES),
        ("1.png", WORDS, "strengths", WORDS / 65535),
        ("1.mat", {"ucm2": HALF}, "strengths", HALF),
        ("1.mat", {"ucm": BYTES, "other": HALF}, "labels", BYTES / 255),
        ("1.mat", {"anything": HALF}, "strengths", HALF),
    ],
)
def test_strengths(tmp_path: Path, name: str, stored: Any, integers: Integers, expected: Any) -> None:
    found = read_prediction(saved(tmp_path / name, stored), integers)
    assert isinstance(found, np.ndarray)
    assert found.dtype in (np.float64, np.uint8)
    assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("name", "stored", "integers", "expected"),
    [
        ("1.npy", BYTES, "labels", [BYTES]),
        ("1.npy", WORDS, "strengths", [WORDS]),
        ("1.npy", np.stack([BYTES, BYTES]), "strengths", [BYTES, BYTES]),
        ("1.png", BYTES, "labels", [BYTES]),
        ("1.png", WORDS, "labels", [WORDS]),
        ("1.mat", {"segs": cell(WORDS, BYTES)}, "strengths", [WORDS, BYTES]),
        ("1.mat", {"segs": cell(np.array([[1.0, 2.0]]))}, "strengths", [[[1, 2]]]),
        ("1.mat", {"labels": WORDS}, "strengths", [WORDS]),
    ],
)
def test_label_maps(tmp_path: Path, name: str, stored: Any, integers: Integers, expected: Any) -> None:
    found = read_prediction(saved(tmp_path / name, stored), integers)
    assert isinstance(found, list)
    assert all(each.dtype.kind in "iu" for each in found)
    for each, wanted in zip(found, expected, strict=True):
        assert_array_equal(each, wanted)


@pytest.mark.parametrize(
    ("name", "stored", "message"),
    [
        (
            "1.npy",
            HALF * 3,
            r"1\.npy: pixel \[0, 0\]: is 1\.5, expected a strength from 0 to 1; divide by 255\?",
        ),
        ("1.npy", HALF * -1, r"pixel \[0, 0\]: is -0\.5, expected a strength from 0 to 1$"),
        ("1.npy", np.array([[0.5, np.nan]]), r"pixel \[0, 1\]: is nan, expected a strength"),
        ("1.npy", np.zeros((2, 2, 2)), r"has shape \(2, 2, 2\) and dtype float64, expected \(h, w\), or"),
        ("1.npy", np.zeros((0, 2)), r"has shape \(0, 2\)"),
        ("1.npy", np.array(["a"]), "holds something else than one array of numbers"),
        ("1.png", np.zeros((2, 2, 3), np.uint8), "is RGB"),
        ("1.mat", {"a": HALF, "b": HALF}, "holds a, b; expected ucm2, ucm, segs, or a single matrix"),
        ("1.mat", {"segs": HALF}, "segs is an array of float64, expected a cell array"),
        ("1.mat", {"segs": cell(HALF)}, "a segmentation holds numbers that are not whole"),
        ("1.mat", {"segs": cell("a")}, r"segs\{1\}: found \(1,\) of <U1, expected a matrix"),
        ("1.mat", {"ucm2": np.zeros((2, 2, 2))}, r"ucm2: found \(2, 2, 2\) of float64, expected a matrix"),
    ],
)
def test_what_is_no_prediction_is_refused(tmp_path: Path, name: str, stored: Any, message: str) -> None:
    path = saved(tmp_path / name, stored)
    with pytest.raises(InputError, match=message):
        read_prediction(path, "strengths")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("1.npy", "is no NumPy array of numbers, or damaged"),
        ("1.mat", "is no MATLAB file, or damaged"),
        ("1.txt", r"is of no known kind, expected one of \.png, \.npy, \.mat"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / name).write_bytes(b"no map")
    with pytest.raises(InputError, match=message):
        read_prediction(tmp_path / name, "strengths")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"1\.npy: No such file"):
        read_prediction(tmp_path / "1.npy", "strengths")
