"""Whether a model conforms: loaded twice and asked about made-up images, by way of the runner."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from segmetrics.errors import InputError
from segmetrics.plugin import Model, Predictor, Registry, no_progress
from segmetrics.plugin.png_writer import write_png
from segmetrics.plugin.prediction_forms import CocoResults, EdgePngs, ImageSet, LabelPngs, PredictionForm
from segmetrics.runner.predicting import Predictions
from segmetrics.testing.conformance import announced, doing, require
from segmetrics.types import Key

SIZES = ((48, 64), (65, 33))
"""(height, width) of the made-up images."""

Names = Mapping[Key, str]

_FORMS: Mapping[str, Callable[[Names, Sequence[str]], PredictionForm]] = {
    "semantic": lambda names, classes: LabelPngs(_labels(classes), names, np.arange(256, dtype=np.uint8)),
    "boundary": lambda names, _: EdgePngs(names),
    "instance": lambda _, classes: CocoResults(_labels(classes)),
}


def check_model(
    model: Model,
    values: Mapping[str, object] | None = None,
    *,
    sizes: Sequence[tuple[int, int]] = SIZES,
    registry: Registry | None = None,
) -> None:
    """Check that a model keeps every promise a plugin makes, on made-up images.

    It is announced and loads; its revision is the same each time; an option that it does not have is an
    `InputError` with the nearest; what it predicts has the form of its task and the size of the image, and is
    the same when it is loaded and asked again, in another order.

    Args:
        model: What to check.
        values: Its options by name, as `segmetrics run --set` takes them.
        sizes: (height, width) of the images; each is made once.
        registry: What announces it; by default the installed plugin that gives it, alone.

    Raises:
        ConformanceError: It does not, with what to do.

    >>> check_model(Model("water", "Calls every pixel water", task="art", load=lambda values: None))
    Traceback (most recent call last):
    segmetrics.testing.conformance.ConformanceError: water does art; expected semantic, boundary or instance
    """
    values = {} if values is None else values
    require(model.task in _FORMS, f"{model.name} does {model.task}; expected semantic, boundary or instance")
    require(model.summary, f"{model.name} has no summary: say in one line what it is, for segmetrics models")
    announced(model, lambda registry: registry.models, registry)
    _check_unknown_option(model, values)
    first, second = _loaded(model, values), _loaded(model, values)
    _check_predictor(model, first)
    require(
        first.revision == second.revision,
        f"{model.name}: loaded twice, its revision is {first.revision!r} and {second.revision!r}; make it a "
        "digest of the weights, or the version of the algorithm",
    )
    with TemporaryDirectory() as directory:
        folder = Path(directory)
        images = _made_up(folder / "images", sizes)
        once = _predicted(model, first, images, folder / "once")
        again = _predicted(model, second, dict(reversed(images.items())), folder / "again")
    for key in images:
        require(
            once[key] == again[key],
            f"{model.name}: asked twice about the image {key}, it predicts differently; seed what is random, "
            "and keep nothing from one image to the next",
        )


def _check_unknown_option(model: Model, values: Mapping[str, object]) -> None:
    name = f"{model.options[0].name}s" if model.options else "strength"
    try:
        model.complete({**values, name: "1"})
    except InputError as error:
        says = str(error)
    else:
        says = "nothing"
    nearest = model.options[0].name if model.options else ""
    require(
        name in says and nearest in says,
        f"{model.name}: of an option {name!r}, which it does not have, it says {says!r}; leave complete as "
        "Model has it",
    )


def _loaded(model: Model, values: Mapping[str, object]) -> Predictor:
    with doing(
        f"{model.name}: completing the options {dict(values)}", "give check_model those that the model needs"
    ):
        complete = model.complete(values)
    with doing(
        f"{model.name}: loading it with {complete}",
        "raise PluginError that says what to install where a framework is missing, and InputError of a wrong "
        "option",
    ):
        predictor = model.load(complete)
    require(
        isinstance(predictor, Predictor),
        f"{model.name}: load gives a {type(predictor).__name__}; give a segmetrics.plugin.Predictor",
    )
    return predictor


def _check_predictor(model: Model, predictor: Predictor) -> None:
    revision = getattr(predictor, "revision", None)
    require(
        isinstance(revision, str) and revision,
        f"{model.name}: its revision is {revision!r}; set it to a digest of the weights, or to the version "
        "of the algorithm, since predictions are kept under it",
    )
    classes = predictor.classes
    if model.task == "boundary":
        require(
            classes is None, f"{model.name} has classes; a model of boundaries tells none apart: leave None"
        )
        return
    require(
        classes is not None and len(classes) and all(isinstance(name, str) and name for name in classes),
        f"{model.name}: its classes are {classes!r}; name what it tells apart, by index",
    )
    require(
        len(set(classes or ())) == len(classes or ()),
        f"{model.name}: two of its classes have one name; give each its own, since names are matched with "
        "those of the data set",
    )


def _labels(classes: Sequence[str]) -> dict[str, int]:
    """A label for each class; what a map of 8 bits cannot hold begins anew."""
    return {name: index % 256 for index, name in enumerate(classes)}


def _made_up(folder: Path, sizes: Sequence[tuple[int, int]]) -> dict[Key, Path]:
    """An image of each size, of bright and dark boxes; the same come out every time."""
    random = np.random.default_rng(2026)
    images: dict[Key, Path] = {}
    for height, width in sizes:
        pixels = random.integers(0, 64, (height, width, 3), np.uint8)
        for _ in range(6):
            top, left = (int(random.integers(0, size)) for size in (height, width))
            box = pixels[top : top + height // 2, left : left + width // 2]
            box[:] = random.integers(0, 256, 3)
        images[f"{height}x{width}"] = folder / f"{height}x{width}.png"
        write_png(images[f"{height}x{width}"], pixels)
    return images


def _predicted(
    model: Model, predictor: Predictor, images: Mapping[Key, Path], folder: Path
) -> dict[Key, bytes]:
    """What the runner would keep of each image."""
    classes = predictor.classes or ()
    form = _FORMS[model.task]({key: f"{key}.png" for key in images}, classes)
    predictions = Predictions(
        model.name,
        predictor,
        ImageSet(images, form),
        None if form.labels is None else _labels(classes).values(),
        {},
        parent=folder,
        progress=no_progress,
    )
    with doing(
        f"{model.name}: predicting on made-up images of {', '.join(map(str, images))} (height x width)",
        "predict takes (height, width, 3) uint8 that is not to be written to, of any size, and gives what "
        "segmetrics.plugin.Predictor says",
    ):
        predictions.ensure_all()
    return {key: path.read_bytes() for key, path in predictions.paths.items()}
