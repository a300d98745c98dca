"""An instance benchmark, opened: both files read, cut into batches of images on request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import TypeVar, cast

import numpy as np

from segmetrics.errors import InputError
from segmetrics.evaluators.instances import GRIDS, AreaRange, InstanceEvaluator, InstanceGrid, Rules
from segmetrics.instances import Compared, geometry_of
from segmetrics.plugin.job import Batch, DatasetInfo, InputFile, Job, OpenContext
from segmetrics.readers.coco import AreaRule, GroundTruth, Results, read_ground_truth, read_results
from segmetrics.types import Coverage, Parity

T = TypeVar("T")


@dataclass(frozen=True)
class _Settings:
    """The options of a run that decide numbers."""

    rules: Rules
    geometry: Compared
    area: AreaRule
    parity: Parity
    grid: InstanceGrid


def open_instances(rules: Rules, split: str, values: Mapping[str, object], context: OpenContext) -> Job:
    """Read ground truth and results as the options of `segmetrics.plugin.instances` say.

    Raises:
        InputError: An option or a file is wrong.
    """
    settings = _settings(rules, values)
    paths = Path(str(values["ground_truth"])), Path(str(values["predictions"]))
    started = perf_counter()
    context.progress("reading", 0, 2)
    truth = read_ground_truth(
        paths[0],
        geometry=geometry_of(settings.geometry),
        federated=rules == "lvis",
        threads=context.threads,
    )
    context.progress("reading", 1, 2)
    results = read_results(
        paths[1],
        truth,
        area=settings.area,
        max_per_image=settings.grid.max_dets[-1] if rules == "lvis" else 0,
        threads=context.threads,
    )
    context.progress("reading", 2, 2)
    return InstanceJob(settings, split, paths, truth, results, context.threads, perf_counter() - started)


class InstanceJob(Job):
    """Ground truth and results in memory, the results still as the text they came in."""

    def __init__(
        self,
        settings: _Settings,
        split: str,
        paths: tuple[Path, Path],
        truth: GroundTruth,
        results: Results,
        threads: int,
        read_s: float,
    ) -> None:
        n_images = truth.instances.n_images
        self.dataset = DatasetInfo(split=split, n_images=n_images, n_classes=len(truth.categories))
        self.inputs = (
            InputFile(role="ground_truth", path=paths[0], format="coco-json", n=truth.n_annotations),
            InputFile(role="predictions", path=paths[1], format="coco-json", n=results.n_detections),
        )
        self.coverage = Coverage(
            expected=n_images, scored=n_images, dropped=_counted("unlisted category", results.n_unlisted)
        )
        self.warnings = (*truth.warnings, *results.warnings)
        self.read_s = read_s
        self._settings = settings
        self._threads = threads
        self._truth = truth
        self._results = results

    def evaluator(self) -> InstanceEvaluator:
        """A fresh evaluator of these categories."""
        settings = self._settings
        return InstanceEvaluator(
            self._truth.categories,
            geometry=settings.geometry,
            rules=settings.rules,
            grid=settings.grid,
            area=self._results.area,
            parity=settings.parity,
            threads=self._threads,
        )

    def batches(self, n: int) -> Sequence[Batch]:
        """At most n stretches of images with about as many objects each."""
        truth, prediction = self._truth.instances, self._results.instances
        objects = truth.starts.astype(np.int64) + prediction.starts
        wanted = np.linspace(0, int(objects[-1]), n + 1)[1:-1]
        inner = np.searchsorted(objects, wanted).tolist()
        bounds = sorted({0, *inner, truth.n_images})
        return [
            Batch(truth=truth.images(first, last), prediction=prediction.images(first, last))
            for first, last in pairwise(bounds)
        ]


def _counted(reason: str, n: int) -> dict[str, int]:
    return {reason: n} if n else {}


def _settings(rules: Rules, values: Mapping[str, object]) -> _Settings:
    geometry = cast("Compared", values["iou"])
    area = cast("AreaRule", values["area"])
    parity = cast("Parity", values["parity"])
    if parity == "clean" and area == "official":
        area = "box" if geometry == "boxes" else "mask"
    return _Settings(rules, geometry, area, parity, _grid(rules, values))


def _grid(rules: Rules, values: Mapping[str, object]) -> InstanceGrid:
    standard = GRIDS[rules]
    try:
        return InstanceGrid(
            thresholds=_several(values, "iou_thresholds", float) or standard.thresholds,
            areas=_several(values, "areas", _area_range) or standard.areas,
            max_dets=_several(values, "max_dets", int) or standard.max_dets,
        )
    except ValueError as error:
        raise InputError(str(error)) from error


def _several(values: Mapping[str, object], name: str, read: Callable[[str], T]) -> tuple[T, ...]:
    """The values of an option that takes several, separated by commas; none where it is not given."""
    text = values.get(name)
    if text is None:
        return ()
    try:
        return tuple(read(part) for part in str(text).split(","))
    except ValueError as error:
        raise InputError(f"{name} is {text!r}, expected values separated by commas: {error}") from error


def _area_range(text: str) -> AreaRange:
    name, low, high = text.split(":")
    return AreaRange(name, float(low), float(high))
