"""TFLite networks on photographs: the numbers that the makers of the data state."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.benchmarks import semantic_benchmark
from segmetrics.classes import Classes
from segmetrics.cli import app
from segmetrics.errors import InputError
from segmetrics.plugin import Predictor
from segmetrics.runner import run_model
from segmetrics.testing import check_model
from segmetrics_litert import BOUNDARY, SEMANTIC

pytest.importorskip("ai_edge_litert", reason="ai-edge-litert is not installed")

RECIPE: Mapping[str, object] = {"classes": "voc", "fit": "keep", "padding": 127}
"""The aspect kept, the longest side 513, gray right and below."""

WITHIN = 0.005


@pytest.fixture
def coral(shared: Path) -> Path:
    return shared / "data" / "models" / "coral_tflite"


@pytest.fixture
def pascal(coral: Path) -> Path:
    return coral / "deeplabv3_mnv2_pascal_quant.tflite"


def load(**values: object) -> Predictor:
    return SEMANTIC.load(SEMANTIC.complete(values))


def link(target: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


# ---- DeepLabV3 on Oxford-IIIT Pet


def test_pets_by_species(shared: Path, pascal: Path, tmp_path: Path) -> None:
    pets = shared / "data" / "pets"
    link(pets / "images", tmp_path / "images")
    link(pets / "labels_0bg_1cat_2dog_255", tmp_path / "labels")
    species = semantic_benchmark(Classes("background cat dog", ignore=255), image="images/{key}.jpg")
    values = {"weights": pascal, **RECIPE}
    result = run_model(
        species, {"root": tmp_path}, SEMANTIC, values, store=tmp_path / "store", labels="*=background"
    )
    assert result.record.coverage.scored == 26
    for name, expected in (("background", 0.978), ("cat", 0.947), ("dog", 0.972)):
        assert result.scores.value("iou", **{"class": name}) == pytest.approx(expected, abs=WITHIN), name


@pytest.fixture
def oxford_pets(shared: Path, tmp_path: Path) -> Path:
    """The data set as it is published, of the photographs that there are."""
    pets, root = shared / "data" / "pets", tmp_path / "oxford-iiit-pet"
    link(pets / "images", root / "images")
    link(pets / "trimaps_1fg_2bg_3border", root / "annotations" / "trimaps")
    listed = "".join(f"{path.stem} 1 1 1\n" for path in sorted((pets / "images").iterdir()))
    (root / "annotations" / "test.txt").write_text(listed)
    return root


def test_pets_on_the_command_line(
    oxford_pets: Path, pascal: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = [f"--set={name}={value}" for name, value in {"weights": pascal, **RECIPE}.items()]
    labels = "--labels=cat=foreground dog=foreground *=background"
    store = f"--store={tmp_path / 'store'}"
    command = ["run", "oxford-pets", "--model=litert-semantic", f"--root={oxford_pets}", labels, store]
    with pytest.raises(SystemExit) as ended:
        app([*command, *settings, "--json"])
    assert ended.value.code == 0
    record = json.loads(capsys.readouterr().out)
    ious = {score["over"]["class"]: score["value"] for score in record["scores"] if score["id"] == "iou"}
    assert record["coverage"]["scored"] == 26
    assert ious["background"] == pytest.approx(0.978, abs=WITHIN)
    assert record["model"]["revision"].startswith("segmetrics-litert 0.1.0 sha256:")


def test_it_conforms(pascal: Path) -> None:
    check_model(SEMANTIC, {"weights": str(pascal), "classes": "voc"})


# ---- the street model


def agreement(weights: Path, image: Path, mask: Path, classes: str) -> float:
    predicted = load(weights=weights, classes=classes).predict(np.asarray(Image.open(image).convert("RGB")))
    agreed: NDArray[np.bool_] = predicted == np.asarray(Image.open(mask))
    return float(agreed.mean())


@pytest.mark.parametrize(
    ("network", "photograph", "classes", "expected"),
    [
        ("deeplabv3_mnv2_pascal_quant", "bird_segmentation", "voc", 0.98),
        (
            "deeplab_mobilenet_edgetpu_slim_cityscapes_quant",
            "cityscapes_segmentation",
            "cityscapes",
            0.92,
        ),
    ],
)
def test_expected_masks_are_agreed_with(
    coral: Path, network: str, photograph: str, classes: str, expected: float
) -> None:
    image, mask = (coral / "expected" / f"{photograph}{end}.bmp" for end in ("", "_mask"))
    found = agreement(coral / f"{network}.tflite", image, mask, classes)
    assert found == pytest.approx(expected, abs=WITHIN)


# ---- floats in, one score out


def test_people_are_found_by_a_network_of_one_score(shared: Path) -> None:
    weights = shared / "data" / "models" / "mediapipe_selfie" / "selfie_segmentation.tflite"
    person = load(weights=weights, classes="background,person", scale=255, resize="bilinear")
    image = np.random.default_rng(1).integers(0, 256, (40, 60, 3), np.uint8)
    predicted = person.predict(image)
    assert predicted.shape == (40, 60)
    assert set(np.unique(predicted)) <= {0, 1}


# ---- bad input


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no\.tflite: no such file of weights"):
        load(weights=tmp_path / "no.tflite", classes="voc")


@pytest.mark.parametrize("model", [SEMANTIC, BOUNDARY], ids=lambda model: model.name)
def test_a_file_that_is_no_network(tmp_path: Path, model: object) -> None:
    assert model in {SEMANTIC, BOUNDARY}
    (tmp_path / "bad.tflite").write_bytes(b"TFL3 but no more")
    with pytest.raises(InputError, match=r"bad\.tflite: is no TFLite network that can be opened") as caught:
        load(weights=tmp_path / "bad.tflite", classes="voc")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"classes": "voc", "size": "100x100"}, "size is 100x100, but the network takes 513x513"),
        ({"classes": "voc", "fit": "original"}, "fit is original, but the input is 513x513"),
        ({"classes": "voc", "mean": "127.5"}, "takes pixels as they are"),
        ({"classes": "voc", "output": "ArgMix"}, "no output 'ArgMix', only ArgMax; did you mean ArgMax"),
        ({"classes": "vocs"}, "classes is 'vocs', which is no file, .*did you mean voc"),
    ],
)
def test_options_that_do_not_suit(pascal: Path, values: Mapping[str, object], told: str) -> None:
    with pytest.raises(InputError, match=told):
        load(weights=pascal, **values)
