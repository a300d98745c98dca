"""COCO-shaped ground truth and results, from files or Python objects, into `Instances`.

Files are read in C in one pass (csrc/coco_reader.h). Python objects (dicts, lists of dicts, a `pycocotools`
COCO or an `lvis` LVIS) are written to JSON in memory and go the same way, so they are checked the same.
"""

from segmetrics.readers.coco_results import AreaRule, Results, read_results
from segmetrics.readers.coco_truth import GroundTruth, Source, read_ground_truth

__all__ = ["AreaRule", "GroundTruth", "Results", "Source", "read_ground_truth", "read_results"]
