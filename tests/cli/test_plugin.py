"""`segmetrics plugin new`: what it writes installs, passes its own tests, and is scored and run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from segmetrics.cli import app
from segmetrics.records import Store

NAMES = {"dataset": "river-banks", "model": "none"}  # None is a word of Python's
SIZE = (160, 120)

Python = Callable[..., str]


def new(kind: str, name: str, into: Path) -> Result:
    return CliRunner().invoke(app, ["plugin", "new", kind, name, "--into", str(into)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a plugin of each kind, installed below `site`, and the sample of the data set."""
    into = tmp_path_factory.mktemp("new")
    for kind, name in NAMES.items():
        result = new(kind, name, into)
        assert result.exit_code == 0, result.output
        assert f"pip install -e {into}/segmetrics-{name}" in result.stdout
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-index"]
    target = ["--no-build-isolation", "--no-deps", "--target", str(into / "site")]
    subprocess.run(
        [*pip, *target, *(str(into / f"segmetrics-{name}") for name in NAMES.values())], check=True
    )
    return into


def environment(folder: Path) -> Mapping[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(folder / "site"),
        "SEGMETRICS_PLUGINS": ",".join(NAMES.values()),
        "SEGMETRICS_STORE": str(folder / "store"),
    }


@pytest.fixture
def python(folder: Path) -> Python:
    """Run `python -m` with these arguments, and these plugins alone; what it writes to standard output."""

    def run(*arguments: object) -> str:
        command = [sys.executable, "-m", *map(str, arguments)]
        done = subprocess.run(
            command, env=environment(folder), cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.mark.parametrize("name", NAMES.values())
def test_its_tests_pass(folder: Path, python: Python, name: str) -> None:
    assert "2 passed" in python("pytest", "-q", "-p", "no:cacheprovider", folder / f"segmetrics-{name}")


def test_it_is_scored_and_run(folder: Path, python: Python) -> None:
    python("segmetrics.cli", "plugins", "--check")
    python("segmetrics.cli", "sample", "river-banks", "sample")
    root = ["--root", folder / "sample" / "data"]
    shown = python("segmetrics.cli", "score", "river-banks", *root, "--predictions", "sample/predictions")
    assert shown.startswith("river-banks · val · 8 images")
    images = folder / "sample" / "data" / "val" / "images"
    images.mkdir()
    for number in range(1, 9):
        shade = np.full((*SIZE[::-1], 3), 20 * number, np.uint8)
        Image.fromarray(shade).save(images / f"{number:04d}.jpg")
    python("segmetrics.cli", "run", "river-banks", "--model", "none", "--set", "threshold=90", *root)
    (record,) = [record for record in Store(folder / "store").records() if record.model is not None]
    assert (record.model and record.model.plugin, record.status) == ("segmetrics-none", "ok")


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("name", ["Rivers", "rivers_2026", "2026-rivers", "../rivers", "rivers-", ""])
def test_names(tmp_path: Path, kind: str, name: str) -> None:
    result = new(kind, name, tmp_path)
    assert (result.exit_code, list(tmp_path.iterdir())) == (2, [])
    assert result.stderr == (
        f"error: {name!r} is no name for a plugin, expected lower-case words joined by hyphens: rivers-2026\n"
    )


def test_nothing_is_written_over(tmp_path: Path) -> None:
    assert new("model", "bright", tmp_path).exit_code == 0
    result = new("dataset", "bright", tmp_path)
    assert result.exit_code == 2
    assert f"{tmp_path}/segmetrics-bright is there already: remove it" in result.stderr


def test_a_place_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = new("model", "bright", tmp_path / "file" / "folder")
    assert result.exit_code == 1
    assert "cannot be written: Not a directory" in result.stderr
