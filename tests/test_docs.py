"""The pages of docs/ say what happens: their Python runs, their commands run, both print what is shown.

Each page is followed from top to bottom in an empty directory. `…` in shown output stands for anything, and
times may differ. Commands other than `segmetrics` (pip, make) are not run. Each command of a console block
exits with 0, or with what a comment before the block says: `<!-- exit code 1 -->`.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sysconfig
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest

DOCS = Path(__file__).parents[1] / "docs"
FOLLOWED_ELSEWHERE = {DOCS / "how-to" / "write-a-plugin.md"}  # by tests/plugin and tests/runner
BLOCK = re.compile(r"(?:<!-- exit code (\d+) -->\n)?```(python|console)\n(.*?)```\n", re.DOTALL)
SHOWN = re.compile(r"^ *print\(.*\)  # (.*)$", re.MULTILINE)
TIMES = re.compile(r"(?<=scored in )\d+\.\d\d s \(read \d+\.\d\d, score \d+\.\d\d\)")
SCRIPTS = sysconfig.get_path("scripts")


class Block(NamedTuple):
    exit_code: int
    language: str
    text: str


def blocks(page: Path) -> list[Block]:
    return [Block(int(code or 0), language, text) for code, language, text in BLOCK.findall(page.read_text())]


PAGES = [page for page in sorted(DOCS.rglob("*.md")) if blocks(page) and page not in FOLLOWED_ELSEWHERE]


def follow_python(text: str, names: dict[str, Any]) -> None:
    """Run a block; each `print(...)  # shown` prints what is shown, and nothing else prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(text, names)  # noqa: S102
    assert printed.getvalue().splitlines() == SHOWN.findall(text)


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block, and the output shown under it."""
    starts = [match.start() for match in re.finditer(r"^\$ ", text, re.MULTILINE)]
    for start, end in pairwise([*starts, len(text)]):
        line, _, output = text[start:end].partition("\n")
        while line.endswith("\\"):
            more, _, output = output.partition("\n")
            line = f"{line[:-1]}{more}"
        yield line.removeprefix("$ "), output


def follow_console(block: Block) -> None:
    for command, shown in commands(block.text):
        if command.split()[0] != "segmetrics":
            continue
        environment = {**os.environ, "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(  # noqa: S602  (the pages are ours)
            command, shell=True, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == block.exit_code, f"$ {command}\n{done.stdout}"
        if shown.strip():
            pattern = ".*".join(map(re.escape, TIMES.sub("…", shown).split("…")))
            assert re.fullmatch(pattern, done.stdout, re.DOTALL), f"$ {command}\n{done.stdout}"


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # pycocotools under NumPy 2
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_a_page_can_be_followed(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in ("SEGMETRICS_STORE", "SEGMETRICS_PLUGINS"):
        monkeypatch.delenv(variable, raising=False)
    names: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks(page):
        if block.language == "python":
            follow_python(block.text, names)
        else:
            follow_console(block)


def test_every_page_is_in_the_table_of_contents() -> None:
    contents = (DOCS / "README.md").read_text()
    pages = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")} - {"README.md"}
    assert {page for page in pages if f"]({page})" not in contents} == set()
