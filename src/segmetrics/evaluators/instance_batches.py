"""What an instance evaluator takes as a batch, made into two tables of the same images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.evaluators.instance_grid import Rules
from segmetrics.instance_arrays import instances_from_arrays
from segmetrics.instances import Geometry, Instances
from segmetrics.readers.coco import AreaRule, read_ground_truth, read_results
from segmetrics.types import Key

Tables = tuple[Instances, Instances]


@dataclass(frozen=True)
class BatchForms:
    """How an evaluator reads batches.

    Attributes:
        category_ids: (n_categories,) int64, ascending.
        geometry: What is compared.
        rules: Whose files COCO-shaped objects are like.
        area: What a detection's size is.
        max_per_image: LVIS's limit of detections, 0 for none.
    """

    category_ids: NDArray[np.int64]
    geometry: Geometry
    rules: Rules
    area: AreaRule
    max_per_image: int

    def read(self, truth: object, prediction: object, keys: Sequence[Key] | None) -> Tables:
        """Two tables of the same images; `keys` must be given for sequences of images.

        Raises:
            InputError: A value is wrong.
            ValueError: The tables list different images, or other categories, or `keys` are not theirs.
        """
        if is_sequence_of_images(truth):
            return self._from_arrays(truth, prediction, keys or ())
        tables = (
            (truth, prediction)
            if isinstance(truth, Instances) and isinstance(prediction, Instances)
            else self._from_coco(truth, prediction)
        )
        self._check(*tables, keys)
        return tables

    def _check(self, truth: Instances, prediction: Instances, keys: Sequence[Key] | None) -> None:
        same = (truth.first, truth.last) == (prediction.first, prediction.last) and _equal(
            truth.keys, prediction.keys
        )
        if not same:
            raise ValueError("truth and prediction list different images")
        if not (
            _equal(truth.category_ids, self.category_ids)
            and _equal(prediction.category_ids, self.category_ids)
        ):
            raise ValueError("the batch lists other categories than the evaluator")
        if keys is not None and list(keys) != truth.keys[truth.first : truth.last].tolist():
            raise ValueError("keys are not those of the batch")

    def _from_coco(self, truth: object, prediction: object) -> Tables:
        read = read_ground_truth(truth, geometry=self.geometry, federated=self.rules == "lvis")
        results = read_results(prediction, read, area=self.area, max_per_image=self.max_per_image)
        return read.instances, results.instances

    def _from_arrays(self, truth: Sequence[Any], prediction: object, keys: Sequence[Key]) -> Tables:
        if not is_sequence_of_images(prediction) or len(truth) != len(prediction):
            n = len(prediction) if isinstance(prediction, Sequence) else type(prediction).__name__
            raise InputError(f"{len(truth)} images have annotations, found {n} with detections")
        if len(set(keys)) != len(truth):
            raise InputError(f"{len(set(keys))} distinct keys for {len(truth)} images, expected one each")
        federated = self.rules == "lvis"
        sides = [
            instances_from_arrays(
                images, keys, self.category_ids, geometry=self.geometry, side=side, federated=federated
            )
            for side, images in (("truth", truth), ("prediction", prediction))
        ]
        return _with_common_sizes(*sides)


def is_sequence_of_images(value: object) -> TypeGuard[Sequence[Any]]:
    """Whether a side of a batch is given image by image."""
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _equal(left: NDArray[Any], right: NDArray[Any]) -> bool:
    return left is right or np.array_equal(left, right)


def _with_common_sizes(truth: Instances, prediction: Instances) -> Tables:
    """An image without objects on one side has the size it has on the other."""
    heights = np.maximum(truth.heights, prediction.heights)
    widths = np.maximum(truth.widths, prediction.widths)
    for side in (truth, prediction):
        wrong = (side.heights != 0) & ((side.heights != heights) | (side.widths != widths))
        if wrong.any():
            i = int(np.argmax(wrong))
            raise InputError(
                f"masks are {prediction.heights[i]} x {prediction.widths[i]}, those of its annotations "
                f"{truth.heights[i]} x {truth.widths[i]} (height x width)",
                place=f"image {truth.keys[i]}",
            )
    return (
        replace(truth, heights=heights, widths=widths),
        replace(prediction, heights=heights, widths=widths),
    )
