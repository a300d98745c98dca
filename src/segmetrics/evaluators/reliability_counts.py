"""Pixels counted by labels, and by confidence and what became of them, over the values of a class table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmetrics.classes import Classes
from segmetrics.errors import InputError
from segmetrics.evaluators.image_rows import checked_tensor
from segmetrics.evaluators.label_counts import MOST_PIXELS, Counts, LabelCounter, Map
from segmetrics.evaluators.tensors import Tensors
from segmetrics.labelmaps import N_LABELS
from segmetrics.reliability import LEVELS, confidence_counts

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
        labels: Valid pixels by true and predicted value, as `LabelCounter` counts them.
        confidences: Pixels by outcome and level of confidence, as `confidence_counts` counts them.
    """

    labels: Counts
    confidences: Counts

    def add(self, other: ReliabilityCounts) -> None:
        """Add those of other images."""
        self.labels += other.labels
        self.confidences += other.confidences


class ReliabilityCounter:
    """Counts images.

    Raises:
        ValueError: The class table has a value that 8 bits do not hold.

    >>> counter = ReliabilityCounter(Classes("a b", ignore=255))
    >>> counts = counter.zeros()
    >>> counter.count(JudgedImage(*np.array([[[0, 1]], [[0, 0]]]), np.array([[0.5, 0.75]])), counts)
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

    def count(self, image: JudgedImage, counts: ReliabilityCounts) -> None:
        """Add an image to `counts`, which stay as they are if it is refused.

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
            f"{name}/labels": counts.labels,
            f"{name}/cells": cells,
            f"{name}/confidences": counts.confidences.flat[cells],
        }

    def unpacked(self, name: str, tensors: Tensors) -> ReliabilityCounts:
        """What `packed` packed.

        Raises:
            InputError: A tensor is missing, or no images have these counts.
        """
        counts = self.zeros()
        counts.labels = checked_tensor(tensors, f"{name}/labels", counts.labels.dtype, counts.labels.shape)
        self._labels.check(counts.labels)
        n = len(tensors.get(f"{name}/cells", ()))
        cells = checked_tensor(tensors, f"{name}/cells", np.dtype(np.uint32), (n,))
        found = checked_tensor(tensors, f"{name}/confidences", np.dtype(np.uint64), (n,))
        in_order = np.all(cells[1:] > cells[:-1]) and np.all(cells < N_OUTCOMES * LEVELS)
        if not in_order or not found.all() or found.sum(dtype=np.float64) > MOST_PIXELS:
            raise InputError(f"the confidences of {name} are out of order, or more than any maps have")
        counts.confidences.flat[cells] = found
        return counts
