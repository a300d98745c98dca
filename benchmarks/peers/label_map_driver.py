"""The contract of a driver of label maps: one process scores one folder of pairs, on one thread.

A driver is a script beside this module, run by `label_maps_side_by_side.py` as

    python DRIVER {street,street-objects,rooms,panoptic} FOLDER

What it prints is what `driver.py` says. The numbers are, of street and rooms, the mean IoU; of street-objects
the means over classes and over categories, first of IoU, then of iIoU; of panoptic PQ, SQ and RQ.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from driver import run

Workload = Literal["street", "street-objects", "rooms", "panoptic"]
UNLABELLED = 0
"""In true maps of streets and rooms: not scored. No prediction has it."""


class Pairs(NamedTuple):
    """The files of a folder, in the same order, and how many values a label can have."""

    truths: list[Path]
    predictions: list[Path]
    n_values: int

    @classmethod
    def of_street(cls, folder: Path) -> "Pairs":
        """Cityscapes: 34 label ids, of which these files have 19 and `UNLABELLED`."""
        return cls(sorted(folder.glob("gtFine/val/*/*_labelIds.png")), _predictions(folder), 34)

    @classmethod
    def of_rooms(cls, folder: Path) -> "Pairs":
        """ADE20K: 150 classes and `UNLABELLED`."""
        return cls(sorted(folder.glob("annotations/validation/*.png")), _predictions(folder), 151)


def _predictions(folder: Path) -> list[Path]:
    return sorted(folder.glob("predictions/*.png"))


def measure(distribution: str, scores: Mapping[Workload, Callable[[Path], Iterable[float]]]) -> None:
    """Score the folder of the command line as its workload says, and print what happened."""
    workload, folder = sys.argv[1:]
    score = {str(name): score for name, score in scores.items()}[workload]
    run(distribution, 1, lambda: score(Path(folder)))
