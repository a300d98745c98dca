"""The reference page has every command and option, and none that is gone."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from segmetrics.cli import app
from segmetrics.cli.run import OWN
from segmetrics.cli.score import TASK, plain_command
from segmetrics.cli.session import Session
from segmetrics.plugin import Dataset
from segmetrics.plugin.entries import RUN_OPTIONS
from segmetrics.plugin.plain import PLAIN

MODEL_RUN = click.Command("run", params=list(OWN))

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "cli.md").read_text()


def leaves(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, with what is typed to get there."""
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            yield from leaves(child, f"{path} {name}")
    else:
        yield path, command


def flags(command: click.Command) -> set[str]:
    return {flag for param in command.params if isinstance(param, click.Option) for flag in param.opts}


@pytest.fixture
def commands(pebbles: Dataset) -> dict[str, click.Command]:
    assert pebbles.name == "pebbles"
    return dict(leaves(app, "segmetrics"))


def test_every_command_has_a_section(commands: dict[str, click.Command]) -> None:
    for path in commands:
        typed = path.replace("score pebbles", "score NAME")
        assert re.search(rf"^## .*`{typed}[ `]", PAGE, re.MULTILINE), typed


def test_every_option_is_there_and_none_that_is_gone(
    commands: dict[str, click.Command], pebbles: Dataset
) -> None:
    own = {option.flag for option in pebbles.options}
    plain = (plain_command(Session(), task) for task in PLAIN)
    ours = set().union(*map(flags, commands.values())) - own
    ours |= set().union({TASK}, flags(MODEL_RUN), *map(flags, plain))
    assert set(re.findall(r"--[a-z][a-z-]*", PAGE)) == ours | {"--help"}


def test_a_dataset_cannot_declare_an_option_that_every_run_has(
    commands: dict[str, click.Command], pebbles: Dataset
) -> None:
    own = {option.flag for option in pebbles.options}
    every = {
        flag.removeprefix("--").replace("-", "_")
        for flag in flags(commands["segmetrics score pebbles"]) - own
    }
    of_models = {"labels", "set"}
    assert every | of_models | {"help"} == RUN_OPTIONS
