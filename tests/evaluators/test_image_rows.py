"""Rows of images: joined and taken as lists of lists would be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from segmetrics.errors import InputError
from segmetrics.evaluators.image_rows import Column, ImageRows, Table
from segmetrics.types import Key

Scene = list[tuple[float, list[int]]]
"""Trees of an image: the height of each, and the birds on it."""

TREES = Table(
    {"heights": Column(np.float64), "birds_per_tree": Column(np.uint8)},
    {"birds_per_tree": Table({"birds": Column(np.int64, (2,))})},
)
SCENES = Table({"trees_per_image": Column(np.uint32)}, {"trees_per_image": TREES})


@dataclass(frozen=True, eq=False)
class Scenes(ImageRows):
    trees_per_image: NDArray[np.uint32]
    heights: NDArray[np.float64]
    birds_per_tree: NDArray[np.uint8]
    birds: NDArray[np.int64]


def rows_of(scenes: dict[Any, Scene]) -> Scenes:
    trees = [tree for scene in scenes.values() for tree in scene]
    birds = [(bird, -bird) for _, birds in trees for bird in birds]
    return Scenes(
        SCENES,
        np.array(list(scenes)) if scenes else np.empty(0, np.int64),
        np.array([len(scene) for scene in scenes.values()], np.uint32),
        np.array([height for height, _ in trees], np.float64),
        np.array([len(birds) for _, birds in trees], np.uint8),
        np.array(birds, np.int64).reshape(-1, 2),
    )


def scenes_of(rows: Scenes) -> dict[Key, Scene]:
    heights, birds = iter(rows.heights.tolist()), iter(rows.birds[:, 0].tolist())
    counts = iter(rows.birds_per_tree.tolist())
    return {
        key: [(next(heights), [next(birds) for _ in range(next(counts))]) for _ in range(n)]
        for key, n in zip(rows.keys.tolist(), rows.trees_per_image.tolist(), strict=True)
    }


scene = st.lists(st.tuples(st.floats(0, 9), st.lists(st.integers(0, 9), max_size=3)), max_size=3)
keys = st.sampled_from((st.integers(-5, 20), st.text("aé/", max_size=3)))


@given(keys.flatmap(lambda keys: st.dictionaries(keys, scene)), st.data())
def test_a_join_is_a_sorted_dict(scenes: dict[Key, Scene], data: st.DataObject) -> None:
    blocks: list[dict[Key, Scene]] = [{}, {}, {}]
    for key, its in scenes.items():
        data.draw(st.sampled_from(blocks))[key] = its
    joined = Scenes.join([rows_of({key: block[key] for key in sorted(block)}) for block in blocks])
    assert list(scenes_of(joined).items()) == sorted(scenes.items())
    again = Scenes.from_tensors(SCENES, joined.to_tensors())
    assert scenes_of(again) == scenes


@given(st.dictionaries(st.integers(), scene, min_size=1), st.data())
def test_images_are_taken_in_any_order(scenes: dict[int, Scene], data: st.DataObject) -> None:
    scenes = {i: scenes[key] for i, key in enumerate(sorted(scenes))}
    chosen = data.draw(st.permutations(range(len(scenes))))[: data.draw(st.integers(0, len(scenes)))]
    taken = rows_of(scenes).taken(np.array(chosen, np.intp))
    assert list(scenes_of(taken).items()) == [(i, scenes[i]) for i in chosen]


def test_one_image_alone() -> None:
    rows = rows_of({"a": [(1.0, [])], "b": [(2.0, [5, 6]), (3.0, [])]})
    assert scenes_of(rows.of("b")) == {"b": [(2.0, [5, 6]), (3.0, [])]}
    with pytest.raises(KeyError):
        rows.of("c")


def test_no_images() -> None:
    empty = Scenes.empty(SCENES)
    assert scenes_of(Scenes.join([empty, empty])) == {}
    assert scenes_of(Scenes.from_tensors(SCENES, empty.to_tensors())) == {}


def test_parts_of_parts_are_checked() -> None:
    tensors = rows_of({3: [(1.0, [4])], 7: []}).to_tensors()
    with pytest.raises(InputError, match=r"tensor 'birds' has shape \(0, 2\), expected \(1, 2\)"):
        Scenes.from_tensors(SCENES, tensors | {"birds": tensors["birds"][:0]})
    with pytest.raises(InputError, match="tensor 'heights' is missing, expected float64"):
        Scenes.from_tensors(SCENES, {name: t for name, t in tensors.items() if name != "heights"})
    with pytest.raises(InputError, match="tensor 'birds' is float32, expected int64"):
        Scenes.from_tensors(SCENES, tensors | {"birds": tensors["birds"].astype(np.float32)})
