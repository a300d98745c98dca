"""Made-up scenes with objects for the tests of VOC's instances."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from reference.voc_instances import VOID, Detection, Image, Map

from segmetrics.classes import Classes
from segmetrics.evaluators.voc_instances import VocInstanceEvaluator

ANIMALS = Classes("background cat cow dog", ignore=VOID, things=(False, True, True, True))
LABELS = (1, 2, 3)
HEIGHT, WIDTH = 3, 5


def evaluator(**options: Any) -> VocInstanceEvaluator:
    return VocInstanceEvaluator(ANIMALS, **options)


def predicted(image: Image) -> dict[str, Any]:
    found = image.detections
    size = len(image.objects), len(image.objects[0])
    return {
        "masks": np.array([each.mask for each in found], np.uint8).reshape(-1, *size),
        "categories": np.array([each.label for each in found], np.int64),
        "scores": np.array([each.score for each in found], np.float64),
    }


def evaluated(images: list[Image], keys: list[Any] | None = None, **options: Any) -> VocInstanceEvaluator:
    result = evaluator(**options)
    result.update([(each.objects, each.labels) for each in images], [*map(predicted, images)], keys=keys)
    return result


def maps(values: st.SearchStrategy[int]) -> st.SearchStrategy[Map]:
    row = st.lists(values, min_size=WIDTH, max_size=WIDTH)
    return st.lists(row, min_size=HEIGHT, max_size=HEIGHT)


@st.composite
def images(draw: st.DrawFn) -> Image:
    """Up to three objects, void and background; some detections are objects with pixels changed."""
    numbers = draw(st.lists(st.sampled_from((0, 1, 2, 7, VOID)), min_size=1, max_size=4))
    objects = draw(maps(st.sampled_from(numbers)))
    label_of = {number: draw(st.sampled_from(LABELS[:2])) for number in (1, 2, 7)} | {0: 0, VOID: VOID}
    labels = [[label_of[number] for number in row] for row in objects]
    detections = []
    for _ in range(draw(st.integers(0, 6))):
        wanted, noise = draw(st.sampled_from(numbers)), draw(maps(st.sampled_from((0, 0, 0, 0, 0, 1))))
        mask = [
            [int((number == wanted) != flip) for number, flip in zip(*rows, strict=True)]
            for rows in zip(objects, noise, strict=True)
        ]
        score = draw(st.sampled_from((-0.5, 0.0, 0.5, 0.5, 0.9)))
        detections.append(Detection(draw(st.sampled_from((1, 1, 2, 3))), score, mask))
    return Image(objects, labels, detections)


def small() -> list[Image]:
    """Two images: two cats, of which one is found, and a cow that is found twice."""
    return [
        Image(
            [[1, 1, 1, 2, 2, 255]],
            [[1, 1, 1, 1, 1, 255]],
            [Detection(1, 0.9, [[1, 1, 1, 0, 0, 0]]), Detection(1, 0.5, [[0, 0, 0, 0, 0, 1]])],
        ),
        Image(
            [[0, 3, 3, 3]],
            [[0, 2, 2, 2]],
            [Detection(2, 0.7, [[0, 1, 1, 1]]), Detection(2, 0.6, [[0, 1, 1, 0]])],
        ),
    ]
