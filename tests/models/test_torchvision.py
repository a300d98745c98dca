"""torchvision's networks with weights of chance, saved and loaded as real ones are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.benchmarks import draw, semantic_benchmark
from segmetrics.classes import Classes
from segmetrics.errors import InputError
from segmetrics.plugin.image_models import IMAGENET
from segmetrics.runner import run_model
from segmetrics.testing import check_model
from segmetrics_torchvision import SEMANTIC

torch = pytest.importorskip("torch", reason="torch is not installed")
segmentation = pytest.importorskip(
    "torchvision.models.segmentation", reason="torchvision is not installed", exc_type=ImportError
)

NETWORK = "lraspp_mobilenet_v3_large"
CLASSES = "land,water,bridge"
IMAGE = np.random.default_rng(4).integers(0, 256, (64, 96, 3), np.uint8)


@pytest.fixture(scope="module")
def network() -> Any:
    torch.manual_seed(6)
    build = getattr(segmentation, NETWORK)
    return build(weights=None, weights_backbone=None, num_classes=3).eval()


@pytest.fixture(scope="module")
def weights(network: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "tiny.pth"
    torch.save(network.state_dict(), path)
    return path


def load(**values: object) -> Any:
    return SEMANTIC.load(SEMANTIC.complete({"network": NETWORK, "classes": CLASSES, **values}))


def test_it_predicts_what_torchvision_does(network: Any, weights: Path) -> None:
    mean, scale = (np.array(IMAGENET[name].split(","), np.float32) for name in ("mean", "scale"))
    pixels = np.ascontiguousarray(((IMAGE - mean) / scale).transpose(2, 0, 1)[np.newaxis])
    with torch.inference_mode():
        expected = network(torch.from_numpy(pixels))["out"][0].argmax(0).numpy()
    assert np.array_equal(load(weights=weights).predict(IMAGE), expected)


def test_it_is_run_and_scored(weights: Path, tmp_path: Path) -> None:
    draw(tmp_path, [IMAGE], [load(weights=weights).predict(IMAGE).astype(np.uint8)])
    rivers = semantic_benchmark(Classes("land water bridge"))
    values = {"network": NETWORK, "weights": weights, "classes": CLASSES}
    result = run_model(rivers, {"root": tmp_path}, SEMANTIC, values, store=tmp_path / "store")
    assert result.scores["accuracy.pixel"] == 1


def test_it_conforms(weights: Path) -> None:
    check_model(SEMANTIC, {"network": NETWORK, "weights": str(weights), "classes": CLASSES})


def test_the_head_for_training_is_left_out(tmp_path: Path) -> None:
    name = "deeplabv3_mobilenet_v3_large"
    whole = getattr(segmentation, name)(weights=None, weights_backbone=None, num_classes=3, aux_loss=True)
    torch.save(whole.state_dict(), tmp_path / "whole.pth")
    assert load(network=name, weights=tmp_path / "whole.pth").predict(IMAGE).shape == IMAGE.shape[:2]


def test_weights_of_another_number_of_classes(weights: Path) -> None:
    with pytest.raises(InputError, match=r"tiny\.pth: does not hold weights of .* of 21 classes") as caught:
        load(weights=weights, classes="voc")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no\.pth: no such file of weights"):
        load(weights=tmp_path / "no.pth")


@pytest.mark.parametrize("content", [b"", b"no weights", b"PK\x03\x04 cut off"])
def test_a_file_that_holds_no_weights(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.pth").write_bytes(content)
    with pytest.raises(InputError, match=r"bad\.pth: holds no weights that torch can read") as caught:
        load(weights=tmp_path / "bad.pth")
    assert "\n" not in str(caught.value)


def test_an_unknown_network_is_refused(weights: Path) -> None:
    with pytest.raises(InputError, match="network is 'segnet', expected one of deeplabv3_mobilenet"):
        load(weights=weights, network="segnet")
