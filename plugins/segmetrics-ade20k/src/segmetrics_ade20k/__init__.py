"""ADE20K as a segmetrics plugin."""

from collections.abc import Iterator

from segmetrics.classes import Classes
from segmetrics.plugin import Dataset, Format, Metric, hookimpl
from segmetrics.plugin.label_maps import LABEL_PNG, METRICS, LabelProtocol, label_map_dataset

NAMES = """
wall, building, sky, floor, tree, ceiling, road, bed, windowpane, grass, cabinet, sidewalk, person,
earth, door, table, mountain, plant, curtain, chair, car, water, painting, sofa, shelf, house, sea,
mirror, rug, field, armchair, seat, fence, desk, rock, wardrobe, lamp, bathtub, railing, cushion,
base, box, column, signboard, chest of drawers, counter, sand, sink, skyscraper, fireplace,
refrigerator, grandstand, path, stairs, runway, case, pool table, pillow, screen door, stairway,
river, bridge, bookcase, blind, coffee table, toilet, flower, book, hill, bench, countertop, stove,
palm, kitchen island, computer, swivel chair, boat, bar, arcade machine, hovel, bus, towel, light,
truck, tower, chandelier, awning, streetlight, booth, television, airplane, dirt track, apparel,
pole, land, bannister, escalator, ottoman, bottle, buffet, poster, stage, van, ship, fountain,
conveyer belt, canopy, washer, plaything, swimming pool, stool, barrel, basket, waterfall, tent,
bag, minibike, cradle, oven, ball, food, step, tank, trade name, microwave, pot, animal, bicycle,
lake, dishwasher, screen, blanket, sculpture, hood, sconce, vase, traffic light, tray, ashcan, fan,
pier, crt screen, plate, monitor, bulletin board, shower, radiator, glass, clock, flag
"""
"""The first name that objectInfo150.txt gives each class."""

CLASSES = Classes(NAMES.replace("\n", " ").strip().split(", "), ids=range(1, 151), others=(0,))

ADE20K = label_map_dataset(
    name="ade20k",
    summary="ADE20K scene parsing, 2,000 validation images, 150 classes",
    license="BSD-3-Clause (annotations); images for non-commercial research and education",
    source="MIT CSAIL; Zhou et al., Scene Parsing through ADE20K Dataset, CVPR 2017",
    version="ADEChallengeData2016",
    splits=("validation", "training"),
    truth="annotations/{split}/{key}.png",
    image="images/{split}/{key}.jpg",
    protocols=[
        LabelProtocol(
            name="ade20k",
            classes=CLASSES,
            reference="sceneparsing e202229",
            absent="zero",
            means={"ade20k.final": ("iou.mean", "accuracy.pixel")},
        )
    ],
    sample=("annotations/validation/ADE_val_{number:08d}.png",),
    url="http://sceneparsing.csail.mit.edu",
)


@hookimpl
def segmetrics_datasets() -> Iterator[Dataset]:
    """ADE20K's benchmark."""
    yield ADE20K


@hookimpl
def segmetrics_metrics() -> Iterator[Metric]:
    """What it measures."""
    yield from METRICS
    yield Metric("ade20k.final", "mean of iou.mean and accuracy.pixel", task="semantic")


@hookimpl
def segmetrics_formats() -> Iterator[Format]:
    """What it reads."""
    yield LABEL_PNG
