"""`segmetrics score NAME`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from segmetrics.cli import messages
from segmetrics.cli.benchmarks import Benchmarks, available_cpus, benchmark_command, shown_result
from segmetrics.cli.progress import shown
from segmetrics.records import ScoredModel
from segmetrics.runner import RunResult, run

if TYPE_CHECKING:
    from pathlib import Path

    from segmetrics.cli.session import Session
    from segmetrics.plugin import Dataset

_MODEL = click.Option(["--model"], metavar="NAME", help="What made the predictions, for the record.")


class ScoredBenchmarks(Benchmarks):
    """The benchmarks of the installed plugins, each scoring the predictions it is given."""

    def made(self, session: Session, dataset: Dataset) -> click.Command:
        """The command that scores this benchmark."""
        return benchmark_command(dataset, dataset.options, [_MODEL], partial(_score, session, dataset))


@click.command(cls=ScoredBenchmarks, subcommand_metavar="NAME [OPTIONS]", options_metavar="")
def score() -> None:
    """Score predictions on a benchmark and keep a record.

    Each benchmark has options of its own: segmetrics score NAME --help.
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
