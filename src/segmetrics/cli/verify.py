"""`segmetrics verify RUN`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from segmetrics.cli.benchmarks import available_cpus
from segmetrics.cli.messages import debug_option
from segmetrics.cli.progress import shown
from segmetrics.cli.session import Session, changes_of, locate_run, pass_session, store_option
from segmetrics.records import read_record
from segmetrics.runner import Difference, Verification, is_plain
from segmetrics.runner import verify as verify_record

if TYPE_CHECKING:
    from pathlib import Path

MOST_SHOWN = 10


@click.command()
@click.argument("run")
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="OPTION=VALUE",
    help="Give an option otherwise than the record says, such as where a file lies now; may be repeated.",
)
@store_option
@debug_option
@pass_session
def verify(session: Session, run: str, changes: tuple[str, ...], store: Path) -> None:
    """Score the inputs of RUN again: does every number come out, bit for bit?

    RUN is its id, the beginning of it, or a path to its record.json. Paths in a record are those that were
    given then, from the directory it was made in.
    """
    record = read_record(locate_run(store, run))
    dataset = None if is_plain(record) else session.dataset(record.dataset.name)
    with shown(quiet=False) as progress:
        outcome = verify_record(
            record,
            dataset,
            changes_of(changes),
            threads=available_cpus(),
            progress=progress,
            registry=session.registry,
        )
    click.echo(_report(outcome), nl=False)
    if not outcome.holds:
        raise click.exceptions.Exit(1)


def _report(outcome: Verification) -> str:
    lines = [f"not the same {name} as when the record was made" for name in outcome.changed]
    lines += [_line(difference) for difference in outcome.differences[:MOST_SHOWN]]
    if len(outcome.differences) > MOST_SHOWN:
        lines.append(f"... and {len(outcome.differences) - MOST_SHOWN} more")
    same = outcome.n - len(outcome.differences)
    lines.append(f"same: {same} of {outcome.n} numbers, bit for bit")
    return "\n".join(lines) + "\n"


def _line(difference: Difference) -> str:
    over = " ".join(f"{name}={value}" for name, value in difference.over.items())
    title = f"{difference.id} {over}".rstrip()
    return f"{title}: {difference.recorded!r} recorded, {difference.computed!r} now"
