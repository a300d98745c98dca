"""hotcoco: given paths, it decodes and counts in Rust."""

from collections.abc import Iterator
from pathlib import Path

from hotcoco.panoptic import PanopticEval
from hotcoco.semantic import SemanticEval
from label_map_driver import UNLABELLED, Pairs, measure


def mean_iou(pairs: Pairs) -> Iterator[float]:
    evaluator = SemanticEval(pairs.n_values, ignore_index=UNLABELLED)
    for truth, prediction in zip(pairs.truths, pairs.predictions, strict=True):
        evaluator.update_png(truth, prediction)
    yield evaluator.results()["mIoU"]


def street(folder: Path) -> Iterator[float]:
    return mean_iou(Pairs.of_street(folder))


def rooms(folder: Path) -> Iterator[float]:
    return mean_iou(Pairs.of_rooms(folder))


def panoptic(folder: Path) -> Iterator[float]:
    evaluator = PanopticEval(folder / "truth.json", folder / "prediction.json")
    evaluator.evaluate()
    everything = evaluator.results()["All"]
    yield from (everything[name] for name in ("pq", "sq", "rq"))


measure("hotcoco", {"street": street, "rooms": rooms, "panoptic": panoptic})
