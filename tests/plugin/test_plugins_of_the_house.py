"""The plugins that come with segmetrics: what they say of themselves is what their runs show."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from segmetrics.plugin import Dataset, OpenContext
from segmetrics.runner import run

PLUGINS = [
    import_module(f"segmetrics_{name}")
    for name in ("ade20k", "bravo", "cityscapes", "coco", "loveda", "lvis", "oxford_pets", "voc")
]
DATASETS = [
    pytest.param(plugin, dataset, id=dataset.name)
    for plugin in PLUGINS
    for dataset in plugin.segmetrics_datasets()
    if dataset.sample is not None
]


@pytest.mark.parametrize(("plugin", "dataset"), DATASETS)
def test_every_score_and_format_of_a_run_is_listed(
    plugin: ModuleType, dataset: Dataset, tmp_path: Path
) -> None:
    assert dataset.sample is not None
    values = dataset.sample(tmp_path)
    scores = run(dataset, values).scores
    assert {score.id for score in scores} <= {each.name for each in plugin.segmetrics_metrics()}
    formats = {file.format for file in dataset.open(dataset.complete(values), OpenContext()).inputs}
    assert formats <= {each.name for each in plugin.segmetrics_formats()}
