"""Oxford-IIIT Pet as a segmetrics plugin."""

from collections.abc import Iterator

from segmetrics.classes import Classes
from segmetrics.plugin import Dataset, Format, Metric, RemoteFile, hookimpl
from segmetrics.plugin.label_maps import LABEL_PNG, METRICS, Coding, LabelProtocol, label_map_dataset

FOREGROUND, BACKGROUND, BORDER = 1, 2, 3

PROTOCOLS = (
    LabelProtocol(
        name="pets-fgbg",
        classes=Classes("background foreground", ids=(BACKGROUND, FOREGROUND), others=(BORDER,)),
    ),
    LabelProtocol(
        name="pets-trimap3",
        classes=Classes("foreground background border", ids=(FOREGROUND, BACKGROUND, BORDER)),
    ),
    LabelProtocol(
        name="pets-fgborder",
        classes=Classes("background foreground", ids=(BACKGROUND, FOREGROUND)),
        merged={BORDER: FOREGROUND},
    ),
)

OXFORD_PETS = label_map_dataset(
    name="oxford-pets",
    summary="Oxford-IIIT Pet, 3,669 test images, pet and background",
    license="CC BY-SA 4.0",
    source="Parkhi et al., Cats and Dogs, CVPR 2012",
    version="2012",
    splits=("test", "trainval"),
    truth="annotations/trimaps/{key}.png",
    listing="annotations/{split}.txt",
    protocols=PROTOCOLS,
    codings=[
        Coding(name="trimap"),
        Coding(name="mask", values={0: BACKGROUND, **dict.fromkeys(range(1, 256), FOREGROUND)}),
    ],
    sample=("annotations/trimaps/Abyssinian_{number}.png", "annotations/trimaps/pug_{number}.png"),
    url="https://www.robots.ox.ac.uk/~vgg/data/pets/",
    files=(
        RemoteFile(
            url="https://www.robots.ox.ac.uk/~vgg/data/pets/data/annotations.tar.gz",
            part="annotations",
            unpack="tar",
        ),
        RemoteFile(
            url="https://www.robots.ox.ac.uk/~vgg/data/pets/data/images.tar.gz",
            part="images",
            unpack="tar",
            optional=True,
        ),
    ),
)


@hookimpl
def segmetrics_datasets() -> Iterator[Dataset]:
    """Oxford-IIIT Pet's benchmark."""
    yield OXFORD_PETS


@hookimpl
def segmetrics_metrics() -> Iterator[Metric]:
    """What it measures."""
    yield from METRICS


@hookimpl
def segmetrics_formats() -> Iterator[Format]:
    """What it reads."""
    yield LABEL_PNG
