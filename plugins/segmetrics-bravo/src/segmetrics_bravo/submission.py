"""`segmetrics bravo-submission`: writing submissions to BRAVO, and saying all that is wrong with one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import click

_FILE = click.Path(exists=True, path_type=Path)

F = TypeVar("F", bound=Callable[..., None])


def _references(command: F) -> F:
    """The options that say which images there are, and which of their pixels are sampled."""
    sampled = click.option(
        "--sampling-archive", type=_FILE, help="bravo_SAMPLING.tar, which lists the images and their samples."
    )
    annotated = click.option(
        "--ground-truth",
        type=_FILE,
        help="bravo_GT.tar or one like it; samples are drawn from it if no archive lists them.",
    )
    return sampled(annotated(command))


@click.group()
def bravo_submission() -> None:
    """Write and check submissions to BRAVO."""


@bravo_submission.command()
@click.argument("predictions", type=_FILE)
@click.argument("submission", metavar="TAR", type=click.Path(dir_okay=False, path_type=Path))
@_references
def write(
    predictions: Path, submission: Path, sampling_archive: Path | None, ground_truth: Path | None
) -> None:
    """Encode PREDICTIONS, a folder or a tar of PNGs, as the server takes them.

    TAR is written only if nothing is wrong with them.
    """
    from segmetrics_bravo.submission_files import write_submission  # noqa: PLC0415  # listings need no NumPy

    _check_references(sampling_archive, ground_truth)
    n, problems = write_submission(predictions, submission, sampling_archive, ground_truth)
    _report(problems)
    click.echo(f"{submission}: {n} images")


@bravo_submission.command()
@click.argument("submission", type=_FILE)
@_references
def check(submission: Path, sampling_archive: Path | None, ground_truth: Path | None) -> None:
    """Say everything that is wrong with SUBMISSION, a line each."""
    from segmetrics_bravo.submission_files import check_submission  # noqa: PLC0415

    _check_references(sampling_archive, ground_truth)
    n, problems = check_submission(submission, sampling_archive, ground_truth)
    _report(problems)
    click.echo(f"{submission}: {n} images, nothing found")


def _check_references(sampling_archive: Path | None, ground_truth: Path | None) -> None:
    if sampling_archive is None and ground_truth is None:
        raise click.UsageError("which images are there? Give --sampling-archive, --ground-truth, or both")


def _report(problems: Sequence[Exception]) -> None:
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        raise click.exceptions.Exit(1)
