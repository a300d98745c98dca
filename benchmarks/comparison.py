"""What side-by-side runs share: peers in an environment of their own, one process to a measurement, tables.

A contender is a driver script under `peers/`, run by an interpreter that has the library. A measurement is a
process of its own, pinned to one CPU per thread; it starts its clocks after its imports and reports what it
found and what that cost as a line of JSON.
"""

import json
import platform
import statistics
import subprocess
import time
import venv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PEERS = Path(__file__).resolve().parent / "peers"
OURS = "segmetrics"
TOLERANCE = 1e-9
SAMPLING_SECONDS = 0.002
KIB_PER_MB = 1000 / 1.024


class BenchmarkError(Exception):
    """The comparison cannot be made, or must not be believed."""


@dataclass
class Tally:
    """What one contender did on one workload; the seconds are those of the timed rounds, in order."""

    version: str = ""
    python: str = ""
    refused: str = ""
    numbers: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    wall_seconds: list[float] = field(default_factory=list)
    peak_anonymous_mb: float = 0.0

    def seconds(self, threads: int) -> list[float]:
        """CPU seconds of one thread; of more, what the clock on the wall says."""
        return self.cpu_seconds if threads == 1 else self.wall_seconds

    def record(self, report: Mapping[str, Any], *, weighed: bool, timed: bool) -> None:
        """Add what a driver reported.

        Raises:
            BenchmarkError: It is not what the last run reported.
        """
        self.version, self.python = report["version"], report["python"]
        self.refused = report.get("refused", "")
        if self.refused:
            return
        if self.numbers and self.numbers != report["numbers"]:
            raise BenchmarkError(f"two runs differ: {self.numbers} and {report['numbers']}")
        self.numbers = report["numbers"]
        if weighed:
            self.peak_anonymous_mb = report["peak_anonymous_mb"]
        if timed:
            self.cpu_seconds.append(report["cpu_seconds"])
            self.wall_seconds.append(report["wall_seconds"])


# ---- what must be there first


def pinned_versions(requirements: Path) -> dict[str, str]:
    lines = requirements.read_text(encoding="utf-8").split()
    return dict(line.split("==") for line in lines)


def installed_versions(python: Path) -> dict[str, str]:
    listing = subprocess.run(
        [python, "-m", "pip", "list", "--format=json", "--disable-pip-version-check"],
        check=True,
        capture_output=True,
        text=True,
    )
    return {package["name"].lower(): package["version"] for package in json.loads(listing.stdout)}


def differing_versions(python: Path, requirements: Path) -> list[str]:
    installed = installed_versions(python)
    pins = pinned_versions(requirements)
    return [f"{name}=={pin}" for name, pin in pins.items() if installed.get(name) != pin]


def peers_environment(folder: Path, requirements: Path) -> Path:
    """The interpreter of a virtual environment that holds the pinned peers, made where absent."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    if differing_versions(python, requirements):
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
    return python


def check_versions(python: Path, requirements: Path) -> None:
    differing = differing_versions(python, requirements)
    if differing:
        raise BenchmarkError(f"{python} lacks {', '.join(differing)} of {requirements}")


# ---- measuring


def anonymous_mb(pid: int) -> float:
    """Anonymous resident memory of a running process, 0 once it has gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    kib = [int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon:")]
    return kib[0] / KIB_PER_MB if kib else 0.0


def run_driver(command: Sequence[str | Path], environment: dict[str, str], *, weigh: bool) -> dict[str, Any]:
    """Run a driver to its end; returns what it reported and, when weighed, its peak anonymous memory."""
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    peak = 0.0
    while weigh and process.poll() is None:
        peak = max(peak, anonymous_mb(process.pid))
        time.sleep(SAMPLING_SECONDS)
    output, complaint = process.communicate()
    if process.returncode != 0:
        raise BenchmarkError(f"{' '.join(map(str, command))} failed:\n{complaint}")
    report: dict[str, Any] = json.loads(output.splitlines()[-1])
    return report | {"peak_anonymous_mb": peak}


def check_agreement(title: str, tallies: Mapping[str, Tally]) -> None:
    """All who read the files report the same numbers, and we read every file."""
    if OURS in tallies and tallies[OURS].refused:
        raise BenchmarkError(f"{OURS} refuses {title}: {tallies[OURS].refused}")
    scored = {name: tally.numbers for name, tally in tallies.items() if tally.numbers}
    for name, numbers in scored.items():
        for other, others in scored.items():
            if not agree(numbers, others):
                raise BenchmarkError(f"{title}: {name} says {numbers}, {other} says {others}")


def agree(numbers: Sequence[float], others: Sequence[float]) -> bool:
    same_length = len(numbers) == len(others)
    return same_length and all(abs(a - b) <= TOLERANCE for a, b in zip(numbers, others, strict=True))


# ---- telling


def ratios_cell(theirs: Sequence[float], ours: Sequence[float]) -> str:
    """How many times longer theirs take than ours, round by round: median (least-most)."""
    ratios = [their / our for their, our in zip(theirs, ours, strict=True)]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"


def memory_cell(tally: Tally | None) -> str:
    if tally is None:
        return ""
    return "refuses" if tally.refused else f"{tally.peak_anonymous_mb:.0f}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine() -> dict[str, str]:
    """What the numbers were measured on."""
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    ]
    return {
        "cpu": f"{len(models)} x {models[0]}" if models else platform.machine(),
        "system": f"{platform.system()} {platform.release()}",
        "date": datetime.now(UTC).date().isoformat(),
    }


def facts(results: Mapping[str, Mapping[str, Tally]]) -> str:
    """The machine, and the versions of everything that ran."""
    ran = {name: tally for tallies in results.values() for name, tally in tallies.items()}
    pythons = sorted({f"Python {tally.python}" for tally in ran.values()})
    return ", ".join([*machine().values(), *pythons, *(f"{name} {t.version}" for name, t in ran.items())])
