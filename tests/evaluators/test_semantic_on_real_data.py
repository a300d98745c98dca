"""Golden numbers of the official evaluators, on real maps."""

from __future__ import annotations

import json
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from segmetrics.classes import Classes
from segmetrics.evaluators import AnnotatedMaps, InstanceSizes, SemanticEvaluator
from segmetrics.readers.label_png import read_label_png
from segmetrics.types import Scores

Map = NDArray[Any]

CITYSCAPES = {
    7: ("road", "flat"),
    8: ("sidewalk", "flat"),
    11: ("building", "construction"),
    12: ("wall", "construction"),
    13: ("fence", "construction"),
    17: ("pole", "object"),
    19: ("traffic light", "object"),
    20: ("traffic sign", "object"),
    21: ("vegetation", "nature"),
    22: ("terrain", "nature"),
    23: ("sky", "sky"),
    24: ("person", "human"),
    25: ("rider", "human"),
    26: ("car", "vehicle"),
    27: ("truck", "vehicle"),
    28: ("bus", "vehicle"),
    31: ("train", "vehicle"),
    32: ("motorcycle", "vehicle"),
    33: ("bicycle", "vehicle"),
}
CITYSCAPES_CLASSES = Classes(
    [name for name, _ in CITYSCAPES.values()],
    ids=CITYSCAPES,
    others=sorted({*range(34)} - {*CITYSCAPES}),
    categories=[category for _, category in CITYSCAPES.values()],
)
CITYSCAPES_SIZES = InstanceSizes(
    {
        "bicycle": 4672.3249222261,
        "motorcycle": 6298.7200839748,
        "rider": 3930.4788056518,
        "bus": 35732.1511111111,
        "train": 67583.7075812274,
        "car": 12794.0202738185,
        "person": 3462.4756337644,
        "truck": 27855.1264367816,
    },
    {"vehicle": [29, 30]},
)


def maps(folder: Path, pattern: str) -> list[Map]:
    """The label PNGs of a folder, by name."""
    paths = sorted(folder.glob(pattern))
    if not paths:
        pytest.skip(f"no {pattern} in {folder}")
    return [read_label_png(path) for path in paths]


def truth_numbers(shared: Path, protocol: str) -> Any:
    """What an official evaluator gave."""
    return json.loads((shared / "truth" / "labelmaps.json").read_text())[protocol]


# cityscapesScripts 0bcc4a7, evalPixelLevelSemanticLabeling, on frankfurt_000000_000294 at 256 x 128 (from
# mmsegmentation's tests) and its mirror image, with perturbed predictions.


@pytest.fixture(scope="module")
def cityscapes(shared: Path) -> Scores:
    inputs = shared / "truth" / "inputs" / "cityscapes"
    truth = maps(inputs / "gtFine" / "val", "*/*_gtFine_labelIds.png")
    instances = maps(inputs / "gtFine" / "val", "*/*_gtFine_instanceIds.png")
    evaluator = SemanticEvaluator(CITYSCAPES_CLASSES, instance_sizes=CITYSCAPES_SIZES)
    evaluator.update(AnnotatedMaps(truth, instances), maps(inputs / "sem", "*_pred.png"))
    return evaluator.compute()


@pytest.mark.parametrize(
    ("official", "dimension", "score_id"),
    [
        ("classScores", "class", "iou"),
        ("classInstScores", "class", "iiou"),
        ("categoryScores", "category", "iou"),
        ("categoryInstScores", "category", "iiou"),
    ],
)
def test_cityscapes_scores(
    cityscapes: Scores, shared: Path, official: str, dimension: str, score_id: str
) -> None:
    expected = truth_numbers(shared, "cityscapes_pixel")[official]
    found = cityscapes.per(dimension, score_id)
    assert {name: value for name, value in found.items() if value is not None} == pytest.approx(
        {name: value for name, value in expected.items() if not isnan(value)}, abs=1e-12
    )


def test_cityscapes_averages(cityscapes: Scores, shared: Path) -> None:
    expected = truth_numbers(shared, "cityscapes_pixel")
    assert [
        cityscapes["iou.mean"],
        cityscapes["iiou.mean"],
        cityscapes.value("iou.mean", group="categories"),
        cityscapes.value("iiou.mean", group="categories"),
    ] == pytest.approx(
        [
            expected["averageScoreClasses"],
            expected["averageScoreInstClasses"],
            expected["averageScoreCategories"],
            expected["averageScoreInstCategories"],
        ],
        abs=1e-12,
    )


def test_cityscapes_matrix(shared: Path) -> None:
    inputs = shared / "truth" / "inputs" / "cityscapes"
    evaluator = SemanticEvaluator(34, ignore=None)
    truth = maps(inputs / "gtFine" / "val", "*/*_gtFine_labelIds.png")
    evaluator.update(truth, maps(inputs / "sem", "*_pred.png"))
    assert evaluator.confusion_matrix().tolist() == truth_numbers(shared, "cityscapes_pixel")["confMatrix"]


# sceneparsing e202229, evaluationCode/utils_eval.py, on its sampleData: three images of the validation set,
# scored against themselves and against perturbed predictions.

ADE20K_CLASSES = Classes([str(k) for k in range(1, 151)], ids=range(1, 151), others=[0])
FINAL = {"final": ("iou.mean", "accuracy.pixel")}


@pytest.mark.parametrize(
    ("predictions", "official"),
    [("annotations", "identity(sampleData predictions==annotations)"), ("predictions", "perturbed")],
)
def test_ade20k(shared: Path, predictions: str, official: str) -> None:
    inputs = shared / "truth" / "inputs" / "ade"
    truth, predicted = maps(inputs / "annotations", "*.png"), maps(inputs / predictions, "*.png")
    expected = truth_numbers(shared, "ade20k")[official]
    absent_is_zero = SemanticEvaluator(ADE20K_CLASSES, absent="zero", means=FINAL)
    clean = SemanticEvaluator(ADE20K_CLASSES, absent="zero", means=FINAL, parity="clean")
    for evaluator in (absent_is_zero, clean):
        evaluator.update(truth, predicted)
    scores = absent_is_zero.compute()

    assert [scores[name] for name in ("iou.mean", "accuracy.pixel", "final")] == pytest.approx(
        [expected["mean_IoU_150"], expected["pixel_accuracy"], expected["final_score"]], abs=1e-12
    )
    assert clean.compute()["iou.mean"] == pytest.approx(expected["nanmean_IoU_mmseg"], abs=1e-12)
    assert {k: value for k, value in scores.per("class", "iou").items() if value} == pytest.approx(
        expected["iou_nonzero"], abs=1e-12
    )
    matrix = absent_is_zero.confusion_matrix()
    hits = np.diagonal(matrix)
    unions = matrix.sum(axis=1) + matrix.sum(axis=0)[:150] - hits
    assert hits.tolist() == expected["area_intersection_sum"]
    assert unions.tolist() == expected["area_union_sum"]


# One image of the demo of shelhamer/fcn.berkeleyvision.org @ 1305c737, with what FCN-8s makes of it.


def test_voc(shared: Path) -> None:
    folder = shared / "data" / "voc" / "fcn_demo_official_1img"
    truth, predicted = maps(folder, "label.png"), maps(folder, "output_ids.png")
    evaluator, strict = SemanticEvaluator(21), SemanticEvaluator(21, absent="undefined")
    for one in (evaluator, strict):
        one.update(truth, predicted)
    scores = evaluator.compute()
    expected = {"0": 0.777, "2": 0.662, "15": 0.719}
    found = {name: scores.per("class", "iou")[name] for name in expected}
    assert found == pytest.approx(expected, abs=5e-4)
    assert strict.compute()["iou.mean"] is None


# 26 images of Oxford-IIIT Pets in species form, and what a quantised DeepLab makes of them.


def test_pets_by_species(shared: Path) -> None:
    folder = shared / "data" / "pets"
    truth = maps(folder / "labels_0bg_1cat_2dog_255", "*.png")
    evaluator = SemanticEvaluator(Classes("background cat dog", ignore=255))
    evaluator.update(truth, maps(folder / "pred_deeplabv3_mnv2_0bg_1cat_2dog", "*.png"))
    expected = {"background": 0.978, "cat": 0.947, "dog": 0.972}
    assert evaluator.compute().per("class", "iou") == pytest.approx(expected, abs=5e-4)
