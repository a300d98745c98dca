"""Whole runs on label maps, segmetrics and its peers side by side: from PNGs on disk to the score.

As in `side_by_side.py` every measurement is a process of its own, one round warms the page cache, contenders
take turns, and ratios are taken within a round. One thread; all must report the same numbers.

    python benchmarks/label_maps_side_by_side.py --work /tmp/side-by-side

`benchmarks/README.md` says what is measured, and how to repeat a published table.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
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
    installed_versions,
    machine,
    peers_environment,
    ratios_cell,
    run_driver,
    table,
)
from made_label_maps import N_PANOPTIC, N_ROOMS, N_STREETS, make

REQUIREMENTS = PEERS / "label_map_requirements.txt"
CITYSCAPES_SOURCE = (
    "git+https://github.com/mcordts/cityscapesScripts@0bcc4a72549590fd80d71d8465be3a0c4b1c06e8"
)
ALONE = {"cityscapesscripts": CITYSCAPES_SOURCE, "panopticapi-lite": "panopticapi-lite==0.2.0"}
"""Installed without what they ask for: one is built with its C extension, the other wants an old NumPy."""

ONE_THREAD = {"RAYON_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""NumPy's OpenBLAS has threads that spin for a while once it is imported, which counts as CPU time."""

DRIVERS = {
    OURS: "segmetrics_maps_driver.py",
    "vernier": "vernier_maps_driver.py",
    "hotcoco": "hotcoco_maps_driver.py",
    "cv2 + NumPy": "cv2_maps_driver.py",
    "cityscapesScripts with C": "cityscapes_driver.py",
    "cityscapesScripts as installed": "cityscapes_as_installed_driver.py",
    "panopticapi": "panopticapi_driver.py",
}


class Workload(NamedTuple):
    """A folder of pairs to score, and how many times as long as segmetrics each peer is meant to take."""

    name: str
    title: str
    folder: str
    n_pairs: int
    targets: dict[str, float | None]

    @property
    def contenders(self) -> tuple[str, ...]:
        """Who is measured, segmetrics first."""
        return OURS, *self.targets


WORKLOADS = (
    Workload(
        "street",
        "streets, 2048x1024, IoU",
        "street",
        N_STREETS,
        {"vernier": 4.0, "hotcoco": 5.0, "cv2 + NumPy": 25.0},
    ),
    Workload(
        "street-objects",
        "streets, 2048x1024, IoU and iIoU",
        "street",
        N_STREETS,
        {"cityscapesScripts with C": 25.0, "cityscapesScripts as installed": 45.0},
    ),
    Workload(
        "rooms",
        "rooms, 683x512, IoU",
        "rooms",
        N_ROOMS,
        {"vernier": 2.0, "hotcoco": None, "cv2 + NumPy": None},
    ),
    Workload("panoptic", "panoptic, 640x480", "panoptic", N_PANOPTIC, {"hotcoco": 1.4, "panopticapi": 15.0}),
)

Results = dict[str, dict[str, Tally]]


def install_alone(python: Path, cityscapes: str) -> None:
    """Install what is not there yet of the peers that pip cannot install with the others."""
    installed = installed_versions(python)
    pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    for name, source in (ALONE | {"cityscapesscripts": cityscapes}).items():
        if name not in installed:
            subprocess.run([*pip, source], env=os.environ | {"CYTHONIZE_EVAL": "1"}, check=True)


def measure_once(workload: Workload, name: str, options: argparse.Namespace, tally: Tally) -> None:
    python = sys.executable if name == OURS else options.peers_python
    command = [python, PEERS / DRIVERS[name], workload.name, options.work / workload.folder]
    report = run_driver(command, os.environ | ONE_THREAD, weigh=False)
    tally.record(report, weighed=False, timed=True)


def side_by_side(workload: Workload, options: argparse.Namespace) -> dict[str, Tally]:
    """One round that does not count, for the page cache, then the timed ones."""
    for name in workload.contenders:
        measure_once(workload, name, options, Tally())
    tallies = {name: Tally() for name in workload.contenders}
    for _ in range(options.runs):
        for name, tally in tallies.items():
            measure_once(workload, name, options, tally)
    check_agreement(workload.title, tallies)
    return tallies


def rows(workload: Workload, tallies: dict[str, Tally]) -> Iterator[list[str]]:
    ours = tallies[OURS].cpu_seconds
    for name, tally in tallies.items():
        if tally.refused:
            yield [workload.title, name, "refuses", "", ""]
            continue
        target = workload.targets.get(name)
        yield [
            workload.title,
            name,
            f"{1000 * statistics.median(tally.cpu_seconds) / workload.n_pairs:.2f}",
            "" if name == OURS else ratios_cell(tally.cpu_seconds, ours),
            "" if target is None else f"{target:g}",
        ]


def report_text(results: Results, options: argparse.Namespace) -> str:
    header = ["workload", "contender", "CPU ms a pair", f"times as long as {OURS}", "target"]
    cells = [row for w in WORKLOADS if w.name in results for row in rows(w, results[w.name])]
    how = f"1 thread, median (least-most) of {options.runs} interleaved rounds."
    return f"{facts(results)}; {how}\n\n{table(header, cells)}"


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    names = [workload.name for workload in WORKLOADS]
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--work", type=Path, required=True, help="folder for the peers and the pairs")
    parser.add_argument(
        "--workloads", nargs="+", metavar="NAME", choices=names, default=names, help="default: all four"
    )
    parser.add_argument("--runs", type=int, default=7, help="timed rounds of each workload")
    parser.add_argument(
        "--peers-python", type=Path, help="interpreter that has the peers; default: made in --work"
    )
    parser.add_argument(
        "--cityscapes-scripts",
        default=CITYSCAPES_SOURCE,
        metavar="SOURCE",
        help="what pip builds cityscapesScripts from; its releases lack the C source. Default: %(default)s",
    )
    parser.add_argument("--json", type=Path, help="also write every measurement here")
    return parser.parse_args(arguments)


def prepare(options: argparse.Namespace, workloads: Sequence[Workload]) -> None:
    options.work = options.work.resolve()
    if options.peers_python is None:
        options.peers_python = peers_environment(options.work / "label-map-peers", REQUIREMENTS)
        install_alone(options.peers_python, options.cityscapes_scripts)
    check_versions(options.peers_python, REQUIREMENTS)
    for workload in workloads:
        make(options.work, workload.folder)


def compare(options: argparse.Namespace) -> None:
    workloads = [workload for workload in WORKLOADS if workload.name in options.workloads]
    prepare(options, workloads)
    results: Results = {}
    for workload in workloads:
        print(f"measuring {workload.title}", file=sys.stderr)
        results[workload.name] = side_by_side(workload, options)
    print(report_text(results, options))
    if options.json:
        raw = {name: {who: asdict(tally) for who, tally in each.items()} for name, each in results.items()}
        document = {"machine": machine(), "workloads": raw}
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
