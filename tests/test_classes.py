"""Class tables: what they hold, and what cannot be one."""

from typing import Any

import pytest

from segmetrics.classes import Classes


def test_a_string_of_names_numbers_the_classes_from_zero() -> None:
    classes = Classes("land water bridge", ignore=255)

    assert classes.names == ("land", "water", "bridge")
    assert classes.ids == (0, 1, 2)
    assert classes.ignore == (255,)
    assert classes.others == ()
    assert classes.categories is None
    assert classes.things is None
    assert len(classes) == 3


def test_names_with_spaces_come_as_a_sequence() -> None:
    assert Classes(["traffic light", "traffic sign"]).names == ("traffic light", "traffic sign")


def test_several_values_can_be_ignored() -> None:
    assert Classes("a b", ids=(7, 8), ignore=(0, 255), others=(3,)).values == (7, 8, 3, 0, 255)


def test_equal_tables_are_equal_however_they_were_given() -> None:
    assert Classes("a b", ignore=[255]) == Classes(["a", "b"], ids=range(2), ignore=255)
    assert hash(Classes("a")) == hash(Classes(("a",)))


def test_categories_are_named_in_the_order_of_their_classes() -> None:
    classes = Classes("car sky bus", categories=("vehicle", "sky", "vehicle"))

    assert classes.category_names == ("vehicle", "sky")
    assert Classes("car").category_names == ()


def test_a_table_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Classes("a").names = ("b",)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"names": ""}, "at least one class"),
        ({"names": "a a"}, "class name 'a' occurs twice"),
        ({"names": "a b", "ids": (1, 1)}, "value 1 occurs twice"),
        ({"names": "a b", "ignore": 1}, "value 1 occurs twice"),
        ({"names": "a b", "others": (5,), "ignore": 5}, "value 5 occurs twice"),
        ({"names": "a b", "ids": (1,)}, "1 ids for 2 classes"),
        ({"names": "a b", "categories": ("x",)}, "1 categories for 2 classes"),
        ({"names": "a b", "things": (True,)}, "1 things for 2 classes"),
    ],
)
def test_what_cannot_be_a_table_is_refused(columns: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Classes(**columns)
