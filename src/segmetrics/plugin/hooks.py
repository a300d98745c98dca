"""The hooks: where a plugin can add something, and when it is called.

Each docstring holds a whole plugin. Its module is named in the plugin's `pyproject.toml`:

    [project.entry-points.segmetrics]
    rivers = "segmetrics_rivers"

Every hook is optional. All that yield entries are called once, when the registry is built, which is
before anything is read; so a plugin imports what is heavy inside the functions that need it. A plugin
that fails anywhere in this is reported by name and left out whole; the others load.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from segmetrics.plugin.entries import Command, Dataset, Exporter, Format, Metric, Model
    from segmetrics.records import Record

GROUP = "segmetrics"
"""The entry-point group, and the project name pluggy knows."""

API_VERSION = 1
"""Of the hooks and entries. A plugin that sets `segmetrics_api` to another number is not loaded."""

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)


@hookspec
def segmetrics_datasets() -> Iterable[Dataset]:  # type: ignore[empty-body]
    """Called once when the registry is built; yields the benchmarks that can be scored.

    Example:
        from segmetrics.plugin import Dataset, Option, hookimpl

        def open_rivers(values, context):
            from segmetrics_rivers_reader import read   # heavy, so only when it is needed
            return read(values["root"], values["split"], threads=context.threads)

        @hookimpl
        def segmetrics_datasets():
            yield Dataset(
                "rivers",
                "Rivers of the north: 400 aerial images, 3 classes",
                task="semantic",
                license="CC BY 4.0",
                source="Institute of Rivers",
                version="1.0",
                splits=("train", "val"),
                options=(
                    Option("root", kind="path", help="the dataset's folder", required=True),
                    Option("split", kind="choice", help="which images",
                           choices=("train", "val"), default="val"),
                ),
                open=open_rivers,
            )
    """


@hookspec
def segmetrics_models() -> Iterable[Model]:  # type: ignore[empty-body]
    """Called once when the registry is built; yields models that produce predictions.

    Example:
        from segmetrics.plugin import Model, Predictor, hookimpl

        class AllWater(Predictor):
            revision = "1"
            classes = ("water",)

            def predict(self, image):
                import numpy as np   # heavy, so only when it is needed
                return np.zeros(image.shape[:2], int)

        @hookimpl
        def segmetrics_models():
            yield Model("all-water", "Calls every pixel water: the baseline to beat", task="semantic",
                        load=lambda values: AllWater())
    """


@hookspec
def segmetrics_metrics() -> Iterable[Metric]:  # type: ignore[empty-body]
    """Called once when the registry is built; yields the score ids that the plugin's evaluators compute.

    Example:
        from segmetrics.plugin import Metric, hookimpl

        @hookimpl
        def segmetrics_metrics():
            yield Metric("bank.distance", "Mean distance between river banks",
                         task="semantic", unit="px", higher_is_better=False)
    """


@hookspec
def segmetrics_formats() -> Iterable[Format]:  # type: ignore[empty-body]
    """Called once when the registry is built; yields the file formats that the plugin's datasets read.

    Example:
        from segmetrics.plugin import Format, hookimpl

        @hookimpl
        def segmetrics_formats():
            yield Format("rivers-png", "8-bit PNG, one label to the pixel, 255 unlabelled")
    """


@hookspec
def segmetrics_exporters() -> Iterable[Exporter]:  # type: ignore[empty-body]
    """Called once when the registry is built; yields text forms of a record for `segmetrics show --format`.

    Example:
        from segmetrics.plugin import Exporter, hookimpl

        def one_line(record):
            return ", ".join(f"{score.id} {score.value}" for score in record.scores if not score.over)

        @hookimpl
        def segmetrics_exporters():
            yield Exporter("one-line", "The overall scores on one line", export=one_line)
    """


@hookspec
def segmetrics_commands() -> Iterable[Command]:  # type: ignore[empty-body]
    """Called once when the registry is built; yields commands of the command line.

    A command cannot take the name of one that segmetrics has.

    Example:
        import click

        from segmetrics.plugin import Command, hookimpl

        @click.command()
        @click.argument("place")
        def flood(place):
            click.echo(f"{place} is under water")

        @hookimpl
        def segmetrics_commands():
            yield Command("flood", "Say what is under water", command=flood)
    """


@hookspec
def segmetrics_run_finished(record: Record, path: Path | None) -> None:
    """Called after every run, failed ones too, when its record is in the store.

    It observes: what it returns is ignored, and an error in it becomes a warning that names the plugin.
    A plugin may take fewer arguments than these.

    Args:
        record: What was scored and how it went; `record.status` is "ok", "partial" or "failed".
        path: Its file, or None where the run was told to keep none.

    Example:
        from segmetrics.plugin import hookimpl

        @hookimpl
        def segmetrics_run_finished(record):
            with open("runs.log", "a") as log:
                print(record.id, record.status, file=log)
    """
