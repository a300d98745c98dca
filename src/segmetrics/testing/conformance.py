"""What does not conform, said so that a plugin's author knows what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from segmetrics.errors import PluginError
from segmetrics.plugin import Catalogue, Entry, Registry, load

E = TypeVar("E", bound=Entry)


class ConformanceError(AssertionError):
    """A plugin is not what segmetrics takes it for; the text says what its author should do."""


def require(holds: object, advice: str) -> None:
    """Raise ConformanceError with this advice unless it holds."""
    if not holds:
        raise ConformanceError(advice)


def unheard(_line: str) -> None:
    """A run's warnings, which are no matter here."""


@contextmanager
def doing(what: str, advice: str) -> Iterator[None]:
    """While this is done, any error is one of conformance: it says what was being done, and this advice."""
    try:
        yield
    except ConformanceError:
        raise
    except Exception as error:
        raise ConformanceError(f"{what} raises {type(error).__name__}: {error}; {advice}") from error


def announced(entry: E, catalogue: Callable[[Registry], Catalogue[E]], registry: Registry | None) -> Registry:
    """What the plugin that gives an entry announces, alone; or `registry`, where one is given."""
    hook = f"segmetrics_{type(entry).__name__.lower()}s"
    everything = load() if registry is None else registry
    try:
        plugin = catalogue(everything).provider(entry.name)
    except PluginError as error:
        broken = "".join(f"; {each.problem}" for each in everything.broken)
        raise ConformanceError(
            f"{error}{broken}; yield {entry.name} from a function {hook} that is marked with hookimpl, name "
            "its module in the entry points of pyproject.toml, and install it (pip install -e .)"
        ) from error
    return load([plugin.name]) if registry is None else registry
