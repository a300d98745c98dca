"""Panoptic files: a JSON and the PNGs it names, each refused in words where they do not fit."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segmetrics.errors import InputError
from segmetrics.panoptic import PanopticCategory
from segmetrics.readers.panoptic import PanopticFiles, read_panoptic_predictions, read_panoptic_truth

Record = dict[str, Any]

CATEGORIES = [{"id": 9, "name": "sea", "isthing": 0}, {"id": 1, "name": "boat", "isthing": 1}]
BOAT = {"id": 260, "category_id": 1, "area": 3, "iscrowd": 0, "bbox": [0, 0, 3, 1]}


def annotation(**changes: Any) -> Record:
    return {"image_id": 7, "file_name": "7.png", "segments_info": [BOAT]} | changes


def truth(folder: Path, *annotations: Record, categories: object = CATEGORIES) -> Path:
    (folder / "truth").mkdir(exist_ok=True)
    path = folder / "truth.json"
    path.write_text(json.dumps({"images": [], "annotations": annotations, "categories": categories}))
    return path


def test_ground_truth_is_read(tmp_path: Path) -> None:
    path = truth(tmp_path, annotation(image_id=12), annotation(file_name="sub/7.png"))
    listing = read_panoptic_truth(path)
    assert listing.categories == (PanopticCategory(1, "boat", True), PanopticCategory(9, "sea", False))
    assert {key: file.path for key, file in listing.files.items()} == {
        7: tmp_path / "truth" / "sub" / "7.png",
        12: tmp_path / "truth" / "7.png",
    }
    assert list(listing.files) == [7, 12]
    assert listing.n_segments == 2
    segments = listing.files[7].segments
    assert (segments.ids.tolist(), segments.areas.tolist(), segments.is_crowd.tolist()) == (
        [260],
        [3],
        [False],
    )


def test_predictions_need_less(tmp_path: Path) -> None:
    path = tmp_path / "found.json"
    path.write_text(json.dumps({"annotations": [annotation(segments_info=[{"id": 5, "category_id": 1}])]}))
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    listing = read_panoptic_predictions(path, [PanopticCategory(1, "boat", is_thing=True)], folder)
    assert listing.files[7].path == folder / "7.png"
    assert listing.files[7].segments.areas.tolist() == [-1]


def test_maps_are_read_when_they_are_asked_for(tmp_path: Path) -> None:
    listing = read_panoptic_truth(truth(tmp_path, annotation(), annotation(image_id=8, file_name="8.png")))
    files = PanopticFiles(tuple(listing.files.values()))
    colours = np.full((2, 3, 4), (4, 1, 0, 255), np.uint8)
    Image.fromarray(colours[:, :, :3]).save(tmp_path / "truth" / "7.png")
    Image.fromarray(colours).save(tmp_path / "truth" / "8.png")
    travelled = pickle.loads(pickle.dumps(files[0:2]))  # noqa: S301  # our own
    for image in travelled:
        assert np.array_equal(image.ids, colours[:, :, :3])
    (tmp_path / "truth" / "7.png").unlink()
    with pytest.raises(InputError, match=r"truth/7\.png: No such file"):
        files[0]


def test_a_map_that_is_not_rgb_is_refused(tmp_path: Path) -> None:
    listing = read_panoptic_truth(truth(tmp_path, annotation()))
    Image.fromarray(np.zeros((2, 3), np.uint8)).save(tmp_path / "truth" / "7.png")
    with pytest.raises(InputError, match=r"7\.png: is gray .*, expected 8-bit RGB"):
        listing.files[7].read()


@pytest.mark.parametrize(
    ("annotations", "message"),
    [
        ([annotation(), annotation()], "image 7: is listed twice"),
        ([annotation(), annotation(image_id="8")], "some are texts"),
        ([annotation(image_id=2**63)], "expected an id of 64 bits"),
        ([annotation(image_id=None)], r"annotations\[0\]\.image_id"),
        ([annotation(segments_info=None)], r"annotations\[0\]\.segments_info"),
        ([annotation(segments_info=[BOAT, BOAT])], "image 7, segment 260: is listed twice"),
        (
            [annotation(segments_info=[BOAT | {"category_id": 5}])],
            r"image 7, segment 260: .* is 5, which is none",
        ),
        ([annotation(segments_info=[BOAT | {"id": 0}])], r'image 7, segment 0: "id" is 0'),
        ([annotation(segments_info=[BOAT | {"area": None}])], 'image 7, segment 260: "area" is missing'),
        ([annotation(segments_info=[BOAT | {"iscrowd": 3}])], r"segments_info\[0\]\.iscrowd"),
        ([{"image_id": 7}], "missing required field `file_name`"),
    ],
)
def test_annotations_that_cannot_be_are_refused(
    tmp_path: Path, annotations: list[Record], message: str
) -> None:
    with pytest.raises(InputError, match=rf"truth\.json: .*{message}"):
        read_panoptic_truth(truth(tmp_path, *annotations))


@pytest.mark.parametrize(
    "name", ["/etc/7.png", "../7.png", "a/../../7.png", "..\\7.png", "C:7.png", "", "a\0"]
)
def test_names_that_lead_out_of_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="expected a path inside the folder of PNGs"):
        read_panoptic_truth(truth(tmp_path, annotation(file_name=name)))


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"annotations": []}', '{"annotations": [], "categories": [{"id": 1}]}', '"\udcff"'],
)
def test_files_that_are_no_ground_truth_are_refused(tmp_path: Path, text: str) -> None:
    path = truth(tmp_path)
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=r"truth\.json: "):
        read_panoptic_truth(path)


def test_two_categories_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="two categories have the same id"):
        read_panoptic_truth(truth(tmp_path, categories=CATEGORIES * 2))


def test_a_category_id_beyond_64_bits_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"categories\[0\]\.id"):
        read_panoptic_truth(truth(tmp_path, categories=[CATEGORIES[0] | {"id": 2**63}]))


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.json: No such file"):
        read_panoptic_truth(tmp_path / "none.json")
    path = truth(tmp_path)
    (tmp_path / "truth").rmdir()
    with pytest.raises(InputError, match=r"truth: is no folder, expected the PNGs of .*truth\.json"):
        read_panoptic_truth(path)
