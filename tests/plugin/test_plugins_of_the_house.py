"""The plugins that come with segmetrics keep every promise that the kit holds strangers' to."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from segmetrics.plugin import Dataset
from segmetrics.testing import check_dataset

PLUGINS = [
    import_module(f"segmetrics_{name}")
    for name in ("ade20k", "bravo", "cityscapes", "coco", "loveda", "lvis", "oxford_pets", "voc")
]
DATASETS = [
    pytest.param(dataset, id=dataset.name) for plugin in PLUGINS for dataset in plugin.segmetrics_datasets()
]


@pytest.mark.parametrize("dataset", DATASETS)
def test_a_dataset_of_the_house_conforms(dataset: Dataset, tmp_path: Path) -> None:
    check_dataset(dataset, tmp_path)
