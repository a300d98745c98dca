"""Region measures by a labelling of cc3d's for each threshold."""

from typing import Any

import cc3d
import numpy as np
from boundary_driver import measure
from numpy.typing import NDArray
from regions_by_labelling import scored


def label(mask: NDArray[np.bool_]) -> NDArray[Any]:
    return np.asarray(cc3d.connected_components(mask, connectivity=8))


measure("connected-components-3d", {"regions": scored(label)})
