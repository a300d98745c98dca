from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data; where SEGMETRICS_SHARED promises one, it must be there."""
    folder = (ROOT / os.environ.get("SEGMETRICS_SHARED", "../shared")).resolve()
    if not folder.is_dir():
        if "SEGMETRICS_SHARED" in os.environ:
            pytest.fail(f"SEGMETRICS_SHARED is {folder}, which is not a folder")
        pytest.skip(f"no real data: {folder} is not there (SEGMETRICS_SHARED names it)")
    return folder
