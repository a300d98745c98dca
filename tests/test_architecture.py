"""Imports obey the table of floors in docs/explanation/architecture.md."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TABLE_ROW = re.compile(r"^\| (\d+) \| (.+?) \|", re.MULTILINE)
PLUGIN_FLOORS = range(1, 4)
NAMED_FOR_TYPES_ONLY = {("segmetrics.plugin", "segmetrics.records")}
"""Rooms that name what a floor above hands them, where only a type checker looks."""


def floors() -> dict[str, int]:
    """Floor by room, as the page says."""
    page = (ROOT / "docs" / "explanation" / "architecture.md").read_text()
    return {
        room if room.startswith("segmetrics") else f"segmetrics{room}": int(floor)
        for floor, rooms in TABLE_ROW.findall(page)
        for room in re.findall(r"`((?:segmetrics)?\.\w+)`", rooms)
    }


FLOORS = floors()


def module_of(path: Path, folder: Path) -> str:
    return ".".join(path.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")


def room_of(name: str) -> str:
    return ".".join(name.split(".")[:2])


@dataclass(frozen=True)
class Import:
    """A dotted name that a module imports: a module, or something in one."""

    name: str
    for_types_only: bool


def imports(tree: ast.AST, *, for_types_only: bool = False) -> Iterator[Import]:
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.Import(names=names):
                yield from (Import(alias.name, for_types_only) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=0):
                yield from (Import(f"{module}.{alias.name}", for_types_only) for alias in names)
            case ast.ImportFrom():
                pytest.fail(f"line {node.lineno}: a relative import")
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                yield from imports(node, for_types_only=True)
            case _:
                yield from imports(node, for_types_only=for_types_only)


def climbs(module: str, source: str) -> list[str]:
    """What a module of segmetrics imports from floors above its own."""
    room = room_of(module)
    return [
        found.name
        for found in imports(ast.parse(source))
        if FLOORS.get(above := room_of(found.name), 0) > FLOORS[room]
        and not (found.for_types_only and (room, above) in NAMED_FOR_TYPES_ONLY)
    ]


def trespasses(package: str, source: str) -> list[str]:
    """What a plugin imports that is neither its own, nor public, nor of the floors plugins stand on."""
    others = set(PLUGIN_PACKAGES) - {package}
    return [
        found.name
        for found in imports(ast.parse(source))
        if found.name.split(".")[0] in others
        or (
            found.name.startswith("segmetrics.")
            and (
                FLOORS.get(room_of(found.name)) not in PLUGIN_FLOORS
                or any(part.startswith("_") for part in found.name.split("."))
            )
        )
    ]


MODULES = {module_of(path, ROOT / "src"): path for path in sorted(ROOT.glob("src/segmetrics/**/*.py"))}
PLUGIN_PACKAGES = {path.parent.name: path.parent for path in sorted(ROOT.glob("plugins/*/src/*/__init__.py"))}


def test_every_module_is_in_a_room_of_the_table() -> None:
    assert {room_of(module) for module in MODULES} - {"segmetrics"} == set(FLOORS)


def test_the_root_imports_nothing() -> None:
    assert not list(imports(ast.parse(MODULES["segmetrics"].read_text())))


@pytest.mark.parametrize("module", [module for module in MODULES if room_of(module) in FLOORS])
def test_a_module_imports_only_from_its_own_floor_or_below(module: str) -> None:
    assert climbs(module, MODULES[module].read_text()) == []


@pytest.mark.parametrize(
    ("module", "source", "climbed"),
    [
        ("segmetrics.masks", "from segmetrics import plugin", ["segmetrics.plugin"]),
        ("segmetrics.masks", "def f():\n    import segmetrics.cli.app", ["segmetrics.cli.app"]),
        (
            "segmetrics.plugin.job",
            "if TYPE_CHECKING:\n    from segmetrics.records import Record\nelse:\n    x = 1",
            [],
        ),
        ("segmetrics.plugin.job", "from segmetrics.records import Record", ["segmetrics.records.Record"]),
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
def test_a_plugin_imports_only_public_names_of_floors_1_to_3(package: str) -> None:
    for path in PLUGIN_PACKAGES[package].rglob("*.py"):
        assert trespasses(package, path.read_text()) == [], path.name


@pytest.mark.parametrize(
    ("imported", "is_allowed"),
    [
        ("segmetrics.plugin", True),
        ("segmetrics.readers.coco", True),
        ("segmetrics.masks._built", False),
        ("segmetrics._core.masks", False),
        ("segmetrics.records", False),
        ("segmetrics_lvis", False),
        ("segmetrics_coco.tables", True),
        ("numpy", True),
    ],
)
def test_a_trespass_is_seen(imported: str, is_allowed: bool) -> None:
    assert trespasses("segmetrics_coco", f"import {imported}") == ([] if is_allowed else [imported])


def test_the_c_library_knows_no_python() -> None:
    knowing = [path.name for path in ROOT.glob("csrc/**/*.[ch]") if "Python.h" in path.read_text()]
    assert knowing == []
