"""Everything a plugin author imports.

A plugin is a module named in the entry-point group `segmetrics`. It marks functions with `hookimpl`;
each is called at a time its specification in `segmetrics.plugin.hooks` names and yields typed entries:

- `Dataset` says what can be scored, which options it takes, and how they open into a `Job`;
- a `Job` gives the runner batches, an evaluator and what there was to score, and nothing else;
- `Model` says what can be run on a dataset's images, and loads into a `Predictor`;
- `Metric`, `Format`, `Exporter` and `Command` are the other things a plugin can add.

`load` builds a `Registry` from what is installed. There is no global one: it is built and passed on.
"""

from segmetrics.evaluators.base import Evaluator
from segmetrics.plugin.entries import (
    Command,
    Configurable,
    Dataset,
    Entry,
    Exporter,
    Format,
    ImageSource,
    Metric,
    Model,
    Option,
    RemoteFile,
    nearest,
)
from segmetrics.plugin.hooks import API_VERSION, hookimpl
from segmetrics.plugin.job import Batch, DatasetInfo, InputFile, Job, OpenContext, ProgressReport, no_progress
from segmetrics.plugin.loader import load
from segmetrics.plugin.predictor import ObjectPrediction, Predictor
from segmetrics.plugin.registry import BrokenPlugin, Catalogue, Plugin, Registry

__all__ = [
    "API_VERSION",
    "Batch",
    "BrokenPlugin",
    "Catalogue",
    "Command",
    "Configurable",
    "Dataset",
    "DatasetInfo",
    "Entry",
    "Evaluator",
    "Exporter",
    "Format",
    "ImageSource",
    "InputFile",
    "Job",
    "Metric",
    "Model",
    "ObjectPrediction",
    "OpenContext",
    "Option",
    "Plugin",
    "Predictor",
    "ProgressReport",
    "Registry",
    "RemoteFile",
    "hookimpl",
    "load",
    "nearest",
    "no_progress",
]
