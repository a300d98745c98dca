"""Objects in video, followed from the first frame on: region similarity J and contour accuracy F over time.

Of each object, J and F are measured in every frame but the first, which is given, and the last; then their
mean over the frames, the share of frames above one half (recall), and by how much the last quarter of the
frames is worse than the first (decay).

Source: Pont-Tuset et al., The 2017 DAVIS Challenge on Video Object Segmentation, 2017, as
davis2017-evaluation ac7c43f computes it for its semi-supervised task (evaluation.py, utils.py). Where that
does something odd, docs/reference/parity.md says what.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmetrics.arrays import as_numpy
from segmetrics.contours import TOLERANCE, contour_accuracy, region_similarity
from segmetrics.errors import InputError

VOID: Final = 255
"""Label of true pixels that belong to no object."""

Frames = Sequence[ArrayLike] | NDArray[Any]

_LEAST_FRAMES: Final = 3
_QUARTERS: Final = 4


class ObjectMeasures(NamedTuple):
    """What was measured of the objects of one sequence, in the order of their labels, 1 to n.

    Attributes:
        similarity: (n, frames - 2) float64, J.
        accuracy: (n, frames - 2) float64, F.
    """

    similarity: NDArray[np.float64]
    accuracy: NDArray[np.float64]


class Statistics(NamedTuple):
    """One measure of one object over time."""

    mean: float
    recall: float
    decay: float


def measure_objects(truth: Frames, prediction: Frames, *, tolerance: float = TOLERANCE) -> ObjectMeasures:
    """J and F of each object in each frame but the first and the last.

    Args:
        truth: A (h, w) map of labels of each frame, or (frames, h, w): 0 for the background, objects from 1
            to the largest label of the first frame, `VOID` for nothing. Later objects are not scored.
        prediction: Likewise, of the same size; its first and last frame are not looked at.
        tolerance: See `segmetrics.contours.contour_radius`.

    Raises:
        InputError: There are fewer than 3 frames, numbers or sizes of frames differ, or a label is predicted
            that is no object.

    >>> frame = np.kron([[1, 0], [0, 2]], np.ones((8, 8), np.uint8))
    >>> measured = measure_objects([frame] * 4, [frame, frame, frame // 2, frame])
    >>> measured.similarity.tolist()
    [[1.0, 0.0], [1.0, 0.0]]
    """
    if len(truth) != len(prediction) or len(truth) < _LEAST_FRAMES:
        found = f"{len(truth)} frames of the truth, {len(prediction)} predicted"
        raise InputError(f"there are {found}, expected as many, at least {_LEAST_FRAMES}")
    n_objects = _highest_object(_labels(truth[0], "truth, frame 0"))
    pairs = [_frame(truth[i], prediction[i], i, n_objects) for i in range(1, len(truth) - 1)]
    objects = range(1, n_objects + 1)
    shape = n_objects, len(pairs)
    similarity = [region_similarity(true == k, found == k) for k in objects for true, found in pairs]
    accuracy = [
        contour_accuracy(true == k, found == k, tolerance=tolerance) for k in objects for true, found in pairs
    ]
    return ObjectMeasures(np.array(similarity).reshape(shape), np.array(accuracy).reshape(shape))


def statistics(values: ArrayLike) -> Statistics:
    """Mean, recall and decay of a measure of one object.

    Args:
        values: (frames,) J or F of each frame.

    Raises:
        InputError: There is no frame.

    >>> statistics([1.0, 0.75, 0.5, 0.25])
    Statistics(mean=0.625, recall=0.5, decay=0.5)
    """
    measured = as_numpy(values, "values").astype(np.float64)
    if measured.ndim != 1 or not measured.size:
        raise InputError(f"values have shape {measured.shape}, expected (frames,), at least one")
    # Neighbouring quarters share the frame between them; halves are rounded up.
    ends = np.round(np.linspace(1, len(measured), _QUARTERS + 1) + 1e-10).astype(np.int64) - 1
    first, last = measured[ends[0] : ends[1] + 1], measured[ends[-2] : ends[-1] + 1]
    return Statistics(
        float(measured.mean()), float(np.mean(measured > 1 / 2)), float(first.mean() - last.mean())
    )


def _frame(truth: ArrayLike, prediction: ArrayLike, i: int, n_objects: int) -> tuple[Any, Any]:
    true, found = _labels(truth, f"truth, frame {i}"), _labels(prediction, f"prediction, frame {i}")
    if true.shape != found.shape:
        size, expected = (" x ".join(map(str, each.shape)) for each in (found, true))
        raise InputError(f"the prediction is {size}, its truth is {expected}", place=f"frame {i}")
    if found.max() > n_objects:
        raise InputError(f"label {found.max()} is predicted, expected 0 to {n_objects}", place=f"frame {i}")
    return true, found


def _highest_object(first: NDArray[Any]) -> int:
    return int(np.max(first, where=first != VOID, initial=0))


def _labels(values: ArrayLike, place: str) -> NDArray[Any]:
    labels = as_numpy(values, "labels")
    if labels.ndim != 2 or not labels.size or labels.dtype.kind == "f":
        raise InputError(f"found {labels.shape} of {labels.dtype}, expected (h, w) of integers", place=place)
    return labels
