"""A panoptic benchmark, opened: both JSON files read, their PNGs found but not yet read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final, Literal, cast

from segmetrics.errors import InputError
from segmetrics.evaluators.panoptic import PanopticEvaluator
from segmetrics.plugin.job import Batch, DatasetInfo, InputFile, Job, OpenContext, stretches
from segmetrics.readers.label_png import LabelPngReader
from segmetrics.readers.panoptic import (
    PanopticFiles,
    PanopticListing,
    read_panoptic_predictions,
    read_panoptic_truth,
)
from segmetrics.types import Coverage, Key, Parity

MOST_IN_A_BATCH: Final = 64
"""Images after which progress is told, and after which another worker may take over."""


def open_panoptic(split: str, band_ratio: float, values: Mapping[str, object], context: OpenContext) -> Job:
    """Read what the options of `segmetrics.plugin.panoptic` name.

    Raises:
        InputError: A file is wrong, or a PNG of the ground truth is missing.
    """
    started = perf_counter()
    context.progress("reading", 0, 2)
    paths = Path(str(values["ground_truth"])), Path(str(values["predictions"]))
    truth = read_panoptic_truth(paths[0], _folder(values, "ground_truth_folder"))
    for file in truth.files.values():
        if not file.path.is_file():
            raise InputError(f"is not there, but {paths[0]} names it", file=file.path)
    context.progress("reading", 1, 2)
    prediction = read_panoptic_predictions(paths[1], truth.categories, _folder(values, "predictions_folder"))
    context.progress("reading", 2, 2)
    compares_bands = values["iou"] == "boundary"
    rules = _Rules(cast("Parity", values["parity"]), band_ratio if compares_bands else None)
    job = PanopticJob(split, paths, truth, prediction, rules)
    job.read_s = perf_counter() - started
    return job


@dataclass(frozen=True)
class _Rules:
    """The options of a run that decide numbers."""

    parity: Parity
    band_ratio: float | None


class PanopticJob(Job):
    """The lists of segments in memory; maps are read when and where they are scored."""

    def __init__(
        self,
        split: str,
        paths: tuple[Path, Path],
        truth: PanopticListing,
        prediction: PanopticListing,
        rules: _Rules,
    ) -> None:
        there = {
            key: (file, prediction.files[key])
            for key, file in truth.files.items()
            if key in prediction.files and prediction.files[key].path.is_file()
        }
        missing = [key for key in truth.files if key not in there]
        n_extra = len(prediction.files.keys() - truth.files.keys())
        self.dataset = DatasetInfo(split=split, n_images=len(truth.files), n_classes=len(truth.categories))
        self.inputs = (
            *_inputs("ground_truth", paths[0], truth),
            *_inputs("predictions", paths[1], prediction),
        )
        self.coverage = Coverage(
            expected=len(truth.files),
            scored=len(there),
            missing=len(missing),
            dropped={"unlisted image": n_extra} if n_extra else {},
        )
        if missing:
            self.first_missing = _where(missing[0], paths[1], prediction)
        if n_extra:
            self.warnings = (f"{paths[1]}: {n_extra} predictions of unlisted images are left out",)
        self._categories = truth.categories
        self._rules = rules
        self._there = there
        self._decode_truth, self._decode_prediction = LabelPngReader().read, LabelPngReader().read

    def evaluator(self) -> PanopticEvaluator:
        """A fresh evaluator of these categories."""
        rules = self._rules
        return PanopticEvaluator(self._categories, parity=rules.parity, band_ratio=rules.band_ratio)

    def batches(self, n: int) -> Sequence[Batch]:
        """Stretches of images, at least n if there are as many, none longer than `MOST_IN_A_BATCH`."""
        keys = list(self._there)
        return [self._batch(keys[images]) for images in stretches(len(keys), n, MOST_IN_A_BATCH)]

    def _batch(self, keys: list[Key]) -> Batch:
        truth, prediction = zip(*(self._there[key] for key in keys), strict=True)
        return Batch(
            truth=PanopticFiles(truth, self._decode_truth),
            prediction=PanopticFiles(prediction, self._decode_prediction),
            keys=keys,
        )


def _folder(values: Mapping[str, object], option: str) -> Path | None:
    return None if values.get(option) is None else Path(str(values[option]))


def _inputs(
    role: Literal["ground_truth", "predictions"], path: Path, listing: PanopticListing
) -> tuple[InputFile, InputFile]:
    """Segments are counted with the list; the maps show the same ones."""
    return (
        InputFile(role=role, path=path, format="coco-panoptic-json", n=listing.n_segments),
        InputFile(role=role, path=listing.folder, format="coco-panoptic-png", n=0),
    )


def _where(key: Key, path: Path, prediction: PanopticListing) -> str:
    """Where a missing prediction was looked for."""
    if key in prediction.files:
        return f"{key} (looked for {prediction.files[key].path})"
    return f"{key} (looked for in {path})"
