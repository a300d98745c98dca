"""Pairs of label maps made in code: streets as Cityscapes has them, rooms as ADE20K, panoptic as COCO.

A scene is a heap of shapes, the later ones on top. The prediction is the same heap with its corners out of
place and a few shapes too many. The same number always gives the same scene.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw

Rng = np.random.Generator
Corners = NDArray[np.float64]
Ids = NDArray[np.int32]

STREET_SIZE, ROOM_SIZE, PANOPTIC_SIZE = (2048, 1024), (683, 512), (640, 480)
N_STREETS, N_ROOMS, N_PANOPTIC = 50, 300, 200
N_ROOM_CLASSES, SHAPES_IN_ROOM = 150, 14
N_CATEGORIES, SEGMENTS_IN_IMAGE = 133, 20

UNLABELLED, ROAD, SIDEWALK, BUILDING, POLE, VEGETATION, SKY = 0, 7, 8, 11, 17, 21, 23
BACKDROP = (BUILDING, 12, 13, VEGETATION, 22)
SIGNS = (19, 20)
THINGS = (24, 25, 26, 27, 28, 31, 32, 33)


class Shape(NamedTuple):
    """A polygon, and the number that its pixels have."""

    corners: Corners
    value: int


def blob(rng: Rng, centre: ArrayLike, radius: ArrayLike) -> Corners:
    """An ellipse with a wavy border."""
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    waves = sum(rng.normal(0, 0.1) * np.sin(k * angles + rng.uniform(0, 6)) for k in range(2, 7))
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1) * (1 + np.asarray(waves))[:, np.newaxis]
    wavy: Corners = circle * radius + centre
    return wavy


def box(left: float, top: float, right: float, bottom: float) -> Corners:
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float64)


def moved(rng: Rng, shapes: Iterable[Shape], by: float) -> Iterator[Shape]:
    """The shapes as a model finds them: as a whole and corner by corner a little off."""
    for corners, value in shapes:
        yield Shape(corners + rng.normal(0, by, 2) + rng.normal(0, by / 3, corners.shape), value)


def drawn(shapes: Iterable[Shape], size: tuple[int, int], ground: int) -> Ids:
    image = Image.new("I", size, ground)
    draw = ImageDraw.Draw(image)
    for corners, value in shapes:
        draw.polygon([(float(x), float(y)) for x, y in corners], fill=value)
    return np.asarray(image, np.int32)


def save(path: Path, array: NDArray[Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path)


# ---- streets


def street(rng: Rng) -> list[Shape]:
    """Shapes of a street scene; a thing's value is 1000 times its label id and its own number."""
    shapes = [Shape(box(0, 0, 2048, rng.uniform(150, 350)), SKY)]
    for _ in range(14):
        centre, radius = rng.uniform((0, 200), (2048, 480)), rng.uniform(60, 260, 2)
        shapes.append(Shape(blob(rng, centre, radius), int(rng.choice(BACKDROP))))
    shapes.append(Shape(box(0, 560, 2048, 1024), SIDEWALK))
    left, right = rng.uniform((650, 1150), (900, 1400))
    shapes.append(Shape(np.array([(left, 540), (right, 540), (2048, 1024), (0, 1024)]), ROAD))
    for x in rng.uniform(0, 2048, 8).tolist():
        shapes.append(Shape(box(x, rng.uniform(150, 350), x + rng.uniform(5, 14), 600), POLE))
        sign = rng.uniform((x - 10, 200), (x + 10, 330))
        shapes.append(Shape(blob(rng, sign, rng.uniform(10, 28, 2)), int(rng.choice(SIGNS))))
    for number in range(24):
        depth = rng.uniform(0, 1) ** 2
        place = (rng.uniform(0, 2048), 540 + 250 * depth)
        radius = rng.uniform(0.6, 1.4, 2) * (25 + 110 * depth)
        shapes.append(Shape(blob(rng, place, radius), 1000 * int(rng.choice(THINGS)) + number))
    return shapes


def labels_of(ids: Ids) -> NDArray[np.uint8]:
    return np.where(ids < 1000, ids, ids // 1000).astype(np.uint8)


def make_streets(folder: Path) -> None:
    for number in range(N_STREETS):
        rng = np.random.default_rng(number)
        scene = street(rng)
        bonnet = Shape(blob(rng, (1024, 1050), (900, 130)), UNLABELLED)
        voids = [Shape(blob(rng, rng.uniform((0, 300), (2048, 700)), (40, 20)), UNLABELLED) for _ in range(6)]
        extra = [
            Shape(blob(rng, rng.uniform((0, 200), (2048, 900)), rng.uniform(10, 60, 2)), value)
            for value in rng.choice((*BACKDROP, *THINGS), 8).tolist()
        ]
        truth = drawn([*scene, *voids, bonnet], STREET_SIZE, BUILDING)
        predicted = drawn(moved(rng, [*scene, *extra], 3), STREET_SIZE, BUILDING)
        name = f"made_{number:06d}_000019"
        true_path = folder / "gtFine" / "val" / "made" / f"{name}_gtFine"
        save(true_path.with_name(f"{true_path.name}_labelIds.png"), labels_of(truth))
        save(true_path.with_name(f"{true_path.name}_instanceIds.png"), truth.astype(np.uint16))
        save(folder / "predictions" / f"{name}.png", labels_of(predicted))


# ---- rooms


def make_rooms(folder: Path) -> None:
    """Every class occurs: shapes take the classes in turn."""
    for number in range(N_ROOMS):
        rng = np.random.default_rng(number)
        first = number * SHAPES_IN_ROOM
        values = [1 + (first + shape) % N_ROOM_CLASSES for shape in range(SHAPES_IN_ROOM)]
        scene = [
            Shape(blob(rng, rng.uniform((0, 0), ROOM_SIZE), rng.uniform(25, 180, 2)), value)
            for value in values
        ]
        name, ground = f"ADE_val_{number + 1:08d}.png", 1 + number % N_ROOM_CLASSES
        unlabelled = Shape(blob(rng, rng.uniform((0, 0), ROOM_SIZE), (40, 30)), UNLABELLED)
        truth = drawn([*scene, unlabelled], ROOM_SIZE, ground)
        save(folder / "annotations" / "validation" / name, truth.astype(np.uint8))
        predicted = drawn(moved(rng, scene, 3), ROOM_SIZE, ground)
        save(folder / "predictions" / name, predicted.astype(np.uint8))


# ---- panoptic


def colours_of(ids: Ids) -> NDArray[np.uint8]:
    return np.stack([ids & 255, ids >> 8 & 255, ids >> 16], axis=2).astype(np.uint8)


def segments(ids: Ids, categories: dict[int, int]) -> list[dict[str, int]]:
    return [
        {"id": id_, "category_id": categories[id_], "area": area, "iscrowd": 0}
        for id_, area in zip(*(each.tolist() for each in np.unique(ids, return_counts=True)), strict=True)
        if id_ != UNLABELLED
    ]


def make_panoptic(folder: Path) -> None:
    """As COCO's: for each side a JSON file and a folder. One segment in ten is given a wrong category."""
    sides: dict[str, list[dict[str, Any]]] = {"truth": [], "prediction": []}
    for number in range(N_PANOPTIC):
        rng = np.random.default_rng(number)
        ids = (rng.choice(2**24 - 1, SEGMENTS_IN_IMAGE, replace=False) + 1).tolist()
        true = {id_: int(rng.integers(N_CATEGORIES)) + 1 for id_ in ids}
        found = {id_: k if rng.random() < 0.9 else k % N_CATEGORIES + 1 for id_, k in true.items()}
        scene = [
            Shape(blob(rng, rng.uniform((0, 0), PANOPTIC_SIZE), rng.uniform(20, 150, 2)), id_) for id_ in ids
        ]
        shown = {"truth": (scene, true), "prediction": (list(moved(rng, scene, 4)), found)}
        for side, (shapes, categories) in shown.items():
            image, name = drawn(shapes, PANOPTIC_SIZE, UNLABELLED), f"{number:012d}.png"
            save(folder / side / name, colours_of(image))
            listed = segments(image, categories)
            sides[side].append({"image_id": number, "file_name": name, "segments_info": listed})
    names = [{"id": k, "name": f"category {k}", "isthing": k % 2} for k in range(1, N_CATEGORIES + 1)]
    for side, images in sides.items():
        document = json.dumps({"annotations": images, "categories": names})
        (folder / f"{side}.json").write_text(document, encoding="utf-8")


RECIPES = {"street": make_streets, "rooms": make_rooms, "panoptic": make_panoptic}


def make(work: Path, name: str) -> None:
    """Make a folder of pairs in the work folder where it is absent; it is there whole or not at all."""
    if not (work / name).exists():
        unfinished = work / f"{name}.unfinished"
        unfinished.mkdir(parents=True, exist_ok=True)
        RECIPES[name](unfinished)
        unfinished.rename(work / name)
