"""Pixels counted by true and predicted label, over the values that a class table knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, Literal, overload

import numpy as np
from numpy.typing import NDArray

from segmetrics.arrays import as_numpy
from segmetrics.classes import Classes
from segmetrics.errors import InputError
from segmetrics.labelmaps import N_LABELS, joint_counts, joint_pairs
from segmetrics.types import Key

Map = NDArray[Any]
Counts = NDArray[np.uint64]
"""Pixels by true and predicted value, over `Classes.values`: classes first, then others, then ignored."""

Rows = NDArray[np.uint64]
"""(n, 3): pairs of values, as `listed` lists them."""

Side = Literal["truth", "prediction", "instances"]

MOST_VALUES: Final = 2**12
"""Most values of a class table that is counted with: the counts then take 128 MiB."""

MOST_PIXELS: Final = 2**53
"""Most pixels of a state that is read: up to here float64 holds every integer."""


N_PAIR_COLUMNS: Final = 3
"""Columns of a pair of values as `listed` lists it."""


class LabelError(InputError):
    """A label stands where it may not.

    Attributes:
        side: In which map.
        key: Of which image, where that is known.
    """

    def __init__(self, message: str, *, place: str, side: Side, key: Key | None = None) -> None:
        super().__init__(message, place=place)
        self.side = side
        self.key = key


class LabelCounter:
    """Counts pairs of labels.

    Raises:
        ValueError: The class table has too many values.

    >>> counter = LabelCounter(Classes("a b", ids=(7, 9), ignore=0))
    >>> counter.count(np.array([[7, 7, 9, 0]]), np.array([[7, 9, 9, 9]])).tolist()
    [[1, 1, 0], [0, 1, 0], [0, 1, 0]]
    """

    def __init__(self, classes: Classes) -> None:
        if len(classes.values) > MOST_VALUES:
            raise ValueError(f"{len(classes.values)} values in a class table, expected at most {MOST_VALUES}")
        self._classes = classes
        self._values = np.array(classes.values, np.int64)
        self._are_bytes = bool(np.all((self._values >= 0) & (self._values < N_LABELS)))

    def zeros(self) -> Counts:
        """No pixels."""
        return np.zeros((len(self._values), len(self._values)), np.uint64)

    def check(self, counts: Counts) -> None:
        """Raise InputError if no maps have these counts."""
        if counts.sum(dtype=np.float64) > MOST_PIXELS or not self._is_legal(counts):
            raise InputError("the state counts more pixels than any maps have, or pixels that are not scored")

    def of_pairs(self, pairs: Rows) -> Counts:
        """The counts that `listed` listed."""
        counts = self.zeros()
        counts[pairs[:, 0], pairs[:, 1]] = pairs[:, 2]
        return counts

    def check_pairs(self, images: Iterable[Rows], counts: Counts) -> None:
        """Raise InputError if these are not the counts of some images, listed, that add up to all counts."""
        rest = counts.copy()
        for pairs in images:
            places = pairs[:, 0] * np.uint64(len(counts)) + pairs[:, 1]
            known = np.all(pairs[:, :2] < len(counts)) and np.all(places[1:] > places[:-1])
            if not known or not np.all(pairs[:, 2]) or np.any(rest.flat[places] < pairs[:, 2]):
                raise InputError("the counts of an image are out of order, or more than those of all images")
            rest.flat[places] -= pairs[:, 2]
        if rest.any():
            raise InputError("the counts of the images do not add up to those of all images")

    def _is_legal(self, counts: Counts) -> bool:
        """Whether no pixel of a class was predicted as a value that is to be ignored."""
        return not counts[: len(self._classes), len(counts) - len(self._classes.ignore) :].any()

    def count(self, truth: Map, prediction: Map) -> Counts:
        """Counts of one pair of maps of integers, equal in shape.

        Raises:
            LabelError: A label is not of the class table, or a pixel of a class is predicted as ignored.
        """
        table = self.table()
        self.add(table, truth, prediction)
        counts = self.of_table(table)
        if counts is None:
            raise self._fault(truth, prediction)
        return counts

    def table(self) -> Counts:
        """A table of no pixels for `add`: by labels where they have 8 bits, else by positions of values."""
        n = N_LABELS if self._are_bytes else len(self._values) + 1
        return np.zeros((n, n), np.uint64)

    def add(self, table: Counts, truth: Map, prediction: Map) -> None:
        """Count one pair of maps, as `count`; whether their labels may stand there, `of_table` says.

        Raises:
            LabelError: A label is beyond 8 bits where those of the class table are not.
        """
        if not self._are_bytes:
            pairs = joint_pairs(self._positions(truth), self._positions(prediction))
            table[pairs.truth, pairs.prediction] += pairs.counts
            return
        try:
            joint_counts(truth, prediction, out=table)
        except InputError:
            raise self._fault(truth, prediction) from None

    def of_table(self, table: Counts) -> Counts | None:
        """The counts in a table; None if it holds a label, or a pair of them, that may not be."""
        places = self._values if self._are_bytes else np.arange(len(self._values))
        counts: Counts = table[np.ix_(places, places)]
        return counts if counts.sum() == table.sum() and self._is_legal(counts) else None

    def _positions(self, labels: Map) -> NDArray[np.uint16]:
        order = np.argsort(self._values)
        places = np.searchsorted(self._values, labels, sorter=order)
        nearest = order[np.minimum(places, len(order) - 1)]
        return np.where(self._values[nearest] == labels, nearest, len(order)).astype(np.uint16)

    def _fault(self, truth: Map, prediction: Map) -> LabelError:
        """What to say of the first pixel with a label that may not stand there."""
        classes = self._classes
        scored = np.isin(truth, classes.ids)
        predictable = np.isin(prediction, classes.ids + classes.others)
        wrong_truth = ~np.isin(truth, self._values)
        wrong_prediction = ~np.where(scored, predictable, np.isin(prediction, self._values))
        first = np.unravel_index((wrong_truth | wrong_prediction).argmax(), truth.shape)
        place = str([int(i) for i in first])
        if wrong_truth[first]:
            expected = _listed(classes.values)
            return LabelError(f"truth is {truth[first]}, expected {expected}", place=place, side="truth")
        expected = _listed(classes.ids + classes.others if scored[first] else classes.values)
        message = f"prediction is {prediction[first]}, expected {expected}"
        return LabelError(message, place=place, side="prediction")


def listed(counts: Counts) -> Rows:
    """The pairs that occur, in order: positions of true and predicted value, pixels that have both."""
    rows, columns = np.nonzero(counts)
    return np.stack([rows, columns, counts[rows, columns]], axis=1).astype(np.uint64)


def scored_part(counts: Counts, classes: Classes) -> Counts:
    """The confusion matrix of scored pixels, as `segmetrics.confusion` takes it."""
    return counts[: len(classes), : len(counts) - len(classes.ignore)]


class ImageMaps(Sequence[Map]):
    """The (h, w) maps of one side of a batch; those of a list are asked for one by one.

    Args:
        side: One map, a stack (n, h, w), or a list of maps, whose sizes may differ. What can say its `ndim`
            without its array, says it, so that no more arrays than needed are in memory at once.
        name: What to call it in a message.

    Raises:
        InputError: It is none of these; of a list, once the map is asked for.
    """

    def __init__(self, side: object, name: str) -> None:
        self._name = name
        self._maps: Sequence[object]
        if isinstance(side, list | tuple) and all(_n_dimensions(one, name) == 2 for one in side[:1]):
            self._maps = side
        else:
            array = as_numpy(side, name)
            if array.ndim not in (2, 3):
                raise self._refusal(array, ", (n, h, w) or a list of (h, w)")
            self._maps = list(array.reshape(-1, *array.shape[-2:]))

    def __len__(self) -> int:
        return len(self._maps)

    @overload
    def __getitem__(self, index: int) -> Map: ...
    @overload
    def __getitem__(self, index: slice) -> list[Map]: ...
    def __getitem__(self, index: int | slice) -> Map | list[Map]:
        if isinstance(index, slice):
            return [self[i] for i in range(len(self))[index]]
        array = self._array(self._maps[index])
        if array.ndim != 2:
            raise self._refusal(array)
        return array

    def _array(self, one: object) -> Map:
        return as_numpy(one, self._name)

    def _refusal(self, array: Map, or_else: str = "") -> InputError:
        return InputError(f"{self._name} has shape {array.shape}, expected (h, w){or_else}")


class LabelMaps(ImageMaps):
    """Those of integers; others are refused once they are asked for."""

    def _array(self, one: object) -> Map:
        return _integers(super()._array(one), self._name)


def _n_dimensions(one: Any, name: str) -> int:  # noqa: ANN401
    n: int = one.ndim if hasattr(one, "ndim") else as_numpy(one, name).ndim
    return n


def _integers(array: Map, name: str) -> Map:
    if array.dtype.kind == "f":
        raise InputError(f"{name} has dtype {array.dtype}, expected integers")
    return array.view(np.uint8) if array.dtype == np.bool_ else array


def _listed(values: Iterable[int]) -> str:
    """Values in words, neighbours together: "0 to 18 or 255"."""
    spans = [str(low) if low == high else f"{low} to {high}" for low, high in _spans(sorted(values))]
    return " or ".join(filter(None, (", ".join(spans[:-1]), spans[-1])))


def _spans(values: list[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of consecutive values."""
    breaks = [i for i, (low, high) in enumerate(pairwise(values), start=1) if high != low + 1]
    for start, end in pairwise((0, *breaks, len(values))):
        yield values[start], values[end - 1]
