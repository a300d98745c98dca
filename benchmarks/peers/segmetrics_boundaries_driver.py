"""segmetrics itself: its evaluators on arrays, or what its runner does for a run of BSDS500's files."""

from pathlib import Path

from boundary_driver import Score, made_masks, measure, read_images

import segmetrics.plugin.boundary_job  # noqa: F401
from segmetrics.boundary_bands import boundary_iou
from segmetrics.evaluators import BoundaryEvaluator, RegionEvaluator
from segmetrics.plugin import OpenContext
from segmetrics.runner.execution import evaluate
from segmetrics.types import Scores
from segmetrics_bsds500 import BOUNDARIES

EDGES = ("ods.f", "ois.f", "ap")
REGIONS = ("covering.ods", "covering.ois", "pri.ods", "pri.ois", "vi.ods", "vi.ois")


def numbers(scores: Scores, ids: tuple[str, ...]) -> list[float]:
    values = [scores[score_id] for score_id in ids]
    return [value for value in values if value is not None]


def edges(folders: list[str]) -> Score:
    images = read_images(folders)
    truths, strengths = [image.boundaries for image in images], [image.strengths for image in images]

    def score() -> list[float]:
        evaluator = BoundaryEvaluator()
        evaluator.update(truths, strengths)
        return numbers(evaluator.compute(), EDGES)

    return score


def edge_files(folders: list[str]) -> Score:
    root = Path(folders[0]).parent.parent

    def score() -> list[float]:
        context = OpenContext()
        options = BOUNDARIES.complete({"root": str(root), "predictions": folders[1]})
        return numbers(evaluate(BOUNDARIES.open(options, context), context).compute(), EDGES)

    return score


def regions(folders: list[str]) -> Score:
    images = read_images(folders)
    truths, contours = [image.segments for image in images], [image.prediction for image in images]

    def score() -> list[float]:
        evaluator = RegionEvaluator(parity="clean")
        evaluator.update(truths, contours)
        return numbers(evaluator.compute(), REGIONS)

    return score


def bands(size: list[str]) -> Score:
    masks = made_masks(size)
    return lambda: map(boundary_iou, masks[::2], masks[1::2])


measure("segmetrics", {"edges": edges, "edge-files": edge_files, "regions": regions, "bands": bands})
