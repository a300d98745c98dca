"""House rules that a machine can check and no linter knows."""

from __future__ import annotations

import ast
import re
import tomllib
from importlib.metadata import files
from pathlib import Path

import pytest

import segmetrics

ROOT = Path(__file__).parents[1]
MOST_LINES = 500
GLUE = sorted(ROOT.glob("src/segmetrics/_core/*.pyx"))
PYTHON = sorted(
    path for top in ("src", "tests", "benchmarks", "plugins") for path in ROOT.glob(f"{top}/**/*.py")
)
OTHERS = sorted([*ROOT.glob("csrc/**/*.[ch]"), *GLUE])
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("plugins/*/*.md")])
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def docstring_lines(tree: ast.AST) -> int:
    docstrings = (
        node.body[0]
        for node in ast.walk(tree)
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None
    )
    return sum((text.end_lineno or text.lineno) - text.lineno + 1 for text in docstrings)


@pytest.mark.parametrize("path", PYTHON, ids=relative)
def test_a_module_is_short_but_for_its_docstrings(path: Path) -> None:
    source = path.read_text()
    assert len(source.splitlines()) - docstring_lines(ast.parse(source)) <= MOST_LINES


@pytest.mark.parametrize("path", OTHERS, ids=relative)
def test_a_c_file_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", GLUE, ids=relative)
def test_glue_has_a_stub(path: Path) -> None:
    assert path.with_suffix(".pyi").is_file()


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    broken = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert broken == []


def test_what_is_installed_is_typed_and_holds_no_sources_of_the_core() -> None:
    installed = files("segmetrics") or []
    assert {path.suffix for path in installed}.isdisjoint({".pyx", ".pxd", ".c", ".h"})
    assert Path(segmetrics.__file__).with_name("py.typed").is_file()


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert segmetrics.__version__ == project["version"]
    assert f"\n## [{project['version']}]" in (ROOT / "CHANGELOG.md").read_text()


def test_make_lists_its_targets() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert sorted(phony.split()) == sorted(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
