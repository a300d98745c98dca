"""What people write by hand: OpenCV decodes, `numpy.bincount` counts the pairs of labels."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from label_map_driver import UNLABELLED, Pairs, measure
from numpy.typing import NDArray

cv2.setNumThreads(1)


def read(path: Path) -> NDArray[Any]:
    labels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if labels is None:
        raise OSError(f"OpenCV cannot read {path}")
    return np.asarray(labels)


def mean_iou(pairs: Pairs) -> Iterator[float]:
    n = pairs.n_values
    counts = np.zeros((n, n), np.int64)
    for paths in zip(pairs.truths, pairs.predictions, strict=True):
        truth, prediction = map(read, paths)
        scored = truth != UNLABELLED
        codes = n * truth[scored].astype(int) + prediction[scored]
        counts += np.bincount(codes, minlength=n * n).reshape(n, n)
    union = counts.sum(axis=0) + counts.sum(axis=1) - counts.diagonal()
    yield float(np.mean(counts.diagonal()[union > 0] / union[union > 0]))


def street(folder: Path) -> Iterator[float]:
    return mean_iou(Pairs.of_street(folder))


def rooms(folder: Path) -> Iterator[float]:
    return mean_iou(Pairs.of_rooms(folder))


measure("opencv-python-headless", {"street": street, "rooms": rooms})
