"""Small COCO-shaped documents, ways to write them differently, and what the readers say about them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from segmetrics.errors import InputError
from segmetrics.instances import Instances, Listing
from segmetrics.readers.coco import GroundTruth, read_ground_truth, read_results

TRUTH = (
    '{"images":[{"id":7,"height":4,"width":6}],'
    '"annotations":[{"id":1,"image_id":7,"category_id":3,"area":4,"iscrowd":0,'
    '"segmentation":[[1,1,1,3,3,3,3,1]],"bbox":[1,1,2,2]}],'
    '"categories":[{"id":3,"name":"boat"}]}'
)
RESULTS = '[{"image_id":7,"category_id":3,"score":0.5,"segmentation":{"size":[4,6],"counts":[4,4,16]}}]'

NONE, TEXT, COUNTS, POLYGONS, BOX = range(5)


def truth_table(**options: Any) -> GroundTruth:
    return read_ground_truth(json.loads(TRUTH), **options)


def changed(text: str, old: str, new: str | bytes) -> bytes:
    """The text with `old`, which stands in it, replaced once."""
    assert old in text
    return text.encode().replace(old.encode(), new.encode() if isinstance(new, str) else new, 1)


def refusal_of_results(
    path: Path, text: str | bytes, truth: GroundTruth | None = None, **options: Any
) -> str:
    """What `read_results` says of a file with this text, without the file's name."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(InputError) as caught:
        read_results(path, truth or truth_table(), **options)
    return str(caught.value).removeprefix(f"{path}: ")


def refusal_of_truth(path: Path, text: str | bytes, **options: Any) -> str:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(InputError) as caught:
        read_ground_truth(path, **options)
    return str(caught.value).removeprefix(f"{path}: ")


def without_bytes(message: str) -> str:
    """As about Python objects, which have no bytes to point at."""
    return re.sub(r" ?\(byte [\d,]+\)", "", message)


def write(value: object, random: Random) -> str:
    """JSON of a value in one of its many forms: any white space, key order, number form and escapes."""
    match value:
        case str():
            return '"' + "".join(_character(c, random) for c in value) + '"'
        case bool() | None:
            return json.dumps(value)
        case int():
            return random.choice([f"{value}", f"{value}.0", f"{value}e0", f"{value}E+00", f"{value * 10}e-1"])
        case float():
            return random.choice([f"{value!r}", f"{value:.17e}", f"{value:.20g}", f"{value:.16E}"])
        case Mapping():
            members = [
                f"{write(key, random)}{_space(random)}:{_space(random)}{write(value[key], random)}"
                for key in value
            ]
            random.shuffle(members)
            return _joined("{", members, "}", random)
        case Sequence():
            return _joined("[", [write(element, random) for element in value], "]", random)
    raise TypeError(type(value))


def _joined(opening: str, members: Sequence[str], closing: str, random: Random) -> str:
    text = opening + _space(random)
    for i, member in enumerate(members):
        text += ("," + _space(random) if i else "") + member + _space(random)
    return text + closing


def _space(random: Random) -> str:
    return random.choice(["", "", " ", "\n", "\r\n\t", "  "])


def _character(c: str, random: Random) -> str:
    if c < " " or random.random() < 0.2:
        return f"\\u{ord(c):04x}"
    return {"/": random.choice(["/", "\\/"]), "\\": "\\\\", '"': '\\"'}.get(c, c)


def geometry(instances: Instances, row: int) -> object:
    """A row's geometry as Python values: text, counts, polygons in fifths of a pixel, or a box."""
    shape = instances.shapes[row]
    start, length = int(shape["offset"]), int(shape["length"])
    raw = instances.payloads[int(shape["payload"])][start : start + length].tobytes()
    match int(shape["kind"]):
        case 1:
            return raw.decode()
        case 2:
            return np.frombuffer(raw, np.uint32).tolist()
        case 3:
            return _polygons(np.frombuffer(raw, np.int32).tolist())
        case 4:
            return np.frombuffer(raw, np.float64).tolist()
    return None


def _polygons(words: list[int]) -> list[list[int]]:
    polygons = []
    while words:
        n = 2 * words[0]
        polygons.append(words[1 : 1 + n])
        words = words[1 + n :]
    return polygons


def assert_same(one: Instances, other: Instances) -> None:
    """Equal in every array; geometry by value, as parts read side by side may be padded differently."""
    for field in fields(one):
        left, right = getattr(one, field.name), getattr(other, field.name)
        if field.name == "payloads":
            continue
        if field.name == "shapes":
            left, right = (table[["length", "height", "width", "kind"]] for table in (left, right))
        if isinstance(left, Listing):
            np.testing.assert_array_equal(left.starts, right.starts)
            np.testing.assert_array_equal(left.category, right.category)
        else:
            np.testing.assert_array_equal(left, right)
    assert all(geometry(one, row) == geometry(other, row) for row in range(len(one.shapes)))
