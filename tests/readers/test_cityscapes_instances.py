"""Predicted instances in Cityscapes' format: what is read, and what is refused in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segmetrics.errors import InputError
from segmetrics.readers.cityscapes_instances import read_instances


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Predictions with two masks beside the folder of texts."""
    for name in ("a.png", "b.png"):
        (tmp_path / "results" / "masks").mkdir(parents=True, exist_ok=True)
        mask = np.array([[0, 255, int(name == "b.png")]], np.uint8)
        Image.fromarray(mask).save(tmp_path / "results" / "masks" / name)
    (tmp_path / "results" / "texts").mkdir()
    (tmp_path / "outside.png").write_bytes((tmp_path / "results" / "masks" / "a.png").read_bytes())
    return tmp_path / "results"


def text(folder: Path, content: str) -> Path:
    path = folder / "texts" / "image.txt"
    path.write_text(content)
    return path


def test_lines_are_read_and_masks_decoded_when_asked_for(folder: Path) -> None:
    first, second = read_instances(
        text(folder, "../masks/a.png 26 0.5\r\n../masks/b.png 24.0 1e-3\n"), folder
    )
    assert (first.label, first.confidence, second.label, second.confidence) == (26, 0.5, 24, 0.001)
    assert np.asarray(first.mask).tolist() == [[0, 255, 0]]
    assert np.asarray(second.mask, np.int64).tolist() == [[0, 255, 1]]


def test_no_lines_are_no_instances(folder: Path) -> None:
    assert read_instances(text(folder, ""), folder) == []


def test_of_two_lines_with_one_mask_the_later_counts(folder: Path) -> None:
    lines = "../masks/a.png 26 0.5\n../masks/b.png 26 0.4\n../texts/../masks/a.png 24 0.3\n"
    found = read_instances(text(folder, lines), folder)
    assert [(each.mask.file.name, each.label) for each in found] == [("a.png", 24), ("b.png", 26)]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("../masks/a.png 26", "has 2 fields, expected 3"),
        ("../masks/a.png 26 0.5 1", "has 4 fields"),
        ("../masks/a.png  26 0.5", "has 4 fields"),
        ("", "has 1 fields"),
        ("../masks/a.png car 0.5", "the label is 'car', expected a number"),
        ("../masks/a.png inf 0.5", "the label is 'inf'"),
        ("../masks/a.png 26 nan", "the confidence is 'nan'"),
        ("/masks/a.png 26 0.5", "the mask is '/masks/a.png', expected a path from the folder"),
        (r"C:\a.png 26 0.5", "the mask is .*, expected a path from the folder"),
        ("../../outside.png 26 0.5", "'../../outside.png' lies outside of the predictions"),
        ("../masks/c.png 26 0.5", "masks/c.png is not there"),
        ("../masks 26 0.5", "is not there"),
    ],
)
def test_a_wrong_line_is_told_by_number(folder: Path, line: str, words: str) -> None:
    with pytest.raises(InputError, match=rf"texts/image\.txt: line 2: .*{words}"):
        read_instances(text(folder, f"../masks/b.png 26 0.5\n{line}\n"), folder)


def test_a_label_that_is_no_class_is_told_by_line(folder: Path) -> None:
    path = text(folder, "../masks/a.png 24 0.5\n../masks/b.png 99 0.5\n")
    with pytest.raises(InputError, match=r"image\.txt: line 2: the label is 99, which is no class"):
        read_instances(path, folder, labels=(24, 26))


def test_what_cannot_be_read_is_told_by_file(folder: Path) -> None:
    with pytest.raises(InputError, match=r"none\.txt: No such file"):
        read_instances(folder / "none.txt", folder)
    path = text(folder, "")
    path.write_bytes(b"\xff")
    with pytest.raises(InputError, match=r"image\.txt: byte 0: is no text in UTF-8"):
        read_instances(path, folder)


def test_a_mask_of_another_form_is_told_by_file(folder: Path) -> None:
    Image.new("RGB", (3, 1)).save(folder / "masks" / "a.png")
    (found,) = read_instances(text(folder, "../masks/a.png 26 0.5"), folder)
    with pytest.raises(InputError, match=r"masks/a\.png: is RGB"):
        np.asarray(found.mask)
