"""The plugins of label maps: each scores its sample, and real pairs as the official evaluators do.

Official numbers were made once by running the evaluators that the protocols name; they lie beside the pairs.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segmetrics.classes import Classes
from segmetrics.errors import InputError
from segmetrics.labelmaps import iou, mean_iou, pixel_accuracy
from segmetrics.plugin import Dataset
from segmetrics.plugin.label_maps import LabelProtocol, label_map_dataset
from segmetrics.runner import run
from segmetrics.types import Scores
from segmetrics_ade20k import ADE20K, CLASSES
from segmetrics_cityscapes import CITYSCAPES_SEMANTIC
from segmetrics_loveda import LOVEDA
from segmetrics_oxford_pets import OXFORD_PETS
from segmetrics_voc import VOC_2012_SEMANTIC

DATASETS = [ADE20K, CITYSCAPES_SEMANTIC, LOVEDA, OXFORD_PETS, VOC_2012_SEMANTIC]
EXACT = 1e-12


@pytest.fixture(scope="module")
def official(shared: Path) -> Any:
    return json.loads((shared / "truth" / "labelmaps.json").read_text())


def link(target: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


def labels(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path))


def per_class(scores: Scores, score_id: str = "iou") -> dict[str, float | None]:
    return {str(s.over["class"]): s.value for s in scores if s.id == score_id and list(s.over) == ["class"]}


def same(value: float | None, official: float) -> bool:
    return math.isnan(official) if value is None else math.isclose(value, official, abs_tol=EXACT)


def truth_and_prediction(values: Mapping[str, object], truth: str, prediction: str) -> list[np.ndarray]:
    """Each side of the sample, its maps one after the other."""
    sides = Path(str(values["root"])).glob(truth), Path(str(values["predictions"])).glob(prediction)
    return [np.stack([labels(path) for path in sorted(side, key=lambda path: path.name)]) for side in sides]


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.name)
def test_the_sample_is_scored_whole(dataset: Dataset, tmp_path: Path) -> None:
    assert dataset.sample is not None
    result = run(dataset, dataset.sample(tmp_path), threads=2)
    assert result.record.status == "ok"
    assert result.record.coverage.scored == 8
    assert 0.5 < (result.scores["accuracy.pixel"] or 0) < 1


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.name)
def test_a_wrong_root_says_what_was_expected(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    with pytest.raises(
        InputError, match=r"(no ground truth here: expected|it lists the images of the split).* found images/"
    ):
        run(dataset, {"root": tmp_path, "predictions": tmp_path})


# ---- ADE20K --------------------------------------------------------------------------------


def test_ade20k_has_the_official_names(shared: Path) -> None:
    rows = (shared / "data" / "ade20k" / "objectInfo150.txt").read_text().splitlines()[1:]
    assert CLASSES.names == tuple(row.split("\t")[-1].split(",")[0].strip() for row in rows)


@pytest.mark.parametrize(
    ("folder", "case"),
    [
        ("truth/inputs/ade", "perturbed"),
        ("data/ade20k/sceneparsing_sampleData", "identity(sampleData predictions==annotations)"),
    ],
)
def test_ade20k_scores_as_sceneparsing_does(
    shared: Path, official: Any, tmp_path: Path, folder: str, case: str
) -> None:
    link(shared / folder / "annotations", tmp_path / "annotations" / "validation")
    values: dict[str, object] = {"root": tmp_path, "predictions": shared / folder / "predictions"}
    expected = official["ade20k"][case]
    scores = run(ADE20K, values).scores
    assert same(scores["iou.mean"], expected["mean_IoU_150"])
    assert same(scores["accuracy.pixel"], expected["pixel_accuracy"])
    assert same(scores["ade20k.final"], expected["final_score"])
    found = enumerate(per_class(scores).values(), start=1)
    assert {str(i): value for i, value in found if value} == pytest.approx(expected["iou_nonzero"], abs=EXACT)
    clean = run(ADE20K, {**values, "parity": "clean"}).scores
    assert same(clean["iou.mean"], expected["nanmean_IoU_mmseg"])


# ---- Cityscapes --------------------------------------------------------------------------------


def test_cityscapes_scores_as_cityscapesscripts_does(shared: Path, official: Any) -> None:
    folder = shared / "truth" / "inputs" / "cityscapes"
    scores = run(CITYSCAPES_SEMANTIC, {"root": folder, "predictions": folder / "sem"}).scores
    expected = official["cityscapes_pixel"]
    for score_id, classes, categories in (
        ("iou", "classScores", "categoryScores"),
        ("iiou", "classInstScores", "categoryInstScores"),
    ):
        for name, value in per_class(scores, score_id).items():
            assert same(value, expected[classes][name]), (score_id, name)
        for score in scores:
            if score.id == score_id and "category" in score.over:
                assert same(score.value, expected[categories][score.over["category"]]), score
    for score_id, over, name in (
        ("iou.mean", {}, "averageScoreClasses"),
        ("iou.mean", {"group": "categories"}, "averageScoreCategories"),
        ("iiou.mean", {}, "averageScoreInstClasses"),
        ("iiou.mean", {"group": "categories"}, "averageScoreInstCategories"),
    ):
        assert same(scores.value(score_id, **over), expected[name]), name


def test_cityscapes_scores_iou_without_the_maps_of_objects(tmp_path: Path) -> None:
    assert CITYSCAPES_SEMANTIC.sample is not None
    values = CITYSCAPES_SEMANTIC.sample(tmp_path)
    whole = run(CITYSCAPES_SEMANTIC, values).scores
    for path in tmp_path.rglob("*_instanceIds.png"):
        path.unlink()
    with pytest.raises(
        InputError, match=r"instanceIds\.png: no such file.*--protocol cityscapes-semantic-iou"
    ):
        run(CITYSCAPES_SEMANTIC, values)
    scores = run(CITYSCAPES_SEMANTIC, {**values, "protocol": "cityscapes-semantic-iou"}).scores
    assert list(scores) == [score for score in whole if not score.id.startswith("iiou")]


# ---- PASCAL VOC --------------------------------------------------------------------------------


def voc_of_one_image(shared: Path, tmp_path: Path) -> dict[str, object]:
    """FCN-8s's output on an image with its official annotation, in VOC's layout."""
    folder, name = shared / "data" / "voc" / "fcn_demo_official_1img", "2011_000001.png"
    link(folder / "label.png", tmp_path / "SegmentationClass" / name)
    link(folder / "output_ids.png", tmp_path / "results" / name)
    (tmp_path / "ImageSets" / "Segmentation").mkdir(parents=True)
    (tmp_path / "ImageSets" / "Segmentation" / "val.txt").write_text("2011_000001\n")
    return {"root": tmp_path, "predictions": tmp_path / "results"}


def test_voc_scores_a_real_output(shared: Path, tmp_path: Path) -> None:
    values = voc_of_one_image(shared, tmp_path)
    scores = run(VOC_2012_SEMANTIC, values).scores
    known = {"background": 0.777, "bicycle": 0.662, "person": 0.719}
    found = per_class(scores)
    assert {name: found[name] for name in known} == pytest.approx(known, abs=5e-4)
    assert scores["iou.mean"] is None  # as MATLAB's mean: most classes are absent
    clean = run(VOC_2012_SEMANTIC, {**values, "parity": "clean"}).scores["iou.mean"]
    files = (tmp_path / "SegmentationClass", tmp_path / "results")
    assert clean == mean_iou(*(labels(folder / "2011_000001.png") for folder in files), classes=21)


def test_voc_reads_palettes_and_lists_as_they_are(shared: Path, tmp_path: Path) -> None:
    folder = shared / "data" / "voc" / "labelme_voc_layout_3img" / "SegmentationClass"
    link(folder, tmp_path / "SegmentationClass")
    (tmp_path / "ImageSets" / "Segmentation").mkdir(parents=True)
    (tmp_path / "ImageSets" / "Segmentation" / "val.txt").write_text("2011_000003\n2011_000025\n")
    predictions = tmp_path / "results"
    predictions.mkdir()
    for key in ("2011_000003", "2011_000025"):
        image = Image.open(folder / f"{key}.png")
        void = np.asarray(image) == 255
        guess = Image.fromarray(np.where(void, 0, np.asarray(image)).astype(np.uint8), "P")
        guess.putpalette(image.getpalette() or [])
        guess.save(predictions / f"{key}.png")
    result = run(VOC_2012_SEMANTIC, {"root": tmp_path, "predictions": predictions})
    assert result.record.dataset.n_images == 2
    assert result.scores["accuracy.pixel"] == 1.0


# ---- LoveDA --------------------------------------------------------------------------------


LOVEDA_CLASSES = ["background", "building", "road", "water", "barren", "forest", "agricultural"]


def test_loveda_scores_everything_and_each_subset(tmp_path: Path) -> None:
    assert LOVEDA.sample is not None
    values = LOVEDA.sample(tmp_path)
    scores = run(LOVEDA, values).scores
    truth, prediction = truth_and_prediction(values, "Val/*/masks_png/*.png", "*.png")
    truth = np.where(truth == 0, 255, truth - 1)
    for over, images in (({}, slice(None)), ({"subset": "Rural"}, slice(0, None, 2))):
        expected = iou(truth[images], prediction[images], classes=7)
        found = [scores.value("iou", **over, **{"class": name}) for name in LOVEDA_CLASSES]
        assert found == pytest.approx(expected, abs=EXACT)
        assert scores.value("iou.mean", **over) == pytest.approx(np.nanmean(expected), abs=EXACT)
    assert scores.value("iou.mean", subset="Urban") is not None


# ---- Oxford-IIIT Pet --------------------------------------------------------------------------------


@pytest.fixture
def pets(shared: Path, tmp_path: Path) -> dict[str, object]:
    """Real trimaps in the official layout, and a real network's masks: 0 background, 1 cat, 2 dog."""
    folder = shared / "data" / "pets"
    predictions = folder / "pred_deeplabv3_mnv2_0bg_1cat_2dog"
    names = sorted(path.stem for path in predictions.glob("*.png"))
    link(folder / "trimaps_1fg_2bg_3border", tmp_path / "annotations" / "trimaps")
    (tmp_path / "annotations" / "test.txt").write_text("".join(f"{name} 1 1 1\n" for name in names))
    return {"root": tmp_path, "predictions": predictions, "coding": "mask"}


@pytest.mark.parametrize(
    ("protocol", "foreground", "ignored"),
    [("pets-fgbg", [1], [3]), ("pets-fgborder", [1, 3], [])],
)
def test_pets_are_scored_as_their_protocol_says(
    pets: dict[str, object], protocol: str, foreground: list[int], ignored: list[int]
) -> None:
    result = run(OXFORD_PETS, {**pets, "protocol": protocol})
    root, predictions = Path(str(pets["root"])), Path(str(pets["predictions"]))
    truths, guesses = [], []
    for path in sorted(predictions.glob("*.png")):
        trimap = labels(root / "annotations" / "trimaps" / path.name)
        truths.append(np.where(np.isin(trimap, ignored), 255, np.isin(trimap, foreground)).ravel())
        guesses.append((labels(path) > 0).ravel())
    truth, guess = np.concatenate(truths), np.concatenate(guesses)
    found = per_class(result.scores)
    assert [found["background"], found["foreground"]] == pytest.approx(
        iou(truth, guess, classes=2), abs=EXACT
    )
    assert result.scores["accuracy.pixel"] == pytest.approx(pixel_accuracy(truth, guess), abs=EXACT)
    assert (result.record.protocol.name, result.record.protocol.parity) == (protocol, "clean")


def test_a_trimap_scores_itself_perfectly(pets: dict[str, object]) -> None:
    trimaps = Path(str(pets["root"])) / "annotations" / "trimaps"
    values = {**pets, "predictions": trimaps, "coding": "trimap", "protocol": "pets-trimap3"}
    scores = run(OXFORD_PETS, values).scores
    assert per_class(scores) == {"foreground": 1.0, "background": 1.0, "border": 1.0}


def test_a_real_network_on_real_pets_by_species(shared: Path) -> None:
    folder = shared / "data" / "pets"
    species = label_map_dataset(
        name="pet-species",
        summary="Cats and dogs",
        license="CC BY-SA 4.0",
        source="Parkhi et al., Cats and Dogs, CVPR 2012",
        version="2012",
        splits=("all",),
        truth="labels_0bg_1cat_2dog_255/{key}.png",
        sample=(),
        protocols=[LabelProtocol(name="species", classes=Classes("background cat dog", ignore=255))],
    )
    values = {"root": folder, "predictions": folder / "pred_deeplabv3_mnv2_0bg_1cat_2dog"}
    found = per_class(run(species, values).scores)
    assert found == pytest.approx({"background": 0.978, "cat": 0.947, "dog": 0.972}, abs=5e-4)
