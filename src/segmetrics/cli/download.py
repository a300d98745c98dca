"""`segmetrics download NAME DIR`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from segmetrics.cli.messages import debug_option
from segmetrics.cli.progress import shown
from segmetrics.cli.session import Session, pass_session
from segmetrics.downloads import RECEIPT
from segmetrics.downloads import download as fetch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segmetrics.plugin import Dataset, RemoteFile


@click.command()
@click.argument("name")
@click.argument("directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--part", multiple=True, help="A part to fetch; may be repeated. Without, what scoring needs.")
@click.option("--quiet", is_flag=True, help="No progress and no results, only errors.")
@debug_option
@pass_session
def download(session: Session, name: str, directory: Path, part: tuple[str, ...], *, quiet: bool) -> None:
    """Fetch the data of benchmark NAME into DIR; broken off, it goes on where it was.

    Where its terms ask you to sign or to log in, it says which page to visit and what to lay where.
    """
    dataset = session.dataset(name)
    if not dataset.files:
        _tell_where(dataset)
        raise click.exceptions.Exit(1)
    chosen = _chosen(dataset, part)
    with shown(quiet=quiet) as progress:
        downloaded = fetch(chosen, directory, progress)
    if not quiet:
        for file in downloaded:
            click.echo(f"{file.name}  {file.bytes:,} bytes  {_compared(file.published)}  {file.digest}")
        click.echo(f"license: {dataset.license} · digests in {directory / RECEIPT}")


def _tell_where(dataset: Dataset) -> None:
    click.echo(f"{dataset.name} cannot be fetched for you ({dataset.license}). Visit {dataset.url}")
    if dataset.layout:
        click.echo("and lay out, below a folder of your choice:")
    for line in dataset.layout:
        click.echo(f"  {line}")


def _chosen(dataset: Dataset, parts: Sequence[str]) -> list[RemoteFile]:
    known = {file.part: None for file in dataset.files}
    for part in parts:
        if part not in known:
            raise click.UsageError(f"{dataset.name} has no part {part!r}, only {', '.join(known)}")
    return [file for file in dataset.files if (file.part in parts if parts else not file.optional)]


def _compared(published: str | None) -> str:
    return "as published" if published else "no digest is published"
