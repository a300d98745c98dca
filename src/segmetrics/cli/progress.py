"""A progress bar on standard error, where somebody is watching."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from segmetrics.plugin import ProgressReport, no_progress

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def shown(*, quiet: bool) -> Iterator[ProgressReport]:
    """A report that draws a bar; nothing when quiet or where standard error is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield no_progress
        return
    console = import_module("rich.console").Console(
        stderr=True
    )  # imported late: it costs as much as the rest
    bars = import_module("rich.progress").Progress(console=console, transient=True)
    tasks: dict[str, int] = {}

    def report(doing: str, done: int, total: int) -> None:
        if doing not in tasks:
            tasks[doing] = bars.add_task(doing)
        bars.update(tasks[doing], completed=done, total=total)

    with bars:
        yield report
