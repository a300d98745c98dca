"""VOC's and SBD's instances, from files to a record, and what goes wrong on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segmetrics.classes import Classes
from segmetrics.errors import InputError
from segmetrics.plugin.voc_instances import voc_instance_dataset
from segmetrics.runner import run
from segmetrics_voc import SBD_INSTANCE, VOC_2012_INSTANCE

Options = dict[str, Any]
FIRST = "2012_000001"


@pytest.fixture
def sample(tmp_path: Path) -> Options:
    assert VOC_2012_INSTANCE.sample is not None
    return dict(VOC_2012_INSTANCE.sample(tmp_path))


def map_of(options: Options, kind: str, key: str = FIRST) -> Path:
    return Path(options["root"]) / f"Segmentation{kind}" / f"{key}.png"


def labels(path: Path) -> np.ndarray:
    return np.array(Image.open(path))


def change_record(options: Options, number: int, **values: Any) -> None:
    path = Path(options["predictions"])
    records = json.loads(path.read_text())
    records[number] |= values
    path.write_text(json.dumps(records))


def test_the_sample_is_scored_whole(sample: Options) -> None:
    result = run(VOC_2012_INSTANCE, sample, threads=2)
    assert result.record.status == "ok"
    assert (result.record.coverage.scored, result.record.dataset.n_classes) == (8, 20)
    overall, half, strict = (result.scores.value("ap", **over) for over in ({}, {"iou": 0.5}, {"iou": 0.9}))
    assert 0 < (strict or 0) < (overall or 0) < (half or 0) < 1


def test_the_sample_is_the_same_every_time(tmp_path: Path) -> None:
    assert VOC_2012_INSTANCE.sample is not None
    for name in ("once", "again"):
        VOC_2012_INSTANCE.sample(tmp_path / name)
    paths = [path for path in (tmp_path / "once").rglob("*.*") if path.is_file()]
    assert len(paths) == 18
    for path in paths:
        assert path.read_bytes() == (tmp_path / "again" / path.relative_to(tmp_path / "once")).read_bytes()


def test_threads_change_nothing_and_rules_do(sample: Options) -> None:
    once = run(VOC_2012_INSTANCE, sample).scores
    assert list(run(VOC_2012_INSTANCE, sample, threads=3).scores) == list(once)
    others = run(VOC_2012_INSTANCE, sample | {"matching": "fcis", "interpolation": "11-point"})
    assert others.record.protocol.reference == "FCIS 309f6c9"
    assert others.scores["ap"] != once["ap"]
    with pytest.raises(InputError, match="expected one of sds with area"):
        run(VOC_2012_INSTANCE, sample | {"interpolation": "11-point"})


def test_sbd_files_give_what_voc_files_give(sample: Options, tmp_path: Path) -> None:
    io = pytest.importorskip("scipy.io", reason="SciPy, which reads MATLAB files, is not installed")
    root = tmp_path / "sbd"
    for kind, folder, name in (("Object", "inst", "GTinst"), ("Class", "cls", "GTcls")):
        (root / folder).mkdir(parents=True)
        for path in (Path(sample["root"]) / f"Segmentation{kind}").glob("*.png"):
            io.savemat(root / folder / f"{path.stem}.mat", {name: {"Segmentation": labels(path)}})
    keys = (Path(sample["root"]) / "ImageSets" / "Segmentation" / "val.txt").read_text()
    (root / "val.txt").write_text(keys)
    result = run(SBD_INSTANCE, sample | {"root": root})
    assert list(result.scores) == list(run(VOC_2012_INSTANCE, sample).scores)


def test_real_maps_and_results_made_of_them(shared: Path, tmp_path: Path) -> None:
    root = shared / "data" / "voc" / "labelme_voc_layout_3img"
    for folder in ("SegmentationObject", "SegmentationClass"):
        (tmp_path / folder).symlink_to(root / folder)
    listing = tmp_path / "ImageSets" / "Segmentation" / "val.txt"
    listing.parent.mkdir(parents=True)
    listing.write_text("2011_000003\n2011_000006\n2011_000025\n")
    results = tmp_path / "results.json"
    # Of the three images only one object is predicted, the sofa, object 7 of the second, and whole.
    objects = labels(root / "SegmentationObject" / "2011_000006.png")
    counts = np.diff(
        np.flatnonzero(np.diff(np.concatenate([[2], (objects == 7).T.ravel(), [2]]).astype(int)))
    )
    record = {
        "image_id": 2011000006,
        "category_id": 18,
        "segmentation": {"size": list(objects.shape), "counts": counts.tolist()},
        "score": 1,
    }
    results.write_text(json.dumps([record]))
    scores = run(VOC_2012_INSTANCE, {"root": tmp_path, "predictions": results}).scores
    assert scores["ap"] == 1 / 20
    clean = run(VOC_2012_INSTANCE, {"root": tmp_path, "predictions": results, "parity": "clean"}).scores
    assert clean["ap"] == pytest.approx(1 / 6, rel=0, abs=1e-12)
    assert clean.value("ap", iou=0.7, **{"class": "sofa"}) == 1


def test_a_wrong_root_says_what_was_expected(sample: Options, tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"val\.txt: .*it lists the images of the split; found data/, results"
    ):
        run(VOC_2012_INSTANCE, sample | {"root": tmp_path})
    with pytest.raises(InputError, match=r"is no folder, expected one with ImageSets/Segmentation/val\.txt"):
        run(VOC_2012_INSTANCE, sample | {"root": sample["predictions"]})


def test_a_missing_map_is_named(sample: Options) -> None:
    path = map_of(sample, "Object")
    path.rename(path.with_suffix(".bak"))
    with pytest.raises(
        InputError, match=r"SegmentationObject/2012_000001\.png: no such file, though .*val\.txt"
    ):
        run(VOC_2012_INSTANCE, sample)
    path.with_suffix(".bak").rename(path)
    map_of(sample, "Class").unlink()
    with pytest.raises(
        InputError, match=r"SegmentationClass/2012_000001\.png: no such file: it holds the classes of the obj"
    ):
        run(VOC_2012_INSTANCE, sample)


@pytest.mark.parametrize("threads", [1, 2])
def test_maps_that_contradict_each_other_are_told_by_file(sample: Options, threads: int) -> None:
    path = map_of(sample, "Class")
    changed = labels(path)
    row, column = np.argwhere(labels(map_of(sample, "Object")) == 1)[0]
    changed[row, column] = 20
    Image.fromarray(changed).save(path)
    with pytest.raises(
        InputError, match=r"SegmentationObject/2012_000001\.png: object 1 of the map .* pixels of two classes"
    ):
        run(VOC_2012_INSTANCE, sample, threads=threads)


def test_maps_of_other_sizes_forms_or_classes_are_told_by_file(sample: Options) -> None:
    path = map_of(sample, "Class")
    for pixels, words in (
        (np.zeros((2, 3), np.uint8), r"Object/2012_000001\.png: the map of objects is 120 x 160, .* 2 x 3"),
        (np.zeros((120, 160, 3), np.uint8), r"Class/2012_000001\.png: is RGB"),
        (
            np.zeros((120, 160), np.uint8),
            r"Object/2012_000001\.png: object 1: is of class 0, which is no class of obj",
        ),
    ):
        Image.fromarray(pixels).save(path)
        with pytest.raises(InputError, match=words):
            run(VOC_2012_INSTANCE, sample)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_mask_of_another_size_is_told_by_record(sample: Options, threads: int) -> None:
    change_record(sample, 5, segmentation={"size": [2, 3], "counts": "141"})
    with pytest.raises(
        InputError, match=r"results\.json: record 5: the mask is 2 x 3, its ground truth is 120 x 160"
    ):
        run(VOC_2012_INSTANCE, sample, threads=threads)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"image_id": "2012_000099"}, "\"image_id\" is '2012_000099', which is no image of the split"),
        ({"category_id": 21}, '"category_id" is 21, expected one of 1, 2, .*, 20'),
        ({"segmentation": {"size": [120, 160], "counts": "1"}}, "add up to height"),
    ],
)
def test_wrong_records_are_told(sample: Options, values: Options, words: str) -> None:
    change_record(sample, 5, **values)
    with pytest.raises(InputError, match=rf"results\.json: record 5: .*{words}"):
        run(VOC_2012_INSTANCE, sample)


def test_a_class_table_without_things_is_refused() -> None:
    with pytest.raises(ValueError, match="no class of things"):
        voc_instance_dataset(
            name="boats",
            summary="Boats",
            license="CC BY 4.0",
            source="A. Sailor",
            version="1",
            splits=("val",),
            classes=Classes("sea boat"),
            objects="objects/{key}.png",
            labels="classes/{key}.png",
            listing="{split}.txt",
        )
