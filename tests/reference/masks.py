"""Slow twins of segmetrics.masks: one mask at a time, on binary images, as the definitions say."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

Binary = NDArray[np.bool_]
Box = Sequence[float]


def runs(binary: Binary) -> list[tuple[int, int]]:
    """[start, end) of the foreground, pixels numbered column by column."""
    steps = np.diff(binary.flatten(order="F").astype(int), prepend=0, append=0)
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def counts(binary: Binary) -> list[int]:
    """Lengths of the alternating stretches, background first."""
    pixels = binary.flatten(order="F").tolist()
    lengths = [len(list(stretch)) for _, stretch in groupby(pixels)]
    return [0, *lengths] if pixels[0] else lengths


def text(counts_of_mask: Sequence[int]) -> str:
    """COCO's string form of counts."""
    before = [0, 0, 0, *counts_of_mask[1:]]
    return "".join(_spelled(count - less) for count, less in zip(counts_of_mask, before, strict=False))


def _spelled(number: int) -> str:
    characters = ""
    while True:
        group, number = number & 31, number >> 5
        is_last = number == (-1 if group & 16 else 0)
        characters += chr(48 + group + (0 if is_last else 32))
        if is_last:
            return characters


def counts_of_text(characters: str) -> list[int]:
    """The counts that a text spells."""
    spelled: list[int] = []
    number = shift = 0
    for character in characters:
        group = ord(character) - 48
        number |= (group & 31) << shift
        shift += 5
        if group & 32:
            continue
        if group & 16:
            number -= 1 << shift
        spelled.append(number + (spelled[-2] if len(spelled) > 2 else 0))
        number = shift = 0
    return spelled


def box(binary: Binary) -> list[float]:
    """Tight x, y, width, height."""
    rows, columns = np.nonzero(binary)
    if len(rows) == 0:
        return [0.0, 0.0, 0.0, 0.0]
    left, top = columns.min(), rows.min()
    return [float(left), float(top), float(columns.max() + 1 - left), float(rows.max() + 1 - top)]


def iou(detection: Binary, truth: Binary, *, crowd: bool) -> float:
    """Intersection over union, or over the detection's area where the truth is a crowd."""
    shared = int((detection & truth).sum())
    whole = int(detection.sum() if crowd else (detection | truth).sum())
    return shared / whole if shared else 0.0


def box_iou(detection: Box, truth: Box, *, crowd: bool) -> float:
    """The same of two boxes x, y, width, height."""
    width = min(detection[0] + detection[2], truth[0] + truth[2]) - max(detection[0], truth[0])
    height = min(detection[1] + detection[3], truth[1] + truth[3]) - max(detection[1], truth[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared, area = width * height, detection[2] * detection[3]
    return shared / (area if crowd else area + truth[2] * truth[3] - shared)
