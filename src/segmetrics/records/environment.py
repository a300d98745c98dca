"""The `code` and `env` sections: what ran, and on what."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import segmetrics
from segmetrics.records.model import Code, Environment, Git

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_GIT_TIMEOUT_S = 5.0
_GIT_STATUS = (
    "git",
    "-c",
    "core.fsmonitor=false",  # a repository's own hook must not run for being looked at
    "status",
    "--porcelain=v2",
    "--branch",
    "--untracked-files=no",
)


def describe_code(plugins: Mapping[str, str]) -> Code:
    """Versions of segmetrics and of `plugins` (name to version), and the working directory's commit."""
    return Code(segmetrics=segmetrics.__version__, plugins=dict(plugins), git=git_state(Path()))


def describe_environment(packages: Iterable[str] = ("msgspec", "numpy", "safetensors")) -> Environment:
    """This interpreter and machine, with the versions of those `packages` that are installed."""
    return Environment(
        python=platform.python_version(),
        platform=platform.platform(),
        cpu=cpu_model(),
        packages={name: version for name in packages if (version := _version(name)) is not None},
    )


def git_state(directory: Path) -> Git | None:
    """Commit and dirty flag of the repository around `directory`.

    None where there is no repository, no commit yet, no git, or no answer within five seconds.
    Untracked files don't count: a folder of predictions beside the code changes no code.
    """
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        status = subprocess.run(  # noqa: S603  (a fixed command; nothing of it comes from outside)
            _GIT_STATUS,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_GIT_TIMEOUT_S,
            check=True,
        ).stdout.splitlines()
    except (OSError, subprocess.SubprocessError):
        return None
    return _read_status(status)


def _read_status(lines: list[str]) -> Git | None:
    headers = [line.removeprefix("# ") for line in lines if line.startswith("# ")]
    commits = [header.removeprefix("branch.oid ") for header in headers if header.startswith("branch.oid ")]
    if commits in ([], ["(initial)"]):
        return None
    return Git(commit=commits[0], dirty=len(lines) > len(headers))


def cpu_model(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """The processor's name as Linux tells it, else what the platform module knows."""
    try:
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    except OSError:
        pass
    return platform.processor() or platform.machine() or "unknown"


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
