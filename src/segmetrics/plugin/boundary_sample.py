"""A few made-up scenes that several annotators drew, in the layout of a data set, to try things on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from segmetrics.plugin.label_map_files import Pattern
from segmetrics.plugin.png_writer import write_png
from segmetrics.plugin.sample_mat import write_mat

if TYPE_CHECKING:
    from segmetrics.plugin.boundaries import AnnotatedImages

N_IMAGES: Final = 5
N_ANNOTATORS: Final = 4
HEIGHT, WIDTH = 81, 121
REGIONS: Final = 14
LEVELS: Final = 255


def write_boundary_sample(images: AnnotatedImages, directory: Path) -> dict[str, object]:
    """Write annotations and predictions, and return the options that score them.

    Annotators agree on the larger regions and draw outlines some pixels apart; predictions are ultrametric
    contour maps, for boundaries as edge maps. The same files come out every time.
    """
    random = np.random.default_rng(2011)
    root, folder = directory / "data", directory / "predictions"
    pattern = Pattern(f"{images.levels[0]}/{images.truth[0]}".lstrip("/")).filled(split=images.splits[0])
    for number in range(1, N_IMAGES + 1):
        scene = _Scene(random)
        key = f"{number:06d}"
        _write_annotations(root, pattern.filled(key=key), scene.annotations(random), images)
        _write_prediction(folder / key, scene.contours(random), images)
    return {"root": str(root), "predictions": str(folder)}


class _Scene:
    """Regions around centres; neighbours in their order are the more alike the lower what parts them."""

    def __init__(self, random: np.random.Generator) -> None:
        self._centres = random.uniform((0, 0), (HEIGHT, WIDTH), (REGIONS, 2))
        self._apart = random.uniform(0.1, 0.9, REGIONS - 1)

    def annotations(self, random: np.random.Generator) -> list[NDArray[np.uint16]]:
        """Segments from 1 on, as annotators draw them who tell more or fewer regions apart."""
        levels = random.uniform(0.1, 0.6, N_ANNOTATORS)
        return [(self._merged(level)[self._regions(random)] + 1).astype(np.uint16) for level in levels]

    def _merged(self, level: float) -> NDArray[np.intp]:
        """What becomes of each region where those that are not further apart are one."""
        merged: NDArray[np.intp] = np.cumsum(np.append(0, self._apart > level))
        return merged

    def _regions(self, random: np.random.Generator) -> NDArray[np.intp]:
        """(HEIGHT, WIDTH): regions with outlines that are off by a pixel or so."""
        centres = self._centres + random.normal(0, 1, self._centres.shape)
        pixels = np.moveaxis(np.indices((HEIGHT, WIDTH)), 0, -1)
        nearest: NDArray[np.intp] = ((pixels[:, :, np.newaxis] - centres) ** 2).sum(axis=-1).argmin(axis=-1)
        return nearest

    def contours(self, random: np.random.Generator) -> NDArray[np.float64]:
        """An ultrametric contour map of double size, of strengths of 8 bits."""
        regions = self._regions(random)
        apart = np.clip(self._apart + random.normal(0, 0.1, self._apart.shape), 0.02, 1)
        contours = np.zeros((2 * HEIGHT + 1, 2 * WIDTH + 1))
        contours[1::2, 2:-1:2] = _strengths(apart, regions[:, :-1], regions[:, 1:])
        contours[2:-1:2, 1::2] = _strengths(apart, regions[:-1], regions[1:])
        padded = np.pad(contours, 1)
        around = [padded[:-2:2, 1:-1:2], padded[2::2, 1:-1:2], padded[1:-1:2, :-2:2], padded[1:-1:2, 2::2]]
        contours[::2, ::2] = np.max(around, axis=0)
        return np.round(contours * LEVELS) / LEVELS


def _strengths(
    apart: NDArray[np.float64], regions: NDArray[np.intp], others: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Between regions the greatest of what parts their neighbours in between; 0 inside one."""
    between = np.zeros((REGIONS, REGIONS))
    for first in range(REGIONS):
        between[first, first + 1 :] = np.maximum.accumulate(apart[first:])
    strengths: NDArray[np.float64] = (between + between.T)[regions, others]
    return strengths


def _boundaries(segments: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Pixels whose segment is not that of the pixel to the right or below."""
    boundaries = np.zeros(segments.shape, np.uint8)
    boundaries[:, :-1] |= segments[:, :-1] != segments[:, 1:]
    boundaries[:-1] |= segments[:-1] != segments[1:]
    return boundaries


def _write_annotations(
    root: Path, pattern: Pattern, annotations: list[NDArray[np.uint16]], images: AnnotatedImages
) -> None:
    path = root / pattern.text
    if path.suffix == ".mat":
        _write_matlab(path, annotations)
        return
    for number, segments in enumerate(annotations, 1):
        drawn = segments if images.drawn == "regions" else LEVELS * _boundaries(segments)
        write_png(root / pattern.filled(annotator=str(number)).text, drawn)


def _write_matlab(path: Path, annotations: list[NDArray[np.uint16]]) -> None:
    structs: NDArray[Any] = np.empty((1, len(annotations)), object)
    for i, segments in enumerate(annotations):
        structs[0, i] = {"Segmentation": segments, "Boundaries": _boundaries(segments)}
    write_mat(path, {"groundTruth": structs})


def _write_prediction(path: Path, contours: NDArray[np.float64], images: AnnotatedImages) -> None:
    if images.drawn == "regions":
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path.with_suffix(".npy"), contours)
    else:
        write_png(path.with_suffix(".png"), np.round(contours[2::2, 2::2] * LEVELS).astype(np.uint8))
