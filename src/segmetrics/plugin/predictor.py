"""What a loaded model is to the runner: images in, predictions out, and nothing about metrics."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class ObjectPrediction:
    """The objects that a model found in one image.

    Attributes:
        masks: (n, height, width) bool.
        classes: (n,) integers, indices into the predictor's `classes`.
        scores: (n,) floats, greater for what is more certain.
    """

    masks: NDArray[np.bool_]
    classes: NDArray[np.int64]
    scores: NDArray[np.float64]


class Predictor(ABC):
    """A loaded model.

    Attributes:
        revision: What tells these predictions from others': a digest of the weights, or the version of an
            algorithm. Predictions are kept under it.
        classes: Names of what it tells apart, by index; None where it tells nothing apart, as for boundaries.
        parallel: Whether `predict` may be called on several threads at once.
    """

    revision: str
    classes: Sequence[str] | None = None
    parallel: bool = False

    @abstractmethod
    def predict(self, image: NDArray[np.uint8]) -> Any:  # noqa: ANN401
        """What is in an image.

        Args:
            image: (height, width, 3) uint8, red, green, blue.

        Returns:
            By the model's task, of the image's size: for "semantic" (height, width) integers, indices into
            `classes`; for "boundary" (height, width) floats in [0, 1]; for "instance" an `ObjectPrediction`.
        """
