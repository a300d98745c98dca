"""What a progress bar shows: how much of how much, how fast, and how long it will take.

Imported when somebody watches: rich takes as long to import as all the rest.
"""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

_PREFIXES = ("", "k", "M", "G")


class Count(ProgressColumn):
    """How much is done, and how much there is."""

    def render(self, task: Task) -> Text:
        """As "48/500"."""
        return Text(f"{short(task.completed)}/{short(task.total or 0)}")


class Rate(ProgressColumn):
    """How much is done in a second."""

    def render(self, task: Task) -> Text:
        """As "812/s", once it is known."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{short(speed)}/s")


def bars() -> Progress:
    """Bars on standard error, which are gone once everything is done."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        Count(),
        Rate(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def short(number: float) -> str:
    """A number in a few characters.

    >>> [short(number) for number in (7, 8.25, 512, 4_950, 2_425_958_254)]
    ['7', '8.2', '512', '5.0k', '2.4G']
    """
    place = 0
    while number >= 1000 and place < len(_PREFIXES) - 1:
        number, place = number / 1000, place + 1
    is_round = number >= 100 or (place == 0 and number == int(number))
    return f"{number:.{0 if is_round else 1}f}{_PREFIXES[place]}"
