"""Golden numbers of published pairs, and the official tools on larger data than hypothesis makes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from evaluators.test_instances import coco_numbers, lvis_numbers
from segmetrics.evaluators.instances import InstanceEvaluator, Rules
from segmetrics.instances import Compared, geometry_of
from segmetrics.masks import encode, to_coco
from segmetrics.readers.coco import read_ground_truth, read_results

SHARED = Path(os.environ.get("SEGMETRICS_SHARED", Path(__file__).parents[3] / "shared"))
FAKE = "coco/official_fake100"
TINY = "coco/coco_tiny_val"


def shared(name: str) -> Path:
    """A shared file; the test is skipped where it is absent."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{path} is absent; SEGMETRICS_SHARED names the folder of real data")
    return path


def evaluated(
    truth_file: Path, results: Path | list[dict[str, Any]], geometry: Compared, rules: Rules = "coco"
) -> InstanceEvaluator:
    """An evaluator that has seen these files."""
    federated = rules == "lvis"
    truth = read_ground_truth(truth_file, geometry=geometry_of(geometry), federated=federated, threads=2)
    found = read_results(results, truth, max_per_image=300 if federated else 0, threads=2)
    evaluator = InstanceEvaluator(truth.categories, geometry=geometry, rules=rules)
    evaluator.update(truth.instances, found.instances)
    return evaluator


@cache
def loaded(path: Path) -> Any:
    """The JSON of a file."""
    return json.loads(path.read_bytes())


# Ground truth: instances_val2014_100.json of MiXaiLL76/faster_coco_eval @ 33ab6097 (100 images of val2014),
# instances_val2017.json of zzowenzz/COCO_Tiny @ e7a689f7 (80 images of val2017). Results: COCO's own
# instances_val2014_fake{segm,bbox}100_results.json of cocodataset/cocoapi @ 8c9bcc3c, and what yolov8n-seg
# (int8, 640 px, confidence > .01, NMS .7, best 100) finds. Numbers: pycocotools 2.0.11, to four places.
GOLDEN = [
    pytest.param(
        f"{FAKE}/instances_val2014_100.json",
        f"{FAKE}/instances_val2014_fakesegm100_results.json",
        "masks",
        (0.3195, 0.5623, 0.2989, 0.3874, 0.3102, 0.3269, 0.2682, 0.4154, 0.4168, 0.4694, 0.3768, 0.3815),
        id="fake masks",
    ),
    pytest.param(
        f"{FAKE}/instances_val2014_100.json",
        f"{FAKE}/instances_val2014_fakesegm100_results.json",
        "boxes",
        (0.4829, 0.6962, 0.5408, 0.5254, 0.4993, 0.5084, 0.3720, 0.5684, 0.5700, 0.5912, 0.5562, 0.5548),
        id="boxes of fake masks",
    ),
    pytest.param(
        f"{FAKE}/instances_val2014_100.json",
        f"{FAKE}/instances_val2014_fakebbox100_results.json",
        "boxes",
        (0.5046, 0.6970, 0.5730, 0.5856, 0.5194, 0.5014, 0.3868, 0.5937, 0.5954, 0.6398, 0.5664, 0.5643),
        id="fake boxes",
    ),
    pytest.param(
        f"{TINY}/instances_val2017.json",
        f"{TINY}/yolov8n-seg_int8_segm_results.json",
        "masks",
        (0.2847, 0.4691, 0.2955, 0.0902, 0.2974, 0.5314, 0.2792, 0.3691, 0.3812, 0.1291, 0.3828, 0.6303),
        id="yolo masks",
    ),
    pytest.param(
        f"{TINY}/instances_val2017.json",
        f"{TINY}/yolov8n-seg_int8_segm_results.json",
        "boxes",
        (0.3069, 0.4776, 0.3407, 0.0876, 0.2950, 0.5616, 0.2998, 0.3874, 0.4020, 0.1215, 0.3938, 0.6677),
        id="yolo boxes",
    ),
]


@pytest.mark.parametrize(("truth", "results", "geometry", "numbers"), GOLDEN)
def test_golden_numbers(truth: str, results: str, geometry: Compared, numbers: tuple[float, ...]) -> None:
    scores = evaluated(shared(f"data/{truth}"), shared(f"data/{results}"), geometry).compute()
    assert [None if value is None else round(value, 4) for value in coco_numbers(scores)] == list(numbers)


@pytest.mark.parametrize(("truth", "results", "geometry", "numbers"), GOLDEN)
def test_golden_numbers_are_those_of_pycocotools_bit_for_bit(
    truth: str, results: str, geometry: Compared, numbers: tuple[float, ...]
) -> None:
    expected = assert_as_pycocotools(shared(f"data/{truth}"), shared(f"data/{results}"), geometry)
    assert [None if value is None else round(value, 4) for value in expected] == list(numbers)


def assert_as_pycocotools(truth: Path, results: Path, geometry: Compared) -> list[float | None]:
    """All arrays and all numbers, exactly; returns the numbers."""
    official = pytest.importorskip("evaluators.official", reason="pycocotools is not installed")
    evaluator = evaluated(truth, results, geometry)
    curves = evaluator.curves()
    expected = official.coco(loaded(truth), loaded(results), geometry)
    assert_array_equal(curves.precision, expected.precision)
    assert_array_equal(curves.recall, expected.recall)
    assert_array_equal(curves.scores, expected.scores)
    numbers = list(coco_numbers(evaluator.compute()))
    assert numbers == expected.numbers
    return numbers


def perturbed(truth: dict[str, Any], seed: int, *, boxes: bool) -> list[dict[str, Any]]:
    """The annotations' boxes, four times: shifted, some of wrong categories, with few distinct scores."""
    random = np.random.default_rng(seed)
    images = {image["id"]: image for image in truth["images"]}
    categories = [category["id"] for category in truth["categories"]]
    results = []
    for annotation in truth["annotations"] * 4:
        image = images[annotation["image_id"]]
        left, top, width, height = np.array(annotation["bbox"]) * random.uniform(0.9, 1.1, 4)
        category = annotation["category_id"] if random.random() < 0.8 else int(random.choice(categories))
        binary = np.zeros((image["height"], image["width"]), np.bool_)
        binary[int(top) : int(top + height) + 1, int(left) : int(left + width) + 1] = True
        found = {
            "image_id": image["id"],
            "category_id": category,
            "score": float(random.integers(0, 100)) / 100,
            "segmentation": to_coco(encode(binary), counts="str")[0],
        }
        results.append(found | {"bbox": [left, top, width, height]} if boxes else found)
    # One image gets more detections than LVIS looks at.
    first = results[0]
    alike = [one for one in results if one["segmentation"]["size"] == first["segmentation"]["size"]]
    return results + [one | {"image_id": first["image_id"]} for one in alike]


# lvis_val_100.json of lvis-dataset/lvis-api @ 7d7f07de (LVIS v0.5, 1,230 categories); the answer is that of
# lvis 0.5.3.
@pytest.mark.parametrize("geometry", ["masks", "boxes", "boundary"])
@pytest.mark.parametrize("boxes", [False, True], ids=["without boxes", "with boxes"])
def test_lvis_validation_images_are_lvis_bit_for_bit(geometry: Compared, *, boxes: bool) -> None:
    official = pytest.importorskip("evaluators.official", reason="lvis is not installed")
    path = shared("data/lvis/data/lvis_val_100.json")
    results = perturbed(loaded(path), 20, boxes=boxes)
    evaluator = evaluated(path, results, geometry, "lvis")
    curves = evaluator.curves()
    expected = official.lvis(loaded(path), json.loads(json.dumps(results)), geometry)
    assert_array_equal(curves.precision, expected.precision)
    assert_array_equal(curves.recall, expected.recall)
    assert list(lvis_numbers(evaluator.compute())) == expected.numbers


@pytest.fixture(scope="module")
def workload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 images as large and as crowded as COCO's, with up to 100 detections each."""
    tool = shared("tools/make_coco_like.py")
    pytest.importorskip("pycocotools", reason="pycocotools, which the generator needs, is not installed")
    folder = tmp_path_factory.mktemp("coco_like")
    command: list[str | Path] = [sys.executable, "-W", "ignore", tool, folder, "--images", "40"]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.mark.parametrize(
    ("results", "geometry"),
    [("dt_a_segm", "masks"), ("dt_a_bbox", "boxes"), ("dt_b_segm", "masks"), ("dt_b_bbox", "boxes")],
)
def test_a_generated_workload_is_pycocotools_bit_for_bit(
    workload: Path, results: str, geometry: Compared
) -> None:
    assert_as_pycocotools(workload / "gt.json", workload / f"{results}.json", geometry)
