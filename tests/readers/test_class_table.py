from pathlib import Path

import pytest

from segmetrics.errors import InputError
from segmetrics.readers.class_table import read_class_table


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.mark.parametrize(
    ("name", "text", "ids"),
    [
        ("classes.txt", "land\n traffic light \nbridge\n\n", (0, 1, 2)),
        ("classes.names", "\ufeffland\r\ntraffic light\r\nbridge", (0, 1, 2)),
        ("classes.json", '["land", "traffic light", "bridge"]', (0, 1, 2)),
        (
            "classes.json",
            '[{"id": 7, "name": "land"}, {"id": 1, "name": "traffic light"}, {"id": 9, "name": "bridge"}]',
            (7, 1, 9),
        ),
        ("classes.csv", "id,name\n7,land\n1,traffic light\n9,bridge\n", (7, 1, 9)),
        ("Classes.CSV", 'name, color, id\nland, red, 7\n"traffic light", blue, 1\nbridge,, 9\n', (7, 1, 9)),
    ],
)
def test_forms(folder: Path, name: str, text: str, ids: tuple[int, ...]) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    classes = read_class_table(folder / name, ignore=[255])
    assert (classes.names, classes.ids, classes.ignore) == (("land", "traffic light", "bridge"), ids, (255,))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("classes.txt", "", "a class table needs at least one class"),
        ("classes.txt", "land\n\nwater", "class 1: its name is '', expected text"),
        ("classes.txt", "\0PNG", "class 0: its name is '\\x00PNG', expected text"),
        ("classes.txt", "land\nland", "the class name 'land' occurs twice"),
        ("classes.csv", "number,name\n1,land", "has the columns number, name, expected id and name"),
        ("classes.csv", '"id', "after line 0: unexpected end of data"),
        ("classes.csv", "", "has the columns none, expected id and name"),
        ("classes.csv", "id,name\none,land", "class 'land': its id is 'one', expected a whole number from 0"),
        ("classes.csv", "id,name\n1", "class 1: its name is None, expected text"),
        ("classes.csv", "id,name\n1,land\n1,water", "the value 1 occurs twice"),
        ("classes.csv", 'id,name\n1,"land', "after line 1: unexpected end of data"),
        ("classes.json", '{"land": 1}', 'is no JSON array, expected one of names, or of objects with "id"'),
        ("classes.json", "[1]", "class 0: its name is 1, expected text"),
        ("classes.json", '[{"name": "land"}]', "class 'land': its id is None"),
        ("classes.json", '[{"id": 256, "name": "land"}]', "its id is 256, expected a whole number from 0 to"),
        ("classes.json", '[{"id": true, "name": "land"}]', "its id is True"),
        ("classes.json", "[", "Expecting value"),
    ],
)
def test_what_is_no_table(folder: Path, name: str, text: str, message: str) -> None:
    (folder / name).write_text(text)
    with pytest.raises(InputError) as caught:
        read_class_table(folder / name)
    assert caught.value.file == str(folder / name)
    assert message in caught.value.message


def test_files_that_cannot_be_read(folder: Path) -> None:
    with pytest.raises(InputError, match="nowhere: No such file"):
        read_class_table(folder / "nowhere")
    (folder / "classes.txt").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(InputError, match=r"classes\.txt: is no UTF-8 text"):
        read_class_table(folder / "classes.txt")
