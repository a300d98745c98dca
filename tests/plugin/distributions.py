"""Makes distributions that importlib.metadata finds, so that plugins arrive in tests as they do in life."""

from __future__ import annotations

import re
from pathlib import Path

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "write-a-plugin.md"


def install(
    site: Path, plugin: str, source: str, *, version: str = "0.3", distribution: str | None = None
) -> None:
    """Put a plugin into `site`: module `segmetrics_<plugin>`, and the metadata that pip would write."""
    distribution = distribution or f"segmetrics-{plugin}"
    module = f"segmetrics_{plugin.replace('-', '_')}"
    (site / f"{module}.py").write_text(source)
    metadata = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
    (metadata / "entry_points.txt").write_text(f"[segmetrics]\n{plugin} = {module}\n")


def pebbles() -> str:
    """The plugin of the how-to page."""
    return "\n\n".join(re.findall(r"```python\n(.*?)```", HOW_TO.read_text(), re.DOTALL))


SLOW = '''
"""Pebbles that take their time, for tests that interrupt."""

import sys
import time
from dataclasses import replace

from segmetrics.plugin import Batch, hookimpl
import segmetrics_pebbles
from segmetrics_pebbles import CountEvaluator, PebblesJob, open_pebbles


class SlowEvaluator(CountEvaluator):
    def update(self, truth, prediction, *, keys=None):
        sys.stderr.write("slowly\\n")
        time.sleep(1)
        super().update(truth, prediction, keys=keys)


class SlowJob(PebblesJob):
    def evaluator(self):
        return SlowEvaluator(self.tolerance)

    def batches(self, n):
        return super().batches(len(self.truth))


def open_slowly(values, context):
    return SlowJob(**vars(open_pebbles(values, context)))


@hookimpl
def segmetrics_datasets():
    for dataset in segmetrics_pebbles.segmetrics_datasets():
        yield replace(dataset, name="slow-pebbles", open=open_slowly)
'''
