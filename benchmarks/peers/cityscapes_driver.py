"""cityscapesScripts: the reference for Cityscapes, with its C extension.

It still calls `numpy.in1d`, which NumPy 2.4 has dropped.
"""

from collections.abc import Iterator
from pathlib import Path

import cityscapesscripts.evaluation.evalPixelLevelSemanticLabeling as evaluation  # noqa: N813  # no class
import numpy as np
from label_map_driver import Pairs, measure

vars(np)["in1d"] = np.isin


def street_objects(folder: Path) -> Iterator[float]:
    pairs = Pairs.of_street(folder)
    evaluation.args.quiet, evaluation.args.JSONOutput = True, False
    results = evaluation.evaluateImgLists(
        [str(path) for path in pairs.predictions], [str(path) for path in pairs.truths], evaluation.args
    )
    for mean in ("Classes", "Categories", "InstClasses", "InstCategories"):
        yield results[f"averageScore{mean}"]


if __name__ == "__main__":
    if not evaluation.CSUPPORT:
        raise ImportError("cityscapesscripts is installed without its C extension")
    measure("cityscapesscripts", {"street-objects": street_objects})
