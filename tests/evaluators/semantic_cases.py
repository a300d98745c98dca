"""Made-up label maps for the tests of semantic evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st
from reference import semantic as reference
from reference.semantic import Image

from segmetrics.classes import Classes
from segmetrics.evaluators import AnnotatedMaps, InstanceSizes, SemanticEvaluator
from segmetrics.types import Key

POOLS = (range(1, 12), range(256), (-100, -1, 3, 255, 256, 70_000))
"""Values that class tables are made of: a few, those of 8 bits, and those that need more."""

DIVISOR = 10


@dataclass(frozen=True)
class Case:
    """Images, a class table and what is asked for."""

    images: list[Image]
    classes: Classes
    absent: Any = "skip"
    sizes: InstanceSizes | None = None
    keys: list[Key] = field(default_factory=list)
    per_image: bool = False

    def evaluator(self, **arguments: Any) -> SemanticEvaluator:
        """One that has seen nothing."""
        usual = {"absent": self.absent, "instance_sizes": self.sizes, "per_image": self.per_image}
        return SemanticEvaluator(self.classes, **usual | arguments)

    def add(self, evaluator: SemanticEvaluator, positions: Sequence[int]) -> None:
        """Add the images at these positions."""
        truths = [self.images[i].truth for i in positions]
        annotated = AnnotatedMaps(truths, [self.images[i].instances for i in positions])
        predictions = [self.images[i].prediction for i in positions]
        keys = [self.keys[i] for i in positions]
        evaluator.update(truths if self.sizes is None else annotated, predictions, keys=keys)

    def evaluated(self) -> SemanticEvaluator:
        """One that has seen all images at once."""
        evaluator = self.evaluator()
        self.add(evaluator, range(len(self.images)))
        return evaluator

    def of_image(self, position: int) -> SemanticEvaluator:
        """One that has seen a single image."""
        evaluator = self.evaluator()
        self.add(evaluator, [position])
        return evaluator

    def expected(self) -> dict[reference.Identity, float]:
        """The scores of the slow twin."""
        return reference.scores(self.images, self.classes, self.absent, self.sizes)


@st.composite
def class_tables(draw: st.DrawFn, pool: Sequence[int]) -> Classes:
    values = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=6, unique=True))
    n = draw(st.integers(1, len(values)))
    n_others = draw(st.integers(0, len(values) - n))
    categories = draw(st.none() | st.lists(st.sampled_from("xyz"), min_size=n, max_size=n))
    return Classes(
        list("abcdef"[:n]),
        ids=values[:n],
        others=values[n : n + n_others],
        ignore=values[n + n_others :],
        categories=categories,
    )


@st.composite
def instance_sizes(draw: st.DrawFn, classes: Classes) -> InstanceSizes:
    named = draw(st.lists(st.sampled_from(classes.names), unique=True))
    category = st.sampled_from(classes.category_names or ("",))
    also = {draw(category): [*classes.others]} if classes.others and classes.categories else {}
    return InstanceSizes({name: draw(st.floats(0.5, 100)) for name in named}, also, DIVISOR)


def made_up(rng: np.random.Generator, classes: Classes, sizes: InstanceSizes | None) -> Image:
    """An image of random labels, legal ones."""
    shape = tuple(rng.integers(0, 8, 2))
    truth = rng.choice(np.array(classes.values), shape)
    predictable = rng.choice(np.array(classes.ids + classes.others), shape)
    prediction = np.where(np.isin(truth, classes.ids), predictable, rng.choice(classes.values, shape))
    sized = [] if sizes is None else [classes.ids[classes.names.index(name)] for name in sizes.average]
    labels = rng.choice(np.array([0, *sized, *(classes.others if sizes else ())]), shape)
    return Image(truth, prediction, labels * DIVISOR + rng.integers(0, 3, shape))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    pool = draw(st.sampled_from(POOLS))
    classes = draw(class_tables(pool))
    sizes = draw(st.none() | instance_sizes(classes)) if pool is POOLS[0] else None
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    images = [made_up(rng, classes, sizes) for _ in range(draw(st.integers(0, 5)))]
    keys = rng.permutation(1000)[: len(images)].tolist()
    if draw(st.booleans()):
        keys = [f"é{key}" for key in keys]
    absent = draw(st.sampled_from(("skip", "zero", "undefined")))
    return Case(images, classes, absent, sizes, keys, per_image=draw(st.booleans()))


STREETS = Classes("road car bus", ids=(7, 26, 28), others=(0,), ignore=255, categories=("flat", "v", "v"))
SIZES = InstanceSizes({"car": 8.0, "bus": 30.0})


def empty(**arguments: Any) -> SemanticEvaluator:
    """No images."""
    usual: dict[str, Any] = {"classes": STREETS, "instance_sizes": SIZES}
    return SemanticEvaluator(**usual | arguments)


def small(**arguments: Any) -> SemanticEvaluator:
    """Two images, three objects."""
    evaluator = empty(**arguments)
    annotated = AnnotatedMaps([[[7, 26, 26]], [[28, 255, 0]]], [[[7, 26000, 26001]], [[28000, 255, 0]]])
    evaluator.update(annotated, [[[7, 26, 7]], [[28, 255, 0]]], keys=[3, 7])
    return evaluator
