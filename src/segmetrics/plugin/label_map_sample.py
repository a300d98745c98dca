"""A few made-up label maps in the layout of a data set, to try things on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmetrics.plugin.label_map_files import Pattern
from segmetrics.plugin.label_map_images import stored_labels
from segmetrics.plugin.png_writer import write_png

if TYPE_CHECKING:
    from segmetrics.classes import Classes
    from segmetrics.plugin.label_maps import LabelMaps

N_IMAGES = 8
HEIGHT, WIDTH = 120, 160
REGIONS = 9
MARGIN = 3

Labels = NDArray[np.uint8 | np.uint16]


def write_label_map_sample(maps: LabelMaps, directory: Path) -> dict[str, object]:
    """Write true and predicted maps, and return the options that score them.

    The predictions are the truth with errors of the usual kinds: outlines that are off by some pixels, and a
    region of another class now and then. The same files come out every time.
    """
    random = np.random.default_rng(2012)
    split = maps.splits[0]
    root, folder = directory / "data", directory / "predictions"
    pattern, predicted = (Pattern(text).filled(split=split) for text in (maps.truth, maps.predictions))
    protocol, coding = next(iter(maps.protocols.values())), next(iter(maps.codings.values()))
    stored = stored_labels(coding.values)
    keys = []
    for number in range(1, N_IMAGES + 1):
        path = maps.sample[number % len(maps.sample)].format(number=number)
        fields = pattern.match(path) or {}
        scene = _scene(random, protocol.classes, number)
        write_png(root / path, scene.truth)
        write_png(folder / predicted.plainest(**fields), stored[scene.prediction])
        if protocol.instances is not None:
            instances = Pattern(protocol.instances.truth).filled(split=split, **fields)
            write_png(root / instances.text, scene.instances)
        keys.append(fields["key"])
    if maps.listing is not None:
        _write(root / Pattern(maps.listing).filled(split=split).text, "\n".join([*keys, ""]).encode())
    return {"root": str(root), "predictions": str(folder)}


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


class _Scene(NamedTuple):
    """One image: its true labels, its objects, and the labels predicted."""

    truth: Labels
    instances: Labels
    prediction: Labels


def _scene(random: np.random.Generator, classes: Classes, number: int) -> _Scene:
    """Regions around as many centres, each image with the next classes, framed by what is not scored."""
    centres = random.uniform((0, 0), (HEIGHT, WIDTH), (REGIONS, 2))
    chosen = (number * REGIONS + np.arange(REGIONS)) % len(classes)
    labels = np.array(classes.ids, np.uint8)[chosen]
    mistaken = np.where(random.random(REGIONS) < 0.1, random.choice(labels, REGIONS), labels)
    things = np.array(classes.things or [False] * len(classes))[chosen]
    objects = np.where(things, 1000 * labels.astype(np.uint16) + np.arange(REGIONS), labels).astype(np.uint16)
    regions = _nearest_of(centres)
    truth, instances = labels[regions], objects[regions]
    for unscored in (*classes.ignore, *classes.others)[:1]:
        for each in (truth, instances):
            each[:MARGIN] = each[-MARGIN:] = each[:, :MARGIN] = each[:, -MARGIN:] = unscored
    moved = _nearest_of(centres + random.normal(0, 3, centres.shape))
    return _Scene(truth, instances, mistaken[moved])


def _nearest_of(centres: NDArray[np.float64]) -> NDArray[np.intp]:
    """(HEIGHT, WIDTH): which centre is nearest to each pixel."""
    pixels = np.moveaxis(np.indices((HEIGHT, WIDTH)), 0, -1)
    distances = ((pixels[:, :, np.newaxis] - centres) ** 2).sum(axis=-1)
    nearest: NDArray[np.intp] = distances.argmin(axis=-1)
    return nearest
