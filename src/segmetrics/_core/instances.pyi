from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

NOT_LISTED: int
HAS_OUTCOMES: int
MAX_THRESHOLDS: int
MAX_AREAS: int
COMPARED: dict[str, int]

class ImageFault(Exception):
    index: int
    def __init__(self, index: int) -> None: ...

def lookup(ids: NDArray[np.int64], listed: NDArray[np.int64]) -> NDArray[np.uint32]: ...
def group(position: NDArray[np.uint32], n_groups: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]: ...

class Payloads:
    def __new__(cls, arrays: tuple[NDArray[np.uint8], ...]) -> Self: ...

def shape_areas(
    shapes: NDArray[np.uint8],
    payloads: Payloads,
    height: NDArray[np.uint32],
    width: NDArray[np.uint32],
) -> NDArray[np.uint32]: ...

class Protocol:
    def __init__(
        self,
        thresholds: NDArray[np.float64],
        areas: NDArray[np.float64],
        n_categories: int,
        max_per_category: int,
        max_per_image: int,
        geometry: str,
        band_ratio: float,
        federated: bool,
        unnamed_zero: bool,
        drop_empty: bool,
    ) -> None: ...

class Side:
    def __init__(
        self,
        order: NDArray[np.uint32],
        starts: NDArray[np.uint32],
        category: NDArray[np.uint32],
        area: NDArray[np.float64],
        score: NDArray[np.float64],
        id: NDArray[np.int64],
        flags: NDArray[np.uint8],
        shapes: NDArray[np.uint8],
        payloads: Payloads,
    ) -> None: ...

def evaluate(
    height: NDArray[np.uint32],
    width: NDArray[np.uint32],
    truth: Side,
    prediction: Side,
    negative_starts: NDArray[np.uint32],
    negative: NDArray[np.uint32],
    not_exhaustive_starts: NDArray[np.uint32],
    not_exhaustive: NDArray[np.uint32],
    protocol: Protocol,
    first: int,
    last: int,
    n_predictions: int,
) -> dict[str, NDArray[Any]]: ...
def number_detections(
    category: NDArray[np.uint32], state: NDArray[np.uint32], per_image: NDArray[np.uint32]
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]: ...
def accumulate(
    score: NDArray[np.float64],
    state: NDArray[np.uint32],
    outcomes: NDArray[np.uint64],
    outcome: NDArray[np.uint32],
    rank: NDArray[np.uint32],
    by_category: NDArray[np.uint32],
    category_starts: NDArray[np.uint32],
    n_truths: NDArray[np.uint32],
    recalls: NDArray[np.float64],
    max_dets: NDArray[np.uint32],
    first: int,
    last: int,
    precision: NDArray[np.float64],
    recall: NDArray[np.float64],
    scores: NDArray[np.float64] | None = None,
) -> None: ...
