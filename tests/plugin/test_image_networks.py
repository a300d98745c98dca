"""Images become inputs, and outputs predictions, as the options declare."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from segmetrics.errors import InputError, PluginError
from segmetrics.plugin.image_models import (
    BOUNDARY_OPTIONS,
    PREPARATION,
    RESIZE,
    class_names,
    framework,
    numbers,
)
from segmetrics.plugin.image_networks import BoundaryNetwork, Network, Preparation, SemanticNetwork

DEFAULTS = {option.name: option.unset for option in (*PREPARATION, RESIZE, *BOUNDARY_OPTIONS)}
CLASSES = ("land", "water", "bridge")
RANDOM = np.random.default_rng(3)
IMAGE = RANDOM.integers(0, 256, (6, 4, 3), np.uint8)


def values(**given: object) -> dict[str, object]:
    return DEFAULTS | given


def network(
    *shape: int | None, dtype: type = np.float32, gives: Callable[[NDArray[Any]], Any] = lambda tensor: tensor
) -> Network:
    return Network(shape, dtype, gives)


def prepared(net: Network, **given: object) -> tuple[NDArray[Any], tuple[float, float]]:
    return Preparation(net, values(**given)).prepared(IMAGE)


# ---- inputs


def test_pixels_go_in_as_they_are() -> None:
    tensor, share = prepared(network(1, None, None, 3, dtype=np.uint8), fit="original")
    assert np.array_equal(tensor, IMAGE[np.newaxis])
    assert share == (1, 1)


def test_channels_first_scaled_and_turned_round() -> None:
    net = network(1, 3, None, None)
    tensor, _ = prepared(net, fit="original", mean="1,2,3", scale="2", channels="bgr")
    expected = (IMAGE[:, :, ::-1].transpose(2, 0, 1) - np.reshape([1, 2, 3], (3, 1, 1))) / 2
    assert tensor.dtype == np.float32
    assert np.array_equal(tensor[0], expected)


def test_an_image_is_stretched() -> None:
    tensor, share = prepared(network(1, 12, 12, 3, dtype=np.uint8))
    assert (tensor.shape, share) == ((1, 12, 12, 3), (1, 1))


def test_an_image_that_keeps_its_aspect_is_padded() -> None:
    tensor, share = prepared(network(1, 12, 12, 3, dtype=np.uint8), fit="keep", padding=127)
    assert share == (1, 8 / 12)
    assert (tensor[0, :, 8:] == 127).all()


def test_a_size_is_asked_for() -> None:
    tensor, _ = prepared(network(1, 3, None, None), size="10x8")
    assert tensor.shape == (1, 3, 8, 10)


@pytest.mark.parametrize(
    ("shape", "given", "told"),
    [
        ((1, 5), {}, "input is of shape 1x5, expected one image: 1x3xHxW or 1xHxWx3"),
        ((2, 3, 8, 8), {}, "input is of shape 2x3x8x8"),
        ((1, 3, None, None), {}, "takes any size: say size=WIDTHxHEIGHT, or fit=original"),
        ((1, 3, None, None), {"size": "10"}, "size is '10', expected WIDTHxHEIGHT"),
        ((1, 3, None, None), {"size": "10x8", "fit": "original"}, "fit is original, but the input is 10x8"),
        ((1, 3, 8, 10), {"size": "8x10"}, "size is 8x10, but the network takes 10x8"),
        ((1, 3, 8, 8), {"padding": 256}, "padding is 256"),
        ((1, 3, 8, 8), {"scale": "0"}, "scale is 0"),
        ((1, 3, 8, 8), {"mean": "1,2"}, "mean is '1,2', expected a number, or 3 parted by commas"),
        ((1, 3, 8, 8), {"mean": "gray"}, "mean is 'gray'"),
    ],
)
def test_options_that_do_not_suit(
    shape: tuple[int | None, ...], given: Mapping[str, object], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        Preparation(network(*shape), values(**given))


@pytest.mark.parametrize(("dtype", "told"), [(np.uint8, "leave out mean and scale"), (np.int8, "is int8")])
def test_pixels_of_8_bits_are_not_scaled(dtype: type, told: str) -> None:
    with pytest.raises(InputError, match=told):
        Preparation(network(1, 8, 8, 3, dtype=dtype), values(mean="127.5"))


# ---- maps of classes


def semantic(
    gives: Callable[[NDArray[Any]], Any], classes: tuple[str, ...] = CLASSES, **given: object
) -> SemanticNetwork:
    net = network(1, None, None, 3, gives=gives)
    return SemanticNetwork(net, classes, "1", values(**{"fit": "original", **given}))


SCORES = RANDOM.normal(size=(6, 4, 3))


@pytest.mark.parametrize(
    "output",
    [
        SCORES,
        SCORES[np.newaxis],
        SCORES.transpose(2, 0, 1),
        SCORES.transpose(2, 0, 1)[np.newaxis],
        SCORES.argmax(2),
        SCORES.argmax(2)[np.newaxis],
        SCORES.argmax(2)[np.newaxis, :, :, np.newaxis],
    ],
    ids=lambda output: str(output.shape),
)
@pytest.mark.parametrize("resize", ["nearest", "bilinear"])
def test_scores_and_classes_are_understood(output: NDArray[Any], resize: str) -> None:
    predicted = semantic(lambda _: output, resize=resize).predict(IMAGE)
    assert predicted.dtype == np.int64
    assert np.array_equal(predicted, SCORES.argmax(2))


def test_one_score_tells_two_classes_apart() -> None:
    model = semantic(lambda _: np.array([[[0.2, 0.8, 0.1]] * 3]), ("none", "person"))
    assert model.predict(IMAGE[:3, :3]).tolist() == [[0, 1, 0]] * 3


def test_what_is_padded_is_cropped_from_a_smaller_output() -> None:
    net = network(1, 12, 12, 3, gives=lambda _: np.array([[[0, 1, 2], [1, 1, 2], [2, 2, 2]]]))
    model = SemanticNetwork(net, CLASSES, "1", values(fit="keep"))
    expected = np.array([[0, 1], [1, 1], [2, 2]]).repeat(2, axis=0).repeat(2, axis=1)
    assert np.array_equal(model.predict(IMAGE), expected)


@pytest.mark.parametrize("shape", [(1, 6, 4, 5), (6, 4), (2, 6, 4, 3), (1, 1, 6, 4, 3)])
def test_scores_of_another_number_of_classes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match=r"the output is of shape [x\d]+, expected scores of 3 classes"):
        semantic(lambda _: np.zeros(shape)).predict(IMAGE)


def test_several_maps_of_classes_are_refused() -> None:
    with pytest.raises(InputError, match="of shape 1x2x6x4, expected one map of classes"):
        semantic(lambda _: np.zeros((1, 2, 6, 4), int)).predict(IMAGE)


# ---- boundaries


def test_strengths_come_out_in_the_size_of_the_image() -> None:
    net = network(1, None, None, 3, gives=lambda tensor: tensor[:, ::2, ::2, :1] / 255)
    strengths = BoundaryNetwork(net, "1", values(fit="original")).predict(IMAGE)
    assert strengths.shape == (6, 4)
    assert 0 <= strengths.min() < strengths.max() <= 1


def test_activation_is_declared() -> None:
    net = network(1, None, None, 3, gives=lambda _: np.array([[[[0.0, 100.0]]]]))
    strengths = BoundaryNetwork(net, "1", values(fit="original", activation="sigmoid")).predict(IMAGE[:1, :2])
    assert strengths.tolist() == [[0.5, 1.0]]


# ---- words


def test_a_framework_that_is_not_there_is_one_line() -> None:
    told = r"^no_such_framework cannot be imported \(No module named .*\): pip install paint$"
    with pytest.raises(PluginError, match=told):
        framework("no_such_framework", "paint")


def test_classes_are_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "classes.txt").write_text("land\nopen water\n")
    assert class_names(str(tmp_path / "classes.txt")) == ("land", "open water")


def test_classes_in_a_file_are_indices(tmp_path: Path) -> None:
    (tmp_path / "classes.csv").write_text("id,name\n1,land\n2,water\n")
    with pytest.raises(InputError, match=r"classes\.csv: has ids \(1, 2\), expected indices 0, 1"):
        class_names(str(tmp_path / "classes.csv"))


@pytest.mark.parametrize("text", ["land,,water", "land,land"])
def test_names_occur_once(text: str) -> None:
    with pytest.raises(InputError, match="expected names, each once"):
        class_names(text)


def test_declaring_a_network_is_light() -> None:
    code = "import sys, segmetrics.plugin.image_models; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_numbers_are_one_or_all() -> None:
    assert numbers({"mean": 1.5}, "mean", 3) == (1.5, 1.5, 1.5)
