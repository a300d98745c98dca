"""The images of BRAVO: which files belong to one, and what is in them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.readers.label_png import Form, read_label_png
from segmetrics.readers.stored_files import StoredFile
from segmetrics_bravo import encoding, sampling
from segmetrics_bravo.subsets import ENCODED, SAMPLES, subset_of

HIGHEST_LABEL: Final = 18

_MOST_BYTES: Final = 2**26
_SIZE_IN_PNG: Final = slice(16, 24)

T = TypeVar("T")


class TrueMaps(NamedTuple):
    """The truth of an image.

    Attributes:
        labels: (h, w) uint8, 0 to 18, or 255 where void.
        invalid: (h, w) uint8, not 0 where no class is for what is there.
        samples: (n,) uint32 indices of the pixels whose confidences count; None to draw them.
    """

    labels: NDArray[np.uint8]
    invalid: NDArray[np.uint8]
    samples: NDArray[np.uint32] | None = None


class PredictedMaps(NamedTuple):
    """The prediction of an image.

    Attributes:
        labels: (h, w) uint8, 0 to 18.
        confidence: (h, w) uint16, or (n,) at the samples.
    """

    labels: NDArray[np.uint8]
    confidence: NDArray[np.uint16]


@dataclass(frozen=True)
class TrueFiles:
    """The files of an image's truth; where the samples are listed in none, they are drawn."""

    labels: StoredFile
    invalid: StoredFile
    samples: StoredFile | None = None

    def read(self) -> TrueMaps:
        """Decode them.

        Raises:
            InputError: One is not what it should be.
        """
        samples = None if self.samples is None else read_samples(self.samples)
        return TrueMaps(read_png(self.labels, "index8"), read_png(self.invalid, "index8"), samples)


@dataclass(frozen=True)
class PredictedFiles:
    """The files of an image's prediction: one that is encoded, or one of labels and one of confidences."""

    labels: StoredFile
    confidence: StoredFile | None = None

    def read(self) -> PredictedMaps:
        """Decode them.

        Raises:
            InputError: One is not what it should be, or holds a label above 18.
        """
        if self.confidence is None:
            maps = PredictedMaps(*_decoded(self.labels, encoding.decoded))
        else:
            maps = PredictedMaps(read_png(self.labels, "index8"), read_png(self.confidence, "index16"))
            if maps.confidence.shape != maps.labels.shape:
                sizes = f"is {_size(maps.confidence)}, {self.labels} is {_size(maps.labels)}"
                raise InputError(sizes, file=str(self.confidence))
        with naming(self.labels):
            _check_labels(maps.labels)
        return maps


@dataclass(frozen=True)
class ReadWhenAsked(Sequence[Any]):
    """What files hold, read each time that it is asked for."""

    files: Sequence[TrueFiles] | Sequence[PredictedFiles]

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401
        return self.files[index].read()


# ---- which files -----------------------------------------------------------------------------------------


def true_files(
    truth: Mapping[str, StoredFile], samples: Mapping[str, StoredFile] | None = None
) -> dict[str, TrueFiles]:
    """The images of a ground truth by key, in order.

    Args:
        truth: Its files.
        samples: Those that list samples, or None to draw them.

    Raises:
        InputError: A map of invalid pixels or a list of samples is missing.
    """
    found = {}
    for name in truth:
        subset = subset_of(name)
        if subset is not None and name.endswith(subset.truth):
            key = name.removesuffix(subset.truth)
            listed = None if samples is None else _needed(samples, key + SAMPLES, name)
            found[key] = TrueFiles(truth[name], _needed(truth, key + subset.invalid, name), listed)
    return dict(sorted(found.items()))


def sample_files(samples: Mapping[str, StoredFile]) -> dict[str, StoredFile]:
    """The lists of samples by their images' keys, in order."""
    keys = {name.removesuffix(SAMPLES): file for name, file in samples.items() if name.endswith(SAMPLES)}
    return {key: keys[key] for key in sorted(keys) if subset_of(key) is not None}


class Predictions(NamedTuple):
    """The predictions of an archive.

    Attributes:
        files: By their images' keys.
        problems: What is wrong with images that have one that is not whole, or two, by key.
        extra: Names of files that are no predictions.
    """

    files: dict[str, PredictedFiles]
    problems: dict[str, InputError]
    extra: list[str]


def predicted_files(files: Mapping[str, StoredFile]) -> Predictions:
    """The predictions that files are."""
    parts: dict[str, dict[str, StoredFile]] = {}
    found = Predictions({}, {}, [])
    for name, file in files.items():
        key, part = _part_of(name)
        if part:
            parts.setdefault(key, {})[part] = file
        else:
            found.extra.append(name)
    for key, its in parts.items():
        match its:
            case {"encoded": file, **others}:
                found.files[key] = PredictedFiles(file)
                if others:
                    found.problems[key] = InputError("is encoded, and there as PNG too", file=str(file))
            case {"pred": labels, "conf": confidence}:
                found.files[key] = PredictedFiles(labels, confidence)
            case _:
                ((part, file),) = its.items()
                other = {"pred": "_conf.png", "conf": "_pred.png"}[part]
                found.problems[key] = InputError(f"has no {other} beside it", file=str(file))
    return found


def _part_of(name: str) -> tuple[str, str]:
    """The key that a name begins with, and which part of a prediction it is; nothing if it is none."""
    subset = subset_of(name)
    if subset is not None:
        endings = {part: f"{subset.prediction}_{part}.png" for part in ("pred", "conf")}
        for part, ending in {"encoded": ENCODED, **endings}.items():
            if name.endswith(ending):
                return name.removesuffix(ending), part
    return name, ""


def wanted(key: str) -> str:
    """The names under which an image's prediction is looked for."""
    subset = subset_of(key)
    infix = "" if subset is None else subset.prediction
    return f"{key}{ENCODED} or {key}{infix}_pred.png and _conf.png"


def _needed(files: Mapping[str, StoredFile], name: str, beside: str) -> StoredFile:
    if name not in files:
        raise InputError(f"{name} is missing, which belongs to {beside}")
    return files[name]


# ---- what is in them -------------------------------------------------------------------------------------


def read_png(file: StoredFile, form: Form) -> NDArray[Any]:
    """The numbers of a PNG, whose size is looked at before anything is inflated.

    Raises:
        InputError: It is not such a PNG, or larger than any image.
    """
    return _decoded(file, lambda content: _png(content, form))


def read_samples(file: StoredFile) -> NDArray[np.uint32]:
    """The samples that a file lists.

    Raises:
        InputError: It is no such list.
    """
    return _decoded(file, sampling.decoded)


def confidence_at(samples: NDArray[np.uint32], prediction: PredictedMaps) -> NDArray[np.uint16]:
    """A prediction's confidences at the samples of its image.

    Raises:
        InputError: A sample is no pixel of it, or it holds confidences at other samples.
    """
    n_pixels, n = prediction.labels.size, len(samples)
    if n and samples.max() >= n_pixels:
        raise InputError(
            f"has {n_pixels:,} pixels, but pixel {samples.max():,} is sampled: does the sampling archive fit?"
        )
    if prediction.confidence.shape == prediction.labels.shape:
        return prediction.confidence.ravel()[samples]
    if prediction.confidence.shape != (n,):
        found = f"holds {prediction.confidence.size:,} confidences"
        raise InputError(f"{found}, expected one at each of {n:,} samples: does the sampling archive fit?")
    return prediction.confidence


def check_sizes(truth: NDArray[Any], prediction: NDArray[Any]) -> None:
    """Raise InputError if a prediction is larger or smaller than its truth."""
    if prediction.shape != truth.shape:
        raise InputError(f"is {_size(prediction)}, its ground truth is {_size(truth)}")


def _png(content: bytes, form: Form) -> NDArray[Any]:
    size = content[_SIZE_IN_PNG]
    if len(size) == 8:  # or it is no PNG, as its reader will say
        width, height = struct.unpack(">II", size)
        if width * height > encoding.MOST_PIXELS and content.startswith(b"\x89PNG"):
            raise InputError(f"says {width}x{height} pixels, which no image has")
    return read_label_png(content, expect=[form])


def _decoded(file: StoredFile, decode: Callable[[bytes], T]) -> T:
    with naming(file):
        return decode(file.read(_MOST_BYTES))


@contextmanager
def naming(file: StoredFile) -> Iterator[None]:
    """Errors in it name the file, if they name none."""
    try:
        yield
    except InputError as error:
        if error.file is not None:
            raise
        raise InputError(error.message, file=str(file), place=error.place) from error


def _check_labels(labels: NDArray[np.uint8]) -> None:
    if labels.max() > HIGHEST_LABEL:
        row, column = np.unravel_index((labels > HIGHEST_LABEL).argmax(), labels.shape)
        found = f"is {labels[row, column]}, expected 0 to {HIGHEST_LABEL}"
        raise InputError(found, place=f"pixel [{row}, {column}]")


def _size(array: NDArray[Any]) -> str:
    return f"{array.shape[1]}x{array.shape[0]}"
