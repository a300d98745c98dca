"""MATLAB files for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import savemat


def cell(*values: Any) -> np.ndarray:
    """A 1 x n cell array."""
    array = np.empty((1, len(values)), object)
    for i, value in enumerate(values):
        array[0, i] = value
    return array


def save(path: Path, **variables: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    savemat(path, variables)
    return path


def annotator(segments: Any) -> dict[str, Any]:
    return {"Segmentation": np.asarray(segments), "Boundaries": np.asarray(segments) > 1}
