"""Lists as text or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from segmetrics.cli.present import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON.")


def show(rows: Sequence[Mapping[str, object]], *, as_json: bool, otherwise: str) -> None:
    """Print rows that have the same fields, or what to say `otherwise` when there is none."""
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(rows), indent=2))
    elif rows:
        click.echo(table([[_cell(value) for value in row.values()] for row in rows], str.ljust), nl=False)
    else:
        click.echo(otherwise)


def _cell(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
