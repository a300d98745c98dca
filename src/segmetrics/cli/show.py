"""`segmetrics show RUN`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from segmetrics.cli import present
from segmetrics.cli.messages import debug_option
from segmetrics.cli.session import Session, locate_run, pass_session, store_option
from segmetrics.records import Record, encode, exports, read_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FORMATS: dict[str, Callable[[Record], str]] = {
    "coco": exports.coco_lines,
    "markdown": exports.markdown,
    "csv": exports.csv,
    "latex": exports.latex,
}


@click.command()
@click.argument("run")
@store_option
@click.option("--per-class", is_flag=True, help="Show the scores of each class too.")
@click.option("--json", "as_json", is_flag=True, help="Write the record as it is.")
@click.option(
    "--format", "form", metavar="NAME", help=f"Write it as {', '.join(FORMATS)}, or what a plugin adds."
)
@debug_option
@pass_session
def show(
    session: Session, run: str, store: Path, *, per_class: bool, as_json: bool, form: str | None
) -> None:
    """Show RUN again: its id, the beginning of it, or a path to its record.json."""
    path = locate_run(store, run)
    record = read_record(path)
    if as_json:
        click.echo(encode(record), nl=False)
    elif form is not None:
        click.echo(_exporter(session, form)(record), nl=False)
    else:
        click.echo(present.run(record, path, per_class=per_class), nl=False)


def _exporter(session: Session, name: str) -> Callable[[Record], str]:
    if name in FORMATS:
        return FORMATS[name]
    added = session.registry.exporters
    if name not in added:
        raise click.UsageError(f'no format "{name}"; there are {", ".join([*FORMATS, *added])}')
    return added[name].export
