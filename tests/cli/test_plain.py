"""`segmetrics score --task`: a data set without a plugin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from plugin.test_plain import label_folders, with_sample

from segmetrics.cli import app
from segmetrics.plugin.plain import PLAIN
from segmetrics.records import Store

Invoke = Callable[..., Result]


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Run the program in a directory of its own, without any plugin."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEGMETRICS_PLUGINS", "")
    monkeypatch.delenv("SEGMETRICS_STORE", raising=False)
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


def flags(task: str) -> list[str]:
    sample = with_sample(task).sample
    assert sample is not None
    values = sample(Path("Mine").absolute())
    return [f"--{name.replace('_', '-')}={value}" for name, value in values.items()]


@pytest.mark.parametrize("task", PLAIN)
def test_a_task_is_scored_and_verified(invoke: Invoke, task: str) -> None:
    given = flags(task)
    scored = invoke("score", "--task", task, *given, "--name", "mine", "--model", "painter")
    assert scored.exit_code == 0, scored.output
    assert scored.stdout.startswith("mine · all · ")
    (record,) = Store("store").records()
    verified = invoke("verify", record.id)
    assert verified.exit_code == 0, verified.output
    assert invoke("verify", record.id, "--set", "predictions=nowhere").exit_code == 1


def test_a_task_may_come_last_and_with_an_equals_sign(invoke: Invoke, tmp_path: Path) -> None:
    given = [f"--{name.replace('_', '-')}={value}" for name, value in label_folders(tmp_path).items()]
    for arguments in ([*given, "--task", "semantic"], [*given[:2], "--task=semantic", *given[2:]]):
        assert invoke("score", *arguments, "--quiet").exit_code == 0
    assert {record.dataset.name for record in Store("store").records()} == {"data"}


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--task"], '--task is "", expected one of semantic, instance, panoptic, boundary'),
        (
            ["--task", "sematic"],
            "expected one of semantic, instance, panoptic, boundary; did you mean semantic?",
        ),
        (["--task", "semantic"], "--task semantic needs --ground-truth: The folder of true label maps, PNG"),
        (["--task", "semantic", "--clases", "x"], "no option --clases; did you mean --classes"),
        (["--ground-truth", "."], "score has no option --ground-truth"),
    ],
)
def test_what_cannot_be_meant(invoke: Invoke, arguments: list[str], line: str) -> None:
    result = invoke("score", *arguments)
    assert result.exit_code == 2
    assert line in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("task", PLAIN)
def test_help(invoke: Invoke, task: str) -> None:
    shown = invoke("score", "--task", task, "--help").stdout
    assert shown.startswith(f"Usage: segmetrics score --task {task} [OPTIONS]")
    assert "--ground-truth" in shown
    assert f"--task {task}" not in shown.partition("\n")[2]
    assert task in invoke("score", "--help").stdout
