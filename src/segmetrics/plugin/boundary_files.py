"""Annotations and predictions of images in files: which belong together, and decoding them when asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

from numpy.typing import NDArray

from segmetrics.boundaries import contour_strengths
from segmetrics.errors import InputError
from segmetrics.plugin.boundaries import AnnotatedImages, Drawn
from segmetrics.plugin.label_map_files import Pattern, TrueMap, contents
from segmetrics.readers.annotations import read_annotations
from segmetrics.readers.contour_maps import Prediction, read_prediction

Map = NDArray[Any]
Item = TypeVar("Item")


@dataclass(frozen=True)
class AnnotatedImage:
    """The files of one image: its annotations, of one annotator each or of all, and its prediction."""

    key: str
    truth: tuple[Path, ...]
    prediction: Path


def find_annotations(root: Path, images: AnnotatedImages, split: str) -> dict[str, list[TrueMap]]:
    """The annotations of each image, by key, in order.

    Raises:
        InputError: There are none.
    """
    patterns = [Pattern(text).filled(split=split) for text in images.truth]
    for level in images.levels:
        folder = root / level
        for pattern in patterns if folder.is_dir() else ():
            found = sorted(pattern.files(folder))
            if found:
                return _by_key(folder, pattern, found)
    looked_for = " or ".join(pattern.text for pattern in patterns)
    raise InputError(f"no ground truth here: expected {looked_for}; {contents(root)}", file=root)


def _by_key(folder: Path, pattern: Pattern, paths: Sequence[str]) -> dict[str, list[TrueMap]]:
    annotations: dict[str, list[TrueMap]] = {}
    for path in paths:
        fields = pattern.match(path) or {}
        annotations.setdefault(fields["key"], []).append(TrueMap(folder / path, {"key": fields["key"]}))
    return dict(sorted(annotations.items()))


@dataclass(frozen=True)
class Decoded(Sequence[Item], Generic[Item]):
    """One side of some images, each decoded every time it is asked for, and not kept."""

    images: tuple[AnnotatedImage, ...]
    decode: Callable[[AnnotatedImage], Item]

    def __len__(self) -> int:
        return len(self.images)

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> Decoded[Item]: ...
    def __getitem__(self, index: int | slice) -> Item | Decoded[Item]:
        if isinstance(index, slice):
            return Decoded(self.images[index], self.decode)
        return self.decode(self.images[index])


@dataclass(frozen=True)
class Decoding:
    """How the files of some images are read; it remembers their sizes, so that truth is read once.

    Attributes:
        drawn: What annotators drew.
        n_segmentations: How many label maps each prediction has; None where it is a map of strengths.
    """

    drawn: Drawn
    n_segmentations: int | None
    _sizes: dict[str, tuple[int, int]] = field(default_factory=dict)

    def truth(self, image: AnnotatedImage) -> list[Map]:
        """The maps of the annotators.

        Raises:
            InputError: A file is wrong.
        """
        maps = read_annotations(image.truth, self.drawn)
        self._sizes[image.key] = maps[0].shape
        return maps

    def prediction(self, image: AnnotatedImage) -> Prediction:
        """What the evaluator takes: boundaries of the image's size, contours of double size, label maps.

        Raises:
            InputError: The file is wrong, or does not fit its truth.
        """
        found = read_map(image.prediction, self.drawn)
        if image.key not in self._sizes:
            self.truth(image)
        size = self._sizes[image.key]
        if isinstance(found, list):
            return self._segmentations(found, image, size)
        if self.n_segmentations is not None:
            raise InputError(
                "is a map of strengths, the first prediction is label maps", file=image.prediction
            )
        return self._contours(found, image, size)

    def _segmentations(self, maps: list[Map], image: AnnotatedImage, size: tuple[int, int]) -> list[Map]:
        if len(maps) != self.n_segmentations:
            first = self.n_segmentations or "strengths"
            raise InputError(
                f"holds {len(maps)} segmentations, the first prediction {first}", file=image.prediction
            )
        for each in maps:
            if each.shape != size:
                raise _of_other_size(each, image, size)
        return maps

    def _contours(self, contours: Map, image: AnnotatedImage, size: tuple[int, int]) -> Map:
        height, width = size
        is_double = contours.shape == (2 * height + 1, 2 * width + 1)
        if not is_double and contours.shape != size:
            raise _of_other_size(contours, image, size)
        if self.drawn == "boundaries":
            return contour_strengths(contours) if is_double else contours
        if not is_double:
            raise InputError(
                f"is {width}x{height}, as large as its image: regions need contours of double size (ucm2), "
                f"{2 * width + 1}x{2 * height + 1}",
                file=image.prediction,
            )
        return contours


def read_map(path: Path, drawn: Drawn) -> Prediction:
    """What a file predicts, as `segmetrics.readers.contour_maps.read_prediction`."""
    return read_prediction(path, "strengths" if drawn == "boundaries" else "labels")


def _of_other_size(found: Map, image: AnnotatedImage, size: tuple[int, int]) -> InputError:
    (height, width), (found_height, found_width) = size, found.shape
    return InputError(
        f"is {found_width}x{found_height}, its ground truth {image.truth[0]} is {width}x{height}",
        file=image.prediction,
    )
