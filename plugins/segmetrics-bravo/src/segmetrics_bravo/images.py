"""The images of BRAVO, and which files belong to each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from segmetrics.errors import InputError
from segmetrics.readers.stored_files import StoredFile
from segmetrics_bravo.maps import (
    PredictedMaps,
    TrueMaps,
    check_labels,
    naming,
    read_encoded,
    read_png,
    read_samples,
    size_of,
)
from segmetrics_bravo.subsets import ENCODED, SAMPLES, subset_of


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
            maps = read_encoded(self.labels)
        else:
            maps = PredictedMaps(read_png(self.labels, "index8"), read_png(self.confidence, "index16"))
            if maps.confidence.shape != maps.labels.shape:
                sizes = f"is {size_of(maps.confidence)}, {self.labels} is {size_of(maps.labels)}"
                raise InputError(sizes, file=str(self.confidence))
        with naming(self.labels):
            check_labels(maps.labels)
        return maps


@dataclass(frozen=True)
class ReadWhenAsked(Sequence[Any]):
    """What files hold, read each time that it is asked for."""

    files: Sequence[TrueFiles] | Sequence[PredictedFiles]

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401
        return self.files[index].read()


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
