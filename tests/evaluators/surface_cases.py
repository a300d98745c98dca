"""Made-up label maps for tests of surface distances, small and with classes that are missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from segmetrics.classes import Classes
from segmetrics.evaluators.surfaces import SpacedMap, SurfaceDistanceEvaluator

CLASSES = Classes("liver tumour", ids=(1, 7), others=(0,))


class Image(NamedTuple):
    truth: NDArray[np.uint8]
    prediction: NDArray[np.uint8]
    spacing: tuple[float, ...]


@st.composite
def images(draw: st.DrawFn) -> Image:
    """A plane or a volume of few pixels, in which a class is often missing on one side."""
    shape = draw(hnp.array_shapes(min_dims=2, max_dims=3, min_side=1, max_side=4))
    truth, prediction = (
        draw(
            hnp.arrays(
                np.uint8, shape, elements=st.sampled_from(draw(st.sampled_from([(0, 1, 7), (0, 1), (0,)])))
            )
        )
        for _ in range(2)
    )
    return Image(truth, prediction, tuple(draw(st.sampled_from((0.7, 1.0, 2.5))) for _ in shape))


def small() -> list[Image]:
    """Two images: one class is missing in the first, the other is predicted alone in the second."""
    truth = np.array([[0, 1, 1, 0], [0, 1, 1, 0]], np.uint8)
    shifted = np.roll(truth, 1, axis=1)
    tumour = np.where(np.arange(4) == 3, 7, shifted).astype(np.uint8)
    return [Image(truth, shifted, (1.0, 1.0)), Image(truth, tumour, (2.0, 0.5))]


def batch(cases: Sequence[Image]) -> tuple[list[SpacedMap], list[NDArray[np.uint8]]]:
    """The two sides of a batch."""
    return [SpacedMap(case.truth, case.spacing) for case in cases], [case.prediction for case in cases]


def evaluated(
    cases: Sequence[Image], keys: Sequence[int] | None = None, **options: Any
) -> SurfaceDistanceEvaluator:
    """An evaluator that has seen the images."""
    evaluator = SurfaceDistanceEvaluator(CLASSES, **{"definition": "monai", **options})
    evaluator.update(*batch(cases), keys=keys)
    return evaluator
