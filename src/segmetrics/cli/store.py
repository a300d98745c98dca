"""`segmetrics store`: the runs on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from segmetrics.cli.listing import json_option
from segmetrics.cli.listing import show as show_rows
from segmetrics.cli.session import store_option
from segmetrics.records import Index, Store

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
def store() -> None:
    """List or re-index the runs on disk."""


@store.command("list")
@store_option
@json_option
def list_runs(store: Path, *, as_json: bool) -> None:
    """List the runs, newest first."""
    rows = [row._asdict() for row in Index(Store(store)).find()]
    shown = ("id", "created", "status", "dataset", "split", "model")
    if not as_json:
        rows = [{name: row[name] or "" for name in shown} for row in rows]
    show_rows(rows, as_json=as_json, otherwise=f"no runs in {store}")


@store.command()
@store_option
def rebuild(store: Path) -> None:
    """Make the index anew from the records, which are the truth."""
    index = Index(Store(store))
    index.rebuild()
    click.echo(f"{index.path}: {len(index.find())} runs")
