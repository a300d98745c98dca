"""`segmetrics loveda-submission`: what the challenge's server would find wrong with a zip of predictions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

import click

from segmetrics.errors import InputError

SIDE = 1024
HIGHEST_LABEL = 6
MOST_BYTES = 1 << 22
"""A map without any compression takes a quarter of this."""


@click.command()
@click.argument("submission", metavar="ZIP", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--root",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The data set's folder, whose Test images the submission must name.",
)
def loveda_submission(submission: Path, root: Path) -> None:
    """Check a ZIP of predicted maps before it is sent to LoveDA's server."""
    wanted = {path.name for path in root.glob("Test/*/images_png/*.png") if not path.name.startswith(".")}
    if not wanted:
        raise InputError("no test images here: expected Test/*/images_png/*.png", file=root)
    problems = list(_problems(submission, wanted))
    for problem in problems:
        click.echo(f"{submission}: {problem}", err=True)
    if problems:
        raise click.exceptions.Exit(1)
    click.echo(f"{submission}: {len(wanted)} maps, nothing found")


def _problems(submission: Path, wanted: set[str]) -> Iterator[str]:
    try:
        with ZipFile(submission) as archive:
            maps = {entry.filename: entry for entry in archive.infolist() if not entry.is_dir()}
            yield from _wrong_names(set(maps), wanted)
            for name in sorted(maps.keys() & wanted):
                yield from _wrong_map(archive, maps[name])
    except BadZipFile as error:
        yield f"no zip: {error}"


def _wrong_names(found: set[str], wanted: set[str]) -> Iterator[str]:
    nested, extra, missing = {name for name in found if "/" in name}, found - wanted, wanted - found
    if nested:
        yield f"files in folders: {len(nested)}, first {min(nested)}; zip the maps, not the folder"
    elif extra:
        yield f"files named as no test image: {len(extra)}, first {min(extra)}"
    if missing:
        yield f"maps missing: {len(missing)} of {len(wanted)}, first {min(missing)}"


def _wrong_map(archive: ZipFile, entry: ZipInfo) -> Iterator[str]:
    """What is wrong with one map, if anything."""
    from segmetrics.readers.label_png import read_label_png  # noqa: PLC0415  # plugins are listed without NumPy

    if entry.file_size > MOST_BYTES:
        yield f"{entry.filename} has {entry.file_size:,} bytes, expected at most {MOST_BYTES:,}"
        return
    try:
        labels = read_label_png(archive.read(entry), expect=["index8"])
    except (InputError, RuntimeError) as error:  # RuntimeError: it is encrypted
        yield f"{entry.filename}: {error}"
        return
    if labels.shape != (SIDE, SIDE):
        yield f"{entry.filename} is {labels.shape[1]}x{labels.shape[0]}, expected {SIDE}x{SIDE}"
    elif labels.max() > HIGHEST_LABEL:
        yield f"{entry.filename} holds {labels.max()}, expected 0 to {HIGHEST_LABEL}, the truth less 1"
