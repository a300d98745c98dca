"""VOC's and SBD's AP of instances as its definition reads: pixel by pixel, detection by detection, slowly.

See docs/reference/protocols/voc-instances.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

VOID = 255
Map = list[list[int]]


@dataclass
class Detection:
    """A prediction: class, score, and its mask of 0 and 1."""

    label: int
    score: float
    mask: Map


@dataclass
class Image:
    """One image: which object each pixel belongs to, its class, and what is predicted."""

    objects: Map
    labels: Map
    detections: list[Detection]


def average_precision(
    images: Sequence[Image],
    label: int,
    tenths: int,
    *,
    matching: str = "sds",
    interpolation: str = "area",
    skips_empty: bool = False,
) -> float | None:
    """AP of one class at an IoU threshold of so many tenths; None without objects."""
    judged: list[tuple[float, bool]] = []
    n_objects = 0
    for image in images:
        objects = _objects(image)
        mine = [pixels for of, pixels in objects if of == label]
        n_objects += len(mine)
        if objects or not skips_empty:
            judged += _judged(image, mine, label, Fraction(tenths, 10), matching)
    if not n_objects:
        return None
    judged.sort(key=lambda each: -each[0])
    points = [(0.0, 0.0)]
    n_right = 0
    for n, (_, is_right) in enumerate(judged, start=1):
        n_right += is_right
        points.append((n_right / n_objects, n_right / n))
    return _eleven_points(points[1:]) if interpolation == "11-point" else _area(points)


def _area(points: list[tuple[float, float]]) -> float:
    area = 0.0
    for i in range(1, len(points)):
        area += (points[i][0] - points[i - 1][0]) * max(precision for _, precision in points[i:])
    return area


def _eleven_points(points: list[tuple[float, float]]) -> float:
    # 0.1 added up as NumPy's arange does: 3 * 0.1 is a little more than 0.3.
    levels = [k * 0.1 for k in range(11)]
    return sum(max((p for r, p in points if r >= level), default=0.0) for level in levels) / 11


def _objects(image: Image) -> list[tuple[int, set[tuple[int, int]]]]:
    """Class and pixels of each object, in the order of their numbers."""
    pixels: dict[int, set[tuple[int, int]]] = {}
    label_of: dict[int, int] = {}
    for y, row in enumerate(image.objects):
        for x, number in enumerate(row):
            if number not in (0, VOID):
                pixels.setdefault(number, set()).add((y, x))
                label_of[number] = image.labels[y][x]
    return [(label_of[number], pixels[number]) for number in sorted(pixels)]


def _judged(
    image: Image, objects: list[set[tuple[int, int]]], label: int, threshold: Fraction, matching: str
) -> Iterator[tuple[float, bool]]:
    """Score of each detection of a class, the best first, and whether it finds an object."""
    taken: set[int] = set()
    mine = [each for each in image.detections if each.label == label]
    for detection in sorted(mine, key=lambda each: -each.score):
        inside = {(y, x) for y, row in enumerate(detection.mask) for x, bit in enumerate(row) if bit}
        ious = [Fraction(len(inside & each), len(inside | each)) for each in objects]
        open_to = [i for i in range(len(objects)) if matching == "fcis" or i not in taken]
        best = max(open_to, key=lambda i: ious[i], default=None)
        is_right = False
        if best is not None and matching == "sds":
            is_right = ious[best] > threshold
        elif best is not None:
            is_right = ious[best] >= threshold and best not in taken
        if is_right and best is not None:
            taken.add(best)
        yield detection.score, is_right
