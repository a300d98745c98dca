import numpy as np
from numpy.typing import NDArray

def thin(image: NDArray[np.uint8]) -> None: ...

class BoundaryCounter:
    def of_strengths(
        self,
        strengths: NDArray[np.float64],
        thresholds: NDArray[np.float64],
        thins: bool,
        annotations: NDArray[np.uint8],
        radius: float,
    ) -> NDArray[np.int64]: ...
    def of_images(
        self, images: NDArray[np.uint8], thins: bool, annotations: NDArray[np.uint8], radius: float
    ) -> NDArray[np.int64]: ...

def match(predicted: NDArray[np.uint8], annotated: NDArray[np.uint8], radius: float) -> NDArray[np.int64]: ...
