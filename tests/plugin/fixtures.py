"""Fixtures shared by the tests of the plugin, runner and command-line floors."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from plugin import distributions
from segmetrics.plugin import Dataset, Registry, load

Counts = Mapping[str, Path]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty directory that Python imports from; no plugin of this machine is seen beside it."""
    directory = tmp_path / "site"
    directory.mkdir()
    monkeypatch.syspath_prepend(directory)
    known = set(sys.modules)
    yield directory
    for name in set(sys.modules) - known:
        if name.startswith("segmetrics_"):
            del sys.modules[name]
    importlib.invalidate_caches()


@pytest.fixture
def pebbles_site(site: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same with the plugin of the how-to page, and that alone, installed."""
    distributions.install(site, "pebbles", distributions.pebbles())
    monkeypatch.setenv("SEGMETRICS_PLUGINS", "pebbles")
    return site


@pytest.fixture
def registry(pebbles_site: Path) -> Registry:
    assert pebbles_site.is_dir()
    return load()


@pytest.fixture
def pebbles(registry: Registry) -> Dataset:
    return registry.dataset("pebbles")


@pytest.fixture
def counts(tmp_path: Path) -> Counts:
    """Option values: seven photographs and as many predictions, all one off but the first."""
    values = {"ground_truth": tmp_path / "truth.json", "predictions": tmp_path / "predictions.json"}
    values["ground_truth"].write_text(json.dumps({f"image {n}": n for n in range(7)}))
    values["predictions"].write_text(json.dumps({f"image {n}": n + (n > 0) for n in range(7)}))
    return values
