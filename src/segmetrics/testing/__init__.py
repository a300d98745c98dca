"""The conformance kit: what a plugin's author runs in a test, and each of our own plugins passes.

    from segmetrics.testing import check_dataset

    def test_rivers_is_a_dataset(tmp_path):
        check_dataset(RIVERS, tmp_path)

What does not conform raises `ConformanceError`, whose text says what to do.
"""

from segmetrics.testing.conformance import ConformanceError
from segmetrics.testing.datasets import check_dataset
from segmetrics.testing.models import check_model

__all__ = ["ConformanceError", "check_dataset", "check_model"]
