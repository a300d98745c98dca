"""A command for each benchmark, with its options as flags: what `segmetrics score` and `run` share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from segmetrics.cli import messages, present
from segmetrics.cli.session import Session, session_of, store_option
from segmetrics.records import encode
from segmetrics.runner import RecordNotKeptError, RunResult

if TYPE_CHECKING:
    from segmetrics.plugin import Dataset, Option

_TYPES: dict[str, click.Path | type] = {
    "path": click.Path(exists=True, path_type=Path),
    "integer": int,
    "float": float,
    "text": str,
}


class Benchmarks(click.Group):
    """Benchmarks as commands: which there are, and what each does, a subclass says."""

    def names(self, session: Session) -> Iterable[str]:
        """The benchmarks that have a command."""
        return session.registry.datasets

    def made(self, session: Session, dataset: Dataset) -> click.Command:
        """The command of a benchmark."""
        raise NotImplementedError

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every benchmark with a command."""
        return list(self.names(session_of(ctx)))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """The command of this benchmark, made from its entry."""
        session = session_of(ctx)
        return self.made(session, session.dataset(cmd_name))


def available_cpus() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_OPTIONS = (
    click.option(
        "--threads",
        type=click.IntRange(min=1),
        metavar="N",
        help="How many threads read and score; all processors by default. The scores don't depend on it.",
    ),
    click.option("--partial", is_flag=True, help="Score what is there when predictions are missing."),
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


def benchmark_command(
    dataset: Dataset, options: Iterable[Option], own: Iterable[click.Option], callback: Callable[..., None]
) -> click.Command:
    """A command with the flags of these options, its own, and those that every run has."""
    command = click.Command(
        dataset.name,
        callback=callback,
        params=[*map(parameter, options), *own],
        help=_help(dataset),
        short_help=dataset.summary,
    )
    for option in _OPTIONS:
        option(command)
    return command


def _help(dataset: Dataset) -> str:
    facts = [f"Task: {dataset.task}", f"Splits: {', '.join(dataset.splits)}"]
    facts += [f"Source: {dataset.source}", f"License: {dataset.license}"]
    if dataset.url:
        facts.append(dataset.url)
    return f"{dataset.summary}.\n\n\b\n" + "\n".join(facts)


def parameter(option: Option) -> click.Option:
    """The flag of an option."""
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


def shown_result(run: Callable[[], RunResult], *, per_class: bool, as_json: bool, quiet: bool) -> None:
    """Run, and write what came of it, even where the record could not be kept."""
    try:
        result = run()
    except RecordNotKeptError as error:
        _show(error.result, per_class=per_class, as_json=as_json, quiet=quiet)
        raise
    _show(result, per_class=per_class, as_json=as_json, quiet=quiet)


def _show(result: RunResult, *, per_class: bool, as_json: bool, quiet: bool) -> None:
    if as_json:
        click.echo(encode(result.record), nl=False)
    elif not quiet:
        click.echo(present.run(result.record, result.path, per_class=per_class), nl=False)
