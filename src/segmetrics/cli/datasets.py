"""`segmetrics datasets`."""

from __future__ import annotations

import click

from segmetrics.cli.listing import json_option, show
from segmetrics.cli.session import Session, pass_session


@click.command()
@json_option
@pass_session
def datasets(session: Session, *, as_json: bool) -> None:
    """List the benchmarks that the installed plugins give."""
    listed = session.registry.datasets
    rows: list[dict[str, object]] = [
        {"name": entry.name, "task": entry.task, "summary": entry.summary} for entry in listed.values()
    ]
    if as_json:
        for row, entry in zip(rows, listed.values(), strict=True):
            row |= {
                "splits": entry.splits,
                "version": entry.version,
                "license": entry.license,
                "source": entry.source,
                "url": entry.url,
                "options": [option.flag for option in entry.options],
                "plugin": str(listed.provider(entry.name)),
            }
    show(rows, as_json=as_json, otherwise="no benchmarks: install a plugin that has some")
