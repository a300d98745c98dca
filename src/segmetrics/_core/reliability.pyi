from typing import Any

import numpy as np
from numpy.typing import NDArray

BIN: np.dtype[np.void]

def confidence_counts(
    truth: NDArray[np.uint8],
    prediction: NDArray[np.uint8],
    invalid: NDArray[np.uint8] | None,
    is_scored: NDArray[np.uint8],
    samples: NDArray[np.uint32] | None,
    confidence: NDArray[np.uint16],
    counts: NDArray[np.uint64],
) -> None: ...
def score_ranking(
    positives: NDArray[np.uint64], negatives: NDArray[np.uint64], tpr: float
) -> tuple[float, float, float]: ...
def score_calibration(
    right: NDArray[np.uint64], wrong: NDArray[np.uint64], n_bins: int
) -> tuple[NDArray[Any], float]: ...
