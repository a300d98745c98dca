"""The images that a model is run on, and the forms of prediction that are kept, which are those scored."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmetrics import masks
from segmetrics.errors import InputError
from segmetrics.plugin.png_writer import png_bytes
from segmetrics.plugin.predictor import ObjectPrediction
from segmetrics.types import Key


class PredictionForm(ABC):
    """How the predictions of a data set's images lie on disk.

    Attributes:
        labels: The labels of the data set's classes, by name; None where a prediction has no classes.
        streams: Whether the data set reads the file of an image only when it scores that image.
    """

    labels: Mapping[str, int] | None = None
    streams: bool = True

    @abstractmethod
    def path(self, folder: Path, key: Key) -> Path:
        """The file of one image."""

    @abstractmethod
    def encode(self, key: Key, shape: tuple[int, int], prediction: Any) -> bytes:  # noqa: ANN401
        """The content of that file, of an image of `shape`, which is (height, width).

        Args:
            key: The image's.
            shape: The image's.
            prediction: What the predictor gave, classes being labels of the data set.

        Raises:
            InputError: It is of another shape or kind, or holds values that cannot be.
        """

    def assembled(self, folder: Path, keys: Sequence[Key]) -> Path:  # noqa: ARG002
        """What the data set's option `predictions` is to be, once there is a file of each of these images."""
        return folder


@dataclass(frozen=True)
class ImageSet:
    """The images of a split, by the keys of its samples, and the form that predictions of them have."""

    images: Mapping[Key, Path]
    form: PredictionForm


def _checked_map(prediction: object, shape: tuple[int, int], kind: type[Any], what: str) -> NDArray[Any]:
    array = np.asarray(prediction)
    if array.shape != shape or not np.issubdtype(array.dtype, kind):
        raise InputError(f"is {array.dtype} of shape {array.shape}, expected {what} of shape {shape}")
    return array


class LabelPngs(PredictionForm):
    """A PNG of labels for each image.

    Args:
        labels: The labels of the classes, by name.
        names: The file of each image, from the folder.
        stored: (256,) what is stored for each label.
    """

    def __init__(
        self, labels: Mapping[str, int], names: Mapping[Key, str], stored: NDArray[np.uint8]
    ) -> None:
        self.labels = labels
        self._names = names
        self._stored = stored

    def path(self, folder: Path, key: Key) -> Path:
        """The PNG."""
        return folder / self._names[key]

    def encode(self, key: Key, shape: tuple[int, int], prediction: Any) -> bytes:  # noqa: ANN401, ARG002
        """A gray PNG of 8 bits."""
        labels = _checked_map(prediction, shape, np.integer, "integers")
        return png_bytes(self._stored[labels])


class EdgePngs(PredictionForm):
    """A gray PNG of 8 bits for each image, 255 being certainly a boundary."""

    streams = False  # the first is looked at when the data set is opened

    def __init__(self, names: Mapping[Key, str]) -> None:
        self._names = names

    def path(self, folder: Path, key: Key) -> Path:
        """The PNG."""
        return folder / self._names[key]

    def encode(self, key: Key, shape: tuple[int, int], prediction: Any) -> bytes:  # noqa: ANN401, ARG002
        """Strengths in steps of 1/255."""
        strengths = _checked_map(prediction, shape, np.floating, "floats in [0, 1]")
        if not ((strengths >= 0) & (strengths <= 1)).all():
            low, high = np.nanmin(strengths), np.nanmax(strengths)
            raise InputError(f"has values from {low:g} to {high:g}, or NaN, expected floats in [0, 1]")
        return png_bytes(np.rint(strengths * 255).astype(np.uint8))


class CocoResults(PredictionForm):
    """One JSON of results in COCO's form, put together from one for each image.

    Args:
        labels: The categories' ids, by name.
    """

    streams = False

    def __init__(self, labels: Mapping[str, int]) -> None:
        self.labels = labels

    def path(self, folder: Path, key: Key) -> Path:
        """The results of one image."""
        return folder / "images" / f"{key}.json"

    def encode(self, key: Key, shape: tuple[int, int], prediction: Any) -> bytes:  # noqa: ANN401
        """Its masks as compressed run lengths, with category and score."""
        if not isinstance(prediction, ObjectPrediction):
            raise InputError(f"is a {type(prediction).__name__}, expected an ObjectPrediction")
        n = len(prediction.masks)
        if prediction.masks.shape != (n, *shape):
            raise InputError(
                f"has masks of shape {prediction.masks.shape}, expected (n, {shape[0]}, {shape[1]})"
            )
        for name in ("classes", "scores"):
            if np.shape(getattr(prediction, name)) != (n,):
                raise InputError(f"has {n} masks and {name} of shape {np.shape(getattr(prediction, name))}")
        found = zip(
            masks.to_coco(masks.encode(prediction.masks), counts="str") if n else (),
            prediction.classes.tolist(),
            prediction.scores.tolist(),
            strict=True,
        )
        results = [
            {"image_id": key, "category_id": category, "segmentation": mask, "score": score}
            for mask, category, score in found
        ]
        return json.dumps(results).encode()

    def assembled(self, folder: Path, keys: Sequence[Key]) -> Path:
        """The results of all these images."""
        whole = folder / "results.json"
        parts = (self.path(folder, key).read_bytes().strip()[1:-1] for key in keys)
        whole.write_bytes(b"[" + b",\n".join(part for part in parts if part) + b"]\n")
        return whole
