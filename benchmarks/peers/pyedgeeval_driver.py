"""pyEdgeEval, whose matcher is the official one, at every eleventh of the 99 thresholds.

It matches for each threshold anew, so 99 thresholds take eleven times as long as these nine.
"""

from boundary_driver import THRESHOLDS, Score, measure, read_images
from pyEdgeEval.common.binary_label import evaluate_boundaries_threshold_multiple_gts


def edges(folders: list[str]) -> Score:
    images = read_images(folders)

    def score() -> list[float]:
        for image in images:
            evaluate_boundaries_threshold_multiple_gts(THRESHOLDS[5::11], image.strengths, image.boundaries)
        return []

    return score


measure("pyEdgeEval", {"edges": edges})
