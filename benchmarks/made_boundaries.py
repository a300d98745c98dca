"""Made-up contour maps and what five people drew of each image, where BSDS500 itself is not at hand.

Sizes and numbers are like BSDS500's: 481x321, 600 cells at the lowest threshold, annotators who draw 10 to 80
regions. Unlike there, nobody agrees with anybody.
"""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.io import savemat
from scipy.spatial import cKDTree

from segmetrics.boundaries import segmentation_boundaries

HEIGHT, WIDTH = 321, 481
N_CELLS = 600
N_REGIONS = (10, 20, 30, 50, 80)
N_IMAGES = 20


class MadeImage(NamedTuple):
    """A contour map (2h + 1, 2w + 1), and each annotator's label map."""

    contours: NDArray[np.float64]
    annotations: list[NDArray[np.uint16]]


def make_image(seed: int) -> MadeImage:
    random = np.random.default_rng(seed)
    return MadeImage(contours(random), [nearest(random, n).astype(np.uint16) for n in N_REGIONS])


def nearest(random: np.random.Generator, n: int) -> NDArray[np.intp]:
    """(HEIGHT, WIDTH): which of n random points is nearest."""
    points = cKDTree(random.uniform((0, 0), (HEIGHT, WIDTH), (n, 2)))
    cells: NDArray[np.intp] = points.query(np.moveaxis(np.indices((HEIGHT, WIDTH)), 0, -1))[1]
    return cells


def contours(random: np.random.Generator) -> NDArray[np.float64]:
    """Cells in an order; what parts two of them is the greatest of what parts their neighbours in between."""
    apart = random.beta(1, 8, N_CELLS - 1)
    between = np.zeros((N_CELLS, N_CELLS))
    for first in range(N_CELLS):
        between[first, first + 1 :] = np.maximum.accumulate(apart[first:])
    between += between.T
    cells = nearest(random, N_CELLS)
    double = np.zeros((2 * HEIGHT + 1, 2 * WIDTH + 1))
    double[1::2, 2:-1:2] = between[cells[:, :-1], cells[:, 1:]]
    double[2:-1:2, 1::2] = between[cells[:-1], cells[1:]]
    padded = np.pad(double, 1)
    around = [padded[:-2:2, 1:-1:2], padded[2::2, 1:-1:2], padded[1:-1:2, :-2:2], padded[1:-1:2, 2::2]]
    double[::2, ::2] = np.max(around, axis=0)
    return double


def make(root: Path) -> Path:
    """Write the images as BSDS500's files, once; returns the folder of contour maps."""
    truths, predictions = root / "groundTruth" / "test", root / "contours"
    truths.mkdir(parents=True, exist_ok=True)
    predictions.mkdir(exist_ok=True)
    for number in range(N_IMAGES):
        path = predictions / f"{number:06d}.npy"
        if not path.exists():
            image = make_image(number)
            savemat(truths / f"{number:06d}.mat", {"groundTruth": matlab_cells(image.annotations)})
            np.save(path, image.contours)
    return predictions


def matlab_cells(annotations: list[NDArray[np.uint16]]) -> NDArray[Any]:
    cells = np.empty((1, len(annotations)), object)
    for i, labels in enumerate(annotations):
        drawn = segmentation_boundaries(labels).view(np.uint8)
        cells[0, i] = {"Segmentation": labels + np.uint16(1), "Boundaries": drawn}
    return cells
