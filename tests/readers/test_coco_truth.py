"""Ground truth that cannot be meant, and what can, however it is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from readers.documents import TRUTH, changed, refusal_of_truth, truth_table, without_bytes

from segmetrics.errors import InputError
from segmetrics.readers.coco import read_ground_truth

BAD_TRUTH = [
    ('"id":7,', "", 'image 0 (byte 11): "id" is missing'),
    ('"id":7', '"id":"7"', 'image 0 (byte 17): "id" is "7", expected a 64-bit integer'),
    (
        '"height":4',
        '"height":0',
        'image 0 (byte 28): "height" is 0, expected an integer from 1 to 2,147,483,647',
    ),
    (
        '"width":6',
        '"width":"6"',
        'image 0 (byte 38): "width" is "6", expected an integer from 1 to 2,147,483,647',
    ),
    (
        '"height":4,"width":6',
        '"height":100000,"width":100000',
        (
            'image 0 (byte 11): found {"id":7,"height":100000,"width":100000}, '
            "expected an image of at most 2,147,483,647 pixels"
        ),
    ),
    ('"height":4,', "", 'image 7 has masks but no "height" and "width"'),
    (
        "[[1,1,1,3,3,3,3,1]]",
        '{"size":[5,6],"counts":[30]}',
        'annotation 0: "segmentation" has size 5 x 6, image 7 is 4 x 6 (height x width)',
    ),
    ('"width":6}', '"width":6},{"id":7}', "image 1: id 7 is that of image 0 too, expected each id once"),
    (
        "2,2]}]",
        '2,2]},{"id":1,"image_id":7,"category_id":3,"area":4,"segmentation":[[1,1,1,3,3,3]]}]',
        "annotation 1: id 1 is that of annotation 0 too, expected each id once",
    ),
    ('"boat"}', '"boat"},{"id":3}', "category 1: id 3 is that of category 0 too, expected each id once"),
    ('{"id":1,', "{", 'annotation 0 (byte 57): "id" is missing'),
    ('"area":4,', "", 'annotation 0 (byte 57): "area" is missing'),
    ('"area":4', '"area":"4"', 'annotation 0 (byte 101): "area" is "4", expected a finite number'),
    ('"iscrowd":0', '"iscrowd":"0"', 'annotation 0 (byte 113): "iscrowd" is "0", expected 0 or 1'),
    ('"iscrowd":0', '"ignore":[]', 'annotation 0 (byte 112): "ignore" is [], expected 0 or 1'),
    (
        '"segmentation":[[1,1,1,3,3,3,3,1]],',
        "",
        'annotation 0 (byte 57): "segmentation" is missing',
    ),
    ('[{"id":3,"name":"boat"}]', '{"a":1}', '"categories" is {"a": 1}, expected an array of categories'),
    ('{"id":3,"name":"boat"}', "3", "category 0: found 3, expected a category (an object)"),
    ('{"id":3,', "{", 'category 0: "id" is missing'),
    ('{"id":3,', '{"id":true,', 'category 0: "id" is true, expected a 64-bit integer'),
    ('{"id":3,', '{"id":3.5,', 'category 0: "id" is 3.5, expected a 64-bit integer'),
    (
        '{"id":3,',
        '{"id":9223372036854775808,',
        'category 0: "id" is 9223372036854775808, expected a 64-bit integer',
    ),
    ('"boat"', "[1]", 'category 0: "name" is [1], expected a string'),
]


@pytest.mark.parametrize(("old", "new", "message"), BAD_TRUTH)
def test_bad_truth(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = changed(TRUTH, old, new)
    assert refusal_of_truth(tmp_path / "truth.json", text) == message
    with pytest.raises(InputError) as caught:
        read_ground_truth(json.loads(text))
    assert str(caught.value) == without_bytes(message)


def test_lvis_needs_its_frequencies(tmp_path: Path) -> None:
    message = 'category 0: "frequency" {}, expected "r", "c" or "f": is this an LVIS file?'
    path = tmp_path / "truth.json"
    assert refusal_of_truth(path, TRUTH, federated=True) == message.format("is missing")
    text = changed(TRUTH, '"name"', '"frequency":"x","name"')
    assert refusal_of_truth(path, text, federated=True) == message.format('is "x"')
    text = changed(TRUTH, '"height"', '"neg_category_ids":[1,"2"],"height"')
    expected = 'image 0 (byte 41): "neg_category_ids" holds "2", expected a 64-bit integer'
    assert refusal_of_truth(path, text) == expected


@pytest.mark.parametrize(("crowd", "flag"), [("1", 1), ("true", 1), ("1.0", 1), ("0", 0), ("false", 0)])
def test_crowds(tmp_path: Path, crowd: str, flag: int) -> None:
    path = tmp_path / "truth.json"
    path.write_bytes(changed(TRUTH, '"iscrowd":0', f'"iscrowd":{crowd}'))
    assert read_ground_truth(path).instances.flags[0] & 1 == flag


def test_truth_is_shown_in_a_line() -> None:
    truth = truth_table(geometry="boxes")
    assert repr(truth) == "GroundTruth(n_images=1, n_categories=1, n_annotations=1, geometry='boxes')"
    assert repr(truth.instances) == "Instances(n_images=1, n_rows=1)"
    assert repr(truth.instances.images(0, 0)) == "Instances(n_images=0, n_rows=0)"
