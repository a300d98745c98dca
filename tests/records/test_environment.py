from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

import segmetrics
from segmetrics.records import environment
from segmetrics.records.environment import cpu_model, describe_code, describe_environment, git_state
from segmetrics.records.model import Git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs git in an empty directory, away from the caller's configuration."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")

    def run(*words: str) -> str:
        command = ("git", *identity, *words)
        try:
            done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
        except FileNotFoundError:
            pytest.skip("git is not installed")
        return done.stdout.strip()

    return run


def test_a_repository_tells_its_commit_and_whether_tracked_files_differ(
    git: Callable[..., str], tmp_path: Path
) -> None:
    git("init", "-q")
    assert git_state(tmp_path) is None
    (tmp_path / "file").write_text("one")
    git("add", "file")
    git("commit", "-qm", "first")
    commit = git("rev-parse", "HEAD")
    (tmp_path / "untracked").write_text("no code")
    assert git_state(tmp_path) == Git(commit=commit, dirty=False)
    (tmp_path / "file").write_text("two")
    assert git_state(tmp_path) == Git(commit=commit, dirty=True)


def test_no_repository_is_null(git: Callable[..., str], tmp_path: Path) -> None:
    git("--version")
    assert git_state(tmp_path) is None


def test_a_missing_or_hanging_git_is_null(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_state(tmp_path) is None
    sleeper = tmp_path / "git"
    sleeper.write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    sleeper.chmod(0o755)
    monkeypatch.setattr(environment, "_GIT_TIMEOUT_S", 0.1)
    assert git_state(tmp_path) is None


def test_the_processor_is_named(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nmodel name\t: Example 9000: X @ 3 GHz\nflags\t: fpu\n")
    assert cpu_model(cpuinfo) == "Example 9000: X @ 3 GHz"
    assert cpu_model(tmp_path / "absent")


def test_sections_hold_versions() -> None:
    assert describe_code({"segmetrics-coco": "1.2"}).plugins == {"segmetrics-coco": "1.2"}
    assert describe_code({}).segmetrics == segmetrics.__version__
    assert describe_environment(["msgspec", "no-such-package"]).packages.keys() == {"msgspec"}


def test_a_working_directory_that_is_gone_fails_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert describe_code({}).git is None
