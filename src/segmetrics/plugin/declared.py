"""What benchmarks that are declared rather than programmed have in common."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final, NotRequired, TypedDict

from segmetrics.plugin.entries import Metric, Option, RemoteFile

PARITY: Final = Option(
    "parity",
    kind="choice",
    choices=("official", "clean"),
    default="official",
    help="with the official tool's oddities, or without",
)

AVERAGE_PRECISION: Final = Metric(
    "ap",
    "average precision: over IoU thresholds, sizes, classes, LVIS frequencies; of boundaries over strengths",
    task="boundary, instance",
)
"""One entry for both tasks, since two plugins may not give different entries of one name."""


class About(TypedDict):
    """What listings and records say of a benchmark; each is explained at `Dataset`."""

    name: str
    summary: str
    license: str
    source: str
    version: str
    url: NotRequired[str | None]
    files: NotRequired[tuple[RemoteFile, ...]]
    layout: NotRequired[tuple[str, ...]]


class Deferred:
    """A function whose module is imported when it is called: listings need neither NumPy nor the C core.

    Args:
        place: Its module and name, parted by a colon.
        arguments: Its first arguments; the others come with the call.

    >>> Deferred("math:hypot", 3)(4)
    5.0
    """

    def __init__(self, place: str, *arguments: object) -> None:
        self._place = place
        self._arguments = arguments

    def __call__(self, *arguments: object) -> Any:  # noqa: ANN401  # whatever the function gives
        """What the function gives."""
        module, _, name = self._place.partition(":")
        return getattr(import_module(module), name)(*self._arguments, *arguments)


def choice(name: str, choices: tuple[str, ...], text: str) -> Option:
    """An option that takes one of these, the first unless another is given."""
    return Option(name, kind="choice", choices=choices, default=choices[0], help=text)
