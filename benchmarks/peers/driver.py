"""The contract of a driver: one process scores one results file once and says what that cost.

A driver is a script beside this module, run by `side_by_side.py` as

    python DRIVER GROUND_TRUTH RESULTS {segm,bbox,boundary} {coco,lvis} THREADS

Its last line of output is a JSON object: the numbers in the order of the official summary (12 for COCO, 13
for LVIS), the seconds from before the files are opened to having the numbers, and the versions measured.
Imports come first and are not counted. The number of threads also stands in RAYON_NUM_THREADS, for libraries
that read it while they are imported.
"""

import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import metadata


@dataclass(frozen=True, slots=True)
class Job:
    """One results file to score: two paths, what overlap is measured on, whose rules, how many threads."""

    truth: str
    results: str
    iou_type: str
    protocol: str
    threads: int

    @classmethod
    def from_command_line(cls) -> "Job":
        """The job named by the five arguments of the running script."""
        truth, results, iou_type, protocol, threads = sys.argv[1:]
        return cls(truth, results, iou_type, protocol, int(threads))


def measure(distribution: str, score: Callable[[Job], Iterable[float]]) -> None:
    """Run `score` on the job of the command line and print what happened."""
    job = Job.from_command_line()
    run(distribution, job.threads, lambda: score(job))


def run(distribution: str, threads: int, score: Callable[[], Iterable[float]]) -> None:
    """Run `score`, one CPU per thread, and print what happened.

    A `ValueError` is how a library refuses a file it does not read: it is reported in its own words. Anything
    else ends the process with a traceback.
    """
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    outcome: dict[str, object] = {
        "version": metadata.version(distribution),
        "python": platform.python_version(),
    }
    cpu_start, wall_start = time.process_time(), time.perf_counter()
    try:
        numbers = list(score())
    except ValueError as refusal:
        outcome["refused"] = str(refusal)
    else:
        outcome["cpu_seconds"] = time.process_time() - cpu_start
        outcome["wall_seconds"] = time.perf_counter() - wall_start
        outcome["numbers"] = [float(number) for number in numbers]
    print(json.dumps(outcome), flush=True)
