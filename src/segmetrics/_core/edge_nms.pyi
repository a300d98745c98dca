import numpy as np
from numpy.typing import NDArray

def suppress(
    strengths: NDArray[np.float64], radius: int, border: int, multiplier: float
) -> NDArray[np.float64]: ...
