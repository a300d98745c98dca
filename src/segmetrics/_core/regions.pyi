from typing import Any

import numpy as np
from numpy.typing import NDArray

class MergeTree:
    labels: NDArray[np.uint32]
    n_regions: int
    def __init__(self, contours: NDArray[np.float64], thresholds: NDArray[np.float64]) -> None: ...

class Overlaps:
    best: NDArray[np.float64]
    def __init__(
        self,
        regions: NDArray[np.uint32],
        pixels: NDArray[np.uint32] | NDArray[np.uint64],
        ends: NDArray[np.intp],
        segment_sizes: NDArray[np.uint32],
        region_sizes: NDArray[np.uint32],
    ) -> None: ...
    def measure(self) -> NDArray[Any]: ...
    def measure_all(self, tree: MergeTree) -> NDArray[Any]: ...
