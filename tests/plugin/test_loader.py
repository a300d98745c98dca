from pathlib import Path

import pytest

from plugin.distributions import install, pebbles
from segmetrics.errors import PluginError
from segmetrics.plugin import Registry, load

METRIC = """
from segmetrics.plugin import Metric, hookimpl

@hookimpl
def segmetrics_metrics():
    yield Metric({name!r}, "A metric", task="semantic")
"""


def hook(signature: str, body: str) -> str:
    return f"from segmetrics.plugin import hookimpl\n@hookimpl\ndef {signature}:\n    {body}\n"


def test_a_plugin_gives_what_its_hooks_yield(registry: Registry) -> None:
    assert [str(plugin) for plugin in registry.plugins] == ["segmetrics-pebbles 0.3"]
    assert list(registry.datasets) == ["pebbles"]
    assert list(registry.metrics) == ["count.error"]
    assert list(registry.formats) == ["pebbles-json"]
    assert not registry.models
    assert not registry.problems


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import acme", "ModuleNotFoundError: No module named 'acme'"),
        ("1 +", "SyntaxError: invalid syntax"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("segmetrics_api = 2", "it is made for plugin API 2, this segmetrics has 1"),
        (
            hook("segmetrics_datasets()", "yield 'rivers'"),
            "segmetrics_datasets yielded 'rivers', expected a Dataset",
        ),
        (
            hook("segmetrics_datasets()", "yield 1 / 0"),
            "ZeroDivisionError: division by zero",
        ),
        (
            hook("segmetrics_datasets()", "return 7"),
            "TypeError: 'int' object is not iterable",
        ),
        (
            hook("segmetrics_dataset()", "return []"),
            "it implements segmetrics_dataset, which is no hook; did you mean segmetrics_datasets",
        ),
        (
            hook("segmetrics_run_finished(run)", "pass"),
            "PluginValidationError: ",
        ),
        (METRIC.format(name="Bad Name"), "ValueError: Metric name 'Bad Name'"),
    ],
)
def test_a_broken_plugin_is_named_and_the_others_load(
    pebbles_site: Path, monkeypatch: pytest.MonkeyPatch, source: str, reason: str
) -> None:
    install(pebbles_site, "acme", source, version="0.2")
    monkeypatch.setenv("SEGMETRICS_PLUGINS", "acme,pebbles")
    registry = load()
    assert list(registry.datasets) == ["pebbles"]
    (broken,) = registry.broken
    assert broken.problem.startswith(f"plugin segmetrics-acme 0.2 was not loaded: {reason}")
    assert "\n" not in broken.problem


def test_a_broken_plugin_gives_nothing_at_all(pebbles_site: Path) -> None:
    source = METRIC.format(name="fine") + hook("segmetrics_models()", "raise OSError")
    install(pebbles_site, "acme", source)
    assert "fine" not in load(["acme"]).metrics


def test_a_name_two_plugins_give_belongs_to_neither_and_names_both(pebbles_site: Path) -> None:
    install(pebbles_site, "pebbles-too", pebbles(), version="9")
    registry = load(["pebbles", "pebbles-too"])
    assert not registry.datasets
    assert any("segmetrics-pebbles-too 9" in problem for problem in registry.problems)
    with pytest.raises(PluginError) as caught:
        registry.dataset("pebbles")
    assert str(caught.value) == (
        'benchmark "pebbles" is given by segmetrics-pebbles 0.3 and segmetrics-pebbles-too 9: '
        "uninstall one or select by SEGMETRICS_PLUGINS"
    )


def test_the_environment_selects_plugins(pebbles_site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(pebbles_site, "other", METRIC.format(name="other"))
    monkeypatch.setenv("SEGMETRICS_PLUGINS", " other , ")
    assert [plugin.name for plugin in load().plugins] == ["other"]
    monkeypatch.setenv("SEGMETRICS_PLUGINS", "")
    assert not load().plugins
    monkeypatch.delenv("SEGMETRICS_PLUGINS")
    assert {"other", "pebbles"} <= {plugin.name for plugin in load().plugins}


def test_a_selected_plugin_that_is_not_installed_is_a_problem(registry: Registry) -> None:
    assert not registry.problems
    assert load(["pebles"]).problems == ["plugin pebles was not loaded: it is not installed"]
