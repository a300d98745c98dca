"""Surface distances of classes: means over images, the merge law, refusals, states that cannot be."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluators.states import Spoil, put, spoiled, with_header
from evaluators.surface_cases import CLASSES, Image, batch, evaluated, images, small
from segmetrics.classes import Classes
from segmetrics.errors import InputError, MergeError
from segmetrics.evaluators import SpacedMap, SurfaceDistanceEvaluator
from segmetrics.surface_distances import Definition, SurfaceDistances, surface_distances
from segmetrics.types import Parity

DEFINITIONS = st.sampled_from(["deepmind", "monai"])
PARITIES = st.sampled_from(["official", "clean"])


Over = dict[str, Any]
MEASURES: list[tuple[str, Over, Callable[[SurfaceDistances], float]]] = [
    ("hausdorff", {}, lambda each: each.hausdorff()),
    ("hausdorff", {"percentile": 95}, lambda each: each.hausdorff(95)),
    ("assd", {}, lambda each: each.average()),
    ("nsd", {"tolerance": 1}, lambda each: each.nsd(1)),
]

# ---- numbers ---------------------------------------------------------------------------------------------


def mean(values: list[float], parity: Parity) -> float:
    defined = [
        value for value in values if not math.isnan(value) and (parity == "official" or value < math.inf)
    ]
    return statistics.fmean(defined) if defined else math.nan


@settings(max_examples=100, deadline=None)
@given(st.lists(images(), max_size=4), DEFINITIONS, PARITIES)
def test_scores_are_means_of_the_images(cases: list[Image], definition: Definition, parity: Parity) -> None:
    scores = evaluated(cases, definition=definition, parity=parity).compute()
    found = [
        [
            surface_distances(truth == label, prediction == label, spacing=spacing, definition=definition)
            for label in CLASSES.ids
        ]
        for truth, prediction, spacing in cases
    ]
    for score_id, over, measure in MEASURES:
        values = [[measure(each) for each in of_image] for of_image in found]
        by_class = [[of_image[c] for of_image in values] for c in range(len(CLASSES))]
        for name, of_class in zip(CLASSES.names, by_class, strict=True):
            assert scores.value(score_id, **over, **{"class": name}) == close(mean(of_class, parity))
        rows = values if parity == "official" else by_class
        assert scores.value(score_id, **over) == close(mean([mean(row, parity) for row in rows], parity))


def close(value: float) -> Any:
    return pytest.approx(value, rel=1e-12, abs=0) if math.isfinite(value) else None


def test_an_image_alone() -> None:
    evaluator = evaluated(small(), [3, 7])
    scores = evaluator.image_scores(3)
    assert scores.per("class", "hausdorff") == {"liver": 1.0, "tumour": None}
    assert scores["hausdorff"] == 1.0
    with pytest.raises(KeyError):
        evaluator.image_scores(4)


def test_a_class_that_one_side_has_not() -> None:
    """Its distances are infinite: no number by MONAI's mean, left out of the clean one; NSD is 0 in both."""
    official, clean = (evaluated(small(), parity=parity).compute() for parity in ("official", "clean"))
    assert official.value("hausdorff") is official.value("assd") is None
    assert clean.value("hausdorff") == 0.75
    assert clean.find("hausdorff", **{"class": "tumour"}).n == 0
    for scores in official, clean:
        assert scores.value("nsd", tolerance=1, **{"class": "tumour"}) == 0.0


def test_units_and_directions_are_said() -> None:
    hausdorff, _, assd, nsd, *_ = SurfaceDistanceEvaluator(2, definition="monai", unit="mm").compute()
    assert (hausdorff.unit, assd.unit, nsd.unit) == ("mm", "mm", "fraction")
    assert (hausdorff.higher_is_better, assd.higher_is_better, nsd.higher_is_better) == (False, False, True)
    assert (hausdorff.range, nsd.range) == (None, (0.0, 1.0))


def test_no_images_at_all() -> None:
    evaluator = evaluated([])
    assert {score.value for score in evaluator.compute()} == {None}
    assert evaluator.from_bytes(evaluator.to_bytes()).to_bytes() == evaluator.to_bytes()


def test_a_map_without_a_spacing_of_its_own_has_the_evaluators() -> None:
    evaluator = SurfaceDistanceEvaluator(2, definition="deepmind", spacing=(1, 0.25))
    evaluator.update([[[1, 0, 0]]], [[[0, 0, 1]]])
    assert evaluator.compute().value("hausdorff", **{"class": "1"}) == 0.5


# ---- the merge law ---------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(st.lists(images(), max_size=6), DEFINITIONS, st.data())
def test_any_partition_in_any_order_is_the_whole(
    cases: list[Image], definition: Definition, data: st.DataObject
) -> None:
    keys = list(range(len(cases)))
    whole = evaluated(cases, keys, definition=definition)
    states = [evaluated([], [], definition=definition)]
    for key in data.draw(st.permutations(keys)):
        if data.draw(st.booleans()):
            states.append(evaluated([], [], definition=definition))
        states[-1].update(*batch([cases[key]]), keys=[key])
    merged = SurfaceDistanceEvaluator.merge_all(
        SurfaceDistanceEvaluator.from_bytes(state.to_bytes()) if data.draw(st.booleans()) else state
        for state in data.draw(st.permutations(states))
    )
    assert merged.to_bytes() == whole.to_bytes()
    assert list(merged.compute()) == list(whole.compute())


@pytest.mark.parametrize(
    "options",
    [
        {"definition": "deepmind"},
        {"parity": "clean"},
        {"percentiles": (95,)},
        {"tolerances": (1, 2)},
        {"spacing": 2.0},
        {"unit": "mm"},
    ],
    ids=str,
)
def test_states_measured_otherwise_do_not_merge(options: dict[str, Any]) -> None:
    with pytest.raises(MergeError, match="different protocols"):
        evaluated(small(), [3, 7]).merge(evaluated([], [], **options))


def test_states_of_other_classes_do_not_merge() -> None:
    other = SurfaceDistanceEvaluator(Classes("liver spleen", ids=(1, 7), others=(0,)), definition="monai")
    with pytest.raises(MergeError, match="different classes"):
        evaluated(small(), [3, 7]).merge(other)


# ---- refusals --------------------------------------------------------------------------------------------


def test_batches_that_do_not_fit_leave_the_state_as_it_was() -> None:
    evaluator = evaluated([])
    before = evaluator.to_bytes()
    truth, prediction = small()[0][:2]
    for sides, message in (
        (([truth], [prediction] * 2), "1 images have a truth, found 2"),
        (([truth, truth], [prediction, prediction[:1]]), r"image 1: truth has shape \(2, 4\), prediction"),
        (
            ([truth], [prediction + 2]),
            r"image 0, pixel \[0, 0\]: prediction is 2, which the class table has not",
        ),
        (([truth * 1.0], [prediction]), "image 0: truth has dtype float64"),
        (([truth[0]], [prediction[0]]), r"image 0: truth has shape \(4,\), expected 2 or 3 axes"),
    ):
        with pytest.raises(InputError, match=message):
            evaluator.update(*sides)
    with pytest.raises(ValueError, match="spacing"):
        evaluator.update([SpacedMap(truth, (1.0, 1.0, 1.0))], [prediction])
    assert evaluator.to_bytes() == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"definition": "itk"}, "definition is 'itk'"),
        ({"percentiles": (0,)}, "percentiles"),
        ({"percentiles": (95, 95)}, "percentiles .* each once"),
        ({"tolerances": (-1,)}, "tolerances"),
        ({"tolerances": (math.inf,)}, "tolerances"),
        ({"spacing": (1, math.nan)}, "spacing .* finite and positive"),
        ({"spacing": (1, 1, 1, 1)}, "spacing .* one number, 2 or 3"),
        ({"unit": "cm"}, "unit is 'cm'"),
        ({"parity": "exact"}, "parity is 'exact'"),
        ({"classes": Classes("a", ignore=255)}, "ignored values"),
    ],
    ids=str,
)
def test_arguments_that_mean_nothing_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SurfaceDistanceEvaluator(**{"classes": 2, "definition": "monai", **options})


# ---- corrupt states --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(put("values", (0, 0, 0), -1.0), id="negative distance"),
        pytest.param(put("values", (0, 0, -1), 1.5), id="more than all"),
        pytest.param(put("values", (0, 0, -1), np.inf), id="infinite share"),
    ],
)
def test_rows_that_cannot_be_are_refused(spoil: Spoil) -> None:
    with pytest.raises(InputError):
        SurfaceDistanceEvaluator.from_bytes(spoiled(evaluated(small(), [3, 7]), spoil))


@pytest.mark.parametrize(
    "change",
    [
        {"params": {"definition": "itk"}},
        {"params": {"percentiles": [0.0]}},
        {"params": {"percentiles": "95"}},
        {"params": {"spacing": []}},
        {"params": {"unit": "cm"}},
        {"table": {"names": ["liver"]}},
        {"classes": None},
    ],
    ids=str,
)
def test_headers_that_cannot_be_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        SurfaceDistanceEvaluator.from_bytes(with_header(evaluated(small(), [3, 7]), change))
