"""Boundaries and regions, segmetrics and its peers side by side.

As in `side_by_side.py` every measurement is a process of its own, one round warms the page cache, contenders
take turns, and ratios are taken within a round. One thread.

    python benchmarks/boundaries_side_by_side.py --work /tmp/side-by-side
    python benchmarks/boundaries_side_by_side.py --work /tmp/side-by-side --root BSDS500 --predictions ucm2

`benchmarks/README.md` says what is measured.
"""

import argparse
import json
import os
import statistics
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
    machine,
    peers_environment,
    ratios_cell,
    run_driver,
    table,
)
from made_boundaries import make

REQUIREMENTS = PEERS / "boundary_requirements.txt"
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
N_PAIRS_OF_MASKS = 10

DRIVERS = {
    OURS: "segmetrics_boundaries_driver.py",
    "pyEdgeEval, extrapolated": "pyedgeeval_driver.py",
    "labelling by scipy": "scipy_regions_driver.py",
    "labelling by cc3d": "cc3d_regions_driver.py",
    "cv2": "cv2_bands_driver.py",
}
EXTRAPOLATED = {"pyEdgeEval, extrapolated": 11.0}
"""How many times as long all thresholds take as those that the driver scores."""


class Workload(NamedTuple):
    """What is scored, on how many images at most, and how many times as long each peer is meant to take."""

    name: str
    title: str
    task: str
    targets: dict[str, float | None]
    most_images: int | None = None
    size_of_masks: str | None = None
    most_runs: int | None = None

    @property
    def contenders(self) -> tuple[str, ...]:
        """Who is measured, segmetrics first."""
        return OURS, *self.targets


WORKLOADS = (
    Workload("edges", "boundaries, arrays", "edges", {}),
    Workload("edge-files", "boundaries, files to scores", "edge-files", {}),
    Workload(
        "edges-few",
        "boundaries, arrays, a few images",
        "edges",
        {"pyEdgeEval, extrapolated": 1000.0},
        most_images=2,
        most_runs=1,
    ),
    Workload(
        "regions",
        "regions, arrays",
        "regions",
        {"labelling by scipy": 20.0, "labelling by cc3d": 20.0},
        most_images=10,
    ),
    Workload("bands", "boundary IoU, 640x480", "bands", {"cv2": 4.0}, size_of_masks="640x480"),
    Workload("bands-large", "boundary IoU, 2048x1024", "bands", {"cv2": 10.0}, size_of_masks="2048x1024"),
)


class Files(NamedTuple):
    """The folder of annotators' files, and that of edge maps."""

    truths: Path
    predictions: Path

    @property
    def n_images(self) -> int:
        """How many are scored."""
        return len(list(self.predictions.iterdir()))

    def first(self, n: int, folder: Path) -> "Files":
        """The first n, by links in a folder made anew."""
        folder.mkdir(parents=True, exist_ok=True)
        for link in folder.iterdir():
            link.unlink()
        for path in sorted(self.predictions.iterdir())[:n]:
            (folder / path.name).symlink_to(path)
        return Files(self.truths, folder)


def arguments_of(workload: Workload, files: Files, options: argparse.Namespace) -> tuple[list[str], int]:
    """Of its drivers, and how many images or pairs those are."""
    if workload.size_of_masks:
        return [workload.size_of_masks], N_PAIRS_OF_MASKS
    if workload.most_images:
        files = files.first(workload.most_images, options.work / "boundary-links" / workload.name)
    return [str(files.truths), str(files.predictions)], files.n_images


def measure_once(name: str, command: Sequence[str], options: argparse.Namespace, tally: Tally) -> None:
    python = sys.executable if name == OURS else options.peers_python
    report = run_driver([python, PEERS / DRIVERS[name], *command], os.environ | ONE_THREAD, weigh=False)
    report["cpu_seconds"] *= EXTRAPOLATED.get(name, 1.0)
    tally.record(report, weighed=False, timed=True)


def side_by_side(workload: Workload, command: Sequence[str], options: argparse.Namespace) -> dict[str, Tally]:
    """A round that does not count, of us only where the peer takes minutes, then the timed ones."""
    task = [workload.task, *command]
    for name in workload.contenders:
        if name not in EXTRAPOLATED:
            measure_once(name, task, options, Tally())
    tallies = {name: Tally() for name in workload.contenders}
    for _ in range(min(options.runs, workload.most_runs or options.runs)):
        for name, tally in tallies.items():
            measure_once(name, task, options, tally)
    check_agreement(workload.title, tallies)
    return tallies


def rows(workload: Workload, tallies: dict[str, Tally], n: int) -> Iterator[list[str]]:
    ours = tallies[OURS].cpu_seconds
    for name, tally in tallies.items():
        target = workload.targets.get(name)
        yield [
            workload.title,
            name,
            str(n),
            f"{1000 * statistics.median(tally.cpu_seconds) / n:.3f}",
            "" if name == OURS else ratios_cell(tally.cpu_seconds, ours),
            "" if target is None else f"{target:g}",
        ]


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    names = [workload.name for workload in WORKLOADS]
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--work", type=Path, required=True, help="folder for the peers and what is made up")
    parser.add_argument("--root", type=Path, help="folder above groundTruth/test; default: made-up images")
    parser.add_argument(
        "--predictions",
        type=Path,
        help="of --root: edge maps, .png of 8 bits or .npy; regions need contour maps",
    )
    parser.add_argument(
        "--workloads", nargs="+", metavar="NAME", choices=names, default=names, help="default: all"
    )
    parser.add_argument("--runs", type=int, default=7, help="timed rounds of each workload")
    parser.add_argument(
        "--peers-python", type=Path, help="interpreter that has the peers; default: made in --work"
    )
    parser.add_argument("--json", type=Path, help="also write every measurement here")
    options = parser.parse_args(arguments)
    if (options.root is None) != (options.predictions is None):
        parser.error("--root and --predictions go together")
    return options


def prepare(options: argparse.Namespace) -> Files:
    options.work = options.work.resolve()
    if options.peers_python is None:
        options.peers_python = peers_environment(options.work / "boundary-peers", REQUIREMENTS)
    check_versions(options.peers_python, REQUIREMENTS)
    root = (options.root or options.work / "made-boundaries").resolve()
    predictions = options.predictions.resolve() if options.predictions else make(root)
    return Files(root / "groundTruth" / "test", predictions)


def compare(options: argparse.Namespace) -> None:
    files = prepare(options)
    results: dict[str, dict[str, Tally]] = {}
    cells: list[list[str]] = []
    for workload in WORKLOADS:
        if workload.name in options.workloads:
            print(f"measuring {workload.title}", file=sys.stderr)
            command, n = arguments_of(workload, files, options)
            results[workload.name] = side_by_side(workload, command, options)
            cells += rows(workload, results[workload.name], n)
    header = ["workload", "contender", "images", "CPU ms an image", f"times as long as {OURS}", "target"]
    how = f"1 thread, median (least-most) of {options.runs} interleaved rounds."
    print(f"{facts(results)}; {how}\n\n{table(header, cells)}")
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
