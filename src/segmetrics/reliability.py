"""Reliability: whether confidences tell right predictions from wrong ones, and how often they come true.

Functions on arrays of confidences and outcomes, and on counts: how often each of 65,536 levels of confidence
occurs among predictions that were right and wrong. Counts of different images add up, take the same memory
however many there are, and lose nothing where confidences have 16 bits.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmetrics._core import reliability as _core
from segmetrics._core.fault import Fault
from segmetrics.arrays import as_numpy
from segmetrics.errors import InputError

LEVELS: Final = 2**16
"""Levels of confidence that 16 bits tell apart; level q stands for the confidence (q + 1/2) / LEVELS."""

BINS: Final = 15
"""Bins of a reliability diagram, unless another number is asked for."""

VALID_RIGHT, VALID_WRONG, INVALID_RIGHT, INVALID_WRONG = range(4)
"""The rows of `confidence_counts`."""

Counts = NDArray[np.uint64]
Floats = NDArray[np.float64]

_LABELS: Final = 256
_SHAPE: Final = (4, LEVELS)


class RankingScores(NamedTuple):
    """How well scores tell positives from negatives.

    Attributes:
        auroc: Area under the ROC curve: the share of pairs of a positive and a negative in which the positive
            has the higher score, ties counting one half. NaN without positives or without negatives.
        fpr: Share of negatives at and above the highest score that reaches the true positive rate asked for.
            NaN likewise.
        average_precision: Mean over the positives of the precision at their scores. NaN without positives.
    """

    auroc: float
    fpr: float
    average_precision: float


class ReliabilityDiagram(NamedTuple):
    """Predictions in bins of confidence.

    Attributes:
        edges: (bins + 1,) float64: bin b holds the confidences from edges[b] to below edges[b + 1], and the
            last 1 too.
        n: (bins,) uint64, predictions.
        confidence: (bins,) float64, their mean confidence; NaN where there are none.
        accuracy: (bins,) float64, the share of them that was right; NaN where there are none.
        ece: Expected calibration error: mean over the predictions of |confidence - accuracy| of their bins.
            NaN where there are none.
    """

    edges: Floats
    n: Counts
    confidence: Floats
    accuracy: Floats
    ece: float


# ---- on arrays -------------------------------------------------------------------------------------------


def auroc(score: ArrayLike, positive: ArrayLike) -> float:
    """Area under the ROC curve, exact with ties; NaN where all or none are positive.

    Args:
        score: (n,) or any shape, integers or floats; the higher, the more likely positive. Fastest as uint16.
        positive: bool of the same shape.

    Raises:
        InputError: The shapes differ, a score is NaN, or `positive` holds something else than 0 and 1.

    Source: Fawcett, An introduction to ROC analysis (2006); the same as scikit-learn's `roc_auc_score`.

    >>> auroc([0.9, 0.8, 0.8, 0.1], [True, True, False, False])
    0.875
    """
    return ranking_scores(*_by_score(score, positive)).auroc


def fpr_at_tpr(score: ArrayLike, positive: ArrayLike, tpr: float = 0.95) -> float:
    """False positive rate at the highest threshold whose true positive rate is `tpr` or more.

    Nothing is interpolated. NaN where all or none are positive. Arguments and errors as `auroc`.

    Raises:
        ValueError: `tpr` is not between 0 and 1.

    >>> fpr_at_tpr([0.9, 0.8, 0.8, 0.1], [True, True, False, False])
    0.5
    """
    return ranking_scores(*_by_score(score, positive), tpr=tpr).fpr


def average_precision(score: ArrayLike, positive: ArrayLike) -> float:
    """Area under the precision-recall curve as a sum of steps, exact with ties; NaN without positives.

    Arguments and errors as `auroc`. The same as scikit-learn's `average_precision_score`. To find what is
    wrong by low confidence: `average_precision(-confidence, ~correct)`.

    >>> average_precision([0.9, 0.8, 0.8, 0.1], [True, True, False, False])
    0.8333333333333333
    """
    return ranking_scores(*_by_score(score, positive)).average_precision


def expected_calibration_error(confidence: ArrayLike, correct: ArrayLike, *, bins: int = BINS) -> float:
    """How far confidences are from the share of predictions that are right, in the mean.

    Arguments and errors as `reliability_diagram`.

    Source: Guo et al., On Calibration of Modern Neural Networks (2017), section 2; its bins exclude their
    lower edges, these their upper ones.

    >>> expected_calibration_error([0.75, 0.75, 0.25, 0.25], [True, True, True, False], bins=2)
    0.25
    """
    return reliability_diagram(confidence, correct, bins=bins).ece


def reliability_diagram(confidence: ArrayLike, correct: ArrayLike, *, bins: int = BINS) -> ReliabilityDiagram:
    """Predictions in bins of equal width by their confidence.

    Args:
        confidence: (n,) or any shape: floats 0 to 1, or uint16 levels, which stand for (q + 1/2) / 65,536.
        correct: bool of the same shape: whether each prediction was right.
        bins: How many, 1 to 65,536.

    Raises:
        InputError: The shapes differ, a confidence is not 0 to 1, or `correct` holds something else than 0
            and 1.
        ValueError: There cannot be so many bins.

    >>> diagram = reliability_diagram([0.75, 0.75, 0.25, 0.25], [True, True, True, False], bins=2)
    >>> diagram.n.tolist(), diagram.confidence.tolist(), diagram.accuracy.tolist()
    ([2, 2], [0.25, 0.75], [0.5, 1.0])
    """
    confidences, is_right = _aligned(confidence, "confidence", correct, "correct")
    if confidences.dtype == np.uint16:
        return calibration(*_counted(confidences, is_right, LEVELS), bins=bins)
    _check_bins(bins)
    _check_confidences(confidences, "confidence")
    edges = np.linspace(0, 1, bins + 1)
    places = np.minimum(np.searchsorted(edges, confidences, side="right") - 1, bins - 1)
    n = np.bincount(places, minlength=bins).astype(np.uint64)
    n_right = np.bincount(places[is_right], minlength=bins)
    total = np.bincount(places, confidences, bins)
    ece = _ratio(np.abs(total - n_right).sum(), n.sum())
    return ReliabilityDiagram(edges, n, _ratio(total, n), _ratio(n_right, n), float(ece))


# ---- on counts by level ----------------------------------------------------------------------------------


def confidence_levels(confidence: ArrayLike, name: str = "confidence") -> NDArray[np.uint16]:
    """Levels of confidences: uint16 as they are, floats c as floor(65,536 c), 1 as the highest.

    Args:
        confidence: Any shape.
        name: What to call it in a message.

    Raises:
        InputError: They are neither uint16 nor floats 0 to 1.

    >>> confidence_levels([0.0, 0.5, 1.0])
    array([    0, 32768, 65535], dtype=uint16)
    """
    confidences = as_numpy(confidence, name)
    if confidences.dtype != np.uint16:
        _check_confidences(confidences, name)
        wide = confidences.astype(np.float64 if confidences.itemsize > 4 else np.float32, copy=False)
        confidences = np.minimum(wide * LEVELS, LEVELS - 1)
    levels: NDArray[np.uint16] = confidences.astype(np.uint16, copy=False)
    return levels


def confidence_counts(
    truth: ArrayLike,
    prediction: ArrayLike,
    confidence: ArrayLike,
    *,
    ignore: int | Iterable[int] | None = 255,
    invalid: ArrayLike | None = None,
    samples: ArrayLike | None = None,
    out: Counts | None = None,
) -> Counts:
    """How often each level of confidence occurs on pixels predicted right and wrong.

    Args:
        truth: (h, w) or any shape, true labels 0 to 255; fastest as uint8.
        prediction: Predicted labels, likewise.
        confidence: Of each pixel, as `confidence_levels` takes it.
        ignore: True labels, one or several, of pixels that are not counted.
        invalid: Of each pixel, not 0 where it shows what no class is for; None if none does.
        samples: (n,) integers, indices of the pixels to count, rows one after the other; None counts all.
            `confidence` is then (n,) too.
        out: Counts to add to, contiguous.

    Returns:
        (4, LEVELS) uint64: valid pixels that are right and wrong, invalid pixels that are right and wrong.

    Raises:
        InputError: Sizes disagree, a label is not 0 to 255, a confidence not 0 to 1, or a sample no pixel.
        ValueError: `out` is no such array.

    >>> counts = confidence_counts([[3, 3, 255]], [[3, 4, 4]], [[1.0, 0.5, 0.5]])
    >>> counts[VALID_RIGHT, 65535], counts[VALID_WRONG, 32768], counts.sum()
    (np.uint64(1), np.uint64(1), np.uint64(2))
    """
    truths, levels = _labels(truth, "truth"), confidence_levels(confidence)
    predictions = _labels(prediction, "prediction")
    marks = None if invalid is None else _marks(as_numpy(invalid, "invalid"))
    indices = None if samples is None else _samples(samples)
    _check_shape("prediction", predictions, "truth has", truths)
    if marks is not None:
        _check_shape("invalid", marks, "truth has", truths)
    if indices is None:
        _check_shape("confidence", levels, "truth has", truths)
    else:
        _check_shape("confidence", levels, "samples have", indices)
    counts = np.zeros(_SHAPE, np.uint64) if out is None else out
    if counts.shape != _SHAPE or counts.dtype != np.uint64 or not counts.flags.c_contiguous:
        found = f"{counts.dtype} of shape {counts.shape}"
        raise ValueError(f"out is {found}, expected contiguous uint64 of shape {_SHAPE}")
    maps = _flat(truths), _flat(predictions), None if marks is None else _flat(marks)
    try:
        _core.confidence_counts(*maps, _scored(ignore), indices, _flat(levels), counts)
    except Fault as fault:
        raise InputError(
            f"is pixel {fault.found}, of a map of {truths.size}", place=f"sample {fault.record}"
        ) from None
    return counts


def ranking_scores(positives: ArrayLike, negatives: ArrayLike, *, tpr: float = 0.95) -> RankingScores:
    """AUROC, false positive rate and average precision, from how many have each score.

    Args:
        positives: (levels,) counts, those of the lowest score first.
        negatives: Likewise, of the same scores.
        tpr: The true positive rate at which to give the false positive rate.

    Raises:
        InputError: The shapes differ, or these are no counts, below 2^63 in all.
        ValueError: `tpr` is not between 0 and 1.

    >>> ranking_scores([0, 1, 1], [1, 1, 0])
    RankingScores(auroc=0.875, fpr=0.5, average_precision=0.8333333333333333)
    """
    if not 0 <= tpr <= 1:
        raise ValueError(f"tpr is {tpr}, expected 0 to 1")
    columns = _counts(positives, negatives, ("positives", "negatives"))
    try:
        return RankingScores(*_core.score_ranking(columns[0][::-1].copy(), columns[1][::-1].copy(), tpr))
    except OverflowError:
        _refuse_so_many()


def calibration(right: ArrayLike, wrong: ArrayLike, *, bins: int = BINS) -> ReliabilityDiagram:
    """The reliability diagram, from how many predictions have each level of confidence.

    Args:
        right: (levels,) counts of predictions that were right, those of the lowest confidence first. Level q
            stands for the confidence (q + 1/2) / levels.
        wrong: Likewise, of those that were not.
        bins: How many, at most as many as levels; each begins at the level nearest to its edge.

    Raises:
        InputError: The shapes differ, or these are no counts, below 2^63 in all.
        ValueError: There cannot be so many bins.

    >>> calibration([1, 0, 0, 3], [3, 0, 0, 1], bins=2).ece
    0.125
    """
    columns = _counts(right, wrong, ("right", "wrong"))
    n_levels = len(columns[0])
    _check_bins(bins, n_levels)
    try:
        found, ece = _core.score_calibration(*columns, bins)
    except OverflowError:
        _refuse_so_many()
    edges = np.append(found["first_level"], n_levels) / n_levels
    accuracy = _ratio(found["n_right"], found["n"])
    return ReliabilityDiagram(edges, found["n"].copy(), found["confidence"].copy(), accuracy, ece)


# ---- what arguments are ----------------------------------------------------------------------------------


def _by_score(score: ArrayLike, positive: ArrayLike) -> tuple[Counts, Counts]:
    """Positives and negatives at each score that occurs, or for 16 bits could, the lowest first."""
    scores, is_positive = _aligned(score, "score", positive, "positive")
    if scores.dtype == np.uint16:
        return _counted(scores, is_positive, LEVELS)
    if np.isnan(scores).any():
        raise InputError("score is NaN", place=_place(np.isnan(scores)))
    values, ranks = np.unique(scores, return_inverse=True)
    return _counted(ranks, is_positive, len(values))


def _counted(ranks: NDArray[Any], chosen: NDArray[np.bool_], n: int) -> tuple[Counts, Counts]:
    """How often each of n ranks occurs among the chosen and among the others."""
    of_chosen, of_others = (np.bincount(ranks[side], minlength=n) for side in (chosen, ~chosen))
    return of_chosen.astype(np.uint64), of_others.astype(np.uint64)


def _aligned(
    values: ArrayLike, name: str, outcomes: ArrayLike, outcomes_name: str
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    array, flags = as_numpy(values, name), as_numpy(outcomes, outcomes_name)
    if array.shape != flags.shape:
        raise InputError(f"{name} has shape {array.shape}, {outcomes_name} {flags.shape}; they must agree")
    if flags.dtype != np.bool_ and not np.isin(flags, (0, 1)).all():
        raise InputError(f"{outcomes_name} holds other numbers than 0 and 1")
    return array.ravel(), flags.astype(np.bool_).ravel()


def _check_confidences(confidences: NDArray[Any], name: str) -> None:
    if confidences.dtype.kind != "f":
        raise InputError(f"{name} has dtype {confidences.dtype}, expected uint16, or floats 0 to 1")
    if confidences.size and not (confidences.min() >= 0 and confidences.max() <= 1):  # NaN is neither
        wrong = ~((confidences >= 0) & (confidences <= 1))
        raise InputError(f"{name} is {confidences[wrong][0]}, expected 0 to 1", place=_place(wrong))


def _check_bins(bins: int, most: int = LEVELS) -> None:
    if not 1 <= bins <= most:
        raise ValueError(f"bins is {bins}, expected 1 to {most}")


def _labels(labels: ArrayLike, name: str) -> NDArray[np.uint8]:
    array = as_numpy(labels, name)
    if array.dtype.kind == "f":
        raise InputError(f"{name} has dtype {array.dtype}, expected integers")
    if array.size and array.dtype != np.uint8 and not (array.min() >= 0 and array.max() < _LABELS):
        wrong = (array < 0) | (array >= _LABELS)
        raise InputError(f"{name} is {array[wrong][0]}, expected 0 to 255", place=_place(wrong))
    return array.astype(np.uint8, copy=False)


def _check_shape(name: str, array: NDArray[Any], whose: str, other: NDArray[Any]) -> None:
    if array.shape != other.shape:
        raise InputError(f"{name} has shape {array.shape}, {whose} {other.shape}; they must agree")


def _marks(array: NDArray[Any]) -> NDArray[np.uint8]:
    """Not 0 where the array is not; without a copy if it has 8 bits."""
    marks: NDArray[np.uint8] = (array if array.itemsize == 1 else array != 0).view(np.uint8)
    return marks


def _samples(samples: ArrayLike) -> NDArray[np.uint32]:
    indices = as_numpy(samples, "samples")
    if indices.ndim != 1 or indices.dtype.kind == "f":
        found = f"{indices.dtype} of shape {indices.shape}"
        raise InputError(f"samples are {found}, expected integers of shape (n,)")
    if indices.dtype != np.uint32 and indices.size and not (indices.min() >= 0 and indices.max() < 2**32):
        raise InputError("a sample is below 0 or beyond 32 bits")
    return np.ascontiguousarray(indices, np.uint32)


def _scored(ignore: int | Iterable[int] | None) -> NDArray[np.uint8]:
    """Of each true label whether its pixels are counted."""
    scored = np.ones(_LABELS, np.uint8)
    labels = () if ignore is None else (ignore,) if isinstance(ignore, int) else tuple(ignore)
    scored[[label for label in labels if 0 <= label < _LABELS]] = 0
    return scored


def _counts(one: ArrayLike, other: ArrayLike, names: tuple[str, str]) -> tuple[Counts, Counts]:
    columns = as_numpy(one, names[0]), as_numpy(other, names[1])
    if columns[0].ndim != 1 or columns[0].shape != columns[1].shape:
        shapes = f"{columns[0].shape}, {names[1]} {columns[1].shape}"
        raise InputError(f"{names[0]} has shape {shapes}, expected (levels,) of both")
    for name, column in zip(names, columns, strict=True):
        if column.size and (column.dtype.kind == "f" or (column < 0).any()):
            raise InputError(f"{name} holds what is no count")
    return np.ascontiguousarray(columns[0], np.uint64), np.ascontiguousarray(columns[1], np.uint64)


def _refuse_so_many() -> NoReturn:
    raise InputError("the counts are 2^63 or more in all") from None


def _flat(array: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(array).ravel()


def _ratio(part: ArrayLike, whole: ArrayLike) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.true_divide(part, whole, dtype=np.float64)


def _place(wrong: NDArray[np.bool_]) -> str:
    """Where the first one is that is wrong."""
    return str([int(i) for i in np.unravel_index(wrong.argmax(), wrong.shape)])
