"""Which label of a data set each class of a model is."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence

from segmetrics.errors import InputError
from segmetrics.plugin import nearest

_REST = "*"
_MOST_SHOWN = 3


def class_labels(model: Sequence[str], dataset: Mapping[str, int], rules: str = "") -> list[int]:
    """The label of each class of a model, by name unless a rule says otherwise.

    Args:
        model: Names of the model's classes, by index.
        dataset: Labels of the data set's classes, by name.
        rules: "cat=1 dog=2 *=0": a class of the model, by name or index, and a label of the data set, by name
            or number; `*` is every class that has no rule and no namesake.

    Raises:
        InputError: A rule names what there is not, or a class has no label.

    >>> class_labels(["sky", "Cat", "dog"], {"background": 0, "cat": 1}, "dog=cat *=0")
    [0, 1, 1]
    """
    namesakes = {name.casefold(): label for name, label in dataset.items()}
    told = {name: _label(text, namesakes) for name, text in _rules(rules)}
    _check_known(told, model)
    labels = [
        told.get(str(index), told.get(name, namesakes.get(name.casefold(), told.get(_REST))))
        for index, name in enumerate(model)
    ]
    unknown = [name for name, label in zip(model, labels, strict=True) if label is None]
    if unknown:
        more = f" and {len(unknown) - _MOST_SHOWN} more" if len(unknown) > _MOST_SHOWN else ""
        raise InputError(
            f"the model's {', '.join(unknown[:_MOST_SHOWN])}{more} are none of the data set's classes "
            f'({", ".join(dataset)}); say what they are: --labels "{unknown[0]}={next(iter(dataset))} *=..."'
        )
    return [label for label in labels if label is not None]


def _rules(text: str) -> Iterator[tuple[str, str]]:
    for rule in shlex.split(text):
        name, equals, label = rule.rpartition("=")
        if not (name and equals and label):
            raise InputError(f"--labels: {rule!r} is no rule, expected a class of the model = a label")
        yield name, label


def _label(text: str, labels: Mapping[str, int]) -> int:
    """The label of this name or number."""
    label = int(text) if text.isdecimal() else labels.get(text.casefold())
    if label is None or label not in labels.values():
        known = ", ".join(f"{name} ({number})" for name, number in labels.items())
        raise InputError(f"--labels: the data set has no label {text!r}, only {known}")
    return label


def _check_known(told: Mapping[str, int], model: Sequence[str]) -> None:
    known = dict.fromkeys((*model, *map(str, range(len(model))), _REST))
    for name in told:
        if name not in known:
            raise InputError(f"--labels: the model has no class {name!r}{nearest(name, known)}")
