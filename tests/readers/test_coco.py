"""Python objects in place of files: dicts, NumPy values, and what the official tools make of files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from readers.documents import RESULTS, TRUTH, assert_same, changed, geometry, truth_table

from segmetrics.errors import InputError
from segmetrics.readers.coco import read_ground_truth, read_results


def test_numpy_values_are_values(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_bytes(changed(RESULTS, "[4,4,16]", '"44`0"'))
    expected = read_results(path, truth_table()).instances
    record = {
        "image_id": np.int64(7),
        "category_id": np.uint8(3),
        "score": np.float32(0.5),
        "segmentation": {"size": np.array([4, 6]), "counts": b"44`0"},
    }
    assert_same(read_results([record], truth_table()).instances, expected)
    assert_same(read_results((record,), truth_table()).instances, expected)


def test_arrays_are_polygons_and_boxes() -> None:
    record = {"image_id": 7, "category_id": 3, "score": np.float64(1)}
    polygon = np.array([1, 1, 1, 3, 3, 3], np.float32)
    assert geometry(read_results([record | {"segmentation": [polygon]}], truth_table()).instances, 0) == [
        [5, 5, 5, 15, 15, 15]
    ]
    boxed = read_results([record | {"bbox": np.array([1, 2, 3, 4.5])}], truth_table()).instances
    assert geometry(boxed, 0) == [1, 2, 3, 4.5]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (None, "found None, NaN or infinite, expected an array of results"),
        (5, "found 5, expected an array of results"),
        ({}, "found {}, expected an array of results"),
        ([5], "record 0: found 5, expected a record (an object)"),
        ([None], "record 0: found None, NaN or infinite, expected a record (an object)"),
        ([{"image_id": object()}], "not COCO-shaped: object is not a value of a COCO record"),
        (iter([]), "not COCO-shaped: list_iterator is not a value of a COCO record"),
    ],
)
def test_objects_that_are_not_results(source: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_results(source, truth_table())
    assert str(caught.value) == message


def test_objects_nested_without_end() -> None:
    knot: list[Any] = []
    knot.append(knot)
    with pytest.raises(InputError, match="not COCO-shaped"):
        read_results([{"x": knot}], truth_table())


@pytest.mark.parametrize("key", ["images", "annotations", "categories"])
def test_objects_that_lack_a_key(key: str) -> None:
    dataset = json.loads(TRUTH)
    del dataset[key]
    with pytest.raises(InputError) as caught:
        read_ground_truth(dataset)
    assert str(caught.value) == f'"{key}" is missing'
    with pytest.raises(InputError, match=f'"{key}" is (None|null)'):
        read_ground_truth({**dataset, key: None})


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_objects_of_the_official_tools(tmp_path: Path) -> None:
    pycocotools = pytest.importorskip("pycocotools.coco")
    path = tmp_path / "truth.json"
    path.write_text(TRUTH)
    expected = read_ground_truth(path)
    of_coco = read_ground_truth(pycocotools.COCO(str(path)))
    assert_same(of_coco.instances, expected.instances)
    assert of_coco.categories == expected.categories


@pytest.mark.filterwarnings("ignore")
def test_objects_of_lvis(tmp_path: Path) -> None:
    lvis = pytest.importorskip("lvis")
    path = tmp_path / "truth.json"
    path.write_bytes(
        changed(TRUTH, '"name"', '"frequency":"r","name"').replace(
            b'"height"', b'"neg_category_ids":[3],"not_exhaustive_category_ids":[],"height"', 1
        )
    )
    expected = read_ground_truth(path, federated=True)
    read = read_ground_truth(lvis.LVIS(str(path)), federated=True)
    assert_same(read.instances, expected.instances)
    assert read.instances.negative.category.tolist() == [0]
    assert read.categories == expected.categories
