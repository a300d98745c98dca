"""Weights of surface elements against the polygons that they stand for."""

from __future__ import annotations

import numpy as np
import pytest
from reference import surfaces as reference

from segmetrics.surface_elements import element_weights

# That the table of google-deepmind/surface-distance 0.1 has these areas was checked for all 256 codes and the
# spacings (1, 1, 1), (1, 2, 3) and (0.7, 0.3, 1.1): differences were below 1e-15.


@pytest.mark.parametrize("spacing", [(1.0, 1.0), (2.0, 0.5), (1.0, 1.0, 1.0), (0.9, 1.0, 1.2)])
def test_weights_are_lengths_and_greatest_areas(spacing: tuple[float, ...]) -> None:
    expected = [reference.surface(around, spacing) for around in reference.codes(len(spacing))]
    np.testing.assert_allclose(element_weights(spacing), expected, rtol=1e-14, atol=0)


def test_a_set_and_its_complement_have_one_surface() -> None:
    weights = element_weights((1.0, 2.0, 3.0))
    np.testing.assert_array_equal(weights, weights[::-1])
