"""IoU of classes within trimaps of several widths; see `segmetrics.trimaps`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, Self, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from segmetrics import confusion
from segmetrics.arrays import as_numpy
from segmetrics.errors import InputError
from segmetrics.evaluators.image_rows import ImageRows, Table
from segmetrics.evaluators.row_states import RowEvaluator
from segmetrics.labelmaps import MAX_CLASSES
from segmetrics.trimaps import Shape, trimap_confusion
from segmetrics.types import Key, OverValue, Protocol, Score, Scores

REFERENCE = "Chen et al., DeepLab, TPAMI 2018"

_NO_COLUMNS: Final = Table()


class TrimapEvaluator(RowEvaluator[ImageRows]):
    """Intersection over union within so many pixels of where the true labels change.

    Args:
        classes: How many there are; labels are 0 to classes - 1.
        widths: Distances from the boundary in pixels, ascending, from 0.
        shape: How distance is measured: "disk" for Euclid's, "square" for the greater of rows and columns.
        ignore: True label of pixels that are not counted; None to count all.
        keys_from: The first key for images that come without; None starts at 0, and then the state does not
            merge with another that numbered its own images.

    A batch is, for each side, a list of (h, w) label maps.

    >>> evaluator = TrimapEvaluator(2, widths=[0, 1], shape="disk")
    >>> evaluator.update([[[0, 0, 1, 1]]], [[[0, 0, 0, 1]]])
    >>> scores = evaluator.compute()
    >>> scores.value("trimap.iou.mean", width=0), round(scores.value("trimap.iou.mean", width=1), 3)
    (0.25, 0.583)
    """

    kind = "segmetrics.trimaps.1"

    def __init__(
        self,
        classes: int,
        *,
        widths: Sequence[int],
        shape: Shape,
        ignore: int | None = 255,
        keys_from: int | None = None,
    ) -> None:
        if not 1 <= classes <= MAX_CLASSES or shape not in get_args(Shape):
            raise ValueError(
                f"classes is {classes}, shape {shape!r}; expected 1 to {MAX_CLASSES}, disk or square"
            )
        if not widths or widths[0] < 0 or not all(a < b for a, b in pairwise(widths)):
            raise ValueError(f"widths are {list(widths)}, expected ascending pixels from 0")
        self.classes, self.widths, self.shape, self.ignore = classes, tuple(widths), shape, ignore
        params = {"classes": classes, "widths": list(widths), "shape": shape, "ignore": ignore}
        protocol = Protocol(name="trimaps", version="1", parity="clean", reference=REFERENCE, params=params)
        sums = {"counts": np.zeros((len(widths), classes, classes), np.uint64)}
        super().__init__(protocol, ImageRows.empty(_NO_COLUMNS), sums=sums, keys_from=keys_from)

    def update(self, truth: Any, prediction: Any, *, keys: Sequence[Key] | None = None) -> None:  # noqa: ANN401
        """Add a batch of images.

        Args:
            truth: Their true maps.
            prediction: The same as predicted.
            keys: Their keys; None numbers them from `keys_from` on.

        Raises:
            InputError: As `segmetrics.trimaps.trimap_confusion`.
            MergeError: An image was seen before.
        """
        n = len(truth)
        if len(prediction) != n:
            raise InputError(f"{n} images have annotations, found {len(prediction)} with predictions")
        chosen = self._keys.choose(keys, n)
        counts = np.zeros_like(self._sums["counts"])
        for key, *sides in zip(chosen, truth, prediction, strict=True):
            counts += self._count(key, *sides)
        empty = ImageRows.empty(_NO_COLUMNS)
        images = [ImageRows(_NO_COLUMNS, np.array([key])) for key in chosen]
        self._add(ImageRows.join([empty, *images]), numbered=keys is None)
        self._sums["counts"] += counts

    def _count(self, key: Key, truth: Any, prediction: Any) -> NDArray[np.uint64]:  # noqa: ANN401
        try:
            maps = as_numpy(truth, "truth"), as_numpy(prediction, "prediction")
            options: dict[str, Any] = {"shape": self.shape, "classes": self.classes, "ignore": self.ignore}
            return np.stack([trimap_confusion(*maps, width, **options) for width in self.widths])
        except InputError as error:
            place = ", ".join(part for part in (f"image {key}", error.place) if part)
            raise InputError(error.message, place=place) from error

    def compute(self) -> Scores:
        """At each width `trimap.iou.mean`, over the classes that occur or are predicted, and `trimap.iou`."""
        return Scores([*self._scores()])

    def _scores(self) -> Iterator[Score]:
        for width, counts in zip(self.widths, self._sums["counts"], strict=True):
            ious = confusion.iou(counts)
            defined = ious[~np.isnan(ious)]
            over: dict[str, OverValue] = {"width": width}
            mean = float(defined.mean()) if len(defined) else None
            yield Score(id="trimap.iou.mean", value=mean, n=len(defined), over=over)
            for k, iou in enumerate(ious.tolist()):
                value = None if np.isnan(iou) else iou
                yield Score(id="trimap.iou", value=value, over=over | {"class": str(k)})

    def _described(self) -> dict[str, object]:
        return {}

    @classmethod
    def _rebuilt(cls, protocol: Protocol, _described: Mapping[str, Any]) -> Self:
        params = msgspec.convert(protocol.params, _Params)
        return cls(params.classes, widths=params.widths, shape=params.shape, ignore=params.ignore)

    def _check(self, rows: ImageRows) -> None:
        """Sums of any size can be computed from."""


class _Params(msgspec.Struct):
    classes: int
    widths: list[int]
    shape: Shape
    ignore: int | None
