"""Boundary IoU with OpenCV's erosion, as boundary-iou-api 37d2558 draws a band (boundary_utils.py)."""

import cv2
import numpy as np
from boundary_driver import Score, made_masks, measure
from numpy.typing import NDArray

cv2.setNumThreads(1)


def band(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    distance = max(1, round(0.02 * float(np.hypot(*mask.shape))))
    padded = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    return np.asarray(mask - cv2.erode(padded, np.ones((3, 3), np.uint8), iterations=distance)[1:-1, 1:-1])


def boundary_iou(truth: NDArray[np.uint8], prediction: NDArray[np.uint8]) -> float:
    one, other = band(truth), band(prediction)
    return float(np.count_nonzero(one & other) / np.count_nonzero(one | other))


def bands(size: list[str]) -> Score:
    masks = made_masks(size)
    return lambda: map(boundary_iou, masks[::2], masks[1::2])


measure("opencv-python-headless", {"bands": bands})
