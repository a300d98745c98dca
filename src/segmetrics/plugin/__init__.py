"""Everything a plugin author imports.

A plugin is a module named in the entry-point group `segmetrics`. It marks functions with `hookimpl`;
each is called at a time its specification in `segmetrics.plugin.hooks` names and yields typed entries:

- `Dataset` says what can be scored, which options it takes, and how they open into a `Job`;
- a `Job` gives the runner batches, an evaluator and what there was to score, and nothing else;
- `Metric`, `Model`, `Format`, `Exporter` and `Command` are the other things a plugin can add.

`load` builds a `Registry` from what is installed. There is no global one: it is built and passed on.
"""

from segmetrics.evaluators.base import Evaluator
from segmetrics.plugin.entries import (
    Command,
    Dataset,
    Entry,
    Exporter,
    Format,
    Metric,
    Model,
    Option,
    RemoteFile,
)
from segmetrics.plugin.hooks import API_VERSION, hookimpl
from segmetrics.plugin.job import Batch, DatasetInfo, InputFile, Job, OpenContext, ProgressReport, no_progress
from segmetrics.plugin.loader import load
from segmetrics.plugin.registry import BrokenPlugin, Catalogue, Plugin, Registry

__all__ = [
    "API_VERSION",
    "Batch",
    "BrokenPlugin",
    "Catalogue",
    "Command",
    "Dataset",
    "DatasetInfo",
    "Entry",
    "Evaluator",
    "Exporter",
    "Format",
    "InputFile",
    "Job",
    "Metric",
    "Model",
    "OpenContext",
    "Option",
    "Plugin",
    "ProgressReport",
    "Registry",
    "RemoteFile",
    "hookimpl",
    "load",
    "no_progress",
]
