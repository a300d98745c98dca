"""Models on benchmarks of boundaries: where the images are, and what is scored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from readers.matlab_files import annotator, cell, save

from segmetrics.errors import InputError, PluginError
from segmetrics.plugin import Model, Predictor
from segmetrics.plugin.boundaries import boundary_dataset
from segmetrics.readers.label_png import read_label_png
from segmetrics.runner import run_model

LINE = np.ones((12, 16), np.uint8)
LINE[:, 7] = 2

BANKS = boundary_dataset(
    name="banks",
    summary="Banks",
    license="CC0",
    source="A. Sailor",
    version="1",
    splits=("val",),
    truth=["truth/{split}/{key}.mat"],
    image="images/{split}/{key}.png",
    levels=("", "published"),
)


class Reds(Predictor):
    """What is red is boundary."""

    revision = "1"

    def __init__(self, scale: float) -> None:
        self._scale = scale

    def predict(self, image: NDArray[np.uint8]) -> Any:
        return image[:, :, 0] * self._scale


def reds(scale: float = 1 / 255) -> Model:
    return Model("reds", "Finds what is red", task="boundary", load=lambda _: Reds(scale))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "published"
    (folder / "images" / "val").mkdir(parents=True)
    for key in ("1", "2"):
        save(folder / "truth" / "val" / f"{key}.mat", groundTruth=cell(annotator(LINE)))
        red = np.zeros((*LINE.shape, 3), np.uint8)
        red[:, :, 0] = 153 * (LINE > 1)
        Image.fromarray(red).save(folder / "images" / "val" / f"{key}.png")
    return tmp_path


def test_a_model_finds_boundaries(root: Path, tmp_path: Path) -> None:
    scores = run_model(BANKS, {"root": root}, reds(), {}, store=tmp_path / "store").scores
    assert (scores["ods.f"], scores["ois.f"]) == (1, 1)
    kept = sorted((tmp_path / "store").glob("predictions/*/files/*.png"))
    assert [path.stem for path in kept] == ["1", "2"]
    assert np.array_equal(read_label_png(kept[0]), 153 * (LINE > 1))


def test_strengths_beyond_one_are_refused(root: Path, tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"image 1 .*has values from 0 to 1\.2, or NaN, expected floats"):
        run_model(BANKS, {"root": root}, reds(2 / 255), {}, store=tmp_path / "store")


def test_an_image_that_is_missing_is_named(root: Path, tmp_path: Path) -> None:
    (root / "published" / "images" / "val" / "2.png").unlink()
    with pytest.raises(InputError, match=r"images/val/2\.png: no such image, though it is annotated"):
        run_model(BANKS, {"root": root}, reds(), {}, store=tmp_path / "store")
