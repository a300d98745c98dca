"""What a semantic evaluator may keep of each image besides the counts of all: its own counts, its objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from segmetrics.evaluators.image_rows import Column, ImageRows, Table
from segmetrics.evaluators.instance_iou import N_OBJECT_COLUMNS, Objects
from segmetrics.evaluators.label_counts import N_PAIR_COLUMNS, Counts, Rows, listed
from segmetrics.evaluators.tensors import Tensors
from segmetrics.types import Key


def _none_counted() -> NDArray[np.uint32]:
    return np.empty(0, np.uint32)


@dataclass(frozen=True, eq=False)
class SemanticRows(ImageRows):
    """Counts and objects of some images; what is not kept is empty.

    Attributes:
        pairs: (p, 3) uint64: the counts of each image, as `listed` lists them.
        pairs_per_image: (n_images,) uint32.
        objects: (o, 4) uint64: the objects of each image, as `InstanceIoU.measure` gives them.
        objects_per_image: (n_images,) uint32.
    """

    pairs: Rows = field(default_factory=lambda: np.empty((0, N_PAIR_COLUMNS), np.uint64))
    pairs_per_image: NDArray[np.uint32] = field(default_factory=_none_counted)
    objects: Objects = field(default_factory=lambda: np.empty((0, N_OBJECT_COLUMNS), np.uint64))
    objects_per_image: NDArray[np.uint32] = field(default_factory=_none_counted)

    @classmethod
    def of_image(cls, table: Table, key: Key, counts: Counts | None, objects: Objects | None) -> Self:
        """What the table keeps of one image; None where it keeps no counts, or no objects."""
        columns: Tensors = {}
        if counts is not None:
            pairs = listed(counts)
            columns |= {"pairs": pairs, "pairs_per_image": np.array([len(pairs)], np.uint32)}
        if objects is not None:
            columns |= {"objects": objects, "objects_per_image": np.array([len(objects)], np.uint32)}
        return cls(table, np.array([key]), **columns)

    def pairs_of_images(self) -> list[Rows]:
        """The pairs of each image."""
        return _split(self.pairs, self.pairs_per_image)

    def objects_of_images(self) -> list[Objects]:
        """The objects of each image."""
        return _split(self.objects, self.objects_per_image)


def semantic_table(*, pairs: bool, objects: bool) -> Table:
    """The columns of `SemanticRows` that are kept."""
    parts: dict[str, Table] = {}
    if pairs:
        parts["pairs_per_image"] = Table({"pairs": Column(np.uint64, (N_PAIR_COLUMNS,))})
    if objects:
        parts["objects_per_image"] = Table({"objects": Column(np.uint64, (N_OBJECT_COLUMNS,))})
    return Table(dict.fromkeys(parts, Column(np.uint32)), parts)


def _split(rows: NDArray[np.uint64], per_image: NDArray[np.uint32]) -> list[NDArray[np.uint64]]:
    return np.split(rows, np.cumsum(per_image, dtype=np.int64)[:-1])
