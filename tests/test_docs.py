"""The pages of docs/ say what happens: their Python runs, their commands run, both print what is shown.

Each page is followed from top to bottom in an empty directory. `…` in shown output stands for anything, and
times may differ. A block after `<!-- file: PATH -->` goes into that file. Of commands those of `segmetrics`
and `pytest` are run, and `pip install -e`, which here installs into a folder of the page's own. Each command
of a console block exits with 0, or with what a comment before the block says: `<!-- exit code 1 -->`.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest

DOCS = Path(__file__).parents[1] / "docs"
FOLLOWED_ELSEWHERE = {DOCS / "how-to" / "write-a-plugin.md"}  # by tests/plugin and tests/runner
BLOCK = re.compile(
    r"(?:<!-- exit code (?P<code>\d+) -->\n)?```(?P<language>python|console)\n(?P<text>.*?)```\n"
    r"|<!-- file: (?P<file>\S+) -->\n```\w+\n(?P<content>.*?)```\n",
    re.DOTALL,
)
SHOWN = re.compile(r"^ *print\(.*\)  # (.*)$", re.MULTILINE)
TIMES = re.compile(r"(?<=scored in )\d+\.\d\d s \(read \d+\.\d\d, score \d+\.\d\d\)")
SCRIPTS = sysconfig.get_path("scripts")
SITE = "site"
PROGRAMS = {
    "segmetrics ": "segmetrics ",
    "pytest ": f"{sys.executable} -m pytest ",
    "pip install -e ": f"{sys.executable} -m pip install -q --no-index --no-build-isolation --no-deps "
    f"--target {SITE} ./",
}
"""What a command may begin with, and what is run for it."""


class Block(NamedTuple):
    """A block of a page: "python", "console", or the file that it is."""

    exit_code: int
    kind: str
    text: str


def blocks(page: Path) -> list[Block]:
    return [
        Block(int(found["code"] or 0), found["language"] or found["file"], found["text"] or found["content"])
        for found in BLOCK.finditer(page.read_text())
    ]


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
        beginning = next(filter(command.startswith, PROGRAMS), None)
        if beginning is None:
            continue
        environment = {
            **os.environ,
            "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(Path(SITE).absolute()),
        }
        done = subprocess.run(  # noqa: S602  (the pages are ours)
            PROGRAMS[beginning] + command.removeprefix(beginning), shell=True, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
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
        if block.kind == "python":
            follow_python(block.text, names)
        elif block.kind == "console":
            follow_console(block)
        else:
            Path(block.kind).write_text(block.text)


def test_every_page_is_in_the_table_of_contents() -> None:
    contents = (DOCS / "README.md").read_text()
    pages = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")} - {"README.md"}
    assert {page for page in pages if f"]({page})" not in contents} == set()
