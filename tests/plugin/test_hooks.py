"""Every hook is documented, its page is not stale, and its example is a plugin that loads."""

import inspect
import re
import textwrap
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from plugin.distributions import install
from segmetrics.plugin import hooks, load

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "hooks.md").read_text()
HOOKS = {name: function for name, function in vars(hooks).items() if name.startswith("segmetrics_")}


def docstring(hook: str) -> str:
    return inspect.getdoc(HOOKS[hook]) or ""


def example(hook: str) -> str:
    return textwrap.dedent(docstring(hook).partition("Example:\n")[2])


def test_there_are_hooks() -> None:
    assert len(HOOKS) == 7


@pytest.mark.parametrize("hook", HOOKS)
def test_the_page_has_every_hook_with_its_signature(hook: str) -> None:
    signature = f"{hook}{inspect.signature(HOOKS[hook])}".replace("'", "")
    assert f"## `{signature}`" in PAGE


def test_the_page_has_no_hook_that_is_gone() -> None:
    assert set(re.findall(r"^## `(segmetrics_\w+)", PAGE, re.MULTILINE)) == set(HOOKS)


@pytest.mark.parametrize("hook", HOOKS)
def test_the_docstring_says_when_it_is_called(hook: str) -> None:
    assert docstring(hook).startswith("Called ")


@pytest.mark.parametrize("hook", [hook for hook in HOOKS if hook != "segmetrics_run_finished"])
def test_the_example_is_a_whole_plugin(hook: str, site: Path) -> None:
    install(site, "example", example(hook))
    registry = load(["example"])
    assert not registry.problems
    assert len(registry.catalogues[hook.removeprefix("segmetrics_")]) == 1


def test_the_example_of_an_observer_observes(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    install(site, "example", example("segmetrics_run_finished"))

    finished: Any = SimpleNamespace(id="01ARZ3NDEKTSV4RRFFQ69G5FAV", status="ok")
    assert load(["example"]).run_finished(finished, None) == []
    assert Path("runs.log").read_text() == "01ARZ3NDEKTSV4RRFFQ69G5FAV ok\n"
