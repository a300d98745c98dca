from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from segmetrics.plugin.edge_doubts import doubts
from segmetrics.readers.contour_maps import read_prediction

PATH = Path("boat.png")


def thick() -> NDArray[np.float64]:
    edges = np.zeros((30, 30))
    edges[10:15] = 0.8
    return edges


def lines() -> NDArray[np.float64]:
    edges = np.zeros((30, 30))
    edges[::5] = 0.8
    return edges


@pytest.mark.parametrize("scale", [1, 0.1])
def test_thick_edges_look_unsuppressed_however_faint(scale: float) -> None:
    (line,) = doubts(thick() * scale, PATH)
    assert line.startswith("boat.png looks un-suppressed: 56% of its strong pixels lie inside thick edges")


def test_bytes_are_strengths_too() -> None:
    assert len(list(doubts((thick() * 255).astype(np.uint8), PATH))) == 1
    assert not list(doubts((lines() * 255).astype(np.uint8), PATH))


def test_bright_maps_look_inverted() -> None:
    (line,) = doubts(1 - lines(), PATH)
    assert line.startswith("boat.png looks inverted: 80% of its pixels are above one half")


@pytest.mark.parametrize("edges", [lines(), np.zeros((4, 5)), np.ones((1, 1)) * 0.4, np.eye(9)])
def test_thin_edges_and_none_raise_no_doubt(edges: NDArray[np.float64]) -> None:
    assert not list(doubts(edges, PATH))


def test_raw_detector_output_raises_doubt_and_contour_maps_do_not(shared: Path) -> None:
    data = shared / "data/bsds500"
    for path in sorted((data / "pidinet_tiny_maps_run_here").glob("*.png"))[:5]:
        assert "looks un-suppressed" in next(doubts(np.asarray(read_prediction(path, "strengths")), path))
    for path in sorted((data / "official_results/bench/data/png").glob("*.png")):
        assert not list(doubts(np.asarray(read_prediction(path, "strengths")), path))
