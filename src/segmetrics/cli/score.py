"""`segmetrics score NAME`: a command for each benchmark, with its options as flags."""

from __future__ import annotations

import os
from functools import partial as partially
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from segmetrics.cli import messages, present
from segmetrics.cli.progress import shown
from segmetrics.cli.session import Session, session_of, store_option
from segmetrics.records import ScoredModel, encode
from segmetrics.runner import RecordNotKeptError, RunResult, run

if TYPE_CHECKING:
    from segmetrics.plugin import Dataset, Option

_TYPES: dict[str, click.Path | type] = {
    "path": click.Path(exists=True, path_type=Path),
    "integer": int,
    "float": float,
    "text": str,
}


class Benchmarks(click.Group):
    """The benchmarks of the installed plugins as commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every benchmark a plugin gives."""
        return list(session_of(ctx).registry.datasets)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """The command that scores this benchmark, made from its entry."""
        session = session_of(ctx)
        return _command(session, session.dataset(cmd_name))


@click.command(cls=Benchmarks, subcommand_metavar="NAME [OPTIONS]", options_metavar="")
def score() -> None:
    """Score predictions on a benchmark and keep a record.

    Each benchmark has options of its own: segmetrics score NAME --help.
    """


def available_cpus() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_RUN_OPTIONS = (
    click.option(
        "--threads",
        type=click.IntRange(min=1),
        metavar="N",
        help="How many threads read and score; all processors by default. The scores don't depend on it.",
    ),
    click.option("--partial", is_flag=True, help="Score what is there when predictions are missing."),
    click.option("--model", metavar="NAME", help="What made the predictions, for the record."),
    click.option("--tag", multiple=True, metavar="WORD", help="A word to find the run by; may be repeated."),
    click.option("--notes", default="", metavar="TEXT", help="Anything worth keeping with the run."),
    store_option,
    click.option("--per-class", is_flag=True, help="Show the scores of each class too."),
    click.option(
        "--json", "as_json", is_flag=True, help="Write the record to standard output, and it alone."
    ),
    click.option("--quiet", is_flag=True, help="No progress and no results, only warnings and errors."),
    messages.debug_option,
)


def _command(session: Session, dataset: Dataset) -> click.Command:
    command = click.Command(
        dataset.name,
        callback=partially(_score, session, dataset),
        params=[_parameter(option) for option in dataset.options],
        help=_help(dataset),
        short_help=dataset.summary,
    )
    for option in _RUN_OPTIONS:
        option(command)
    return command


def _help(dataset: Dataset) -> str:
    facts = [f"Task: {dataset.task}", f"Splits: {', '.join(dataset.splits)}"]
    facts += [f"Source: {dataset.source}", f"License: {dataset.license}"]
    if dataset.url:
        facts.append(dataset.url)
    return f"{dataset.summary}.\n\n\b\n" + "\n".join(facts)


def _parameter(option: Option) -> click.Option:
    text = f"{option.help[:1].upper()}{option.help[1:]}."
    if option.kind == "flag":
        return click.Option([option.flag], is_flag=True, default=option.unset, help=text)
    default: dict[str, Any] = {} if option.default is None else {"default": option.default}
    return click.Option(
        [option.flag],
        type=click.Choice(option.choices) if option.choices else _TYPES[option.kind],
        required=option.required,
        show_default=True,
        help=text,
        **default,
    )


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
    show = partially(_show, per_class=per_class, as_json=as_json, quiet=quiet)
    try:
        with shown(quiet=quiet) as progress:
            result = run(
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
    except RecordNotKeptError as error:
        show(error.result)
        raise
    show(result)


def _show(result: RunResult, *, per_class: bool, as_json: bool, quiet: bool) -> None:
    if as_json:
        click.echo(encode(result.record), nl=False)
    elif not quiet:
        click.echo(present.run(result.record, result.path, per_class=per_class), nl=False)
