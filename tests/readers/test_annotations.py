from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image
from readers.matlab_files import annotator, cell, save

from segmetrics.errors import InputError
from segmetrics.readers.annotations import read_annotations

SEGMENTS = np.array([[1, 2, 2]], np.uint16)


def test_a_matlab_file_holds_all_annotators(tmp_path: Path) -> None:
    path = save(tmp_path / "1.mat", groundTruth=cell(annotator(SEGMENTS), annotator(SEGMENTS[:, ::-1])))
    regions, boundaries = (read_annotations([path], drawn) for drawn in ("regions", "boundaries"))
    assert_array_equal(regions, [SEGMENTS, SEGMENTS[:, ::-1]])
    assert_array_equal(boundaries, [SEGMENTS > 1, SEGMENTS[:, ::-1] > 1])
    assert [each.dtype for each in boundaries] == [bool, bool]


def test_labels_in_floating_point_are_integers(tmp_path: Path) -> None:
    path = save(tmp_path / "1.mat", groundTruth=cell(annotator([[1.0, 2.0]])))
    (labels,) = read_annotations([path], "regions")
    assert labels.dtype == np.int32


def test_a_png_holds_one_annotator(tmp_path: Path) -> None:
    paths = [tmp_path / "a.png", tmp_path / "b.png"]
    Image.fromarray(SEGMENTS.astype(np.uint8)).save(paths[0])
    Image.fromarray(SEGMENTS * 300).save(paths[1])
    assert_array_equal(read_annotations(paths, "regions"), [SEGMENTS, SEGMENTS * 300])
    assert_array_equal(read_annotations(paths, "boundaries"), np.ones((2, 1, 3), bool))


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"other": [[1]]}, r"1\.mat: holds other, expected a cell array groundTruth"),
        ({"groundTruth": [[1.0]]}, "groundTruth is an array of float64, expected a cell array"),
        ({"groundTruth": cell()}, "groundTruth is empty, expected at least one cell"),
        (
            {"groundTruth": cell(np.ones((2, 2)))},
            r"groundTruth\{1\}: found an array of .*, expected a struct",
        ),
        (
            {"groundTruth": cell({"Boundaries": [[1]]})},
            r"groundTruth\{1\}: found Boundaries, expected a struct with Segmentation",
        ),
        (
            {"groundTruth": cell(annotator(np.ones((2, 2, 2))))},
            r"groundTruth\{1\}\.Segmentation: found \(2, 2, 2\) of float64, expected a matrix",
        ),
        (
            {"groundTruth": cell(annotator([[0.5]]))},
            r"groundTruth\{1\}\.Segmentation: holds numbers that are not whole",
        ),
        (
            {"groundTruth": cell(annotator([[1, 2]]), annotator([[1], [2]]))},
            r"groundTruth\{2\}\.Segmentation: is 1x2, the first annotator's is 2x1",
        ),
    ],
)
def test_what_is_no_annotation_is_refused(tmp_path: Path, variables: dict[str, Any], message: str) -> None:
    path = save(tmp_path / "1.mat", **variables)
    with pytest.raises(InputError, match=message):
        read_annotations([path], "regions")


@pytest.mark.parametrize(
    "content", [b"", b"MATLAB 5.0 MAT-file" + bytes(200), b"\x89PNG\r\n\x1a\n" + bytes(300)]
)
def test_what_is_no_matlab_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "1.mat"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"1\.mat: is no MATLAB file, or damaged"):
        read_annotations([path], "regions")


def test_a_damaged_file_is_refused_wherever_it_is_cut(tmp_path: Path) -> None:
    whole = save(tmp_path / "1.mat", groundTruth=cell(annotator(SEGMENTS))).read_bytes()
    for end in range(0, len(whole) - 1, 7):
        (tmp_path / "cut.mat").write_bytes(whole[:end])
        with pytest.raises(InputError, match=r"cut\.mat"):
            read_annotations([tmp_path / "cut.mat"], "regions")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"1\.mat: "):
        read_annotations([tmp_path / "1.mat"], "regions")


def test_matlab_7_3_is_refused(tmp_path: Path) -> None:
    header = b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM"
    (tmp_path / "1.mat").write_bytes(header + bytes(400))
    with pytest.raises(InputError, match=r"is of MATLAB 7\.3 \(HDF5\); save it with -v7"):
        read_annotations([tmp_path / "1.mat"], "regions")
