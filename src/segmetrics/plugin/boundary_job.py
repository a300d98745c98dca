"""A benchmark of boundaries or regions, opened: the files are matched, and decoded where they are scored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Final, cast

import numpy as np

from segmetrics.errors import InputError
from segmetrics.evaluators.base import Evaluator
from segmetrics.evaluators.boundaries import BoundaryEvaluator, Convention
from segmetrics.evaluators.regions import RegionEvaluator
from segmetrics.plugin.boundary_files import AnnotatedImage, Decoded, Decoding, find_annotations, read_map
from segmetrics.plugin.edge_doubts import doubts
from segmetrics.plugin.job import Batch, DatasetInfo, InputFile, Job, OpenContext, stretches
from segmetrics.plugin.label_map_files import Matched, Pattern, check_folder, match_predictions
from segmetrics.types import Parity

if TYPE_CHECKING:
    from segmetrics.plugin.boundaries import AnnotatedImages

MOST_IN_BATCH: Final = 8
"""Images after which progress is told, and after which another worker may take over."""


def open_boundaries(
    images: AnnotatedImages, values: Mapping[str, object], context: OpenContext
) -> BoundaryJob:
    """Find the files as the options of `segmetrics.plugin.boundaries` say, and look at the first prediction.

    Raises:
        InputError: The folders do not hold what they should.
    """
    started = perf_counter()
    root, folder = Path(str(values["root"])), Path(str(values["predictions"]))
    pattern = Pattern(images.predictions).filled(split=str(values["split"]))
    check_folder(root, Pattern(images.truth[0]).filled(split=str(values["split"])))
    check_folder(folder, pattern)
    context.progress("looking for files", 0, 2)
    truths = find_annotations(root, images, str(values["split"]))
    context.progress("looking for files", 1, 2)
    matched = match_predictions(folder, pattern, [annotations[0] for annotations in truths.values()])
    context.progress("looking for files", 2, 2)
    there = [
        AnnotatedImage(key, tuple(each.path for each in annotations), matched.paths[key])
        for key, annotations in truths.items()
        if key in matched.paths
    ]
    job = BoundaryJob(images, values, there, matched)
    job.read_s = perf_counter() - started
    return job


class BoundaryJob(Job):
    """Maps in files, matched; nothing of them in memory."""

    def __init__(
        self,
        images: AnnotatedImages,
        values: Mapping[str, object],
        there: Sequence[AnnotatedImage],
        matched: Matched,
    ) -> None:
        first = read_map(there[0].prediction, images.drawn)
        n_segmentations = len(first) if isinstance(first, list) else None
        self._evaluator = _evaluators(images, values, n_segmentations)
        self._decoding = Decoding(images.drawn, n_segmentations)
        self._images = tuple(there)
        self.coverage = matched.coverage
        self.dataset = DatasetInfo(split=str(values["split"]), n_images=self.coverage.expected, n_classes=1)
        self.inputs = tuple(_inputs(there))
        self.first_missing = matched.first_missing
        self.warnings = (*matched.warnings(), *self._doubts(nms=values.get("nms") is True))

    def _doubts(self, *, nms: bool) -> Iterator[str]:
        if self._decoding.drawn == "boundaries" and self._decoding.n_segmentations is None:
            first = self._images[0]
            yield from doubts(np.asarray(self._decoding.prediction(first)), first.prediction, nms=nms)

    def evaluator(self) -> Evaluator:
        """A fresh evaluator of what was drawn."""
        return self._evaluator()

    def batches(self, n: int) -> Sequence[Batch]:
        """Stretches of as many images each."""
        return [self._batch(self._images[part]) for part in stretches(len(self._images), n, MOST_IN_BATCH)]

    def _batch(self, images: tuple[AnnotatedImage, ...]) -> Batch:
        return BoundaryBatch(
            truth=Decoded(images, self._decoding.truth),
            prediction=Decoded(images, self._decoding.prediction),
            keys=[image.key for image in images],
        )


class BoundaryBatch(Batch):
    """Images in files, decoded when the evaluator asks for them."""

    def explained(self, error: InputError) -> InputError:
        """The error with the name of the prediction that it is about."""
        image, _, place = (error.place or "").partition(", ")
        for each in self.prediction.images:
            if error.file is None and image == f"image {each.key}":
                return InputError(error.message, file=each.prediction, place=place or None)
        return error


def _evaluators(
    images: AnnotatedImages, values: Mapping[str, object], n_segmentations: int | None
) -> Callable[[], Evaluator]:
    """What makes evaluators of what was drawn."""
    thresholds = _thresholds(values, n_segmentations)
    if images.drawn == "regions":
        return partial(RegionEvaluator, thresholds, parity=cast("Parity", values["parity"]))
    given = cast("float | None", values["max_distance"])
    return partial(
        BoundaryEvaluator,
        thresholds,
        max_distance=images.max_distance if given is None else given,
        nms=values["nms"] is True,
        convention=cast("Convention", values["convention"]),
    )


def _thresholds(values: Mapping[str, object], n_segmentations: int | None) -> int | Sequence[float]:
    """As evaluators take them: how many, or one for each segmentation."""
    n = cast("int", values["thresholds"])
    if n < 1:
        raise InputError(f"thresholds is {n}, expected at least 1")
    return n if n_segmentations is None else range(1, n_segmentations + 1)


def _inputs(images: Sequence[AnnotatedImage]) -> Iterator[InputFile]:
    for image in images:
        for path in image.truth:
            yield InputFile(role="ground_truth", path=path, format="annotations", n=1)
    for image in images:
        yield InputFile(role="predictions", path=image.prediction, format="contour-map", n=1)
