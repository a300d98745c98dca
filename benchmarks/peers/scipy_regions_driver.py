"""Region measures by a labelling of scipy's for each threshold."""

from typing import Any

import numpy as np
from boundary_driver import measure
from numpy.typing import NDArray
from regions_by_labelling import scored
from scipy import ndimage


def label(mask: NDArray[np.bool_]) -> NDArray[Any]:
    return np.asarray(ndimage.label(mask, np.ones((3, 3)))[0])


measure("scipy", {"regions": scored(label)})
