"""What models of images have in common: how an image is made their input, and which classes they tell apart.

Nothing here needs NumPy, so that models are listed quickly; the arithmetic is in
`segmetrics.plugin.image_networks`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from segmetrics.errors import InputError, PluginError
from segmetrics.plugin.class_names import CLASS_NAMES
from segmetrics.plugin.declared import choice
from segmetrics.plugin.entries import Option, nearest
from segmetrics.readers.class_table import read_class_table
from segmetrics.records import file_digest, files_digest

WEIGHTS: Final = Option("weights", kind="path", required=True, help="the file of weights")
CLASSES: Final = Option(
    "classes",
    kind="text",
    required=True,
    help=f"names of its classes by index: {', '.join(CLASS_NAMES)}, a file of a name a line, or a,b,c",
)
OUTPUT: Final = Option("output", kind="text", help="the name of the output to take; the first by default")

FIT: Final = choice(
    "fit",
    ("stretch", "keep", "original"),
    "how an image becomes the size of the input: stretched, its aspect kept and padded, or not at all",
)
SIZE: Final = Option("size", kind="text", help="WIDTHxHEIGHT of the input, where the network takes any size")
PADDING: Final = Option("padding", kind="integer", default=0, help="pixel value right and below a kept image")
MEAN: Final = Option("mean", kind="text", default="0", help="what is taken from 0 to 255: a number, or r,g,b")
SCALE: Final = Option("scale", kind="text", default="1", help="what that is divided by: a number, or r,g,b")
CHANNELS: Final = choice("channels", ("rgb", "bgr"), "the order of the input's channels")
RESIZE: Final = choice(
    "resize", ("nearest", "bilinear"), "how what comes out becomes the image's size: classes, or scores"
)
ACTIVATION: Final = choice("activation", ("none", "sigmoid"), "what makes the output a strength from 0 to 1")

PREPARATION: Final = (FIT, SIZE, PADDING, MEAN, SCALE, CHANNELS)
"""How an image becomes the network's input."""

SEMANTIC_OPTIONS: Final = (WEIGHTS, CLASSES, OUTPUT, *PREPARATION, RESIZE)
"""Options of a network that tells classes apart, for `segmetrics.plugin.image_networks.SemanticNetwork`."""

BOUNDARY_OPTIONS: Final = (WEIGHTS, OUTPUT, *PREPARATION, ACTIVATION)
"""Options of a network that draws boundaries, for `segmetrics.plugin.image_networks.BoundaryNetwork`."""

IMAGENET: Final = {"mean": "123.675,116.28,103.53", "scale": "58.395,57.12,57.375"}
"""Mean and standard deviation of ImageNet's pixels, which most networks of PyTorch expect to be taken off."""


def framework(module: str, install: str) -> Any:  # noqa: ANN401
    """A module of the framework that a model needs.

    Args:
        module: Its dotted name.
        install: What to give `pip install`.

    Raises:
        PluginError: It is not installed.

    >>> framework("math", "python").pi > 3
    True
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise PluginError(f"{module} cannot be imported ({error}): pip install {install}") from error


def class_names(text: str) -> tuple[str, ...]:
    """The names that the option `classes` stands for: a list's name, a table of classes, or the names.

    Raises:
        InputError: It is none of these, or a name occurs twice.

    >>> class_names("background, cat")
    ('background', 'cat')
    >>> class_names("voc")[8]
    'cat'
    """
    if text in CLASS_NAMES:
        return CLASS_NAMES[text]
    if Path(text).is_file():
        return _listed(Path(text))
    names = tuple(name.strip() for name in text.split(","))
    if len(names) == 1:
        raise InputError(
            f"classes is {text!r}, which is no file, no names parted by commas, and none of "
            f"{', '.join(CLASS_NAMES)}{nearest(text, CLASS_NAMES)}"
        )
    for name in names:
        if not name or names.count(name) > 1:
            raise InputError(f"classes has {name!r} {names.count(name)} times, expected names, each once")
    return names


def _listed(path: Path) -> tuple[str, ...]:
    table = read_class_table(path)
    if table.ids != tuple(range(len(table))):
        raise InputError(f"has ids {table.ids}, expected indices 0, 1, ... in order", file=path)
    return table.names


def named_output(asked: object, outputs: Sequence[str]) -> int:
    """The index of the output that the option `output` names; of the first where it names none.

    Raises:
        InputError: There is no such output.
    """
    if asked is None:
        return 0
    if asked not in outputs:
        known = nearest(str(asked), frozenset(outputs))
        raise InputError(f"the network has no output {asked!r}, only {', '.join(outputs)}{known}")
    return outputs.index(str(asked))


def revision(distribution: str, weights: Path) -> str:
    """What tells the predictions of these weights from others': the plugin's version, and a digest of them.

    Args:
        distribution: The plugin's.
        weights: A file, or a folder of which every file counts.

    Raises:
        InputError: They cannot be read.
    """
    if weights.is_dir():
        files = {path.name: path for path in _files(weights)}
        digest = files_digest(files)
    else:
        digest = file_digest(weights)
    return f"{distribution} {version(distribution)} {digest}"


def _files(folder: Path) -> Sequence[Path]:
    return [path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")]


def numbers(values: Mapping[str, object], name: str, expected: int) -> tuple[float, ...]:
    """The numbers of an option whose text is one, or as many as expected.

    Raises:
        InputError: It is something else.

    >>> numbers({"mean": "1,2,3"}, "mean", 3), numbers({"mean": "0.5"}, "mean", 3)
    ((1.0, 2.0, 3.0), (0.5, 0.5, 0.5))
    """
    text = str(values[name])
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        found = ()
    if len(found) not in {1, expected}:
        raise InputError(f"{name} is {text!r}, expected a number, or {expected} parted by commas")
    return found * (expected // len(found))
