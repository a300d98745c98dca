"""Imports obey the table of floors in docs/explanation/architecture.md."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from segmetrics import evaluators

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "explanation" / "architecture.md").read_text()
TABLE_ROW = re.compile(r"^\| (\d+) \| (.+?) \|", re.MULTILINE)
PLUGINS_MAY = re.compile(r"public names of floors (\d+) to (\d+)")


def floors() -> dict[str, int]:
    """Floor by room, as the page says."""
    return {
        room if room.startswith("segmetrics") else f"segmetrics{room}": int(floor)
        for floor, rooms in TABLE_ROW.findall(PAGE)
        for room in re.findall(r"`((?:segmetrics)?\.\w+)`", rooms)
    }


def floors_for_plugins() -> range:
    """The floors whose public names plugins may import, as the page says."""
    ((lowest, highest),) = PLUGINS_MAY.findall(PAGE)
    return range(int(lowest), int(highest) + 1)


FLOORS = floors()
FLOORS_FOR_PLUGINS = floors_for_plugins()


def module_of(path: Path, folder: Path) -> str:
    return ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")


def room_of(name: str) -> str:
    return ".".join(name.split(".")[:2])


def imports(source: str) -> Iterator[str]:
    """Dotted names of the modules, and of what is in them, that a module imports anywhere."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=module, names=names, level=0):
                yield from (f"{module}.{alias.name}" for alias in names)
            case ast.ImportFrom(lineno=line):
                pytest.fail(f"line {line}: a relative import")


def climbs(module: str, source: str) -> list[str]:
    """What a module of segmetrics imports from floors above its own."""
    own = FLOORS[room_of(module)]
    return [name for name in imports(source) if FLOORS.get(room_of(name), 0) > own]


def trespasses(package: str, source: str) -> list[str]:
    """What a plugin imports that is another plugin's, not public, or not on the floors for plugins."""
    others = PLUGIN_PACKAGES.keys() - {package}
    return [
        name
        for name in imports(source)
        if name.split(".")[0] in others or (name.startswith("segmetrics.") and not is_for_plugins(name))
    ]


def is_for_plugins(name: str) -> bool:
    is_public = not any(part.startswith("_") for part in name.split("."))
    return is_public and FLOORS.get(room_of(name)) in FLOORS_FOR_PLUGINS


MODULES = {module_of(path, ROOT / "src"): path for path in sorted(ROOT.glob("src/segmetrics/**/*.py"))}
PLUGIN_PACKAGES = {path.parent.name: path.parent for path in sorted(ROOT.glob("plugins/*/src/*/__init__.py"))}


def test_every_module_is_in_a_room_of_the_table() -> None:
    assert {room_of(module) for module in MODULES} - {"segmetrics"} == set(FLOORS)


def test_the_root_imports_nothing() -> None:
    assert list(imports(MODULES["segmetrics"].read_text())) == []


@pytest.mark.parametrize("module", [module for module in MODULES if room_of(module) in FLOORS])
def test_a_module_imports_only_from_its_own_floor_or_below(module: str) -> None:
    assert climbs(module, MODULES[module].read_text()) == []


@pytest.mark.parametrize(
    ("module", "source", "climbed"),
    [
        ("segmetrics.masks", "from segmetrics import plugin", ["segmetrics.plugin"]),
        ("segmetrics.masks", "def f():\n    import segmetrics.cli.app", ["segmetrics.cli.app"]),
        ("segmetrics.runner", "from segmetrics.masks import iou\nimport segmetrics\nimport numpy", []),
    ],
)
def test_a_climb_is_seen(module: str, source: str, climbed: list[str]) -> None:
    assert climbs(module, source) == climbed


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("src/segmetrics/**/*.p[yx][xd]")), ids=lambda path: path.name
)
def test_glue_imports_nothing_above_it(path: Path) -> None:
    names = re.findall(r"^\s*(?:from|c?import)\s+(segmetrics[\w.]*)", path.read_text(), re.MULTILINE)
    assert {room_of(name) for name in names} <= {"segmetrics._core"}


@pytest.mark.parametrize("package", PLUGIN_PACKAGES)
def test_a_plugin_imports_only_public_names_of_floors_for_plugins(package: str) -> None:
    for path in PLUGIN_PACKAGES[package].rglob("*.py"):
        assert trespasses(package, path.read_text()) == [], path.name


@pytest.mark.parametrize(
    ("imported", "is_allowed"),
    [
        ("segmetrics.plugin", True),
        ("segmetrics.readers.coco", True),
        ("segmetrics.masks._built", False),
        ("segmetrics._core.masks", False),
        ("segmetrics.runner", False),
        ("segmetrics_lvis", False),
        ("segmetrics_coco.tables", True),
        ("numpy", True),
    ],
)
def test_a_trespass_is_seen(imported: str, is_allowed: bool) -> None:
    assert trespasses("segmetrics_coco", f"import {imported}") == ([] if is_allowed else [imported])


@pytest.mark.parametrize("module", ["segmetrics.cli.app", "segmetrics.evaluators", "segmetrics.plugin"])
def test_what_every_command_imports_is_light(module: str) -> None:
    code = f"import sys, {module}; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_evaluators_are_found_when_asked_for() -> None:
    assert {name: getattr(evaluators, name).__name__ for name in evaluators.__all__} == {
        name: name for name in evaluators.__all__
    }
    assert set(evaluators.__all__) <= set(dir(evaluators))
    with pytest.raises(AttributeError, match="has no attribute 'Instance'"):
        evaluators.Instance  # type: ignore[attr-defined]  # noqa: B018


def test_the_c_library_knows_no_python() -> None:
    knowing = [path.name for path in ROOT.glob("csrc/**/*.[ch]") if "Python.h" in path.read_text()]
    assert knowing == []
