"""`segmetrics plugin new dataset NAME` and `segmetrics plugin new model NAME`."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import click

import segmetrics
from segmetrics.cli.messages import debug_option
from segmetrics.plugin import API_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_FILES = {
    "pyproject.toml": "pyproject.toml",
    "{kind}/README.md": "README.md",
    "{kind}/module.py": "src/{module}/__init__.py",
    "{kind}/test.py": "tests/test_{module}.py",
}
"""The templates, and where each goes."""


@click.group()
def plugin() -> None:
    """Begin a plugin."""


@plugin.group()
def new() -> None:
    """Write a small, complete, tested distribution."""


def _checked_name(_ctx: click.Context, _param: click.Parameter, name: str) -> str:
    if not _NAME.fullmatch(name):
        raise click.UsageError(
            f"{name!r} is no name for a plugin, expected lower-case words joined by hyphens: rivers-2026"
        )
    return name


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        debug_option,
        click.option(
            "--into",
            metavar="DIR",
            type=click.Path(file_okay=False, path_type=Path),
            default=Path(),
            help="Where its folder goes; the current directory by default.",
        ),
        click.argument("name", callback=_checked_name),
    ):
        command = option(command)
    return command


@new.command()
@_options
def dataset(name: str, into: Path) -> None:
    """Write a plugin that adds a data set of label maps, to begin with, into the folder segmetrics-NAME."""
    _write("dataset", name, into)


@new.command()
@_options
def model(name: str, into: Path) -> None:
    """Write a plugin that adds a model, to begin with a threshold, into the folder segmetrics-NAME."""
    _write("model", name, into)


def _write(kind: str, name: str, into: Path) -> None:
    folder = into / f"segmetrics-{name}"
    if folder.exists():
        raise click.UsageError(f"{folder} is there already: remove it, or choose another name or --into")
    words = _words(name)
    try:
        for template, path in _FILES.items():
            _write_file(folder / path.format_map(words), _filled(template.format(kind=kind), words))
    except OSError as error:
        raise click.ClickException(f"{error.filename}: cannot be written: {error.strerror}") from error
    click.echo(f"\nTry it: pip install -e {folder} && pytest {folder}")


def _write_file(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    click.echo(path)


def _words(name: str) -> Mapping[str, str]:
    """What the templates leave open."""
    words = name.split("-")
    return {
        "name": name,
        "module": "_".join(["segmetrics", *words]),
        "constant": "_".join(words).upper(),
        "type": "".join(map(str.capitalize, [*words, "predictor"])),
        "version": ".".join(segmetrics.__version__.split(".")[:2]),
        "api": str(API_VERSION),
    }


def _filled(template: str, words: Mapping[str, str]) -> str:
    text = files("segmetrics").joinpath("templates", f"{template}.template").read_text(encoding="utf-8")
    return Template(text).substitute(words)
