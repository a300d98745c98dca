"""Label PNGs of 2048x1024, as Cityscapes has them, against Pillow and, where it is installed, OpenCV.

Run with `taskset -c 1 pytest benchmarks/test_label_png_speed.py --benchmark-only`; compare the minima.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from segmetrics.readers.label_png import read_label_png

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pytest_benchmark.fixture import BenchmarkFixture

HEIGHT, WIDTH, N_REGIONS = 1024, 2048, 120
FORMS = ["index8", "index16", "rgb"]


def regions(seed: int) -> NDArray[np.uint8]:
    """Labels of the nearest of some sites, each with a stretch of its own, so that borders curve."""
    rng = np.random.default_rng(seed)
    y, x = np.linspace(0, 1, HEIGHT)[:, None], np.linspace(0, 2, WIDTH)[None, :]
    y = y + 0.02 * np.sin(9 * x + 1) + 0.004 * np.sin(71 * x)
    nearest = np.full((HEIGHT, WIDTH), np.inf)
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    for _ in range(N_REGIONS):
        top, left = rng.random(), 2 * rng.random()
        distance = (y - top) ** 2 * rng.uniform(0.5, 3) + (x - left) ** 2 * rng.uniform(0.5, 3)
        is_nearer = distance < nearest
        nearest[is_nearer] = distance[is_nearer]
        labels[is_nearer] = rng.integers(34)
    return labels


@pytest.fixture(scope="module")
def images() -> dict[str, NDArray[Any]]:
    """An image of each form: labels, 1000 * label + instance, and the latter in three bytes."""
    labels, instances = regions(0), regions(1)
    ids = 1000 * labels.astype(np.uint16) + instances
    parts = [ids & 255, ids >> 8, np.zeros_like(ids)]
    return {"index8": labels, "index16": ids, "rgb": np.stack(parts, axis=2).astype(np.uint8)}


@pytest.fixture(params=["Pillow", "OpenCV"])
def file(request: pytest.FixtureRequest, images: dict[str, NDArray[Any]], form: str) -> bytes:
    """The image of a form, saved by one of two writers: one chooses filters, the other takes Sub."""
    if request.param == "Pillow":
        out = io.BytesIO()
        Image.fromarray(images[form]).save(out, "PNG")
        return out.getvalue()
    cv2 = pytest.importorskip("cv2")
    return bytes(cv2.imencode(".png", images[form][..., ::-1] if form == "rgb" else images[form])[1])


@pytest.mark.parametrize("form", FORMS)
def test_segmetrics(
    benchmark: BenchmarkFixture, file: bytes, images: dict[str, NDArray[Any]], form: str
) -> None:
    np.testing.assert_array_equal(benchmark(read_label_png, file), images[form])


@pytest.mark.parametrize("form", FORMS)
def test_pillow(benchmark: BenchmarkFixture, file: bytes, images: dict[str, NDArray[Any]], form: str) -> None:
    pixels = benchmark(lambda: np.asarray(Image.open(io.BytesIO(file))))
    np.testing.assert_array_equal(pixels, images[form])


@pytest.mark.parametrize("form", FORMS)
def test_opencv(benchmark: BenchmarkFixture, file: bytes, images: dict[str, NDArray[Any]], form: str) -> None:
    cv2 = pytest.importorskip("cv2")
    content = np.frombuffer(file, np.uint8)
    pixels = benchmark(cv2.imdecode, content, cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(pixels[..., ::-1] if form == "rgb" else pixels, images[form])
