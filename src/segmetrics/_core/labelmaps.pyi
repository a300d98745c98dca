import numpy as np
from numpy.typing import NDArray

def joint_counts(
    truth: NDArray[np.uint8], prediction: NDArray[np.uint8], counts: NDArray[np.uint64]
) -> None: ...
def joint_pairs(
    truth: NDArray[np.uint8], prediction: NDArray[np.uint8]
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint64]]: ...

class Pairs: ...
