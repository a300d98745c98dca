import numpy as np
from numpy.typing import NDArray

class MaskFault(Exception):
    index: int
    message: str
    def __init__(self, index: int, message: str) -> None: ...

def encode(pixels: NDArray[np.uint8], by_rows: bool) -> tuple[NDArray[np.uint32], NDArray[np.int64]]: ...
def decode(runs: NDArray[np.uint32], offsets: NDArray[np.int64], columns: NDArray[np.uint8]) -> None: ...
def from_counts(
    counts: NDArray[np.uint32], offsets: NDArray[np.int64], n_pixels: NDArray[np.uint32]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]: ...
def from_text(
    text: NDArray[np.uint8], offsets: NDArray[np.int64], n_pixels: NDArray[np.uint32]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]: ...
def to_counts(
    runs: NDArray[np.uint32], offsets: NDArray[np.int64], n_pixels: NDArray[np.uint32]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]: ...
def to_text(
    runs: NDArray[np.uint32], offsets: NDArray[np.int64], n_pixels: NDArray[np.uint32]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]: ...
def fill(
    points: NDArray[np.int32], offsets: NDArray[np.int64], sizes: NDArray[np.uint32]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]: ...
def merge(
    runs: NDArray[np.uint32], offsets: NDArray[np.int64], groups: NDArray[np.int64], unite: bool
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]: ...
def measure(
    runs: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    sizes: NDArray[np.uint32],
    areas: NDArray[np.int64],
    extents: NDArray[np.uint32],
) -> None: ...
def bands(
    runs: NDArray[np.uint32], offsets: NDArray[np.int64], sizes: NDArray[np.uint32], ratio: float
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]: ...
def overlaps(
    runs_a: NDArray[np.uint32],
    offsets_a: NDArray[np.int64],
    index_a: NDArray[np.int64],
    runs_b: NDArray[np.uint32],
    offsets_b: NDArray[np.int64],
    index_b: NDArray[np.int64],
    out: NDArray[np.uint32],
) -> None: ...
def box_iou(
    detections: NDArray[np.float64],
    truths: NDArray[np.float64],
    crowd: NDArray[np.uint8],
    iou: NDArray[np.float64],
) -> None: ...
