"""Detectors without weights: what they see in drawings, and how well Canny does on BSDS500."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.plugin import Model
from segmetrics.runner import run_model
from segmetrics.testing import check_model
from segmetrics_bsds500 import BOUNDARIES
from segmetrics_classic import CANNY, FELZENSZWALB, SOBEL, WATERSHED

pytest.importorskip("skimage", reason="scikit-image is not installed")

MODELS = [CANNY, FELZENSZWALB, SOBEL, WATERSHED]
FAR = 8
EVERY = 4
"""Of the test images of BSDS500, those that are tried."""


def two_fields() -> NDArray[np.uint8]:
    """A dark and a bright field that meet between columns 29 and 30, in a little noise."""
    image = np.full((48, 60, 3), 60, np.uint8)
    image[:, 30:] = 190
    image += np.random.default_rng(5).integers(0, 6, image.shape, np.uint8)
    return image


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_the_boundary_of_two_fields_is_seen(model: Model) -> None:
    values = {"highest": 8} if model is WATERSHED else {}
    predictor = model.load(model.complete({"levels": 4, **values} if model is not SOBEL else values))
    strengths = predictor.predict(two_fields())
    assert strengths.shape == (48, 60)
    assert 0 <= strengths.min() <= strengths.max() <= 1
    assert (strengths[4:-4, 28:32].max(axis=1) > 0.5).all()
    if model is not WATERSHED:
        assert strengths[:, : 30 - FAR].max() < 0.3
    assert predictor.classes is None
    assert predictor.revision.startswith("segmetrics-classic 0.1.0, scikit-image ")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
@pytest.mark.parametrize("value", [0, -1, float("nan")])
def test_options_are_above_0(model: Model, value: float) -> None:
    with pytest.raises(InputError, match=r"sigma is .*, expected a number above 0"):
        model.load(model.complete({"sigma": value}))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_it_conforms(model: Model) -> None:
    check_model(model)


def test_strength_grows_with_contrast() -> None:
    image = two_fields()
    faint = image // 4
    canny = CANNY.load(CANNY.complete({}))
    assert canny.predict(faint).max() < canny.predict(image).max()


def test_canny_does_on_bsds500_as_the_literature_says(shared: Path, tmp_path: Path) -> None:
    data, root = shared / "data" / "bsds500", tmp_path / "BSDS500"
    for folder, ends in (("images", ".jpg"), ("groundTruth", ".mat")):
        (root / folder / "test").mkdir(parents=True)
        for path in sorted((data / folder / "test").glob(f"*{ends}"))[::EVERY]:
            (root / folder / "test" / path.name).symlink_to(path)
    result = run_model(BOUNDARIES, {"root": root}, CANNY, {}, store=tmp_path / "store", threads=2)
    assert result.record.coverage.scored == 200 // EVERY
    assert result.scores["ods.f"] == pytest.approx(0.60, abs=0.02)
