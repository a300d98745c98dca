"""A progress bar on standard error, where somebody is watching."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from segmetrics.plugin import ProgressReport, no_progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import TaskID


@contextmanager
def shown(*, quiet: bool) -> Iterator[ProgressReport]:
    """A report that draws a bar; nothing when quiet or where standard error is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield no_progress
        return
    from segmetrics.cli.bars import bars  # noqa: PLC0415

    tasks: dict[str, TaskID] = {}
    with bars() as drawn:

        def report(doing: str, done: int, total: int) -> None:
            if doing not in tasks:
                tasks[doing] = drawn.add_task(doing)
            drawn.update(tasks[doing], completed=done, total=total)

        yield report
