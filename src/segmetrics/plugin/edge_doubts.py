"""What makes one doubt that an edge map is what it is meant to be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_STRONG: Final = 0.5
_MOST_STRONG: Final = 0.5
_MOST_INSIDE: Final = 0.2
"""Of strong pixels, those that only strong ones surround: nearly none in thin edges, most in thick ones."""


def doubts(edges: NDArray[Any], path: Path, *, nms: bool = False) -> Iterator[str]:
    """A line for what looks wrong with an edge map, if anything does.

    Args:
        edges: (h, w) strengths, floating point from 0 to 1 or uint8.
        path: Where it comes from.
        nms: Whether what is no maximum will be suppressed, so that edges may be thick.

    >>> thick = np.zeros((20, 20))
    >>> thick[2:7] = 1
    >>> [line] = doubts(thick, Path("boat.png"))
    >>> line[:50]
    'boat.png looks un-suppressed: 54% of its strong pi'
    >>> list(doubts(np.eye(9), Path("boat.png")))
    []
    """
    highest = 255 if edges.dtype == np.uint8 else 1
    share = np.mean(edges > _STRONG * highest)
    if share > _MOST_STRONG:
        yield f"{path} looks inverted: {share:.0%} of its pixels are above one half, and edges are few"
    if nms or share > _MOST_STRONG:
        return
    strong = (edges >= _STRONG * edges.max()) & (edges > 0)
    inside = int(_surrounded(strong).sum()) / max(int(strong.sum()), 1)
    if inside > _MOST_INSIDE:
        yield (
            f"{path} looks un-suppressed: {inside:.0%} of its strong pixels lie inside thick edges; what is "
            "no maximum across its edge should be 0 (--nms)"
        )


def _surrounded(strong: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pixels that are strong together with all their eight neighbours."""
    padded = np.pad(strong, 1)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3))
    return np.asarray(windows.all(axis=(2, 3)))
