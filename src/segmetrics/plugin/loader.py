"""Builds the registry from the installed plugins, each on its own, so that one cannot take down another."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, TypeVar

import pluggy

from segmetrics.errors import PluginError
from segmetrics.plugin import hooks
from segmetrics.plugin.entries import Command, Dataset, Entry, Exporter, Format, Metric, Model, nearest
from segmetrics.plugin.registry import BrokenPlugin, Catalogue, Plugin, Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

SELECTION = "SEGMETRICS_PLUGINS"
"""The environment variable that names the plugins to load, separated by commas; all where it is unset."""

E = TypeVar("E", bound=Entry)

_ENTRY_TYPES: dict[str, type[Entry]] = {
    "segmetrics_datasets": Dataset,
    "segmetrics_models": Model,
    "segmetrics_metrics": Metric,
    "segmetrics_formats": Format,
    "segmetrics_exporters": Exporter,
    "segmetrics_commands": Command,
}


@dataclass(frozen=True)
class _Loaded:
    plugin: Plugin
    entries: Sequence[Entry]
    observe: Callable[..., object]


def load(names: Sequence[str] | None = None) -> Registry:
    """Load the installed plugins.

    Args:
        names: Entry-point names of the plugins to load; by default those in the environment variable
            SEGMETRICS_PLUGINS, and all of them where it is unset.

    Returns:
        What they add up to. A plugin that fails is in `broken` with its reason, and gives nothing.
    """
    installed = entry_points(group=hooks.GROUP)
    selected = _selection() if names is None else names
    chosen = [point for point in installed if selected is None or point.name in selected]
    loaded: list[_Loaded] = []
    broken = [
        BrokenPlugin(name, name, "", "it is not installed")
        for name in selected or ()
        if name not in installed.names
    ]
    for point in sorted(chosen, key=lambda point: point.name):
        try:
            _check_alone(point, chosen)
            loaded.append(_load(point))
        except (Exception, SystemExit) as error:  # noqa: BLE001 (a stranger's code may raise anything)
            broken.append(_broken(point, error))
    return _registry(loaded, broken)


def _selection() -> Sequence[str] | None:
    listed = os.environ.get(SELECTION)
    return None if listed is None else [name.strip() for name in listed.split(",") if name.strip()]


def _check_alone(point: EntryPoint, chosen: Sequence[EntryPoint]) -> None:
    """Of two plugins of one name neither is taken: nothing could select one, or say which is meant."""
    for other in chosen:
        if other.name == point.name and other is not point:
            raise PluginError(f"{_plugin(other)} has a plugin named {point.name} too; uninstall one")


def _load(point: EntryPoint) -> _Loaded:
    module = point.load()
    _check_api(module)
    manager = pluggy.PluginManager(hooks.GROUP)
    manager.add_hookspecs(hooks)
    manager.register(module, point.name)
    _check_hooks(manager)
    entries = [
        entry
        for hook, expected in _ENTRY_TYPES.items()
        for yielded in getattr(manager.hook, hook)()
        for entry in _checked(hook, expected, yielded)
    ]
    return _Loaded(_plugin(point), entries, manager.hook.segmetrics_run_finished)


def _check_api(module: object) -> None:
    wanted = getattr(module, "segmetrics_api", hooks.API_VERSION)
    if wanted != hooks.API_VERSION:
        raise PluginError(f"it is made for plugin API {wanted}, this segmetrics has {hooks.API_VERSION}")


def _check_hooks(manager: pluggy.PluginManager) -> None:
    """A marked function that matches no hook would never be called: a misspelling, or a newer hook."""
    known = frozenset(name for name in vars(hooks) if name.startswith(f"{hooks.GROUP}_"))
    for name in vars(manager.hook):
        if name not in known and not name.startswith("_"):
            raise PluginError(f"it implements {name}, which is no hook{nearest(name, known)}")


def _checked(hook: str, expected: type[E], yielded: Iterable[object]) -> Iterable[E]:
    for entry in yielded:
        if not isinstance(entry, expected):
            raise PluginError(f"{hook} yielded {entry!r}, expected a {expected.__name__}")
        yield entry


def _plugin(point: EntryPoint) -> Plugin:
    if point.dist is None:
        return Plugin(point.name, point.name, "")
    return Plugin(point.name, point.dist.name, point.dist.version)


def _broken(point: EntryPoint, error: BaseException) -> BrokenPlugin:
    plugin = _plugin(point)
    reason = str(error) if isinstance(error, PluginError) else f"{type(error).__name__}: {error}"
    return BrokenPlugin(plugin.name, plugin.distribution, plugin.version, " ".join(reason.split()))


def _registry(loaded: Sequence[_Loaded], broken: Sequence[BrokenPlugin]) -> Registry:
    def catalogue(kind: str, listing: str, entry_type: type[E]) -> Catalogue[E]:
        provided = [
            (each.plugin, entry) for each in loaded for entry in each.entries if isinstance(entry, entry_type)
        ]
        return Catalogue(kind, listing, provided)

    return Registry(
        plugins=tuple(each.plugin for each in loaded),
        broken=tuple(broken),
        datasets=catalogue("benchmark", "segmetrics datasets", Dataset),
        models=catalogue("model", "segmetrics models", Model),
        metrics=catalogue("metric", "segmetrics metrics", Metric),
        formats=catalogue("format", "segmetrics plugins", Format),
        exporters=catalogue("exporter", "segmetrics plugins", Exporter),
        commands=catalogue("command", "segmetrics plugins", Command),
        observers=tuple((each.plugin, each.observe) for each in loaded),
    )
