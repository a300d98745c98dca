"""`segmetrics score NAME`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from segmetrics.cli import messages
from segmetrics.cli.benchmarks import Benchmarks, available_cpus, benchmark_command, shown_result
from segmetrics.cli.progress import shown
from segmetrics.cli.session import session_of
from segmetrics.plugin import nearest
from segmetrics.plugin.plain import PLAIN, plain_dataset
from segmetrics.records import ScoredModel
from segmetrics.runner import RunResult, run

if TYPE_CHECKING:
    from pathlib import Path

    from segmetrics.cli.session import Session
    from segmetrics.plugin import Dataset

TASK = "--task"

_MODEL = click.Option(["--model"], metavar="NAME", help="What made the predictions, for the record.")


class ScoredBenchmarks(Benchmarks):
    """The benchmarks of the installed plugins, each scoring the predictions it is given.

    `--task TASK` in the place of a name is a command too: that of a benchmark made of the paths it is given.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, where a task is named with that as the command."""
        return super().parse_args(ctx, _with_command(args))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """The command of a benchmark, or of a task."""
        if not cmd_name.startswith(TASK):
            return super().get_command(ctx, cmd_name)
        return plain_command(session_of(ctx), cmd_name.removeprefix(TASK).strip())

    def made(self, session: Session, dataset: Dataset) -> click.Command:
        """The command that scores this benchmark."""
        return benchmark_command(dataset, dataset.options, [_MODEL], partial(_score, session, dataset))


def _with_command(args: list[str]) -> list[str]:
    """The arguments, a task that they name made the command, as if it were a benchmark's name."""
    if not args or not args[0].startswith("-"):
        return args
    for at, argument in enumerate(args):
        name, _, task = argument.partition("=")
        if name == TASK:
            after = args[at + 1 :] if task else args[at + 2 :]
            task = task or "".join(args[at + 1 : at + 2])
            return ["--", f"{TASK} {task}", *args[:at], *after]
    return args


def plain_command(session: Session, task: str) -> click.Command:
    """What `segmetrics score --task TASK` is.

    Raises:
        click.UsageError: There is no such task.
    """
    if task not in PLAIN:
        raise click.UsageError(
            f'{TASK} is "{task}", expected one of {", ".join(PLAIN)}{nearest(task, frozenset(PLAIN))}'
        )
    dataset = plain_dataset(task)
    return benchmark_command(dataset, dataset.options, [_MODEL], partial(_score_plain, session, task))


def _score_plain(session: Session, task: str, **given: Any) -> None:  # noqa: ANN401
    _score(session, plain_dataset(task, given), **given)


@click.command(cls=ScoredBenchmarks, subcommand_metavar="NAME [OPTIONS]", options_metavar="")
def score() -> None:
    """Score predictions on a benchmark and keep a record.

    Each benchmark has options of its own: segmetrics score NAME --help.

    A data set that has no plugin is scored by its task, semantic, instance, panoptic or boundary:
    segmetrics score --task TASK --help.
    """


def _score(
    session: Session,
    dataset: Dataset,
    *,
    threads: int | None,
    partial: bool,
    model: str | None,
    tag: tuple[str, ...],
    notes: str,
    store: Path,
    per_class: bool,
    as_json: bool,
    quiet: bool,
    **values: Any,  # noqa: ANN401
) -> None:
    def score_now() -> RunResult:
        with shown(quiet=quiet) as progress:
            return run(
                dataset,
                values,
                threads=threads or available_cpus(),
                store=store,
                partial=partial,
                model=None if model is None else ScoredModel(name=model),
                tags=tag,
                notes=notes,
                progress=progress,
                warn=messages.warning,
                registry=session.registry,
            )

    shown_result(score_now, per_class=per_class, as_json=as_json, quiet=quiet)
