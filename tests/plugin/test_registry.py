from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from plugin.distributions import install
from segmetrics.errors import PluginError
from segmetrics.plugin import Format, Registry, load
from segmetrics.plugin.registry import Catalogue, Plugin

OBSERVERS = """
from segmetrics.plugin import hookimpl

seen = []

@hookimpl
def segmetrics_run_finished(record):
    seen.append(record)
    if record == "bad":
        raise RuntimeError("cannot listen")
"""


def test_an_unknown_name_is_answered_with_the_nearest(registry: Registry) -> None:
    with pytest.raises(PluginError) as caught:
        registry.dataset("pebles")
    assert str(caught.value) == 'no benchmark "pebles"; did you mean pebbles? (segmetrics datasets lists 1)'


def test_a_name_near_to_nothing_gets_no_suggestion(registry: Registry) -> None:
    with pytest.raises(PluginError) as caught:
        registry.metrics.find("xyz")
    assert str(caught.value) == 'no metric "xyz" (segmetrics metrics lists 1)'


def test_a_catalogue_is_a_mapping(registry: Registry) -> None:
    assert "pebbles" in registry.datasets
    assert registry.datasets.get("nothing") is None
    assert registry.datasets["pebbles"] is registry.dataset("pebbles")
    assert registry.datasets.provider("pebbles").version == "0.3"


def test_observers_hear_of_a_run_and_cannot_fail_it(site: Path) -> None:
    install(site, "ear", OBSERVERS)
    finished: Any = load(["ear"]).run_finished
    assert finished("good", None) == []
    assert finished("bad", None) == [
        "plugin segmetrics-ear 0.3 failed in segmetrics_run_finished: RuntimeError: cannot listen"
    ]
    assert import_module("segmetrics_ear").seen == ["good", "bad"]


def test_one_entry_that_two_plugins_give_is_the_firsts() -> None:
    one, two = Plugin("one", "segmetrics-one", "1"), Plugin("two", "segmetrics-two", "1")
    shared, own, same_name = (Format(name, "maps") for name in ("png", "tiff", "tiff"))
    catalogue = Catalogue("format", "lists", [(one, shared), (one, own), (two, shared), (two, same_name)])
    assert catalogue.provider("png") is one
    assert list(catalogue) == ["png"]
    assert len(catalogue.clashes) == 1
