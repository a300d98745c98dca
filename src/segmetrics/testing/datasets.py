"""Whether a dataset conforms: everything the runner and its users count on, tried on the sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from segmetrics.plugin import Dataset, Registry
from segmetrics.testing.conformance import ConformanceError, announced, doing, require
from segmetrics.testing.scoring import check_scoring
from segmetrics.testing.wrong_input import check_lost_prediction, check_wrong_paths

Lose = Callable[[Mapping[str, object]], object]


def check_dataset(
    dataset: Dataset, directory: Path, *, registry: Registry | None = None, lose: Lose | None = None
) -> None:
    """Check that a dataset keeps every promise a plugin makes, on its own sample.

    What listings say of it is there; the sample comes out the same each time, opens and scores; any number of
    threads, any partition and any order of merging give the same bytes; batches pickle and states survive
    their bytes; the record is kept and verifies; scores and formats are announced; a prediction that is
    missing fails the run, and `--partial` scores the others; a path that leads elsewhere is an `InputError`
    that says what was expected.

    Args:
        dataset: What to check.
        directory: An empty directory to work in, such as pytest's `tmp_path`.
        registry: What announces it; by default the installed plugin that gives it, alone.
        lose: Takes the prediction of one image out of the sample that these options score. Without it the
            first file of a prediction is removed, so it is needed where an image has several, or where all
            images are in one and each must have a prediction.

    Raises:
        ConformanceError: It does not, with what to do.

    >>> from segmetrics.plugin.instances import instance_dataset
    >>> boats = instance_dataset(
    ...     name="boats", summary="Boats", license="", source="A. Sailor", version="1", split="val"
    ... )
    >>> check_dataset(boats, Path("empty"))
    Traceback (most recent call last):
    segmetrics.testing.conformance.ConformanceError: boats has no license: say its terms
    """
    _check_listing(dataset)
    registry = announced(dataset, lambda registry: registry.datasets, registry)
    values = _sample(dataset, directory / "sample")
    _check_options(dataset, values)
    check_scoring(dataset, values, directory / "store", registry)
    again = _sample(dataset, directory / "again")
    _check_same_files(dataset, directory / "sample", directory / "again")
    check_lost_prediction(dataset, again, lose)
    check_wrong_paths(dataset, values, directory / "elsewhere")


_LISTED = {
    "summary": "say in one line what it is, for segmetrics datasets",
    "license": "say its terms",
    "source": "say who made it: a citation or the organisation",
    "version": "say of which version of the annotations it is",
    "url": "say where to get the data",
    "splits": "name the splits",
}


def _check_listing(dataset: Dataset) -> None:
    for name, advice in _LISTED.items():
        require(getattr(dataset, name), f"{dataset.name} has no {name}: {advice}")
    require(
        not dataset.summary.endswith("."),
        f"{dataset.name}: the summary ends with a full stop; leave it out, it stands in a table",
    )


def _sample(dataset: Dataset, directory: Path) -> Mapping[str, object]:
    directory.mkdir(parents=True)
    if dataset.sample is None:
        raise ConformanceError(
            f"{dataset.name} has no sample: let one write a few small samples in the real layout, so that "
            "anybody can try it before downloading anything"
        )
    with doing(f"writing the sample of {dataset.name}", "sample takes an empty directory and writes into it"):
        return dataset.complete(dataset.sample(directory))


def _check_same_files(dataset: Dataset, once: Path, again: Path) -> None:
    files = [{path.relative_to(folder): path for path in folder.rglob("*")} for folder in (once, again)]
    different = [
        path
        for path in sorted(files[0].keys() | files[1].keys())
        if not all(path in side for side in files) or _content(files[0][path]) != _content(files[1][path])
    ]
    names = ", ".join(map(str, different[:3]))
    require(
        not different,
        f"{dataset.name}: written twice, the sample's {names} differs; seed what is random, and leave out "
        "paths and dates",
    )


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _check_options(dataset: Dataset, values: Mapping[str, object]) -> None:
    split = next((option for option in dataset.options if option.name == "split"), None)
    unknown = set(() if split is None else split.choices) - set(dataset.splits)
    require(
        not unknown, f"{dataset.name}: option split takes {', '.join(sorted(unknown))}; list it in splits too"
    )
    for option in dataset.options:
        value = values[option.name]
        if option.kind == "path" and value is not None:
            require(
                Path(str(value)).exists(),
                f"{dataset.name}: the sample's {option.name} is {value}, which is not there; return the "
                "paths of what sample writes",
            )
