"""Which files are the maps of which image."""

from __future__ import annotations

from pathlib import Path

import pytest

from segmetrics.errors import InputError
from segmetrics.plugin.label_map_files import Pattern, TrueMap, match_predictions, true_maps

STREETS = Pattern("gt/*/{key}_gt_labels.png")


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def image(key: str, **fields: str) -> TrueMap:
    return TrueMap(Path("truth", f"{key}.png"), {**fields, "key": key})


@pytest.mark.parametrize(
    ("pattern", "path", "fields"),
    [
        ("{key}.png", "a.png", {"key": "a"}),
        ("{key}.png", "a.jpg", None),
        ("{key}.png", "deep/a.png", None),
        ("{key}.png", "aXpng", None),
        ("*/{key}.png", "deep/a.png", {"key": "a"}),
        ("**/{key}.png", "a.png", {"key": "a"}),
        ("**/{key}.png", "very/deep/a.png", {"key": "a"}),
        ("{subset}/x/{key}.png", "city/x/1.png", {"subset": "city", "key": "1"}),
        ("a.png", "a.png", {}),
        ("a.png", "b.png", None),
    ],
)
def test_a_path_fits_a_pattern_or_not(pattern: str, path: str, fields: dict[str, str] | None) -> None:
    assert Pattern(pattern).match(path) == fields


def test_true_maps_come_in_order_of_keys_and_hidden_files_do_not(tmp_path: Path) -> None:
    touch(
        tmp_path, "gt/ulm/ulm_2_gt_labels.png", "gt/bonn/bonn_9_gt_labels.png", "gt/bonn/bonn_9_gt_color.png"
    )
    touch(tmp_path, "gt/bonn/._bonn_9_gt_labels.png")
    assert [truth.key for truth in true_maps(tmp_path, STREETS, None)] == ["bonn_9", "ulm_2"]


def test_the_subset_is_part_of_the_key(tmp_path: Path) -> None:
    touch(tmp_path, "Urban/1.png", "Rural/1.png")
    assert [truth.key for truth in true_maps(tmp_path, Pattern("{subset}/{key}.png"), None)] == [
        "Rural/1",
        "Urban/1",
    ]


def test_a_wrong_root_says_what_was_expected_and_what_is_there(tmp_path: Path) -> None:
    touch(tmp_path, "images/a.jpg", *(f"{i}.txt" for i in range(6)))
    with pytest.raises(InputError) as caught:
        true_maps(tmp_path, STREETS, None)
    assert caught.value.message == (
        f"no ground truth here: expected gt/*/{{key}}_gt_labels.png, "
        f"found 0.txt, 1.txt, 2.txt, 3.txt, 4.txt and 2 more in {tmp_path}"
    )


def test_two_true_maps_of_one_image_are_refused(tmp_path: Path) -> None:
    touch(tmp_path, "gt/a/x_gt_labels.png", "gt/b/x_gt_labels.png")
    with pytest.raises(
        InputError, match=r"gt/b/x_gt_labels\.png: is a second ground truth beside .*/gt/a/x_gt"
    ):
        true_maps(tmp_path, STREETS, None)


def test_a_listing_says_which_images_there_are(tmp_path: Path) -> None:
    touch(tmp_path, "labels/a.png", "labels/b.png", "labels/c.png")
    listing = tmp_path / "val.txt"
    listing.write_text("# name, class\n\nc 1 2\na 3 4\n")
    assert [truth.key for truth in true_maps(tmp_path, Pattern("labels/{key}.png"), listing)] == ["a", "c"]


def test_what_is_listed_must_be_there(tmp_path: Path) -> None:
    touch(tmp_path, "labels/a.png")
    listing = tmp_path / "val.txt"
    listing.write_text("b\n")
    with pytest.raises(
        InputError, match=rf"labels/b\.png: no such file, though {listing} lists it; found a\.png"
    ):
        true_maps(tmp_path, Pattern("labels/{key}.png"), listing)


@pytest.mark.parametrize("name", ["../a", "/etc/a", "deep/a"])
def test_a_listing_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    listing = tmp_path / "val.txt"
    listing.write_text(f"{name}\n")
    with pytest.raises(InputError, match=rf"val\.txt: lists '{name}', expected names of images"):
        true_maps(tmp_path, Pattern("labels/{key}.png"), listing)


def test_a_listing_must_be_there_and_list_something(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"sets/val\.txt: No such file .*; found nothing in "):
        true_maps(tmp_path, STREETS, tmp_path / "sets" / "val.txt")
    listing = touch(tmp_path, "val.txt") / "val.txt"
    with pytest.raises(InputError, match=r"val\.txt: lists no images"):
        true_maps(tmp_path, STREETS, listing)


def test_each_image_gets_the_one_prediction_that_fits(tmp_path: Path) -> None:
    touch(tmp_path, "x/a_1_pred.png", "a_2.png", "b_1.png", "b_1_again.png", "deep/er/other.png", "notes.txt")
    matched = match_predictions(
        tmp_path, Pattern("**/{key}*.png"), [image("a_1"), image("a_2"), image("b_1"), image("c_1")]
    )
    assert matched.paths == {"a_1": tmp_path / "x/a_1_pred.png", "a_2": tmp_path / "a_2.png"}
    assert matched.missing == {
        "b_1": f"found several: {tmp_path}/b_1.png, {tmp_path}/b_1_again.png",
        "c_1": f"looked for {tmp_path}/**/c_1*.png",
    }
    assert matched.doubled == [tmp_path / "b_1.png", tmp_path / "b_1_again.png"]
    assert matched.extra == [tmp_path / "deep/er/other.png"]


def test_a_pattern_without_stars_takes_that_very_file(tmp_path: Path) -> None:
    touch(tmp_path, "a.png", "a_1.png", "ab.png")
    assert match_predictions(tmp_path, Pattern("{key}.png"), [image("a")]).paths == {"a": tmp_path / "a.png"}


def test_subsets_can_be_in_the_paths_of_predictions(tmp_path: Path) -> None:
    touch(tmp_path, "Urban/1.png", "Rural/1.png")
    truths = [image("1", subset="Urban"), image("1", subset="Rural")]
    assert match_predictions(tmp_path, Pattern("{subset}/{key}.png"), truths).paths == {
        "Urban/1": tmp_path / "Urban/1.png",
        "Rural/1": tmp_path / "Rural/1.png",
    }


def test_no_predictions_at_all_is_a_wrong_folder(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg")
    with pytest.raises(
        InputError, match=rf"no predictions .* for a looked for .*/a\.png; found a\.jpg in {tmp_path}"
    ):
        match_predictions(tmp_path, Pattern("{key}.png"), [image("a")])
