"""What opening a dataset gives: all that the runner needs to know, and nothing of tasks or formats."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from segmetrics.errors import InputError
    from segmetrics.evaluators.base import Evaluator
    from segmetrics.types import Coverage, Key

ProgressReport = Callable[[str, int, int], None]
"""Told what is going on ("reading"), how much of it is done, and how much there is."""


def no_progress(doing: str, done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, kw_only=True)
class OpenContext:
    """What a dataset may use while it opens.

    Attributes:
        threads: How many threads a reader may keep busy, at least 1.
        progress: Tells whoever waits how far the reading is; cheap enough to call per file.
    """

    threads: int = 1
    progress: ProgressReport = no_progress


@dataclass(frozen=True, kw_only=True)
class DatasetInfo:
    """What was opened: which split, and how many samples it has. `revision` of its files, if they say."""

    split: str
    n_images: int
    n_classes: int
    revision: str | None = None


@dataclass(frozen=True, kw_only=True)
class InputFile:
    """A file, or every file in a folder, that was read: the record keeps a digest.

    `format` is one that a `Format` entry names; `n` counts what was in it: annotations, detections, maps.
    """

    role: Literal["ground_truth", "predictions"]
    path: Path
    format: str
    n: int


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Some samples, as the arguments of `Evaluator.update`. Must pickle, to be scored elsewhere.

    A subclass may compute `truth` and `prediction` when asked, so that images are decoded where and
    when they are scored; then the batch costs no memory before.
    """

    truth: Any
    prediction: Any
    keys: Sequence[Key] | None = None

    def explained(self, error: InputError) -> InputError:
        """What an evaluator found wrong with this batch; a batch that knows its files names the one."""
        return error


class Job(ABC):
    """One thing to score, opened: made by `Dataset.open`, used once by the runner.

    Attributes:
        dataset: What was opened.
        inputs: The files that decide the numbers, at least one of each role.
        coverage: What there is to score; `scored` counts the samples in its batches. `missing` counts
            those without a prediction where the protocol wants one each: the run then fails unless
            told to be partial. Where no prediction is an answer too, as an image without detections
            is in COCO, it stays 0.
        first_missing: The first such sample and where it was looked for, for the message:
            "lindau_000003_000019 (looked for preds/**/lindau_000003_000019*.png)".
        warnings: What the reader noticed and the user should know, one line each.
        read_s: Seconds spent reading files.
    """

    dataset: DatasetInfo
    inputs: Sequence[InputFile]
    coverage: Coverage
    first_missing: str | None = None
    warnings: Sequence[str] = ()
    read_s: float = 0.0

    @abstractmethod
    def evaluator(self) -> Evaluator:
        """A fresh, empty evaluator; each worker is given its own."""

    @abstractmethod
    def batches(self, n: int) -> Sequence[Batch]:
        """The samples that have predictions, cut into disjoint batches in key order.

        Args:
            n: How many workers want one. More batches are fine where memory asks for smaller ones,
                fewer where there are not enough samples.
        """


def stretches(total: int, n: int, most: int) -> list[slice]:
    """Samples in batches about as long as each other.

    Args:
        total: How many samples there are.
        n: How many batches are wanted; fewer if there are not so many samples.
        most: How many samples a batch has at most; there are more batches then.

    >>> stretches(5, 2, 100), len(stretches(5, 2, 1))
    ([slice(0, 2, None), slice(2, 5, None)], 5)
    """
    cuts = max(min(n, total), -(-total // most))
    return [slice(total * cut // cuts, total * (cut + 1) // cuts) for cut in range(cuts)]
