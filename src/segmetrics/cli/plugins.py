"""`segmetrics plugins`."""

from __future__ import annotations

import click

from segmetrics.cli import messages
from segmetrics.cli.listing import json_option, show
from segmetrics.plugin import Plugin, Registry, load


@click.command()
@json_option
@click.option("--check", is_flag=True, help="Say what is wrong with any of them, and exit with 1 if so.")
@click.pass_context
def plugins(ctx: click.Context, *, as_json: bool, check: bool) -> None:
    """List the installed plugins and what each gives."""
    registry = load()
    rows = [_row(registry, plugin) for plugin in (*registry.plugins, *registry.broken)]
    show(rows, as_json=as_json, otherwise="no plugins are installed")
    if check:
        for problem in registry.problems:
            messages.error(problem)
        ctx.exit(1 if registry.problems else 0)


def _row(registry: Registry, plugin: Plugin) -> dict[str, object]:
    gives = [
        f"{name} ({kind.removesuffix('s')})"
        for kind, catalogue in registry.catalogues.items()
        for name in catalogue
        if catalogue.provider(name) == plugin
    ]
    return {
        "name": plugin.name,
        "distribution": str(plugin),
        "gives": ["nothing: broken"] if plugin in registry.broken else gives,
    }
