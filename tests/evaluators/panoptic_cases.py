"""Made-up panoptic images for tests, small and full of odd cases."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from reference.panoptic import Image

from segmetrics.evaluators.panoptic import PanopticEvaluator
from segmetrics.panoptic import PanopticCategory, PanopticImage, Segments

CATEGORIES = (
    PanopticCategory(1, "boat", is_thing=True),
    PanopticCategory(4, "buoy", is_thing=True),
    PanopticCategory(9, "sea", is_thing=False),
)
IDS = (0, 1, 2, 3, 260, 70_000, 16_777_215)


@st.composite
def images(draw: st.DrawFn) -> Image:
    """An image of few pixels with some areas that are not those of the map, many crowds and much void."""
    height, width = draw(st.integers(1, 4)), draw(st.integers(1, 6))
    truth, prediction = (
        draw(st.lists(st.lists(st.sampled_from(IDS), min_size=width, max_size=width),
                      min_size=height, max_size=height))
        for _ in range(2)
    )  # fmt: skip
    if draw(st.booleans()):
        prediction = [
            [draw(st.sampled_from((there, other))) for there, other in zip(*rows, strict=True)]
            for rows in zip(truth, prediction, strict=True)
        ]
    true_ids, predicted_ids = ({id_ for row in ids for id_ in row} - {0} for ids in (truth, prediction))
    listed = draw(st.permutations(sorted(true_ids)))
    return Image(
        truth,
        prediction,
        [segment(draw, truth, id_) for id_ in listed if draw(st.integers(0, 9))],
        [{"id": id_, "category_id": category(draw)} for id_ in draw(st.permutations(sorted(predicted_ids)))],
    )


def enlarged(image: Image, factor: int) -> Image:
    """The same image with squares for pixels, so that segments have an inside."""
    truth, prediction = (
        np.kron(ids, np.ones((factor, factor), np.int64)).tolist() for ids in (image.truth, image.prediction)
    )
    segments = [
        one | {"area": max(1, one["area"] * factor**2 + one["area"] % 3 - 1)} for one in image.truth_segments
    ]
    return Image(truth, prediction, segments, image.prediction_segments)


def segment(draw: st.DrawFn, ids: list[list[int]], segment_id: int) -> dict[str, Any]:
    area = sum(row.count(segment_id) for row in ids)
    return {
        "id": segment_id,
        "category_id": category(draw),
        "iscrowd": draw(st.sampled_from((0, 0, 1))),
        "area": max(1, area + draw(st.sampled_from((0, 0, 0, -1, 2)))),
    }


def category(draw: st.DrawFn) -> int:
    return draw(st.sampled_from(CATEGORIES)).id


def sides(image: Image) -> tuple[PanopticImage, PanopticImage]:
    """Truth and prediction as the evaluator takes them."""
    return (
        PanopticImage(np.array(image.truth, np.uint32), Segments.of(image.truth_segments)),
        PanopticImage(np.array(image.prediction, np.uint32), Segments.of(image.prediction_segments)),
    )


def evaluated(cases: list[Image], keys: list[int] | None = None, **options: Any) -> PanopticEvaluator:
    evaluator = PanopticEvaluator(CATEGORIES, **options)
    pairs = [sides(case) for case in cases]
    evaluator.update([pair[0] for pair in pairs], [pair[1] for pair in pairs], keys=keys)
    return evaluator


def small() -> list[Image]:
    """Two images with a match, a miss and an invention."""
    boat = {"id": 7, "category_id": 1, "area": 4, "iscrowd": 0}
    return [
        Image([[7, 7, 7, 7, 8]], [[1, 1, 1, 0, 2]], [boat, {**boat, "id": 8, "area": 1}],
              [{"id": 1, "category_id": 1}, {"id": 2, "category_id": 9}]),
        Image([[7, 7, 7, 7]], [[3, 3, 3, 3]], [boat], [{"id": 3, "category_id": 1}]),
    ]  # fmt: skip
