"""The plugins that come with segmetrics keep every promise that the kit holds strangers' to."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import pytest

from segmetrics.plugin import Dataset, load
from segmetrics.testing import check_dataset

NAMES = ("ade20k", "bravo", "bsds500", "cityscapes", "coco", "loveda", "lvis", "oxford-pets", "voc")
PLUGINS = [import_module(f"segmetrics_{name.replace('-', '_')}") for name in NAMES]


def lose_labels_and_confidences(values: Mapping[str, object]) -> None:
    """Take away one image's prediction to BRAVO, which is two files."""
    labels = min(Path(str(values["predictions"])).rglob("*_pred.png"))
    labels.unlink()
    labels.with_name(labels.name.replace("_pred", "_conf")).unlink()


LOSE = {"bravo": lose_labels_and_confidences}
DATASETS = [
    pytest.param(dataset, id=dataset.name) for plugin in PLUGINS for dataset in plugin.segmetrics_datasets()
]


def test_they_go_together() -> None:
    assert load(NAMES).problems == []


@pytest.mark.parametrize("dataset", DATASETS)
def test_a_dataset_of_the_house_conforms(dataset: Dataset, tmp_path: Path) -> None:
    check_dataset(dataset, tmp_path, lose=LOSE.get(dataset.name))
