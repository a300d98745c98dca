"""BRAVO, opened: archives are listed, and members decoded where and when they are scored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final, cast

from segmetrics.errors import InputError
from segmetrics.plugin import Batch, DatasetInfo, InputFile, Job, OpenContext
from segmetrics.plugin.job import stretches
from segmetrics.readers.stored_files import stored_files
from segmetrics.types import Coverage
from segmetrics_bravo.evaluator import CLASSES, BravoEvaluator, BravoImageError, Sampling
from segmetrics_bravo.images import (
    PredictedFiles,
    Predictions,
    ReadWhenAsked,
    TrueFiles,
    predicted_files,
    true_files,
    wanted,
)
from segmetrics_bravo.subsets import SUBSETS, subset_of

MOST_IN_BATCH: Final = 64
"""Images after which progress is told; one at a time is in memory."""


def open_bravo(values: Mapping[str, object], context: OpenContext) -> Job:
    """List what the options name.

    Raises:
        InputError: An archive is not what it should be, or `sampling` full is asked of encoded predictions.
    """
    started = perf_counter()
    sources = _Sources(
        Path(str(values["ground_truth"])),
        Path(str(values["predictions"])),
        None if values["sampling_archive"] is None else Path(str(values["sampling_archive"])),
    )
    sampling = cast("Sampling", values["sampling"])
    context.progress("listing", 0, 2)
    samples = None if sources.samples is None else stored_files(sources.samples)
    truths = true_files(stored_files(sources.truth), samples)
    if not truths:
        folders = ", ".join(subset.folder for subset in SUBSETS.values())
        raise InputError(f"no ground truth here: expected {folders}", file=sources.truth)
    context.progress("listing", 1, 2)
    predictions = predicted_files(stored_files(sources.predictions))
    context.progress("listing", 2, 2)
    job = BravoJob(sources, truths, predictions, sampling)
    job.read_s = perf_counter() - started
    return job


@dataclass(frozen=True)
class _Sources:
    truth: Path
    predictions: Path
    samples: Path | None


class BravoJob(Job):
    """Lists of files, matched; nothing of them in memory."""

    def __init__(
        self,
        sources: _Sources,
        truths: Mapping[str, TrueFiles],
        predictions: Predictions,
        sampling: Sampling,
    ) -> None:
        for key in truths.keys() & predictions.problems.keys():
            raise predictions.problems[key]
        there = [key for key in truths if key in predictions.files]
        if not there:
            raise InputError(
                f"no predictions here: expected {wanted(next(iter(truths)))}", file=sources.predictions
            )
        if sampling == "full":
            _refuse_encoded(predictions.files[key] for key in there)
        extra = [*predictions.extra, *sorted(predictions.files.keys() - truths.keys())]
        missing = [key for key in truths if key not in predictions.files]
        self._sampling: Sampling = sampling
        self._truths = {key: truths[key] for key in there}
        self._predictions = {key: predictions.files[key] for key in there}
        self.dataset = DatasetInfo(split="test", n_images=len(truths), n_classes=len(CLASSES))
        self.inputs = tuple(_inputs(sources, len(truths), len(there)))
        self.coverage = Coverage(
            expected=len(truths),
            scored=len(there),
            missing=len(missing),
            dropped={"extra": len(extra)} if extra else {},
        )
        self.first_missing = next((f"{key} (looked for {wanted(key)})" for key in missing), None)
        self.warnings = tuple(_warnings(truths, extra))

    def evaluator(self) -> BravoEvaluator:
        """A fresh evaluator."""
        return BravoEvaluator(self._sampling)

    def batches(self, n: int) -> Sequence[Batch]:
        """Stretches of as many images each."""
        keys = list(self._truths)
        return [self._batch(keys[stretch]) for stretch in stretches(len(keys), n, MOST_IN_BATCH)]

    def _batch(self, keys: list[str]) -> BravoBatch:
        truth = ReadWhenAsked([self._truths[key] for key in keys])
        prediction = ReadWhenAsked([self._predictions[key] for key in keys])
        return BravoBatch(truth=truth, prediction=prediction, keys=keys)


class BravoBatch(Batch):
    """Images in files, decoded when the evaluator asks for them."""

    def explained(self, error: InputError) -> InputError:
        """The error with the name of the file that it is about."""
        if not isinstance(error, BravoImageError) or self.keys is None:
            return error
        i = list(self.keys).index(error.key)
        truth, prediction = self.truth.files[i], self.prediction.files[i]
        files = {"truth": truth.labels, "invalid": truth.invalid, "samples": truth.samples}
        return InputError(
            error.message, file=str(files.get(error.side, prediction.labels)), place=error.place
        )


def _refuse_encoded(predictions: Iterator[PredictedFiles]) -> None:
    for files in predictions:
        if files.confidence is None:
            raise InputError(
                "holds confidences at the samples only: --sampling full needs PNGs", file=str(files.labels)
            )


def _inputs(sources: _Sources, n_truths: int, n_predictions: int) -> Iterator[InputFile]:
    yield InputFile(role="ground_truth", path=sources.truth, format="bravo-truth", n=n_truths)
    if sources.samples is not None:
        yield InputFile(role="ground_truth", path=sources.samples, format="bravo-samples", n=n_truths)
    yield InputFile(role="predictions", path=sources.predictions, format="bravo-submission", n=n_predictions)


def _warnings(truths: Mapping[str, TrueFiles], extra: Sequence[str]) -> Iterator[str]:
    if extra:
        n = len(extra)
        what = "1 file is" if n == 1 else f"{n} files are"
        yield f"{what} not scored: the ground truth has no such image, first {extra[0]}"
    found = {subset_of(key) for key in truths}
    absent = [name for name, subset in SUBSETS.items() if subset not in found]
    if absent:
        yield f"there are no images of {', '.join(absent)}: the means over all subsets are undefined"
