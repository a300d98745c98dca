"""Text that is not JSON, files that are not files, and reading side by side."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from readers.documents import (
    RESULTS,
    TRUTH,
    assert_same,
    changed,
    refusal_of_results,
    refusal_of_truth,
    truth_table,
)

from segmetrics._core import coco as _core
from segmetrics.errors import InputError
from segmetrics.readers import json_document
from segmetrics.readers.coco import read_ground_truth, read_results
from segmetrics.readers.json_document import open_document

# ---- what is not JSON -------------------------------------------------------------------------------------

MALFORMED_RESULTS = [
    ("", "the file is empty"),
    (" \r\n", "byte 3: the file ends here, expected an array of results"),
    ("{}", "byte 0: found {}, expected an array of results"),
    ("null", "byte 0: found null, expected an array of results"),
    ("hello", "byte 0: found hello, expected an array of results"),
    ("0.5", "byte 0: found 0.5, expected an array of results"),
    ('"a b"', 'byte 0: found "a b", expected an array of results'),
    ("[5]", "record 0 (byte 1): found 5, expected a record (an object)"),
    ("[[]]", "record 0 (byte 1): found [], expected a record (an object)"),
    ("[,]", "record 0 (byte 1): found ,, expected a record (an object)"),
    ("[", "record 0 (byte 1): the file ends here, expected a record (an object)"),
    ("[{x}]", "record 0 (byte 2): found x, expected a key in quotes"),
    ("[{'x':1}]", "record 0 (byte 2): found 'x', expected a key in quotes"),
    ('[{"x" 1}]', "record 0 (byte 6): found 1, expected ':'"),
    ('[{"x":}]', "record 0 (byte 6): found }, expected a value"),
    ('[{"x":nul}]', "record 0 (byte 6): found nul, expected a value"),
    ('[{"x":True}]', "record 0 (byte 6): found True, expected a value"),
    ('[{"x":+1}]', "record 0 (byte 6): found +1, expected a value"),
    ('[{"x":.5}]', "record 0 (byte 6): found .5, expected a value"),
    ('[{"x":1.}]', "record 0 (byte 6): found 1., expected a value"),
    ('[{"x":1e}]', "record 0 (byte 6): found 1e, expected a value"),
    ('[{"x":-}]', "record 0 (byte 6): found -, expected a value"),
    ('[{"x":01}]', "record 0 (byte 6): found 01, expected a value"),
    ('[{"x":0x1}]', "record 0 (byte 7): found x1, expected ',' or '}'"),
    ('[{"x":1,}]', "record 0 (byte 8): found }, expected a key in quotes"),
    ('[{"x":1;"y":2}]', "record 0 (byte 7): found ;\"y\", expected ',' or '}'"),
    ('[{"x":[1,]}]', "record 0 (byte 9): found ], expected a value"),
    ('[{"x":[1}]', "record 0 (byte 8): found }, expected ',' or ']'"),
    ('[{"x":{"y":1]}]', "record 0 (byte 12): found ], expected ',' or '}'"),
    ('[{"x":/**/1}]', "record 0 (byte 6): found /**/1, expected a value"),
    ('[{"x":"a\nb"}]', "record 0 (byte 8): found \\x0a, expected the end of a string"),
    ('[{"x":"a\0b"}]', "record 0 (byte 8): found \\x00, expected the end of a string"),
    ('[{"x":"\\x41"}]', 'record 0 (byte 8): found x41", expected an escape sequence'),
    ('[{"x":"\\u12g4"}]', 'record 0 (byte 11): found g4", expected four hexadecimal digits'),
    ('[{"x":"\\ud800\\u12"}]', 'record 0 (byte 17): found "}], expected four hexadecimal digits'),
    ('[{"x":' + "[" * 513, "record 0 (byte 518): found [, expected at most 512 levels of nesting"),
    (RESULTS[:-1] + ",]", "record 1 (byte 92): found ], expected a record (an object)"),
    (RESULTS[:-1] + ' {"x":1}]', "record 1 (byte 92): found {\"x\":1}, expected ',' or ']'"),
    (RESULTS[:-1] + "}", "record 1 (byte 91): found }, expected ',' or ']'"),
    (RESULTS + "]", "byte 92: found ], expected the end of the file"),
    (RESULTS + "\n[]", "byte 93: found [], expected the end of the file"),
    (RESULTS + "\0", "byte 92: found \\x00, expected the end of the file"),
    ("\ufeff[]", "byte 0: found \\xef\\xbb\\xbf[, expected an array of results"),
    (b"\x1f\x8b\x08\x08 gzip", "byte 0: found \\x1f\\x8b\\x08\\x08, expected an array of results"),
    ("[]".encode("utf-16"), "byte 0: found \\xff\\xfe[, expected an array of results"),
]

MALFORMED_TRUTH = [
    ("", "the file is empty"),
    ("[]", "byte 0: found [], expected an object with images, annotations and categories"),
    ("{}", '"images" is missing'),
    ('{"images":[]}', '"annotations" is missing'),
    ('{"images":[],"annotations":[]}', '"categories" is missing'),
    ('{"images":5}', 'byte 10: "images" is 5, expected an array of images'),
    ('{"annotations":{"a":[]}}', 'byte 15: "annotations" is {"a":[]}, expected an array of annotations'),
    ('{"images":[5]}', "image 0 (byte 11): found 5, expected an image (an object)"),
    ('{"annotations":[5]}', "annotation 0 (byte 16): found 5, expected a record (an object)"),
    ('{"images":[],"images":[]}', 'byte 22: "images" is given twice, expected each key once'),
    (TRUTH[:-1] + ',"annotations":[]}', 'byte 221: "annotations" is given twice, expected each key once'),
    (TRUTH[:-1], "byte 206: the file ends here, expected ',' or '}'"),
    (TRUTH[:-1] + "]", "byte 206: found ], expected ',' or '}'"),
    (TRUTH + "}", "byte 207: found }, expected the end of the file"),
]


@pytest.mark.parametrize(("text", "message"), MALFORMED_RESULTS)
def test_results_that_are_not_json(tmp_path: Path, text: str | bytes, message: str) -> None:
    assert refusal_of_results(tmp_path / "results.json", text) == message


@pytest.mark.parametrize(("text", "message"), MALFORMED_TRUTH)
def test_truth_that_is_not_json(tmp_path: Path, text: str, message: str) -> None:
    assert refusal_of_truth(tmp_path / "truth.json", text) == message


def test_a_file_cut_anywhere_ends_there(tmp_path: Path) -> None:
    truth = truth_table()
    for n in range(1, len(RESULTS)):
        message = refusal_of_results(tmp_path / "results.json", RESULTS[:n], truth)
        assert f"byte {n}" in message
        assert "the file ends here" in message
    for n in range(1, len(TRUTH)):
        message = refusal_of_truth(tmp_path / "truth.json", TRUTH[:n])
        assert f"byte {n}" in message
        assert "the file ends here" in message


@given(st.data())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_damage_is_an_input_error_or_no_damage(tmp_path: Path, data: st.DataObject) -> None:
    text = bytearray(data.draw(st.sampled_from([TRUTH, RESULTS])).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=3))
    path = tmp_path / "damaged.json"
    path.write_bytes(text)
    for read in (read_ground_truth, lambda source: read_results(source, truth_table())):
        try:
            read(path)
        except InputError as error:
            assert "\n" not in str(error)  # noqa: PT017


def test_utf8_is_asked_of_what_is_kept(tmp_path: Path) -> None:
    damaged = changed(TRUTH, "boat", b"bo\xffat")
    assert refusal_of_truth(tmp_path / "truth.json", damaged) == "byte 201: not UTF-8"
    path = tmp_path / "results.json"
    path.write_bytes(changed(RESULTS, "{", b'{"note":"\xff",'))
    assert len(read_results(path, truth_table()).instances) == 1


# ---- what is not a file -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("absent.json", "No such file or directory"),
        ("folder", "is a directory, expected a file"),
        ("folder/absent/results.json", "No such file or directory"),
        ("pipe", "is a pipe or a device, expected a file"),
    ],
)
def test_what_is_not_a_file(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "pipe").symlink_to(os.devnull)
    with pytest.raises(InputError) as caught:
        read_ground_truth(tmp_path / name)
    assert str(caught.value) == f"{tmp_path / name}: {message}"
    assert caught.value.file == str(tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "secret.json"
    path.touch(mode=0)
    with pytest.raises(InputError, match="Permission denied"):
        read_ground_truth(path)


def test_a_path_that_cannot_be_one() -> None:
    with pytest.raises(InputError, match=r"'a\\x00b': embedded null byte"):
        read_ground_truth("a\0b")


def test_a_descriptor_that_fails() -> None:
    source = _core.Source(descriptor=-1, size=5 << 20)
    document = json_document.Document(source, Path("gone.json"), -1)
    for threads in (1, 4):
        with pytest.raises(InputError, match=r"gone.json: byte [0-9,]+: Bad file descriptor"):
            document.read(results=True, geometry="masks", threads=threads)


@pytest.mark.parametrize("text", [RESULTS + " ", RESULTS[:40], ""])
def test_a_file_that_changes_meanwhile(tmp_path: Path, text: str) -> None:
    path = tmp_path / "results.json"
    path.write_text(RESULTS)
    changes = "results.json: the file has changed while it was read; score it again once it is complete"

    def read_while_it_changes() -> None:
        with open_document(path) as document:
            path.write_text(text)
            document.read(results=True, geometry="masks", threads=1)

    with pytest.raises(InputError, match=changes):
        read_while_it_changes()


def test_a_file_that_grows_while_threads_read_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, truth = tmp_path / "results.json", truth_table()
    path.write_text(many_results(2000))
    monkeypatch.setattr(json_document, "SMALLEST_PART", 1 << 10)
    started = threading.Event()
    read_part = json_document.Document._read_part

    def interrupted(*args: Any, **options: Any) -> Any:
        if not started.is_set():
            started.set()
            with path.open("a") as file:
                file.write(" ")
        return read_part(*args, **options)

    monkeypatch.setattr(json_document.Document, "_read_part", interrupted)
    with pytest.raises(InputError, match="has changed"):
        read_results(path, truth, threads=4)


# ---- side by side -----------------------------------------------------------------------------------------

RECORD = {
    "image_id": 7,
    "category_id": 3,
    "score": 0.5,
    "segmentation": {"size": [4, 6], "counts": [4, 4, 16]},
}
DECOYS: list[dict[str, Any]] = [
    {},
    {"note": "}, {"},
    {"note": 'x}, {"image_id": 7, "category_id": 3, "score": 1, "bbox": [0,0,1,1]}, {'},
    {"parts": [RECORD, RECORD, RECORD]},
    {"parts": [[{}, {}], {"a": [{}, {}]}]},
    {"note": "\\}, {\\"},
]


def many_results(n: int, seed: int = 0) -> str:
    random = Random(seed)  # noqa: S311
    records = [{**RECORD, "score": random.random(), **random.choice(DECOYS)} for _ in range(n)]
    return json.dumps(records)


def many_annotations(n: int, seed: int = 0) -> str:
    random = Random(seed)  # noqa: S311
    images = [{"id": i, "height": 4, "width": 6, **random.choice(DECOYS)} for i in range(n // 4)]
    annotations = [
        {**RECORD, "id": i + 1, "image_id": random.randrange(n // 4), "area": random.random()}
        | random.choice(DECOYS)
        for i in range(n)
    ]
    parts = [
        ("images", images),
        ("categories", [{"id": 3, "name": "boat", "parts": [RECORD, RECORD]}]),
        ("annotations", annotations),
        ("info", {"parts": [RECORD, RECORD]}),
    ]
    random.shuffle(parts)
    return json.dumps(dict(parts))


def test_threads_read_the_same(tmp_path: Path) -> None:
    results, truth = tmp_path / "results.json", tmp_path / "truth.json"
    results.write_text(many_results(20_000))
    truth.write_text(many_annotations(20_000))
    assert min(results.stat().st_size, truth.stat().st_size) > 2 << 20
    expected = read_ground_truth(truth), read_results(results, truth_table())
    for threads in (2, 5):
        assert_same(read_ground_truth(truth, threads=threads).instances, expected[0].instances)
        assert_same(read_results(results, truth_table(), threads=threads).instances, expected[1].instances)


@pytest.mark.parametrize("seed", range(12))
def test_every_cut_reads_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr(json_document, "SMALLEST_PART", 1)
    results, truth = tmp_path / "results.json", tmp_path / "truth.json"
    results.write_text(many_results(60, seed))
    truth.write_text(many_annotations(60, seed))
    expected = read_ground_truth(truth), read_results(results, truth_table())
    for threads in (2, 3, 7, 40):
        assert_same(read_ground_truth(truth, threads=threads).instances, expected[0].instances)
        assert_same(read_results(results, truth_table(), threads=threads).instances, expected[1].instances)


@pytest.mark.parametrize(
    ("at", "damage"),
    [(17, "score"), (1000, "score"), (1999, "image_id"), (1500, "segmentation"), (1999, "}"), (1999, "]")],
)
def test_threads_fail_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int, damage: str) -> None:
    monkeypatch.setattr(json_document, "SMALLEST_PART", 1 << 10)
    path, truth = tmp_path / "results.json", truth_table()
    records = [{**RECORD, "mark": i} for i in range(2000)]
    text = json.dumps(records)
    start = text.rindex("{", 0, text.index(f'"mark": {at}}}') - 70)
    where = text.rindex(damage) if damage in "}]" else text.index(damage, start)
    text = text[:where] + "!" + text[where + 1 :]
    alone = refusal_of_results(path, text, truth)
    assert f"record {at}" in alone or damage == "]"
    for threads in (2, 5):
        assert refusal_of_results(path, text, truth, threads=threads) == alone


def test_threads_notice_a_key_given_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_document, "SMALLEST_PART", 1 << 10)
    text = many_annotations(200)[:-1] + ', "annotations": []}'
    alone = refusal_of_truth(tmp_path / "truth.json", text)
    assert alone == f'byte {len(text) - 3:,}: "annotations" is given twice, expected each key once'
    assert refusal_of_truth(tmp_path / "truth.json", text, threads=5) == alone
