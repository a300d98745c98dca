"""Submissions to BRAVO as files: encoding them, and finding all that is wrong with one."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.readers.stored_files import StoredFile, list_files, stored_files
from segmetrics_bravo import sampling
from segmetrics_bravo.encoding import Encoded, encoded
from segmetrics_bravo.images import PredictedFiles, predicted_files, sample_files, true_files, wanted
from segmetrics_bravo.maps import check_sizes, confidence_at, naming, read_png, read_samples
from segmetrics_bravo.subsets import ENCODED


class Findings(NamedTuple):
    """What came of looking at a submission.

    Attributes:
        n_images: How many images there should be.
        problems: What is wrong, in the order of the images.
    """

    n_images: int
    problems: list[InputError]


@dataclass(frozen=True)
class Expected:
    """What is known of an image that is to be predicted.

    Attributes:
        truth: Its true labels, if there are any; they say its size.
        samples: The list of its samples; None to draw them from the truth.
    """

    truth: StoredFile | None
    samples: StoredFile | None

    def fitted(self, files: PredictedFiles) -> Encoded:
        """A prediction, its confidences at the samples.

        Raises:
            InputError: A file cannot be read, or the prediction is not of this image.
        """
        maps = files.read()
        labels = None if self.truth is None else read_png(self.truth, "index8")
        samples = self._samples(labels)
        with naming(files.labels):
            if labels is not None:
                check_sizes(labels, maps.labels)
            return Encoded(maps.labels, confidence_at(samples, maps))

    def _samples(self, labels: NDArray[np.uint8] | None) -> NDArray[np.uint32]:
        if self.samples is not None:
            return read_samples(self.samples)
        if labels is None:
            raise ValueError("an image needs a truth or a list of samples")
        return sampling.drawn(labels)


def expected_images(sampling_archive: Path | None, ground_truth: Path | None) -> dict[str, Expected]:
    """The images that are to be predicted, by key, in order.

    Raises:
        InputError: An archive is not what it should be, or there are none in it.
    """
    samples = None if sampling_archive is None else stored_files(sampling_archive)
    if ground_truth is not None:
        truths = true_files(stored_files(ground_truth), samples)
        images = {key: Expected(files.labels, files.samples) for key, files in truths.items()}
    else:
        images = {key: Expected(None, file) for key, file in sample_files(samples or {}).items()}
    if not images:
        raise InputError("lists no images of BRAVO", file=ground_truth or sampling_archive)
    return images


def check_submission(submission: Path, sampling_archive: Path | None, ground_truth: Path | None) -> Findings:
    """Everything that is wrong with a submission, encoded or of PNGs.

    Raises:
        InputError: It cannot be listed, or as `expected_images`.
    """
    images = expected_images(sampling_archive, ground_truth)
    return Findings(len(images), _go_through(submission, images, lambda _key, _prediction: None))


def write_submission(
    predictions: Path, submission: Path, sampling_archive: Path | None, ground_truth: Path | None
) -> Findings:
    """Encode predictions. The submission is there only if nothing is wrong with them.

    Raises:
        InputError: They cannot be listed, the submission cannot be written, or as `expected_images`.
    """
    images = expected_images(sampling_archive, ground_truth)
    unfinished = submission.with_name(f"{submission.name}.part")
    try:
        with tarfile.open(unfinished, "w") as archive:
            problems = _go_through(predictions, images, lambda key, its: _add(archive, key, its))
        if not problems:
            unfinished.replace(submission)
    except OSError as error:
        raise InputError(error.strerror or str(error), file=submission) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return Findings(len(images), problems)


def _add(archive: tarfile.TarFile, key: str, prediction: Encoded) -> None:
    content = encoded(prediction.labels, prediction.confidence)
    member = tarfile.TarInfo(key + ENCODED)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def _go_through(
    submission: Path, images: Mapping[str, Expected], take: Callable[[str, Encoded], None]
) -> list[InputError]:
    """Give every prediction that is as it should be to `take`, and say what is wrong with the others."""
    listing = list_files(submission)
    predictions = predicted_files(listing.files)
    problems = list(listing.problems)
    for key, expected in images.items():
        if key in predictions.problems:
            problems.append(predictions.problems[key])
        elif key not in predictions.files:
            problems.append(InputError(f"is missing: looked for {wanted(key)}", file=submission, place=key))
        else:
            try:
                take(key, expected.fitted(predictions.files[key]))
            except InputError as error:
                problems.append(error)
    unknown = sorted((predictions.files.keys() | predictions.problems.keys()) - images.keys())
    extra = (*unknown, *predictions.extra)
    return problems + [
        InputError("is a prediction of no image", file=submission, place=name) for name in extra
    ]
