"""Label maps: joint counts of two maps, confusion matrices, and the scores that follow from them.

A label map is an array of integers, one label for each pixel. Whatever compares two maps pixel by pixel
follows from how often each pair of labels occurs; pairs of different images add up. `segmetrics.confusion`
holds the same scores as functions of a matrix.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmetrics import confusion
from segmetrics._core import labelmaps as _core
from segmetrics.arrays import as_numpy
from segmetrics.confusion import Absent
from segmetrics.errors import InputError

N_LABELS: Final = 256
"""How many labels 8 bits tell apart."""

MAX_ID: Final = 2**32 - 1
"""Largest segment id."""

MAX_CLASSES: Final = 2**14
"""Most classes of a confusion matrix, which then takes 2 GiB."""

_INT32: Final = np.iinfo(np.int32)

Map = NDArray[Any]


class PairCounts(NamedTuple):
    """The pairs of ids that occur, ordered by truth, then prediction.

    Attributes:
        truth: (n,) uint32, segment ids in the truth.
        prediction: (n,) uint32, segment ids in the prediction.
        counts: (n,) uint64, pixels that have both.
    """

    truth: NDArray[np.uint32]
    prediction: NDArray[np.uint32]
    counts: NDArray[np.uint64]


def joint_counts(
    truth: ArrayLike, prediction: ArrayLike, *, out: NDArray[np.uint64] | None = None
) -> NDArray[np.uint64]:
    """How often each pair of 8-bit labels occurs at one pixel.

    Args:
        truth: Labels 0 to 255 in any integer dtype or bool, of any shape; fastest as uint8.
        prediction: Likewise, of the same shape.
        out: A table to add to, such as that of other images; None for one of zeros.

    Returns:
        (256, 256) uint64: row t, column p counts the pixels labelled t in the truth and p in the prediction.

    Raises:
        InputError: The shapes differ, a map does not hold integers, or a label is not 0 to 255; nothing is
            added then.
        ValueError: `out` is no such table.

    >>> table = joint_counts([[0, 0, 1]], [[0, 1, 1]])
    >>> table[:2, :2].tolist()
    [[1, 1], [0, 1]]
    """
    maps = _maps(truth, prediction)
    highest = N_LABELS - 1
    counts = _no_counts() if out is None else out
    if counts.shape != (N_LABELS, N_LABELS):
        raise ValueError(f"out has shape {counts.shape}, expected {(N_LABELS, N_LABELS)}")
    _add_counts(_checked(maps[0], "truth", highest), _checked(maps[1], "prediction", highest), counts)
    return counts


def _no_counts() -> NDArray[np.uint64]:
    return np.zeros((N_LABELS, N_LABELS), np.uint64)


def _add_counts(truth: Map, prediction: Map, counts: NDArray[np.uint64]) -> None:
    _core.joint_counts(_bytes(truth), _bytes(prediction), counts)


def joint_pairs(truth: ArrayLike, prediction: ArrayLike) -> PairCounts:
    """How often each pair of segment ids occurs at one pixel; only pairs that occur are listed.

    Args:
        truth: (h, w) ids 0 to `MAX_ID` in any integer dtype or bool, or (h, w, 3) uint8: the colours of a
            panoptic image, read as id = R + 256 G + 65536 B. Fastest in as few bytes as the ids need.
        prediction: Likewise, of the same height and width; its dtype may be another.

    Raises:
        InputError: A shape is not one of these, the sizes differ, a map does not hold integers, or an id is
            not 0 to `MAX_ID`.

    >>> pairs = joint_pairs([[7, 7, 900]], np.array([[[1, 1, 0]] * 3], np.uint8))
    >>> pairs.truth.tolist(), pairs.prediction.tolist(), pairs.counts.tolist()
    ([7, 900], [257, 257], [2, 1])
    """
    maps = _integers(truth, "truth"), _integers(prediction, "prediction")
    truths, predictions = _rows_of_bytes(maps[0], "truth"), _rows_of_bytes(maps[1], "prediction")
    if maps[0].shape[:2] != maps[1].shape[:2]:
        raise _shapes_differ(*maps)
    return PairCounts(*_core.joint_pairs(truths, predictions))


def confusion_matrix(
    truth: ArrayLike, prediction: ArrayLike, *, classes: int, ignore: int | None = 255
) -> NDArray[np.uint64]:
    """How often each class was predicted as each class.

    Args:
        truth: Classes 0 to classes - 1, or `ignore`, in any integer dtype and shape; fastest as uint8.
        prediction: Classes of the same shape; anything where the truth is `ignore`.
        classes: How many there are, up to `MAX_CLASSES`.
        ignore: True label of pixels that are not counted, or None to count all; a predicted label is never
            ignored.

    Returns:
        (classes, classes) uint64: row g, column p counts the pixels of true class g predicted as p.

    Raises:
        InputError: The shapes differ, a map does not hold integers, or at a counted pixel a label is no
            class; the message gives the first.
        ValueError: `classes` is negative or beyond `MAX_CLASSES`, or `ignore` needs more than 32 bits.

    >>> confusion_matrix([[0, 1, 255]], [[0, 0, 7]], classes=2).tolist()
    [[1, 0], [1, 0]]
    """
    if not 0 <= classes <= MAX_CLASSES:
        raise ValueError(f"classes is {classes}, expected 0 to {MAX_CLASSES}")
    return _confusion_matrix(truth, prediction, classes, ignore)


def iou(
    truth: ArrayLike, prediction: ArrayLike, *, classes: int | None = None, ignore: int | None = 255
) -> NDArray[np.float64]:
    """Intersection over union of each class, TP / (TP + FN + FP).

    Args:
        truth: As `confusion_matrix`.
        prediction: As `confusion_matrix`.
        classes: How many there are; None for one more than the largest label of a counted pixel.
        ignore: As `confusion_matrix`.

    Returns:
        (classes,) float64, NaN for a class that neither occurs nor is predicted at a counted pixel.

    Raises:
        InputError: As `confusion_matrix`.

    >>> iou([[0, 1, 255]], [[0, 0, 7]]).tolist()
    [0.5, 0.0]
    """
    return confusion.iou(_confusion_matrix(truth, prediction, classes, ignore))


def dice(
    truth: ArrayLike, prediction: ArrayLike, *, classes: int | None = None, ignore: int | None = 255
) -> NDArray[np.float64]:
    """Dice coefficient (F1) of each class, 2 TP / (2 TP + FN + FP); all else as `iou`.

    >>> dice([[0, 0, 1]], [[0, 1, 1]]).round(4).tolist()
    [0.6667, 0.6667]
    """
    return confusion.dice(_confusion_matrix(truth, prediction, classes, ignore))


def mean_iou(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    classes: int | None = None,
    ignore: int | None = 255,
    absent: Absent = "skip",
) -> float:
    """Mean of `iou` over the classes; NaN where there is none to take.

    Args:
        truth: As `confusion_matrix`.
        prediction: As `confusion_matrix`.
        classes: As `iou`.
        ignore: As `confusion_matrix`.
        absent: Leave a class without a score out ("skip"), or let it count as 0 ("zero").

    Raises:
        InputError: As `confusion_matrix`.

    >>> mean_iou([[0, 1, 255]], [[0, 0, 7]])
    0.25
    >>> mean_iou([[0, 0]], [[0, 0]], classes=4, absent="zero")
    0.25
    """
    return confusion.mean_iou(_confusion_matrix(truth, prediction, classes, ignore), absent=absent)


def mean_dice(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    classes: int | None = None,
    ignore: int | None = 255,
    absent: Absent = "skip",
) -> float:
    """Mean of `dice` over the classes; all else as `mean_iou`.

    >>> mean_dice([[0, 0, 1]], [[0, 0, 1]])
    1.0
    """
    return confusion.mean_dice(_confusion_matrix(truth, prediction, classes, ignore), absent=absent)


def mean_accuracy(
    truth: ArrayLike,
    prediction: ArrayLike,
    *,
    classes: int | None = None,
    ignore: int | None = 255,
    absent: Absent = "skip",
) -> float:
    """Mean over the classes of the share of a class's pixels that was found; all else as `mean_iou`.

    >>> mean_accuracy([[0, 0, 1]], [[0, 1, 1]])
    0.75
    """
    return confusion.mean_accuracy(_confusion_matrix(truth, prediction, classes, ignore), absent=absent)


def pixel_accuracy(
    truth: ArrayLike, prediction: ArrayLike, *, classes: int | None = None, ignore: int | None = 255
) -> float:
    """Share of the counted pixels that were predicted right, NaN where there are none; all else as `iou`.

    >>> pixel_accuracy([[0, 1, 255]], [[0, 0, 7]])
    0.5
    """
    return confusion.pixel_accuracy(_confusion_matrix(truth, prediction, classes, ignore))


def frequency_weighted_iou(
    truth: ArrayLike, prediction: ArrayLike, *, classes: int | None = None, ignore: int | None = 255
) -> float:
    """Mean of `iou`, each class weighted with its counted pixels in the truth; all else as `iou`.

    >>> frequency_weighted_iou([[0, 0, 0, 1]], [[0, 0, 0, 0]])
    0.5625
    """
    return confusion.frequency_weighted_iou(_confusion_matrix(truth, prediction, classes, ignore))


def _confusion_matrix(
    truth: ArrayLike, prediction: ArrayLike, classes: int | None, ignore: int | None
) -> NDArray[np.uint64]:
    if ignore is not None and not _INT32.min < ignore < _INT32.max:
        raise ValueError(f"ignore is {ignore}, expected {_INT32.min + 1} to {_INT32.max - 1}")
    truth, prediction = _maps(truth, prediction)
    rows, columns, counts = _pairs_of_labels(truth, prediction)
    if ignore is not None:
        counted = rows != ignore
        rows, columns, counts = rows[counted], columns[counted], counts[counted]
    if classes is None:
        classes = min(int(max(rows.max(initial=-1), columns.max(initial=-1))) + 1, MAX_CLASSES)
    if not (_are_classes(rows, classes).all() and _are_classes(columns, classes).all()):
        raise _no_class(truth, prediction, classes, ignore)
    matrix = np.zeros((classes, classes), np.uint64)
    matrix[rows, columns] = counts
    return matrix


def _pairs_of_labels(truth: Map, prediction: Map) -> tuple[Map, Map, NDArray[np.uint64]]:
    """Labels in the truth, labels in the prediction, and how many pixels have both."""
    if _fits_bytes(truth) and _fits_bytes(prediction):
        table = _no_counts()
        _add_counts(truth, prediction, table)
        occurring = np.flatnonzero(table > 0)
        rows, columns = np.divmod(occurring, N_LABELS)
        return rows, columns, table.ravel()[occurring]
    truths, predictions, counts = _core.joint_pairs(_signed_words(truth), _signed_words(prediction))
    return truths.view(np.int32), predictions.view(np.int32), counts


def _signed_words(labels: Map) -> NDArray[np.uint8]:
    """(n, 4) bytes; a label beyond 32 bits becomes the outermost of its side, which is no class either."""
    limits = np.iinfo(labels.dtype)
    lowest, highest = max(limits.min, _INT32.min), min(limits.max, _INT32.max)
    return _as_rows_of_bytes(labels.clip(lowest, highest).astype(np.int32))


def _are_classes(labels: Map, classes: int) -> NDArray[np.bool_]:
    return (labels >= 0) & (labels < classes)


def _no_class(truth: Map, prediction: Map, classes: int, ignore: int | None) -> InputError:
    """What to say of the first counted pixel that has a label which is no class."""
    counted = np.ones(truth.shape, np.bool_) if ignore is None else truth != ignore
    wrong_truth = counted & ~_are_classes(truth, classes)
    wrong_prediction = counted & ~_are_classes(prediction, classes)
    first = np.unravel_index((wrong_truth | wrong_prediction).argmax(), truth.shape)
    name, labels = ("truth", truth) if wrong_truth[first] else ("prediction", prediction)
    or_ignored = "" if name == "prediction" or ignore is None else f", or {ignore}, which is ignored"
    return InputError(
        f"{name} is {labels[first]}, expected a class 0 to {classes - 1}{or_ignored}", place=_place(first)
    )


def _maps(truth: ArrayLike, prediction: ArrayLike) -> tuple[Map, Map]:
    """Integers of one shape."""
    maps = _integers(truth, "truth"), _integers(prediction, "prediction")
    if maps[0].shape != maps[1].shape:
        raise _shapes_differ(*maps)
    return maps


def _integers(labels: ArrayLike, name: str) -> Map:
    array = as_numpy(labels, name)
    if array.dtype == np.bool_:
        return array.view(np.uint8)
    if array.dtype.kind == "f" and array.size:
        raise InputError(f"{name} has dtype {array.dtype}, expected integers")
    return array if array.dtype.kind in "iu" else array.astype(np.uint8)  # [] is an array of floats


def _shapes_differ(truth: Map, prediction: Map) -> InputError:
    return InputError(f"truth has shape {truth.shape}, prediction {prediction.shape}; they must agree")


def _fits_bytes(labels: Map) -> bool:
    if labels.dtype == np.uint8 or not labels.size:
        return True
    return bool(labels.min() >= 0 and labels.max() < N_LABELS)


def _bytes(labels: Map) -> NDArray[np.uint8]:
    return np.ascontiguousarray(labels, np.uint8).ravel()


def _checked(labels: Map, name: str, highest: int) -> Map:
    """The labels, which are 0 to `highest`."""
    limits = np.iinfo(labels.dtype)
    if labels.size and (limits.min < 0 or limits.max > highest):
        outside = (labels < 0) | (labels > min(highest, limits.max))
        if outside.any():
            first = np.unravel_index(outside.argmax(), labels.shape)
            raise InputError(f"{name} is {labels[first]}, expected 0 to {highest}", place=_place(first))
    return labels


def _is_colours(labels: Map) -> bool:
    return labels.dtype == np.uint8 and labels.ndim == 3 and labels.shape[2] == 3


def _rows_of_bytes(labels: Map, name: str) -> NDArray[np.uint8]:
    """(h * w, bytes) of ids: colours and narrow integers as they are, wider ones in four bytes."""
    if _is_colours(labels):
        return np.ascontiguousarray(labels).reshape(-1, 3)
    if labels.ndim != 2:
        found = f"{labels.shape} and dtype {labels.dtype}"
        raise InputError(f"{name} has shape {found}, expected (h, w), or (h, w, 3) of uint8")
    narrow = np.dtype(f"u{min(labels.itemsize, 4)}")
    return _as_rows_of_bytes(_checked(labels, name, MAX_ID).astype(narrow, copy=False))


def _as_rows_of_bytes(labels: Map) -> NDArray[np.uint8]:
    return np.ascontiguousarray(labels).view(np.uint8).reshape(-1, labels.itemsize)


def _place(index: tuple[np.intp, ...]) -> str:
    return str([int(i) for i in index])
