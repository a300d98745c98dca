"""vernier: given paths, it decodes and counts in Rust, an image at a time."""

from collections.abc import Iterator
from pathlib import Path

from label_map_driver import UNLABELLED, Pairs, measure
from vernier.semantic import Evaluator


def mean_iou(pairs: Pairs) -> Iterator[float]:
    yield (
        Evaluator()
        .evaluate_from_pngs(
            dict(enumerate(pairs.truths)),
            dict(enumerate(pairs.predictions)),
            n_classes=pairs.n_values,
            ignore_label=UNLABELLED,
            num_threads=1,
        )
        .miou
    )


def street(folder: Path) -> Iterator[float]:
    return mean_iou(Pairs.of_street(folder))


def rooms(folder: Path) -> Iterator[float]:
    return mean_iou(Pairs.of_rooms(folder))


measure("vernier", {"street": street, "rooms": rooms})
