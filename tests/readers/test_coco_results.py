"""Results that cannot be meant, and what can, however they are written."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from readers.documents import (
    RESULTS,
    assert_same,
    changed,
    geometry,
    refusal_of_results,
    truth_table,
    without_bytes,
    write,
)
from reference import masks as reference

from segmetrics.errors import InputError
from segmetrics.readers.coco import read_ground_truth, read_results

SCORE, SIZE, COUNTS = "0.5", "[4,6]", "[4,4,16]"
MASK = '{"size":[4,6],"counts":[4,4,16]}'
SEGMENTATION = f'"segmentation":{MASK}'

# ---- values that cannot be meant --------------------------------------------------------------------------

BAD_RESULTS = [
    (SCORE, '"0.93"', '(byte 39): "score" is "0.93", expected a finite number'),
    (SCORE, "true", '(byte 39): "score" is true, expected a finite number'),
    (SCORE, "[0.5]", '(byte 39): "score" is [0.5], expected a finite number'),
    (SCORE, '{"a":{"b":1}}', '(byte 39): "score" is {"a":{"b":1}}, expected a finite number'),
    ('"score":0.5,', "", '(byte 1): "score" is missing'),
    ('"image_id":7,', "", '(byte 1): "image_id" is missing'),
    ('"category_id":3,', "", '(byte 1): "category_id" is missing'),
    ("," + SEGMENTATION, "", '(byte 1): "segmentation" is missing'),
    ('"image_id":7', '"image_id":8', '"image_id" 8 is not in the ground truth'),
    ('"image_id":7', '"image_id":"7"', '(byte 13): "image_id" is "7", expected a 64-bit integer'),
    ('"image_id":7', '"image_id":7.5', '(byte 13): "image_id" is 7.5, expected a 64-bit integer'),
    (
        '"image_id":7',
        '"image_id":9223372036854775808',
        '(byte 13): "image_id" is 9223372036854775808, expected a 64-bit integer',
    ),
    (
        '"category_id":3',
        '"category_id":false',
        '(byte 29): "category_id" is false, expected a 64-bit integer',
    ),
    (
        MASK,
        '"abc"',
        '(byte 58): "segmentation" is "abc", expected polygons (an array) or counts with a size (an object)',
    ),
    (MASK, "[]", '(byte 58): "segmentation" is [], expected at least one polygon'),
    (
        MASK,
        "[1,2,3,4,5,6]",
        '(byte 59): "segmentation" holds 1, expected a polygon (an array of coordinates)',
    ),
    (
        MASK,
        "[[1,2,3,4]]",
        '(byte 59): "segmentation" holds [1,2,3,4], expected a polygon of 3 points or more',
    ),
    (
        MASK,
        "[[1,2,3,4,5,6],[]]",
        '(byte 73): "segmentation" holds [], expected a polygon with points',
    ),
    (
        MASK,
        "[[1,2,3,4,5,6,7]]",
        '(byte 59): "segmentation" holds [1,2,3,4,5,6,7], expected an even number of coordinates',
    ),
    (MASK, '[[1,2,3,4,"5",6]]', '(byte 68): "segmentation" holds "5", expected a coordinate (a number)'),
    (
        MASK,
        "[[1,2,3,4,5,1000001]]",
        '(byte 70): "segmentation" holds 1000001, expected a coordinate within 1,000,000 pixels',
    ),
    (SIZE, "4", '(byte 66): "size" is 4, expected [height, width]'),
    (SIZE, "[4]", '(byte 66): "size" is [4], expected [height, width]'),
    (SIZE, "[4,6,1]", '(byte 66): "size" is [4,6,1], expected [height, width]'),
    (SIZE, "[0,6]", '(byte 67): "size" holds 0, expected an integer from 1 to 2,147,483,647'),
    (SIZE, "[4,-6]", '(byte 69): "size" holds -6, expected an integer from 1 to 2,147,483,647'),
    (SIZE, "[4.5,6]", '(byte 67): "size" holds 4.5, expected an integer from 1 to 2,147,483,647'),
    (
        SIZE,
        "[4294967300,6]",
        '(byte 67): "size" holds 4294967300, expected an integer from 1 to 2,147,483,647',
    ),
    (
        SIZE,
        "[1000000000,1000000000]",
        '(byte 66): "size" is [1000000000,1000000000], expected a size of at most 2,147,483,647 pixels',
    ),
    (SIZE, "[6,4]", '"segmentation" has size 6 x 4, image 7 is 4 x 6 (height x width)'),
    ('"size":[4,6],', "", '(byte 58): "size" is missing'),
    (',"counts":[4,4,16]', "", '(byte 58): "counts" is missing'),
    (COUNTS, "24", '(byte 81): "counts" is 24, expected counts (a string or an array of integers)'),
    (
        COUNTS,
        "[4,4,15]",
        '(byte 81): "counts" is a total of 23, expected counts that add up to height * width',
    ),
    (
        COUNTS,
        "[4,4,17]",
        '(byte 81): "counts" is a total of 25, expected counts that add up to height * width',
    ),
    (COUNTS, "[]", '(byte 81): "counts" is a total of 0, expected counts that add up to height * width'),
    (COUNTS, "[4,24,-4]", '(byte 87): "counts" holds -4, expected an integer from 0 to 2,147,483,647'),
    (COUNTS, "[4,4,15.5]", '(byte 86): "counts" holds 15.5, expected an integer from 0 to 2,147,483,647'),
    (
        COUNTS,
        "[2147483647,2147483647,2147483647,2147483647]",
        '(byte 81): "counts" is a total of 8589934588, expected counts that add up to height * width',
    ),
    (COUNTS, '""', '(byte 81): "counts" is a total of 0, expected counts that add up to height * width'),
    (COUNTS, '"44"', '(byte 81): "counts" is a total of 8, expected counts that add up to height * width'),
    (COUNTS, '"4`0"', '(byte 81): "counts" is a total of 20, expected counts that add up to height * width'),
    (COUNTS, '"4 4"', "(byte 81): \"counts\" is ' ', expected a character from '0' to 'o'"),
    (COUNTS, '"abc"', '(byte 81): "counts" is "abc", expected another character of the last number'),
    (SEGMENTATION, '"bbox":5', '(byte 50): "bbox" is 5, expected [x, y, width, height]'),
    (SEGMENTATION, '"bbox":[]', '(byte 1): "segmentation" is missing'),
    (SEGMENTATION, '"bbox":[1,2,3]', '(byte 50): "bbox" is [1,2,3], expected [x, y, width, height]'),
    (SEGMENTATION, '"bbox":[1,2,3,4,5]', '(byte 50): "bbox" is [1,2,3,4,5], expected [x, y, width, height]'),
    (SEGMENTATION, '"bbox":[1,2,"3",4]', '(byte 55): "bbox" holds "3", expected a finite number'),
    (
        SEGMENTATION,
        '"bbox":[1,2,-3,4]',
        '(byte 50): "bbox" is [1,2,-3,4], expected a width and a height that are not negative',
    ),
    (
        SEGMENTATION,
        '"bbox":[1000001,2,3,4]',
        '(byte 50): "bbox" is [1000001,2,3,4], expected a box within 1,000,000 pixels',
    ),
]

NOT_FINITE = ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"]


def about_record(message: str) -> str:
    return f"record 0 {message}" if message.startswith("(byte") else f"record 0: {message}"


@pytest.mark.parametrize(("old", "new", "message"), BAD_RESULTS)
def test_bad_results(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = changed(RESULTS, old, new)
    assert refusal_of_results(tmp_path / "results.json", text) == about_record(message)
    with pytest.raises(InputError) as caught:
        read_results(json.loads(text), truth_table())
    assert str(caught.value) == without_bytes(about_record(message))


@pytest.mark.parametrize("number", NOT_FINITE)
def test_numbers_that_are_not_finite(tmp_path: Path, number: str) -> None:
    path = tmp_path / "results.json"
    text = changed(RESULTS, SCORE, number)
    expected = f'record 0 (byte 39): "score" is {number}, expected a finite number'
    assert refusal_of_results(path, text) == expected
    with pytest.raises(InputError) as caught:
        read_results(json.loads(text), truth_table())
    assert str(caught.value) == 'record 0: "score" is None, NaN or infinite, expected a finite number'
    text = changed(RESULTS, SEGMENTATION, f'"bbox":[1,{number},2,3]')
    expected = f'record 0 (byte 53): "bbox" holds {number}, expected a finite number'
    assert refusal_of_results(path, text) == expected


def test_unknown_images_are_counted(tmp_path: Path) -> None:
    records = [*json.loads(RESULTS), *({**json.loads(RESULTS)[0], "image_id": n} for n in (9, 10, 9))]
    message = 'record 1: "image_id" 9 is not in the ground truth (nor are those of 2 more records)'
    assert refusal_of_results(tmp_path / "results.json", json.dumps(records)) == message


def test_a_later_record_without_a_box(tmp_path: Path) -> None:
    record = json.loads(RESULTS)[0]
    message = 'record 1: "bbox" is missing, and sizes are taken from the boxes, as the first record has one'
    text = json.dumps([{**record, "bbox": [0, 0, 1, 1]}, record])
    assert refusal_of_results(tmp_path / "results.json", text) == message


def test_polygons_alone_are_no_boxes(tmp_path: Path) -> None:
    truth = truth_table(geometry="boxes")
    text = changed(RESULTS, MASK, "[[1,1,1,3,3,3]]")
    message = "record 0: sizes are taken from the masks, and its mask is missing or made of polygons"
    assert refusal_of_results(tmp_path / "results.json", text, truth) == message


def test_a_box_without_a_finite_area(tmp_path: Path) -> None:
    truth = truth_table(geometry="boxes")
    text = changed(RESULTS, SEGMENTATION, '"bbox":[1,2,1e300,1e300]')
    message = 'record 0 (byte 50): "bbox" is [1,2,1e300,1e300], expected a box of finite size'
    assert refusal_of_results(tmp_path / "results.json", text, truth) == message


def test_masks_stay_unread_beside_boxes_whatever_their_order() -> None:
    truth = truth_table(geometry="boxes")
    record = json.loads(RESULTS)[0]
    mask, box = {"segmentation": record.pop("segmentation")}, {"bbox": [1, 1, 2, 2]}
    one = read_results([record | mask | box], truth)
    other = read_results([record | box | mask], truth)
    assert_same(one.instances, other.instances)


# ---- values that can be meant -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("7", "7.0"),
        ("7", "70e-1"),
        ("7", "0.7E+1"),
        (SCORE, "5e-1"),
        (SCORE, "0.50000000000000000000000000000000000000000"),
        (SIZE, "[4.0,6e0]"),
        (COUNTS, "[4,4e0,16.0]"),
        (COUNTS, "[4,4,16,0,-0]"),
        ('"score"', '"sc\\u006fre"'),
        ('"segmentation"', '"\\u0073egmentation"'),
        ('"score"', '"file/name":1,"score"'),
        ('"score"', '"score":9,"score"'),
        ('"score"', '"x":{"score":[{"a":[[],{}]},"}"]},"score"'),
        ('"score"', f'"{"k" * 300}":NaN,"score"'),
        ("[{", "\r\n[\t{"),
        ("}]", "}]\r\n "),
    ],
)
def test_the_same_written_otherwise(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "results.json"
    path.write_bytes(changed(RESULTS, old, new))
    read = read_results(path, truth_table()).instances
    assert_array_equal(read.scores, [0.5])
    assert_array_equal(read.category, [0])
    assert read.shapes["height"][0] == 4
    counts = geometry(read, 0)
    assert isinstance(counts, list)
    assert counts[:3] == [4, 4, 16]


@pytest.mark.parametrize("text", ['"44`0"', '"\\u0034\\u0034`0"', '"44\\u00600"'])
def test_counts_are_unescaped(tmp_path: Path, text: str) -> None:
    path = tmp_path / "results.json"
    path.write_bytes(changed(RESULTS, COUNTS, text))
    assert geometry(read_results(path, truth_table()).instances, 0) == "44`0"


def test_a_slash_may_be_escaped_but_is_no_count(tmp_path: Path) -> None:
    text = changed(RESULTS, COUNTS, '"44\\/0"')
    expected = "record 0 (byte 81): \"counts\" is '/', expected a character from '0' to 'o'"
    assert refusal_of_results(tmp_path / "results.json", text) == expected


def test_no_detections_are_results(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    for text in ("[]", " [ ] \n"):
        path.write_text(text)
        assert len(read_results(path, truth_table()).instances) == 0
    assert len(read_results([], truth_table()).instances) == 0


@st.composite
def segmentations(draw: st.DrawFn) -> Any:
    coordinates = st.floats(-50, 50).map(lambda x: round(x, 3))
    polygon = st.lists(coordinates, min_size=6, max_size=12).filter(lambda xy: len(xy) % 2 == 0)
    kind = draw(st.sampled_from(["text", "counts", "polygons"]))
    if kind == "polygons":
        return draw(st.lists(polygon, min_size=1, max_size=3))
    cuts = sorted(draw(st.lists(st.integers(0, 24), max_size=5)))
    counts = np.diff([0, *cuts, 24]).tolist()
    return {"size": [4, 6], "counts": counts if kind == "counts" else reference.text(counts)}


detections = st.fixed_dictionaries(
    {
        "image_id": st.integers(0, 3),
        "category_id": st.sampled_from([3, -5, 1 << 62]),
        "score": st.floats(allow_nan=False, allow_infinity=False),
        "segmentation": segmentations(),
    },
    optional={
        "note": st.text(st.characters(max_codepoint=0x2FF), max_size=40),
        "nested}, {": st.just([{"score": "x"}, {}]),
    },
)


def plain_geometry(segmentation: Any) -> Any:
    if isinstance(segmentation, dict):
        return segmentation["counts"]
    return [[int(5 * x + 0.5) for x in polygon] for polygon in segmentation]


@given(st.lists(detections, max_size=6), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_results_read_as_json_reads_them(
    tmp_path: Path, records: list[dict[str, Any]], random: Random
) -> None:
    path = tmp_path / "results.json"
    path.write_text(write(records, random))
    assert json.loads(path.read_text()) == records
    truth = read_ground_truth(
        {
            "images": [{"id": i, "height": 4, "width": 6} for i in range(4)],
            "annotations": [],
            "categories": [{"id": 3}, {"id": 1 << 62}],
        }
    )
    read = read_results(path, truth).instances
    images = np.repeat(np.arange(4), np.diff(read.starts))
    assert sorted(zip(images, read.order, strict=True)) == sorted(
        (record["image_id"], row) for row, record in enumerate(records)
    )
    assert_array_equal(read.scores, np.array([record["score"] for record in records], np.float64))
    positions = {3: 0, 1 << 62: 1, -5: (1 << 32) - 1}
    assert read.category.tolist() == [positions[record["category_id"]] for record in records]
    for row, record in enumerate(records):
        assert geometry(read, row) == plain_geometry(record["segmentation"])


def test_results_are_shown_in_a_line() -> None:
    assert repr(read_results(json.loads(RESULTS), truth_table())) == (
        "Results(n_images=1, n_detections=1, area='mask')"
    )
