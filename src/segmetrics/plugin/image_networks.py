"""Networks that take an image and give a map of it, whatever framework runs them.

A framework's plugin says how to open a file of weights as a `Network`; how an image becomes its
input, and its output a prediction, is declared in the options of `segmetrics.plugin.image_models`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from segmetrics.errors import InputError
from segmetrics.plugin.image_models import class_names, framework, numbers, revision
from segmetrics.plugin.predictor import Predictor

_N_CHANNELS = 3
_BRIGHTEST = 255

Share = tuple[float, float]
"""Which part of the input's height and width the image takes up, from the top left."""


@dataclass(frozen=True)
class Network:
    """What a framework has loaded.

    Attributes:
        shape: Of its input, (1, 3, height, width) or (1, height, width, 3); None where any size will do.
        dtype: Of its input: uint8, or floats.
        run: Takes an array of these and gives the output.
    """

    shape: Sequence[int | None]
    dtype: DTypeLike
    run: Callable[[NDArray[Any]], NDArray[Any]]


class Preparation:
    """How an image becomes a network's input.

    Args:
        network: Whose.
        values: Of `segmetrics.plugin.image_models.PREPARATION`.

    Raises:
        InputError: The network takes no image, or an option does not suit it.

    >>> network = Network((1, 3, 4, 4), np.float32, lambda tensor: tensor)
    >>> values = {"fit": "keep", "size": None, "padding": 0, "channels": "rgb"}
    >>> values |= {"mean": "127.5", "scale": "127.5"}
    >>> tensor, share = Preparation(network, values).prepared(np.full((2, 4, 3), 255, np.uint8))
    >>> tensor[0, 0, :, 0], share
    (array([ 1.,  1., -1., -1.], dtype=float32), (0.5, 1.0))
    """

    def __init__(self, network: Network, values: Mapping[str, object]) -> None:
        self._dtype = np.dtype(network.dtype)
        self._channels_first = _channels_first(network.shape)
        self._fit = str(values["fit"])
        declared = network.shape[2:] if self._channels_first else network.shape[1:3]
        self._size = _input_size(self._fit, values["size"], declared)
        self._padding = int(str(values["padding"]))
        self._mean, self._scale = (numbers(values, name, _N_CHANNELS) for name in ("mean", "scale"))
        self._reversed = values["channels"] == "bgr"
        self._check()

    def _check(self) -> None:
        if not 0 <= self._padding <= _BRIGHTEST:
            raise InputError(f"padding is {self._padding}, expected a value of pixels, 0 to {_BRIGHTEST}")
        if 0 in self._scale:
            raise InputError("scale is 0, expected what to divide by")
        if np.issubdtype(self._dtype, np.floating):
            return
        if self._dtype != np.uint8:
            raise InputError(f"the network's input is {self._dtype}, expected uint8 or floats")
        if set(self._mean) != {0} or set(self._scale) != {1}:
            raise InputError("the network takes pixels as they are (uint8): leave out mean and scale")

    def prepared(self, image: NDArray[np.uint8]) -> tuple[NDArray[Any], Share]:
        """The input for an image of (height, width, 3), and which part of it the image takes up."""
        height, width = self._size or image.shape[:2]
        resized = _resized(image, *self._fitted(image.shape[0], image.shape[1]))
        pixels = np.full((height, width, _N_CHANNELS), self._padding, np.uint8)
        pixels[: resized.shape[0], : resized.shape[1]] = resized
        tensor = self._scaled(pixels[:, :, ::-1] if self._reversed else pixels)
        if self._channels_first:
            tensor = tensor.transpose(2, 0, 1)
        share = resized.shape[0] / height, resized.shape[1] / width
        return np.ascontiguousarray(tensor[np.newaxis]), share

    def _fitted(self, height: int, width: int) -> tuple[int, int]:
        """The size to which an image is brought."""
        if self._size is None or self._fit != "keep":
            return self._size or (height, width)
        zoom = min(self._size[0] / height, self._size[1] / width)
        return max(1, round(height * zoom)), max(1, round(width * zoom))

    def _scaled(self, pixels: NDArray[np.uint8]) -> NDArray[Any]:
        if self._dtype == np.uint8:
            return pixels
        mean, scale = np.array(self._mean, np.float32), np.array(self._scale, np.float32)
        return ((pixels - mean) / scale).astype(self._dtype)


def _channels_first(shape: Sequence[int | None]) -> bool:
    if len(shape) == 4 and shape[0] in {1, None}:
        if shape[1] == _N_CHANNELS:
            return True
        if shape[3] == _N_CHANNELS:
            return False
    raise InputError(
        f"the network's input is of shape {_written(shape)}, expected one image: 1x3xHxW or 1xHxWx3"
    )


def _input_size(fit: str, asked: object, declared: Sequence[int | None]) -> tuple[int, int] | None:
    """Height and width of the input; None where they are the image's."""
    size = None if asked is None else _size(str(asked))
    fixed = None if None in declared else (int(declared[0] or 0), int(declared[1] or 0))
    if fit == "original":
        if fixed or size:
            raise InputError(
                f"fit is original, but the input is {_written((fixed or size or ())[::-1])} pixels in size"
            )
        return None
    if fixed and size and fixed != size:
        raise InputError(f"size is {asked}, but the network takes {_written(fixed[::-1])}")
    if not (fixed or size):
        raise InputError("the network takes any size: say size=WIDTHxHEIGHT, or fit=original")
    return fixed or size


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([1-9]\d*)x([1-9]\d*)", text)
    if found is None:
        raise InputError(f"size is {text!r}, expected WIDTHxHEIGHT, such as 1024x512")
    return int(found[2]), int(found[1])


def _written(shape: Sequence[int | None]) -> str:
    return "x".join("?" if n is None else str(n) for n in shape)


class SemanticNetwork(Predictor):
    """A network that gives a map of classes, or of a score for each class.

    Scores are of one class after the other or side by side, whichever axis has their number. Of two classes
    the score of the second, from 0 to 1, may be all there is.

    Args:
        network: What a framework has loaded.
        classes: Names of its classes.
        revision: See `Predictor`.
        values: Of `segmetrics.plugin.image_models.PREPARATION`, and `resize`.

    Raises:
        InputError: An option does not suit the network.

    >>> values = {"fit": "original", "size": None, "padding": 0, "mean": "0", "scale": "1", "channels": "rgb"}
    >>> darkest = Network((1, None, None, 3), np.float32, lambda tensor: -tensor)
    >>> model = SemanticNetwork(darkest, ("cyan", "magenta", "yellow"), "1", {**values, "resize": "nearest"})
    >>> model.predict(np.uint8([[[0, 9, 9], [9, 9, 0]]]))
    array([[0, 2]])
    """

    def __init__(
        self, network: Network, classes: Sequence[str], revision: str, values: Mapping[str, object]
    ) -> None:
        self.classes = classes
        self.revision = revision
        self._run = network.run
        self._preparation = Preparation(network, values)
        self._smooth = values["resize"] == "bilinear"

    def predict(self, image: NDArray[np.uint8]) -> NDArray[np.int64]:
        """(height, width) int64, indices of classes."""
        tensor, share = self._preparation.prepared(image)
        output = self._run(tensor)
        height, width, _ = image.shape
        if np.issubdtype(output.dtype, np.integer):
            classes = _cropped(_one_map(output, "classes"), share)
            return _nearest(classes, height, width)
        scores = _cropped(self._scores(output), share)
        if self._smooth:
            scores = _smooth(scores, height, width)
        return _nearest(np.argmax(scores, axis=2), height, width)

    def _scores(self, output: NDArray[Any]) -> NDArray[Any]:
        """(h, w, n) scores of all classes."""
        n = len(self.classes or ())
        maps = output[0] if output.ndim == 4 and len(output) == 1 else output
        if maps.ndim == 3 and n in {maps.shape[0], maps.shape[2]}:
            return maps.transpose(1, 2, 0) if maps.shape[0] == n else maps
        if maps.ndim == 3 and n == 2 and 1 in {maps.shape[0], maps.shape[2]}:
            second = _one_map(maps, "scores")
            return np.stack([1 - second, second], axis=2)
        raise InputError(f"the output is of shape {_written(output.shape)}, expected scores of {n} classes")


class BoundaryNetwork(Predictor):
    """A network that gives a map of how certainly each pixel is a boundary.

    Args:
        network: What a framework has loaded.
        revision: See `Predictor`.
        values: Of `segmetrics.plugin.image_models.PREPARATION`, and `activation`.

    Raises:
        InputError: An option does not suit the network.
    """

    def __init__(self, network: Network, revision: str, values: Mapping[str, object]) -> None:
        self.revision = revision
        self._run = network.run
        self._preparation = Preparation(network, values)
        self._sigmoid = values["activation"] == "sigmoid"

    def predict(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(height, width) float32."""
        tensor, share = self._preparation.prepared(image)
        strengths = _one_map(self._run(tensor), "strengths")
        if self._sigmoid:
            strengths = 1 / (1 + np.exp(-strengths))
        height, width, _ = image.shape
        return _smooth(_cropped(strengths, share)[:, :, np.newaxis], height, width)[:, :, 0]


def network_predictor(
    distribution: str, values: Mapping[str, object], open_network: Callable[[Mapping[str, object]], Network]
) -> Predictor:
    """What a model of `SEMANTIC_OPTIONS` or `BOUNDARY_OPTIONS` loads into: semantic where there are classes.

    Args:
        distribution: The plugin's.
        values: The options.
        open_network: Opens the file of weights.

    Raises:
        InputError: The weights, or an option, are not what they should be.
        PluginError: The framework is not installed.
    """
    weights = Path(str(values["weights"]))
    if not weights.is_file():
        raise InputError("no such file of weights", file=weights)
    network, digested = open_network(values), revision(distribution, weights)
    if "classes" in values:
        return SemanticNetwork(network, class_names(str(values["classes"])), digested, values)
    return BoundaryNetwork(network, digested, values)


def _one_map(output: NDArray[Any], what: str) -> NDArray[Any]:
    """(h, w), without axes of length 1 around it."""
    maps = output
    while maps.ndim > 2 and maps.shape[0] == 1:
        maps = maps[0]
    while maps.ndim > 2 and maps.shape[-1] == 1:
        maps = maps[..., 0]
    if maps.ndim != 2:
        raise InputError(f"the output is of shape {_written(output.shape)}, expected one map of {what}")
    return maps


def _cropped(maps: NDArray[Any], share: Share) -> NDArray[Any]:
    """The part that is of the image; an output may be smaller than the input."""
    height, width = (max(1, round(n * part)) for n, part in zip(maps.shape, share, strict=False))
    return maps[:height, :width]


def _nearest(labels: NDArray[Any], height: int, width: int) -> NDArray[np.int64]:
    """Another size, each pixel taken from where its centre lies."""
    rows, columns = (
        ((np.arange(wanted) + 0.5) * found / wanted).astype(np.intp)
        for wanted, found in zip((height, width), labels.shape, strict=True)
    )
    chosen: NDArray[Any] = labels[rows[:, np.newaxis], columns]
    return chosen.astype(np.int64)


def _smooth(maps: NDArray[Any], height: int, width: int) -> NDArray[np.float32]:
    """(height, width, n) of (h, w, n) floats, bilinear."""
    layers = np.moveaxis(maps, 2, 0).astype(np.float32)
    return np.stack([_resized(layer, height, width) for layer in layers], axis=2)


def _resized(image: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """An image, or a map of float32, in another size, bilinear."""
    if image.shape[:2] == (height, width):
        return image
    pillow = framework("PIL.Image", "pillow")
    scaled = pillow.fromarray(np.ascontiguousarray(image)).resize((width, height), pillow.Resampling.BILINEAR)
    return np.asarray(scaled)
