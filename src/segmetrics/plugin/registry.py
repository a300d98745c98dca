"""What the installed plugins add up to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from segmetrics.errors import PluginError
from segmetrics.plugin.entries import Command, Dataset, Entry, Exporter, Format, Metric, Model, nearest

if TYPE_CHECKING:
    from pathlib import Path

    from segmetrics.records import Record

E = TypeVar("E", bound=Entry)


@dataclass(frozen=True)
class Plugin:
    """A plugin: its entry point's name, and the distribution that brought it."""

    name: str
    distribution: str
    version: str

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}".rstrip()


@dataclass(frozen=True)
class BrokenPlugin(Plugin):
    """A plugin that was not loaded, and why."""

    reason: str

    @property
    def problem(self) -> str:
        """What to tell the user."""
        return f"plugin {self} was not loaded: {self.reason}"


class Catalogue(Mapping[str, E], Generic[E]):
    """Entries of one kind by name, in order of name.

    A name that two plugins give belongs to neither: it is left out, and `find` names both. One entry that
    both give, such as the core's own metrics, is no clash: it is the first's.
    """

    def __init__(self, kind: str, listing: str, provided: Sequence[tuple[Plugin, E]]) -> None:
        self._kind = kind
        self._listing = listing
        self._providers: dict[str, list[Plugin]] = {}
        for plugin, entry in {id(entry): (plugin, entry) for plugin, entry in reversed(provided)}.values():
            self._providers.setdefault(entry.name, []).insert(0, plugin)
        ordered = sorted((entry for _, entry in provided), key=lambda entry: entry.name)
        self._entries = {entry.name: entry for entry in ordered if not self._clashes(entry.name)}

    def __getitem__(self, name: str) -> E:
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def clashes(self) -> Sequence[str]:
        """One line for each name that more than one plugin gives."""
        return [self._clash(name) for name in self._providers if self._clashes(name)]

    def find(self, name: str) -> E:
        """The entry of this name.

        Raises:
            PluginError: No plugin gives it, or more than one does.
        """
        if self._clashes(name):
            raise PluginError(self._clash(name))
        if name not in self._entries:
            raise PluginError(
                f'no {self._kind} "{name}"{nearest(name, self._entries)} ({self._listing} lists {len(self)})'
            )
        return self._entries[name]

    def provider(self, name: str) -> Plugin:
        """The plugin that gives this name; PluginError as `find`."""
        return self._providers[self.find(name).name][0]

    def _clashes(self, name: str) -> bool:
        return len(self._providers.get(name, ())) > 1

    def _clash(self, name: str) -> str:
        providers = " and ".join(str(plugin) for plugin in self._providers[name])
        return f'{self._kind} "{name}" is given by {providers}: uninstall one or select by SEGMETRICS_PLUGINS'


@dataclass(frozen=True, kw_only=True)
class Registry:
    """Everything the loaded plugins add, and the plugins that could not be loaded.

    Attributes:
        plugins: Those that loaded, by name.
        broken: Those that did not.
        observers: What each plugin does when a run has finished.
    """

    plugins: Sequence[Plugin]
    broken: Sequence[BrokenPlugin]
    datasets: Catalogue[Dataset]
    models: Catalogue[Model]
    metrics: Catalogue[Metric]
    formats: Catalogue[Format]
    exporters: Catalogue[Exporter]
    commands: Catalogue[Command]
    observers: Sequence[tuple[Plugin, Callable[..., object]]] = ()

    @property
    def catalogues(self) -> Mapping[str, Catalogue[Any]]:
        """The catalogues by the plural that names them."""
        return {
            "datasets": self.datasets,
            "models": self.models,
            "metrics": self.metrics,
            "formats": self.formats,
            "exporters": self.exporters,
            "commands": self.commands,
        }

    @property
    def problems(self) -> Sequence[str]:
        """One line for each plugin that did not load and each name that two plugins give."""
        clashes = [line for catalogue in self.catalogues.values() for line in catalogue.clashes]
        return [*(plugin.problem for plugin in self.broken), *clashes]

    def dataset(self, name: str) -> Dataset:
        """The benchmark of this name.

        Raises:
            PluginError: There is none, with the nearest names; or two plugins give it, with both.
        """
        return self.datasets.find(name)

    def run_finished(self, record: Record, path: Path | None) -> Sequence[str]:
        """Tell every plugin that a run has finished; one line for each that failed to listen."""
        failures = []
        for plugin, observe in self.observers:
            try:
                observe(record=record, path=path)
            except Exception as error:  # noqa: BLE001 (an observer must never fail a run)
                failures.append(
                    f"plugin {plugin} failed in segmetrics_run_finished: {type(error).__name__}: {error}"
                )
        return failures
