"""`segmetrics sample NAME DIR`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from segmetrics.cli.messages import debug_option
from segmetrics.cli.session import Session, pass_session

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from segmetrics.plugin import Dataset


@click.command()
@click.argument("name")
@click.argument("directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@debug_option
@pass_session
def sample(session: Session, name: str, directory: Path) -> None:
    """Write sample data of benchmark NAME into DIR and print the command that scores it."""
    dataset = session.dataset(name)
    if dataset.sample is None:
        raise click.UsageError(f"{name} has no sample data")
    if directory.is_dir() and any(directory.iterdir()):
        raise click.UsageError(f"{directory} is not empty: samples are written into a directory of their own")
    directory.mkdir(parents=True, exist_ok=True)
    values = dataset.sample(directory)
    click.echo(shlex.join(["segmetrics", "score", name, *_arguments(dataset, values)]))


def _arguments(dataset: Dataset, values: Mapping[str, object]) -> Iterator[str]:
    for option in dataset.options:
        value = values.get(option.name, option.unset)
        if value == option.unset:
            continue
        yield option.flag
        if option.kind != "flag":
            yield str(value)
