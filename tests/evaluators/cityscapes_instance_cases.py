"""Made-up scenes with objects for the tests of Cityscapes' instances."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from reference.cityscapes_instances import Image, Instance

from segmetrics.classes import Classes
from segmetrics.evaluators.cityscapes_instances import CityscapesInstanceEvaluator

STREETS = Classes("road person car", ids=(7, 24, 26), others=(0, 29), things=(False, True, True))
VOID = (0, 29)
MIN_REGION = 3
HEIGHT, WIDTH = 4, 5


def evaluator(**options: Any) -> CityscapesInstanceEvaluator:
    return CityscapesInstanceEvaluator(STREETS, **{"min_region": MIN_REGION} | options)


def instances(image: Image) -> list[tuple[int, float, list[list[int]]]]:
    return [(each.label, each.confidence, each.mask) for each in image.predictions]


def evaluated(
    images: list[Image], keys: list[int] | None = None, **options: Any
) -> CityscapesInstanceEvaluator:
    result = evaluator(**options)
    result.update([image.truth for image in images], [instances(image) for image in images], keys=keys)
    return result


def maps(values: st.SearchStrategy[int]) -> st.SearchStrategy[list[list[int]]]:
    row = st.lists(values, min_size=WIDTH, max_size=WIDTH)
    return st.lists(row, min_size=HEIGHT, max_size=HEIGHT)


@st.composite
def images(draw: st.DrawFn) -> Image:
    """A scene of a few labels, and predictions some of which are objects with pixels changed."""
    ids = draw(
        st.lists(st.sampled_from((0, 7, 24, 26, 29, 24000, 26000, 26001, 29001)), min_size=1, max_size=3)
    )
    truth = draw(maps(st.sampled_from(ids)))
    predictions = []
    for _ in range(draw(st.integers(0, 5))):
        wanted, noise = draw(st.sampled_from(ids)), draw(maps(st.sampled_from((0, 0, 0, 0, 0, 0, 0, 1))))
        mask = [
            [int((id_ == wanted) != flip) for id_, flip in zip(*rows, strict=True)]
            for rows in zip(truth, noise, strict=True)
        ]
        label, confidence = draw(st.sampled_from((24, 26, 7))), draw(st.sampled_from((0.2, 0.5, 0.5, 0.9)))
        predictions.append(Instance(label, confidence, mask))
    return Image(truth, predictions)


def enlarged(image: Image) -> st.SearchStrategy[Image]:
    """The same image with squares for pixels, so that objects have an inside."""

    def by(factor: int) -> Image:
        square = np.ones((factor, factor), np.int64)
        predictions = [replace(each, mask=np.kron(each.mask, square).tolist()) for each in image.predictions]
        return Image(np.kron(image.truth, square).tolist(), predictions)

    return st.integers(1, 6).map(by)


def small() -> list[Image]:
    """Two images; one has an object, a group and void, and predictions of each."""
    return [
        Image(
            [[26000, 26000, 26000, 26, 26, 0]],
            [Instance(26, 0.9, [[1, 1, 1, 0, 0, 0]]), Instance(26, 0.5, [[1, 0, 0, 1, 1, 1]])],
        ),
        Image([[24000, 24000, 24000, 7]], [Instance(24, 0.7, [[0, 1, 1, 1]])]),
    ]
