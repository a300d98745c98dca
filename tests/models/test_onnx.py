"""ONNX networks, from files that the tests write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.benchmarks import draw, semantic_benchmark
from segmetrics.classes import Classes
from segmetrics.errors import InputError, PluginError
from segmetrics.plugin import Model
from segmetrics.runner import run_model
from segmetrics.testing import check_model
from segmetrics_onnx import BOUNDARY, SEMANTIC

onnx = pytest.importorskip("onnx", reason="onnx is not installed")
pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")

IMAGES = [np.random.default_rng(seed).integers(0, 256, (12, 17, 3), np.uint8) for seed in range(3)]
BRIGHTEST = [image.argmax(axis=2).astype(np.uint8) for image in IMAGES]


def write(path: Path, operator: str, channels: int = 3, **attributes: Any) -> Path:
    """A network of one node, from a batch of one image, channels first, of any size."""
    helper, floats = onnx.helper, onnx.TensorProto.FLOAT
    image = helper.make_tensor_value_info("image", floats, [1, channels, "height", "width"])
    kind = onnx.TensorProto.INT64 if operator == "ArgMax" else floats
    output = helper.make_tensor_value_info("out", kind, None)
    node = helper.make_node(operator, ["image"], ["out"], **attributes)
    graph = helper.make_graph([node], "tiny", [image], [output])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, path)
    return path


def load(model: Model, **values: object) -> Any:
    return model.load(model.complete(values))


@pytest.mark.parametrize(("operator", "attributes"), [("Identity", {}), ("ArgMax", {"axis": 1})])
def test_a_network_is_run_and_scored(tmp_path: Path, operator: str, attributes: dict[str, Any]) -> None:
    draw(tmp_path, IMAGES, BRIGHTEST)
    values = {
        "weights": write(tmp_path / "tiny.onnx", operator, **attributes),
        "classes": "red,green,blue",
        "fit": "original",
    }
    colours = semantic_benchmark(Classes("red green blue"))
    result = run_model(colours, {"root": tmp_path}, SEMANTIC, values, store=tmp_path / "store")
    assert result.scores["accuracy.pixel"] == 1
    model = result.record.model
    assert model is not None
    assert model.revision is not None
    assert model.revision.startswith("segmetrics-onnx 0.1.0 sha256:")


def test_it_conforms(tmp_path: Path) -> None:
    size = {"size": "32x32"}
    weights = str(write(tmp_path / "tiny.onnx", "Identity"))
    check_model(SEMANTIC, {"weights": weights, "classes": "red,green,blue", **size})
    weights = str(write(tmp_path / "mean.onnx", "ReduceMean", axes=[1]))
    check_model(BOUNDARY, {"weights": weights, "scale": "255", **size})


def test_strengths_are_drawn(tmp_path: Path) -> None:
    weights = write(tmp_path / "mean.onnx", "ReduceMean", axes=[1])
    strengths = load(BOUNDARY, weights=weights, fit="original", scale="255").predict(IMAGES[0])
    assert strengths == pytest.approx(IMAGES[0].mean(axis=2) / 255, abs=1e-6)


def test_other_weights_are_another_revision(tmp_path: Path) -> None:
    options = {"classes": "red,green,blue", "fit": "original"}
    one = load(SEMANTIC, weights=write(tmp_path / "one.onnx", "Identity"), **options)
    other = load(SEMANTIC, weights=write(tmp_path / "other.onnx", "Neg"), **options)
    assert one.revision != other.revision


def test_another_number_of_classes_fails_the_run(tmp_path: Path) -> None:
    draw(tmp_path, IMAGES, BRIGHTEST)
    values = {"weights": write(tmp_path / "tiny.onnx", "Identity"), "classes": "a,b,c,d", "fit": "original"}
    told = r"model onnx-semantic, image 0 .*the output is of shape 1x3x12x17, expected scores of 4 classes"
    with pytest.raises(PluginError, match=told):
        run_model(
            semantic_benchmark(Classes("a b c d")), {"root": tmp_path}, SEMANTIC, values, store=tmp_path / "s"
        )


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no\.onnx: no such file of weights"):
        load(SEMANTIC, weights=tmp_path / "no.onnx", classes="voc")


def test_a_file_that_is_no_network(tmp_path: Path) -> None:
    (tmp_path / "bad.onnx").write_bytes(b"not a network")
    with pytest.raises(InputError, match=r"bad\.onnx: is no ONNX network that can be opened") as caught:
        load(SEMANTIC, weights=tmp_path / "bad.onnx", classes="voc")
    assert "\n" not in str(caught.value)


def test_a_network_that_takes_no_image(tmp_path: Path) -> None:
    weights = write(tmp_path / "five.onnx", "Identity", channels=5)
    with pytest.raises(InputError, match=r"input is of shape 1x5x\?x\?, expected one image"):
        load(SEMANTIC, weights=weights, classes="voc", fit="original")


def test_an_output_that_is_not_there(tmp_path: Path) -> None:
    weights = write(tmp_path / "tiny.onnx", "Identity")
    with pytest.raises(InputError, match="the network has no output 'logits', only out"):
        load(SEMANTIC, weights=weights, classes="voc", output="logits")
