"""The maps of an image, decoded from files, and what they must be."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.readers.label_png import Form, read_label_png
from segmetrics.readers.stored_files import StoredFile
from segmetrics_bravo import encoding, sampling

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


def read_png(file: StoredFile, form: Form) -> NDArray[Any]:
    """The numbers of a PNG, whose size is looked at before anything is inflated.

    Raises:
        InputError: It is not such a PNG, or larger than any image.
    """
    return _decoded(file, lambda content: _png(content, form))


def read_encoded(file: StoredFile) -> PredictedMaps:
    """The labels, and confidences at samples, that a file encodes.

    Raises:
        InputError: It is no such file.
    """
    return PredictedMaps(*_decoded(file, encoding.decoded))


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
        raise InputError(f"is {size_of(prediction)}, its ground truth is {size_of(truth)}")


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


def check_labels(labels: NDArray[np.uint8]) -> None:
    """Raise InputError if a prediction has a label that is no class, and say where."""
    if labels.max() > HIGHEST_LABEL:
        row, column = np.unravel_index((labels > HIGHEST_LABEL).argmax(), labels.shape)
        found = f"is {labels[row, column]}, expected 0 to {HIGHEST_LABEL}"
        raise InputError(found, place=f"pixel [{row}, {column}]")


def size_of(array: NDArray[Any]) -> str:
    """Width and height in words."""
    return f"{array.shape[1]}x{array.shape[0]}"
