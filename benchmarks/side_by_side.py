"""Whole runs of segmetrics and of its peers, side by side: from files on disk to the official numbers.

Every measurement is a process of its own, pinned to one CPU per thread; it starts its clocks after its
imports. A first round warms the page cache and weighs memory; then contenders take turns (A B C, A B C, ...),
and ratios are taken within a round, so that what else the machine does falls on all alike. All must report
the same numbers.

    python benchmarks/side_by_side.py --work /tmp/side-by-side

`benchmarks/README.md` says what is measured, and how to repeat a published table.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
PEERS = HERE / "peers"
REQUIREMENTS = PEERS / "requirements.txt"
TOLERANCE = 1e-9
SAMPLING_SECONDS = 0.002
KIB_PER_MB = 1000 / 1.024


class Contender(NamedTuple):
    """A library under measurement: its driver, and for a reference the protocol it defines."""

    name: str
    driver: str
    reference_of: str | None = None


OURS = "segmetrics"
CONTENDERS = (
    Contender(OURS, "segmetrics_driver.py"),
    Contender("hotcoco", "hotcoco_driver.py"),
    Contender("vernier", "vernier_driver.py"),
    Contender("ultrafast-pycocotools", "ultrafast_driver.py"),
    Contender("pycocotools", "pycocotools_driver.py", reference_of="coco"),
    Contender("lvis", "lvis_driver.py", reference_of="lvis"),
)


class Workload(NamedTuple):
    """A results file to score against the `gt.json` beside it."""

    name: str
    title: str
    folder: str
    results: str
    iou_type: str
    protocol: str


WORKLOADS = (
    Workload("masks-45k", "masks, 45k", "coco5k", "dt_a_segm.json", "segm", "coco"),
    Workload("masks-45k-bbox", "masks with bbox, 45k", "coco5k", "dt_a_both.json", "segm", "coco"),
    Workload("masks-460k", "masks, 460k", "coco5k", "dt_b_segm.json", "segm", "coco"),
    Workload("masks-460k-bbox", "masks with bbox, 460k", "coco5k", "dt_b_both.json", "segm", "coco"),
    Workload("boxes-45k", "boxes, 45k", "coco5k", "dt_a_bbox.json", "bbox", "coco"),
    Workload("boxes-460k", "boxes, 460k", "coco5k", "dt_b_bbox.json", "bbox", "coco"),
    Workload("lvis-masks", "LVIS masks, 551k", "lvis2k", "dt_b_segm.json", "segm", "lvis"),
    Workload("lvis-masks-bbox", "LVIS masks with bbox, 551k", "lvis2k", "dt_b_both.json", "segm", "lvis"),
    Workload("lvis-boxes", "LVIS boxes, 551k", "lvis2k", "dt_b_bbox.json", "bbox", "lvis"),
)

LVIS_SHAPE = "--images 2000 --cats 1203 --dets 300 --anns-per-image 12.7 --lvis --seed 77 --setting b"
RECIPES = {
    "coco5k": ("make_coco_like.py coco5k", "addbbox.py coco5k a", "addbbox.py coco5k b"),
    "lvis2k": (f"make_coco_like.py lvis2k {LVIS_SHAPE}", "addbbox.py lvis2k b"),
}


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


class BenchmarkError(Exception):
    """The comparison cannot be made, or must not be believed."""


# ---- what must be there first


def pinned_versions() -> dict[str, str]:
    lines = REQUIREMENTS.read_text(encoding="utf-8").split()
    return dict(line.split("==") for line in lines)


def installed_versions(python: Path) -> dict[str, str]:
    listing = subprocess.run(
        [python, "-m", "pip", "list", "--format=json", "--disable-pip-version-check"],
        check=True,
        capture_output=True,
        text=True,
    )
    return {package["name"].lower(): package["version"] for package in json.loads(listing.stdout)}


def differing_versions(python: Path) -> list[str]:
    installed = installed_versions(python)
    return [f"{name}=={pin}" for name, pin in pinned_versions().items() if installed.get(name) != pin]


def peers_environment(folder: Path) -> Path:
    """The interpreter of a virtual environment that holds the pinned peers, made where absent."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    if differing_versions(python):
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", REQUIREMENTS], check=True)
    return python


def generator_folder() -> Path:
    shared = Path(os.environ.get("SEGMETRICS_SHARED", "../shared"))
    tools = shared.resolve() / "tools"
    if not (tools / "make_coco_like.py").exists():
        raise BenchmarkError(
            f"{tools} holds no make_coco_like.py, which makes the workloads: set SEGMETRICS_SHARED to the "
            "folder above tools/, or give --work a folder that already holds coco5k/ and lvis2k/"
        )
    return tools


def make_workloads(work: Path, workloads: Iterable[Workload], python: Path) -> None:
    """Write the synthetic data sets that are not there yet; the generators are deterministic."""
    absent = {w.folder for w in workloads if not (work / w.folder / w.results).exists()}
    for folder in sorted(absent):
        tools = generator_folder()
        for step in RECIPES[folder]:
            print(f"making {folder}: {step}", file=sys.stderr)
            script, *arguments = step.split()
            subprocess.run([python, tools / script, *arguments], cwd=work, check=True)


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


def measure_once(
    contender: Contender, workload: Workload, options: argparse.Namespace, tally: Tally, *, weigh: bool
) -> None:
    """One process; adds what it reported to the tally. A weighing round does not count for speed."""
    folder = options.work / workload.folder
    python = sys.executable if contender.name == OURS else options.peers_python
    command = [python, PEERS / contender.driver, folder / "gt.json", folder / workload.results]
    threads = str(options.threads)
    environment = os.environ | {"RAYON_NUM_THREADS": threads}
    report = run_driver([*command, workload.iou_type, workload.protocol, threads], environment, weigh=weigh)
    record(report, tally, weighed=weigh, timed=not weigh or contender.reference_of is not None)


def record(report: dict[str, Any], tally: Tally, *, weighed: bool, timed: bool) -> None:
    tally.version, tally.python = report["version"], report["python"]
    tally.refused = report.get("refused", "")
    if tally.refused:
        return
    if tally.numbers and tally.numbers != report["numbers"]:
        raise BenchmarkError(f"two runs differ: {tally.numbers} and {report['numbers']}")
    tally.numbers = report["numbers"]
    if weighed:
        tally.peak_anonymous_mb = report["peak_anonymous_mb"]
    if timed:
        tally.cpu_seconds.append(report["cpu_seconds"])
        tally.wall_seconds.append(report["wall_seconds"])


def side_by_side(
    workload: Workload, contenders: Sequence[Contender], options: argparse.Namespace
) -> dict[str, Tally]:
    """One weighing round of all, then timed rounds of those that read the file; references run only once."""
    present = [c for c in contenders if c.reference_of in (None, workload.protocol)]
    tallies = {contender.name: Tally() for contender in present}
    for contender in present:
        measure_once(contender, workload, options, tallies[contender.name], weigh=True)
    racers = [c for c in present if c.reference_of is None and not tallies[c.name].refused]
    for _ in range(options.runs):
        for contender in racers:
            measure_once(contender, workload, options, tallies[contender.name], weigh=False)
    check_agreement(workload, tallies)
    return tallies


def check_agreement(workload: Workload, tallies: dict[str, Tally]) -> None:
    """All who read the file report the same numbers, and we read every file."""
    if OURS in tallies and tallies[OURS].refused:
        raise BenchmarkError(f"{OURS} refuses {workload.results}: {tallies[OURS].refused}")
    scored = {name: tally.numbers for name, tally in tallies.items() if tally.numbers}
    for name, numbers in scored.items():
        for other, others in scored.items():
            if not agree(numbers, others):
                raise BenchmarkError(f"{workload.title}: {name} says {numbers}, {other} says {others}")


def agree(numbers: Sequence[float], others: Sequence[float]) -> bool:
    same_length = len(numbers) == len(others)
    return same_length and all(abs(a - b) <= TOLERANCE for a, b in zip(numbers, others, strict=True))


# ---- telling


def fastest_rival(subject: str, racers: dict[str, list[float]]) -> str | None:
    rivals = {name: statistics.median(seconds) for name, seconds in racers.items() if name != subject}
    return min(rivals, key=rivals.__getitem__, default=None)


def ratio_cell(subject: str, racers: dict[str, list[float]]) -> str:
    """How many times longer the fastest rival takes than the subject, round by round: median (least-most)."""
    rival = fastest_rival(subject, racers)
    if rival is None or subject not in racers:
        return ""
    ratios = [theirs / ours for theirs, ours in zip(racers[rival], racers[subject], strict=True)]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f}) {rival}"


def seconds_cell(tally: Tally | None, threads: int) -> str:
    if tally is None:
        return ""
    return "refuses" if tally.refused else f"{statistics.median(tally.seconds(threads)):.3f}"


def memory_cell(tally: Tally | None) -> str:
    if tally is None:
        return ""
    return "refuses" if tally.refused else f"{tally.peak_anonymous_mb:.0f}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def speed_table(results: dict[str, dict[str, Tally]], names: Sequence[str], threads: int) -> str:
    subject = names[0]
    rows = []
    for title, tallies in results.items():
        references = {c.name for c in CONTENDERS if c.reference_of}
        racers = {
            name: tally.seconds(threads)
            for name, tally in tallies.items()
            if name not in references and not tally.refused
        }
        cells = [seconds_cell(tallies.get(name), threads) for name in names]
        rows.append([title, *cells, ratio_cell(subject, racers)])
    unit = "CPU s" if threads == 1 else "wall s"
    return table([unit, *names, f"fastest rival / {subject}"], rows)


def memory_table(results: dict[str, dict[str, Tally]], names: Sequence[str]) -> str:
    rows = [[title, *[memory_cell(tallies.get(n)) for n in names]] for title, tallies in results.items()]
    return table(["peak anonymous MB", *names], rows)


def refusals(results: dict[str, dict[str, Tally]]) -> str:
    lines = [
        f"- {name} refuses {title}: {tally.refused}"
        for title, tallies in results.items()
        for name, tally in tallies.items()
        if tally.refused
    ]
    return "\n".join(lines)


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


def report_text(
    results: dict[str, dict[str, Tally]], names: Sequence[str], options: argparse.Namespace
) -> str:
    ran = {name: tally for tallies in results.values() for name, tally in tallies.items()}
    pythons = sorted({f"Python {tally.python}" for tally in ran.values()})
    versions = [f"{name} {tally.version}" for name, tally in ran.items()]
    facts = ", ".join([*machine().values(), *pythons, *versions])
    how = f"{options.threads} thread(s), median of {options.runs} interleaved rounds (references: one run)."
    parts = [
        f"{facts}; {how}",
        speed_table(results, names, options.threads),
        memory_table(results, names),
        refusals(results),
    ]
    return "\n\n".join(part for part in parts if part)


# ---- the command


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    names = [contender.name for contender in CONTENDERS]
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--work", type=Path, required=True, help="folder for the peers and the data sets")
    parser.add_argument(
        "--workloads",
        nargs="+",
        metavar="NAME",
        choices=[w.name for w in WORKLOADS],
        default=[w.name for w in WORKLOADS],
        help="default: all nine",
    )
    parser.add_argument(
        "--contenders",
        nargs="+",
        metavar="NAME",
        choices=names,
        default=[c.name for c in CONTENDERS if c.reference_of is None],
        help=f"of {', '.join(names)}; default: all but the slow references",
    )
    parser.add_argument("--runs", type=int, default=7, help="timed rounds of each workload")
    parser.add_argument("--threads", type=int, choices=(1, 2), default=1)
    parser.add_argument(
        "--peers-python", type=Path, help="interpreter that has the peers; default: made in --work"
    )
    parser.add_argument("--json", type=Path, help="also write every measurement here")
    return parser.parse_args(arguments)


def prepare(options: argparse.Namespace, workloads: Sequence[Workload]) -> None:
    options.work = options.work.resolve()
    options.work.mkdir(parents=True, exist_ok=True)
    options.peers_python = options.peers_python or peers_environment(options.work / "peers")
    differing = differing_versions(options.peers_python)
    if differing:
        raise BenchmarkError(f"{options.peers_python} lacks {', '.join(differing)} of {REQUIREMENTS}")
    make_workloads(options.work, workloads, options.peers_python)


def compare(options: argparse.Namespace) -> None:
    workloads = [w for w in WORKLOADS if w.name in options.workloads]
    contenders = [c for c in CONTENDERS if c.name in options.contenders]
    prepare(options, workloads)
    results = {}
    for workload in workloads:
        print(f"measuring {workload.title}", file=sys.stderr)
        results[workload.title] = side_by_side(workload, contenders, options)
    print(report_text(results, [c.name for c in contenders], options))
    if options.json:
        raw = {title: {name: asdict(t) for name, t in tallies.items()} for title, tallies in results.items()}
        document = {"machine": machine(), "threads": options.threads, "workloads": raw}
        options.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    try:
        compare(parse(arguments))
    except BenchmarkError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
