"""`segmetrics run NAME --model MODEL`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from segmetrics.cli import messages
from segmetrics.cli.benchmarks import Benchmarks, available_cpus, benchmark_command, shown_result
from segmetrics.cli.progress import shown
from segmetrics.cli.session import changes_of
from segmetrics.errors import InputError
from segmetrics.runner import RunResult, run_model

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from segmetrics.cli.session import Session
    from segmetrics.plugin import Dataset, Model

OWN = (
    click.Option(["--model"], metavar="NAME", required=True, help="What predicts (segmetrics models)."),
    click.Option(
        ["--set", "settings"],
        multiple=True,
        metavar="OPTION=VALUE",
        help="An option of the model; may be repeated.",
    ),
    click.Option(
        ["--labels"],
        default="",
        metavar="RULES",
        help='What the model\'s classes are to the benchmark, where names differ: "cat=1 dog=2 *=0".',
    ),
)


class BenchmarksWithImages(Benchmarks):
    """The benchmarks that say where their images are, each scoring what a model predicts."""

    def names(self, session: Session) -> Iterable[str]:
        """Those that models can be run on."""
        return [name for name, dataset in session.registry.datasets.items() if dataset.images is not None]

    def made(self, session: Session, dataset: Dataset) -> click.Command:
        """The command that runs a model on this benchmark."""
        return benchmark_command(dataset, dataset.options_of_run, OWN, partial(_run, session, dataset))


@click.command(
    cls=BenchmarksWithImages, subcommand_metavar="NAME --model MODEL [OPTIONS]", options_metavar=""
)
def run() -> None:
    """Run a model on a benchmark's images and score what it predicts.

    Predictions are kept in the store: a run that is interrupted goes on where it was when it is given again,
    and one that is repeated scores what is there.
    """


def _settings_of(model: Model, settings: tuple[str, ...]) -> Mapping[str, object]:
    """The options of a model as `--set` gives them.

    Raises:
        click.UsageError: The model has no such options, or needs others.
    """
    try:
        return model.complete(changes_of(settings))
    except InputError as error:
        raise click.UsageError(str(error)) from error


def _run(
    session: Session,
    dataset: Dataset,
    *,
    model: str,
    settings: tuple[str, ...],
    labels: str,
    threads: int | None,
    partial: bool,
    tag: tuple[str, ...],
    notes: str,
    store: Path,
    per_class: bool,
    as_json: bool,
    quiet: bool,
    **values: Any,  # noqa: ANN401
) -> None:
    chosen = session.model(model)
    changes = _settings_of(chosen, settings)

    def run_now() -> RunResult:
        with shown(quiet=quiet) as progress:
            return run_model(
                dataset,
                values,
                chosen,
                changes,
                labels=labels,
                store=store,
                registry=session.registry,
                progress=progress,
                threads=threads or available_cpus(),
                partial=partial,
                tags=tag,
                notes=notes,
                warn=messages.warning,
            )

    shown_result(run_now, per_class=per_class, as_json=as_json, quiet=quiet)
