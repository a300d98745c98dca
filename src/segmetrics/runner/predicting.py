"""A model's predictions as files: made when they are asked for, kept, and never made twice."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Lock, get_ident
from typing import TYPE_CHECKING, Any

import numpy as np

from segmetrics.errors import InputError, PluginError, RecordError
from segmetrics.plugin.predictor import ObjectPrediction
from segmetrics.readers.images import read_image
from segmetrics.records import digest_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segmetrics.plugin import ProgressReport
    from segmetrics.plugin.prediction_forms import ImageSet
    from segmetrics.plugin.predictor import Predictor
    from segmetrics.types import Key

MANIFEST = "manifest.json"
_DIGITS = 32


class Predictions:
    """The predictions of one model for one set of images, in a folder of their own.

    The folder is named by a digest of what decides them. In it, the file of an image is there whole or not at
    all, so whoever is interrupted goes on where they were.

    Args:
        name: The model's, for messages.
        predictor: The model.
        images: What it is run on.
        labels: The data set's label for each of the model's classes; None where it has no classes.
        decided_by: What else decides the predictions: JSON values.
        parent: The folder that holds such folders.
        progress: Told how many of the images are predicted.

    Raises:
        RecordError: The folder cannot be made, or holds the predictions of something else.
    """

    def __init__(
        self,
        name: str,
        predictor: Predictor,
        images: ImageSet,
        labels: Iterable[int] | None,
        decided_by: Mapping[str, object],
        *,
        parent: Path,
        progress: ProgressReport,
    ) -> None:
        self._name = name
        self._predictor = predictor
        self._images = images
        self._labels = None if labels is None else np.array([*labels])
        self._progress = progress
        self._lock = Lock()
        sizes = {str(key): path.stat().st_size for key, path in images.images.items()}
        manifest = {
            "model": name,
            "revision": predictor.revision,
            "labels": None if self._labels is None else self._labels.tolist(),
            "images": digest_of(sizes),
            **decided_by,
        }
        self.folder = parent / digest_of(manifest).removeprefix("sha256:")[:_DIGITS]
        _keep(self.folder, manifest)
        self._files = self.folder / "files"
        self._files.mkdir(exist_ok=True)
        self.paths = {key: images.form.path(self._files, key) for key in images.images}
        self._done = sum(path.exists() for path in self.paths.values())

    @property
    def streams(self) -> bool:
        """Whether predictions may be made when they are about to be scored."""
        return self._images.form.streams

    def ensure(self, keys: Iterable[Key]) -> None:
        """Make those predictions of these images that are not there.

        Raises:
            PluginError: The model failed, or what it gave is no prediction of the image.
            InputError: An image cannot be read.
        """
        for key in keys:
            if not self.paths[key].exists():
                image = read_image(self._images.images[key])
                _write(self.paths[key], self._predicted(key, image))
                self._count()

    def ensure_all(self) -> None:
        """Make all that are not there."""
        self.ensure(self.paths)

    def assembled(self) -> Path:
        """What the data set's option `predictions` is to be: of the images that have a prediction by now."""
        return self._images.form.assembled(
            self._files, [key for key in self.paths if self.paths[key].exists()]
        )

    def _count(self) -> None:
        with self._lock:
            self._done += 1
            self._progress("predicting", self._done, len(self.paths))

    def _predicted(self, key: Key, image: NDArray[np.uint8]) -> bytes:
        """The content of the image's file."""
        try:
            prediction = self._asked(image)
        except Exception as error:
            raise PluginError(f"{self._about(key)}: {type(error).__name__}: {error}") from error
        height, width, _ = image.shape
        try:
            return self._images.form.encode(key, (height, width), self._labelled(prediction))
        except InputError as error:
            raise PluginError(f"{self._about(key)}: what it gave {error}") from error

    def _asked(self, image: NDArray[np.uint8]) -> Any:  # noqa: ANN401
        if self._predictor.parallel:
            return self._predictor.predict(image)
        with self._lock:
            return self._predictor.predict(image)

    def _about(self, key: Key) -> str:
        return f"model {self._name}, image {key} ({self._images.images[key]})"

    def _labelled(self, prediction: Any) -> Any:  # noqa: ANN401
        """The prediction with the data set's labels in place of the model's classes."""
        if self._labels is None:
            return prediction
        if not isinstance(prediction, ObjectPrediction):
            return self._label_of(prediction)
        classes = self._label_of(prediction.classes)
        return ObjectPrediction(masks=prediction.masks, classes=classes, scores=prediction.scores)

    def _label_of(self, classes: Any) -> NDArray[np.int64]:  # noqa: ANN401
        indices = np.asarray(classes)
        labels = self._labels
        if labels is None or not np.issubdtype(indices.dtype, np.integer):
            raise InputError(f"is {indices.dtype}, expected indices of classes")
        if indices.size and not 0 <= indices.min() <= indices.max() < len(labels):
            found = indices.min() if indices.min() < 0 else indices.max()
            raise InputError(f"has class {found}, expected indices of its {len(labels)} classes")
        of_classes: NDArray[np.int64] = labels[indices]
        return of_classes


def _keep(folder: Path, manifest: Mapping[str, object]) -> None:
    path = folder / MANIFEST
    content = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
    try:
        if not path.exists():
            _write(path, content.encode())
        elif path.read_text(encoding="utf-8") != content:
            raise RecordError(f"{path}: says that these are predictions of something else; remove {folder}")
    except OSError as error:
        raise RecordError(f"{folder}: cannot keep predictions here: {error.strerror}") from error


def _write(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}-{get_ident()}.tmp")
    aside.write_bytes(content)
    aside.replace(path)
