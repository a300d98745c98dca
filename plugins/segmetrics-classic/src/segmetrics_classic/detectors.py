"""What is a boundary to scikit-image's detectors, as strengths from 0 to 1."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.plugin import Predictor
from segmetrics.plugin.image_models import framework

Gray = NDArray[np.float64]
"""(height, width), from 0 to 1."""


class Detector(Predictor):
    """A detector of boundaries.

    Args:
        values: Its options.

    Raises:
        InputError: An option is out of range.
        PluginError: scikit-image is not installed.
    """

    parallel = True

    def __init__(self, values: Mapping[str, object]) -> None:
        self._skimage = framework("skimage", "scikit-image")
        ours = f"segmetrics-classic {version('segmetrics-classic')}"
        self.revision = f"{ours}, scikit-image {self._skimage.__version__}"
        self._values = {name: float(str(value)) for name, value in values.items()}
        for name, value in self._values.items():
            if not 0 < value < np.inf:
                raise InputError(f"{name} is {value:g}, expected a number above 0")

    def predict(self, image: NDArray[np.uint8]) -> NDArray[np.float64]:
        """(height, width) float64 in [0, 1]."""
        return self._strengths(image)

    @abstractmethod
    def _strengths(self, image: NDArray[np.uint8]) -> NDArray[np.float64]: ...

    def _gray(self, image: NDArray[np.uint8]) -> Gray:
        gray: Gray = self._skimage.color.rgb2gray(image)
        return gray

    def _gradient(self, image: NDArray[np.uint8]) -> Gray:
        smoothed = self._skimage.filters.gaussian(self._gray(image), self._values["sigma"])
        gradient: Gray = self._skimage.filters.sobel(smoothed)
        return gradient


class Canny(Detector):
    """Canny's edges at thresholds from 0, excluded, to `highest`, the low one being `low` times the high."""

    def _strengths(self, image: NDArray[np.uint8]) -> NDArray[np.float64]:
        gray, values = self._gray(image), self._values
        n = int(values["levels"])
        votes = np.zeros(gray.shape)
        for high in np.linspace(0, values["highest"], n + 1)[1:]:
            votes += self._skimage.feature.canny(
                gray, values["sigma"], values["low"] * high, high, mode="reflect"
            )
        return votes / n


class Sobel(Detector):
    """Gradients, up to `highest`."""

    def _strengths(self, image: NDArray[np.uint8]) -> NDArray[np.float64]:
        return np.minimum(self._gradient(image) / self._values["highest"], 1)


class Segments(Detector):
    """Boundaries between segments, of a sweep of segmentations."""

    def _strengths(self, image: NDArray[np.uint8]) -> NDArray[np.float64]:
        values = self._values
        sweep = np.geomspace(values["lowest"], values["highest"], int(values["levels"]))
        votes = np.zeros(image.shape[:2])
        for labels in self._segmentations(image, sweep):
            votes += self._skimage.segmentation.find_boundaries(labels)
        return votes / len(sweep)

    @abstractmethod
    def _segmentations(self, image: NDArray[np.uint8], sweep: NDArray[np.float64]) -> Sequence[Any]:
        """(height, width) labels for each step of the sweep."""


class Felzenszwalb(Segments):
    """A sweep of scales."""

    def _segmentations(self, image: NDArray[np.uint8], sweep: NDArray[np.float64]) -> Sequence[Any]:
        values = self._values
        felzenszwalb = self._skimage.segmentation.felzenszwalb
        return [felzenszwalb(image, scale, values["sigma"], int(values["min_size"])) for scale in sweep]


class Watershed(Segments):
    """A sweep of numbers of markers."""

    def _segmentations(self, image: NDArray[np.uint8], sweep: NDArray[np.float64]) -> Sequence[Any]:
        gradient = self._gradient(image)
        return [self._skimage.segmentation.watershed(gradient, round(markers)) for markers in sweep]
