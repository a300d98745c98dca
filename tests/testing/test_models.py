"""A model that breaks a promise is told which, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from plugin.distributions import install

from segmetrics.plugin import Model, Option, Predictor, load
from segmetrics.testing import ConformanceError, check_model

SHADES = """
import numpy as np

from segmetrics.plugin import Model, ObjectPrediction, Option, Predictor, hookimpl


class Semantic(Predictor):
    revision = "1"
    classes = ("dark", "bright")

    def __init__(self, threshold):
        self.threshold = threshold

    def predict(self, image):
        return (image.mean(axis=2) > self.threshold).astype(int)


class Boundary(Semantic):
    classes = None

    def predict(self, image):
        return image.mean(axis=2) / 255


class Instance(Semantic):
    def predict(self, image):
        bright = super().predict(image) == 1
        masks = np.stack([~bright, bright])
        return ObjectPrediction(masks=masks, classes=np.arange(2), scores=np.array([0.5, 0.75]))


@hookimpl
def segmetrics_models():
    for kind in (Semantic, Boundary, Instance):
        yield Model(
            f"shades-{kind.__name__.lower()}",
            "Shades",
            task=kind.__name__.lower(),
            options=(Option("threshold", kind="float", help="where bright begins", default=100.0),),
            load=lambda values, kind=kind: kind(values["threshold"]),
        )
"""

TASKS = ("semantic", "boundary", "instance")


@pytest.fixture
def models(site: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Model]:
    install(site, "shades", SHADES)
    monkeypatch.setenv("SEGMETRICS_PLUGINS", "shades")
    return {task: load().models.find(f"shades-{task}") for task in TASKS}


@pytest.mark.parametrize("task", TASKS)
def test_a_model_that_keeps_every_promise(models: dict[str, Model], task: str) -> None:
    check_model(models[task])
    check_model(models[task], {"threshold": "30"}, sizes=[(1, 1), (7, 200)])


def spoiled(model: Model, predict: Callable[[NDArray[Any]], Any], **attributes: Any) -> Model:
    """The model with predictors that predict so, with these attributes instead of theirs."""

    class Spoiled(Predictor):
        revision = "1"
        classes = ("dark", "bright")

        def predict(self, image: NDArray[Any]) -> Any:
            return predict(image)

    def load_spoiled(_values: object) -> Predictor:
        predictor = Spoiled()
        for name, value in attributes.items():
            setattr(predictor, name, value() if callable(value) else value)
        return predictor

    return replace(model, load=load_spoiled)


def nothing(image: NDArray[Any]) -> NDArray[Any]:
    return np.zeros(image.shape[:2], int)


RUNNING = count()


@pytest.mark.parametrize(
    ("predict", "attributes", "advice"),
    [
        (nothing, {"revision": ""}, "its revision is ''; set it to a digest of the weights"),
        (nothing, {"revision": lambda: str(next(RUNNING))}, "loaded twice, its revision is"),
        (nothing, {"classes": None}, "its classes are None; name what it tells apart"),
        (nothing, {"classes": ("dark", "dark")}, "two of its classes have one name"),
        (lambda image: nothing(image).T, {}, r"image 48x64 .*shape \(64, 48\), expected integers of shape"),
        (lambda image: nothing(image) + 0.5, {}, "expected indices of classes"),
        (lambda image: nothing(image) + 2, {}, "has class 2, expected indices of its 2 classes"),
        (lambda image: nothing(image) + next(RUNNING) % 2, {}, "asked twice about the image .* seed what is"),
        (lambda image: image.__setitem__(0, 0) or nothing(image), {}, "not to be written to"),
        (lambda _: 1 / 0, {}, "raises PluginError: .*ZeroDivisionError"),
    ],
)
def test_predictors(
    models: dict[str, Model], predict: Callable[[Any], Any], attributes: dict[str, Any], advice: str
) -> None:
    with pytest.raises(ConformanceError, match=advice):
        check_model(spoiled(models["semantic"], predict, **attributes))


def test_a_model_of_boundaries_has_no_classes(models: dict[str, Model]) -> None:
    with pytest.raises(ConformanceError, match="a model of boundaries tells none apart"):
        check_model(spoiled(models["boundary"], nothing))


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"name": "shadows"}, 'no model "shadows".*; yield shadows from a function segmetrics_models'),
        ({"task": "counting"}, "expected semantic, boundary or instance"),
        ({"summary": ""}, "has no summary"),
        ({"load": lambda _: 7}, "load gives a int; give a segmetrics.plugin.Predictor"),
        ({"load": lambda _: 1 / 0}, "loading it with {'threshold': 100.0} raises ZeroDivisionError"),
        (
            {"options": (Option("weights", kind="path", help="the weights", required=True),)},
            "completing the options {} raises InputError: .* needs 'weights': the weights; give check_model",
        ),
    ],
)
def test_entries(models: dict[str, Model], change: dict[str, Any], advice: str) -> None:
    with pytest.raises(ConformanceError, match=advice):
        check_model(replace(models["semantic"], **change))
