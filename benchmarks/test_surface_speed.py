"""Surface distances on a plane of 512 x 512 and a volume of 128 x 128 x 128 with a cube of 60.

Run with `pytest benchmarks/test_surface_speed.py --benchmark-only`. Ours stand beside the same numbers made
otherwise, where the packages are installed: by two distance transforms, of SciPy or of `edt` (seung-lab, one
thread), of the box around both masks; and by `surface-distance`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import ndimage

from segmetrics.surface_distances import Definition, distance_transform, surface_distances

if TYPE_CHECKING:
    from types import ModuleType

    from numpy.typing import NDArray
    from pytest_benchmark.fixture import BenchmarkFixture

    Mask = NDArray[np.bool_]
    Transform = Callable[[Mask], NDArray[Any]]


def plane() -> tuple[Mask, Mask]:
    """A disc, and an ellipse that is not quite it."""
    y, x = np.mgrid[:512, :512]
    truth = (y - 250) ** 2 + (x - 250) ** 2 < 180**2
    return truth, (y - 255) ** 2 / 1.1 + (x - 247) ** 2 < 175**2


def volume() -> tuple[Mask, Mask]:
    """A cube, and the same a little out of place."""
    truth, prediction = np.zeros((2, 128, 128, 128), np.bool_)
    truth[30:90, 30:90, 30:90] = True
    prediction[33:93, 32:92, 31:91] = True
    return truth, prediction


MASKS = pytest.mark.parametrize("masks", [plane(), volume()], ids=["plane", "volume"])


def all_measures(truth: Mask, prediction: Mask, definition: Definition) -> list[float]:
    found = surface_distances(truth, prediction, definition=definition)
    return [found.hausdorff(), found.hausdorff(95), found.average(), found.nsd(1)]


def by_transforms(transform: Transform, truth: Mask, prediction: Mask) -> list[float]:
    """MONAI's numbers by two distance transforms."""
    (box,) = ndimage.find_objects((truth | prediction).astype(np.uint8))
    edges = [
        mask & ~ndimage.binary_erosion(mask)
        for mask in (np.pad(side[box], 1) for side in (truth, prediction))
    ]
    there, back = transform(~edges[1])[edges[0]], transform(~edges[0])[edges[1]]
    both = np.concatenate([there, back])
    percentiles = [max(np.percentile(there, p), np.percentile(back, p)) for p in (100, 95)]
    return [*map(float, percentiles), float(both.mean()), float((both <= 1).mean())]


def of_edt(mask: Mask) -> NDArray[Any]:
    edt = pytest.importorskip("edt", reason="edt is not installed")
    transformed: NDArray[Any] = edt.edt(mask, parallel=1)
    return transformed


@MASKS
@pytest.mark.parametrize("definition", ["deepmind", "monai"])
def test_all_measures(benchmark: BenchmarkFixture, masks: tuple[Mask, Mask], definition: Definition) -> None:
    benchmark(all_measures, *masks, definition)


@MASKS
@pytest.mark.parametrize("transform", [of_edt, ndimage.distance_transform_edt], ids=["edt", "scipy"])
def test_all_measures_by_transforms(
    benchmark: BenchmarkFixture, masks: tuple[Mask, Mask], transform: Transform
) -> None:
    found = benchmark(by_transforms, transform, *masks)
    assert found == pytest.approx(all_measures(*masks, "monai"), rel=1e-6)


@pytest.fixture
def surface_distance(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The package, lent the names that it uses and that NumPy and SciPy no longer have."""
    for module, name, value in (
        (np, "Inf", np.inf),
        (ndimage, "filters", ndimage),
        (ndimage, "morphology", ndimage),
    ):
        monkeypatch.setattr(module, name, value, raising=False)
    package: ModuleType = pytest.importorskip(
        "surface_distance.metrics", reason="surface-distance is not installed"
    )
    return package


@MASKS
def test_all_measures_by_surface_distance(
    benchmark: BenchmarkFixture, surface_distance: ModuleType, masks: tuple[Mask, Mask]
) -> None:
    def measures() -> list[float]:
        found = surface_distance.compute_surface_distances(*masks, (1,) * masks[0].ndim)
        surface_distance.compute_average_surface_distance(found)
        percentiles = [surface_distance.compute_robust_hausdorff(found, p) for p in (100, 95)]
        return [*percentiles, surface_distance.compute_surface_dice_at_tolerance(found, 1)]

    ours = all_measures(*masks, "deepmind")
    assert benchmark(measures) == pytest.approx([*ours[:2], ours[3]], rel=1e-12)


@MASKS
@pytest.mark.parametrize(
    "transform", [distance_transform, of_edt, ndimage.distance_transform_edt], ids=["ours", "edt", "scipy"]
)
def test_transform(benchmark: BenchmarkFixture, masks: tuple[Mask, Mask], transform: Transform) -> None:
    benchmark(transform, masks[0])
