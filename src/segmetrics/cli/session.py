"""What the commands of one invocation share: the registry, loaded when first asked for, and the store."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import click

from segmetrics.cli import messages
from segmetrics.errors import PluginError, RecordError
from segmetrics.plugin import Catalogue, Dataset, Entry, Model, Registry, load
from segmetrics.records import Store

store_option = click.option(
    "--store",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="SEGMETRICS_STORE",
    default=Path("store"),
    show_default=True,
    help="Where runs are kept; SEGMETRICS_STORE changes the default.",
)


E = TypeVar("E", bound=Entry)


def changes_of(settings: Iterable[str]) -> dict[str, str]:
    """Options and their values, from --set OPTION=VALUE.

    Raises:
        click.UsageError: One is none.
    """
    return dict(map(_change, settings))


def _change(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.UsageError(f"--set is {text!r}, expected OPTION=VALUE")
    return name.strip("-").replace("-", "_"), value


def locate_run(store: Path, run: str) -> Path:
    """The record of a run that the user named: its id, the beginning of it, or a path.

    Raises:
        click.UsageError: There is none, or more than one.
    """
    try:
        return Store(store).locate(run)
    except RecordError as error:
        raise click.UsageError(str(error)) from error


class Session:
    """One invocation."""

    @cached_property
    def registry(self) -> Registry:
        """The plugins; those that don't load are warned of, once."""
        registry = load()
        for plugin in registry.broken:
            messages.warning(f"{plugin.problem} (segmetrics plugins --check)")
        return registry

    def dataset(self, name: str) -> Dataset:
        """The benchmark the user named.

        Raises:
            click.UsageError: There is none.
        """
        return self._found(self.registry.datasets, name)

    def model(self, name: str) -> Model:
        """The model the user named.

        Raises:
            click.UsageError: There is none.
        """
        return self._found(self.registry.models, name)

    @staticmethod
    def _found(catalogue: Catalogue[E], name: str) -> E:
        try:
            return catalogue.find(name)
        except PluginError as error:
            raise click.UsageError(str(error)) from error


def session_of(ctx: click.Context) -> Session:
    """The invocation's own, made when first asked for."""
    return ctx.find_root().ensure_object(Session)


pass_session = click.make_pass_decorator(Session, ensure=True)
