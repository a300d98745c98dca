"""Results whose images have names: what is read, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from segmetrics.errors import InputError
from segmetrics.masks import decode
from segmetrics.readers.mask_results import MaskResults, read_mask_results

NAMES = ["2007_000033", "2007_000042"]
RECORD: dict[str, Any] = {
    "image_id": NAMES[0],
    "category_id": 15,
    "segmentation": {"size": [2, 3], "counts": "141"},
    "score": 0.5,
}


def written(tmp_path: Path, *records: Any) -> Path:
    path = tmp_path / "results.json"
    path.write_text(json.dumps(records))
    return path


def test_names_numbers_and_both_forms_of_counts_are_read(tmp_path: Path) -> None:
    lists = {"segmentation": {"size": [2, 3], "counts": [0, 6]}, "score": 1, "category_id": 2}
    path = written(tmp_path, RECORD, RECORD | {"image_id": 2007000033} | lists | {"bbox": [0, 0, 1, 1]})
    found = read_mask_results(path, NAMES, range(1, 21))
    assert list(found) == NAMES
    images = MaskResults(tuple(found.values()))
    assert (len(images), len(images[1:]), len(images[1].masks)) == (2, 1, 0)
    first = images[0]
    assert first.categories.tolist() == [15, 2]
    assert first.scores.tolist() == [0.5, 1]
    assert decode(first.masks).astype(int).tolist() == [[[0, 1, 1], [1, 1, 0]], [[1, 1, 1], [1, 1, 1]]]


def test_a_number_that_two_images_share_stands_for_neither(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='"image_id" is 12, which is no image'):
        read_mask_results(written(tmp_path, RECORD | {"image_id": 12}), ["1_2", "12_"], [15])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"image_id": "2007_000099"}, "\"image_id\" is '2007_000099', which is no image of the split"),
        ({"image_id": 7}, '"image_id" is 7, which'),
        ({"category_id": 0}, '"category_id" is 0, expected one of 2, 15'),
        ({"category_id": "cat"}, '"category_id": Expected `int`, got `str`'),
        ({"score": "0.9"}, '"score": Expected `float`, got `str`'),
        ({"score": None}, '"score": Expected `float`, got `null`'),
        ({"segmentation": [[0, 0, 1, 1]]}, '"segmentation": Expected `object`.*a mask is its run lengths'),
        ({"segmentation": {"size": [2], "counts": ""}}, '"segmentation.size": .*length 2.*run lengths'),
    ],
)
def test_a_wrong_record_is_told_by_file_and_number(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    path = written(tmp_path, RECORD, RECORD | change)
    with pytest.raises(InputError, match=rf"results\.json: record 1: {words}"):
        read_mask_results(path, NAMES, [15, 2])


@pytest.mark.parametrize("counts", ["1", "~~", [1, 2], [-1, 7]])
def test_wrong_counts_are_told_once_they_are_decoded(tmp_path: Path, counts: Any) -> None:
    wrong = RECORD | {"segmentation": {"size": [2, 3], "counts": counts}}
    images = read_mask_results(written(tmp_path, RECORD, RECORD, wrong), NAMES, [15])
    with pytest.raises(InputError, match=r"results\.json: record 2: "):
        images[NAMES[0]].read()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Input data was truncated"),
        ('[{"image_id": "a"}]', "record 0: .*missing required field"),
        ('{"annotations": []}', "Expected `array`"),
        (json.dumps([RECORD | {"score": float("nan")}]), "JSON is malformed"),
        (json.dumps([RECORD | {"score": 1}]).replace('"score": 1', '"score": 1e999'), "out of range"),
    ],
)
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "results.json"
    path.write_text(text)
    with pytest.raises(InputError, match=rf"results\.json: .*{words}"):
        read_mask_results(path, NAMES, [15])


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.json: No such file"):
        read_mask_results(tmp_path / "none.json", NAMES, [15])
    with pytest.raises(InputError, match="is a folder, expected a JSON file of results"):
        read_mask_results(tmp_path, NAMES, [15])
