"""Pixels counted by labels, and by confidence and what became of them, over the values of a class table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from segmetrics.classes import Classes
from segmetrics.errors import InputError
from segmetrics.evaluators.image_rows import Column, ImageRows, Table, check_shape, tensor_of
from segmetrics.evaluators.label_counts import MOST_PIXELS, Counts, LabelCounter, Map
from segmetrics.evaluators.tensors import Tensors
from segmetrics.labelmaps import N_LABELS
from segmetrics.reliability import LEVELS, confidence_counts
from segmetrics.types import Key

N_OUTCOMES: Final = 4


class JudgedImage(NamedTuple):
    """One image as it is counted.

    Attributes:
        truth: (h, w) true labels.
        prediction: (h, w) predicted labels.
        confidence: (h, w) confidences, or (n,) at the samples: uint16 levels, or floats 0 to 1.
        invalid: (h, w), not 0 where a pixel shows what no class is for; None if none does.
        samples: (n,) indices of the pixels whose confidences are counted; None for all.
    """

    truth: Map
    prediction: Map
    confidence: NDArray[Any]
    invalid: Map | None = None
    samples: NDArray[Any] | None = None


@dataclass(eq=False)
class ReliabilityCounts:
    """What scores are made of; those of several images add up.

    Attributes:
        labels: Pixels by true and predicted value, as `LabelCounter` counts them; invalid ones as if ignored.
        confidences: Pixels by outcome and level of confidence, as `confidence_counts` counts them.
    """

    labels: Counts
    confidences: Counts

    def add(self, other: ReliabilityCounts) -> None:
        """Add those of other images."""
        self.labels += other.labels
        self.confidences += other.confidences


_TABLE: Final = Table({"pixels": Column(np.uint64)})


@dataclass(frozen=True, eq=False)
class ReliabilityRows(ImageRows):
    """What is kept of each image besides the counts of all.

    Attributes:
        pixels: (n_images,) uint64.
    """

    pixels: Counts

    @classmethod
    def of_images(cls, pixels: Mapping[Key, int]) -> Self:
        """Images, in any order, by how many pixels they have."""
        counts = (cls(_TABLE, np.array([key]), np.array([n], np.uint64)) for key, n in pixels.items())
        return cls.join([cls.empty(_TABLE), *counts])

    def check(self, counts: ReliabilityCounts) -> None:
        """Raise InputError if these are not the counts of all images."""
        if self.pixels.sum(dtype=object) != counts.labels.sum():
            raise InputError("the pixels of the images do not add up to those counted")
        if not len(self.keys) and counts.confidences.any():
            raise InputError("the state has pixels of no image")


class ReliabilityCounter:
    """Counts images.

    Raises:
        ValueError: The class table has a value that 8 bits do not hold.

    >>> counter = ReliabilityCounter(Classes("a b", ignore=255))
    >>> counts = counter.zeros()
    >>> counter.count(JudgedImage(*np.array([[[0, 1]], [[0, 0]]]), np.array([[0.5, 0.75]])), counts)
    2
    >>> counts.labels[:2, :2].tolist(), counts.confidences.sum(axis=1).tolist()
    ([[1, 0], [1, 0]], [1, 1, 0, 0])
    """

    def __init__(self, classes: Classes) -> None:
        if not all(0 <= value < N_LABELS for value in classes.values):
            raise ValueError("a value of the class table is not 0 to 255")
        self._labels = LabelCounter(classes)
        self._void = classes.ignore[0] if classes.ignore else None
        self._unscored = classes.others + classes.ignore

    def zeros(self) -> ReliabilityCounts:
        """No pixels."""
        return ReliabilityCounts(self._labels.zeros(), np.zeros((N_OUTCOMES, LEVELS), np.uint64))

    def count(self, image: JudgedImage, counts: ReliabilityCounts) -> int:
        """Add an image to `counts`, which stay as they are if it is refused.

        Returns:
            How many pixels it has.

        Raises:
            LabelError: A label is not of the class table, or a pixel of a class is predicted as ignored.
            InputError: Sizes disagree, a confidence is not 0 to 1, or a sample no pixel.
        """
        sides = {"prediction": image.prediction, "invalid": image.invalid}
        for name, side in sides.items():
            if side is not None and side.shape != image.truth.shape:
                raise InputError(f"{name} has shape {side.shape}, truth {image.truth.shape}; they must agree")
        labels = self._labels.count(self._valid(image), image.prediction)
        confidence_counts(
            image.truth,
            image.prediction,
            image.confidence,
            ignore=self._unscored,
            invalid=image.invalid,
            samples=image.samples,
            out=counts.confidences,
        )
        counts.labels += labels
        return int(labels.sum())

    def _valid(self, image: JudgedImage) -> Map:
        """The truth, in which invalid pixels are not scored."""
        if image.invalid is None:
            return image.truth
        if self._void is None:
            raise InputError("pixels are marked as invalid, but the class table ignores no value")
        return np.where(image.invalid, np.asarray(self._void, image.truth.dtype), image.truth)

    def packed(self, name: str, counts: ReliabilityCounts) -> Tensors:
        """Counts as tensors; of confidences only those that occur."""
        cells = np.flatnonzero(counts.confidences).astype(np.uint32)
        return {
            f"{name}labels": counts.labels,
            f"{name}cells": cells,
            f"{name}confidences": counts.confidences.flat[cells],
        }

    def unpacked(self, name: str, tensors: Tensors) -> ReliabilityCounts:
        """What `packed` packed.

        Raises:
            InputError: A tensor is missing, or of another dtype or shape, or no images have these counts.
        """
        counts = self.zeros()
        labels = tensor_of(tensors, f"{name}labels", counts.labels.dtype)
        check_shape(f"{name}labels", labels, counts.labels.shape)
        self._labels.check(labels)
        cells = tensor_of(tensors, f"{name}cells", np.dtype(np.uint32))
        found = tensor_of(tensors, f"{name}confidences", np.dtype(np.uint64))
        for column, what in ((cells, "cells"), (found, "confidences")):
            check_shape(f"{name}{what}", column, (cells.size,))
        in_order = np.all(cells[1:] > cells[:-1]) and np.all(cells < N_OUTCOMES * LEVELS)
        if not in_order or not found.all() or found.sum(dtype=np.float64) > MOST_PIXELS:
            raise InputError(f"{name}confidences are out of order, or more than any maps have")
        counts.labels += labels
        counts.confidences.flat[cells] = found
        return counts
