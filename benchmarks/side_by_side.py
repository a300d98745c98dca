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
import statistics
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from comparison import (
    OURS,
    PEERS,
    BenchmarkError,
    Tally,
    check_agreement,
    check_versions,
    facts,
    machine,
    memory_cell,
    peers_environment,
    ratios_cell,
    run_driver,
    table,
)

REQUIREMENTS = PEERS / "requirements.txt"


class Contender(NamedTuple):
    """A library under measurement: its driver, and for a reference the protocol it defines."""

    name: str
    driver: str
    reference_of: str | None = None


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
    Workload("boundary-45k", "boundaries, 45k", "coco5k", "dt_a_both.json", "boundary", "coco"),
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


# ---- what must be there first


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
    tally.record(report, weighed=weigh, timed=not weigh or contender.reference_of is not None)


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
    check_agreement(workload.title, tallies)
    return tallies


# ---- telling


def fastest_rival(subject: str, racers: dict[str, list[float]]) -> str | None:
    rivals = {name: statistics.median(seconds) for name, seconds in racers.items() if name != subject}
    return min(rivals, key=rivals.__getitem__, default=None)


def ratio_cell(subject: str, racers: dict[str, list[float]]) -> str:
    """How many times longer the fastest rival takes than the subject, round by round: median (least-most)."""
    rival = fastest_rival(subject, racers)
    if rival is None or subject not in racers:
        return ""
    return f"{ratios_cell(racers[rival], racers[subject])} {rival}"


def seconds_cell(tally: Tally | None, threads: int) -> str:
    if tally is None:
        return ""
    return "refuses" if tally.refused else f"{statistics.median(tally.seconds(threads)):.3f}"


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


def report_text(
    results: dict[str, dict[str, Tally]], names: Sequence[str], options: argparse.Namespace
) -> str:
    how = f"{options.threads} thread(s), median of {options.runs} interleaved rounds (references: one run)."
    parts = [
        f"{facts(results)}; {how}",
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
        default=[w.name for w in WORKLOADS if w.iou_type != "boundary"],
        help="default: the nine of masks and of boxes",
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
    options.peers_python = options.peers_python or peers_environment(options.work / "peers", REQUIREMENTS)
    check_versions(options.peers_python, REQUIREMENTS)
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
