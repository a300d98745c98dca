"""Whether a dataset says what is wrong: a prediction that is missing, a path that leads elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from segmetrics.errors import CoverageError, InputError
from segmetrics.plugin import Dataset, OpenContext, Option
from segmetrics.runner import run
from segmetrics.testing.conformance import ConformanceError, doing, require, unheard

_SAYS_WHAT = ("expected", "looked for")


def check_lost_prediction(
    dataset: Dataset, values: Mapping[str, object], lose: Callable[[Mapping[str, object]], object] | None
) -> None:
    """Check that a run without one of the predictions fails, and that a partial one scores the others.

    Raises:
        ConformanceError: It does not, with what to do.
    """
    expected = dataset.open(values, OpenContext()).coverage.expected
    if lose is not None:
        lose(values)
    elif not _lose_file(dataset, values):
        return
    try:
        run(dataset, values, warn=unheard)
    except CoverageError:
        pass
    except Exception as error:
        raise ConformanceError(
            f"{dataset.name}: without one of the predictions, it raises {type(error).__name__}: {error}; "
            "count it in coverage.missing instead, and leave it out of the batches; or, where a prediction "
            "is several files, give check_dataset a lose that removes them all"
        ) from error
    else:
        raise ConformanceError(
            f"{dataset.name}: without one of the predictions all goes well; count it in coverage.missing, so "
            "that nobody takes the score of some images for that of all"
        )
    with doing(f"{dataset.name}: scoring without one of the predictions", "leave it out of the batches"):
        record = run(dataset, values, partial=True, warn=unheard).record
    require(
        record.status == "partial" and record.coverage.scored == expected - 1,
        f"{dataset.name}: without one of {expected} predictions a partial run is {record.status} and scores "
        f"{record.coverage.scored}; score all the others",
    )


def _lose_file(dataset: Dataset, values: Mapping[str, object]) -> bool:
    """Remove the first file of a prediction; False where all of them are in one."""
    inputs = [file.path for file in dataset.open(values, OpenContext()).inputs if file.role == "predictions"]
    folders = [path for path in inputs if path.is_dir()]
    files = [path for path in sorted(folders[0].rglob("*")) if path.is_file()] if folders else inputs
    if len(files) > 1:
        files[0].unlink()
    return len(files) > 1


def check_wrong_paths(dataset: Dataset, values: Mapping[str, object], directory: Path) -> None:
    """Check that each path, led elsewhere, is an InputError that names it and says what was expected.

    Raises:
        ConformanceError: It is not, with what to do.
    """
    empty, strange, nowhere = (directory / name for name in ("empty", "strange", "nowhere"))
    empty.mkdir(parents=True)
    strange.write_bytes(b"\0 none of these")
    for option in dataset.options:
        value = values[option.name]
        if option.kind == "path" and value is not None:
            wrong = empty if Path(str(value)).is_dir() else strange
            _check_refused(dataset, values, option, nowhere)
            says = _check_refused(dataset, values, option, wrong)
            require(
                wrong == strange or any(word in says for word in _SAYS_WHAT),
                f"{dataset.name}: of an empty folder as {option.flag} it says {says!r}; say which files were "
                "expected there, by their pattern",
            )


def _check_refused(dataset: Dataset, values: Mapping[str, object], option: Option, path: Path) -> str:
    """What is said of this path in the place of the right one."""
    try:
        run(dataset, {**values, option.name: path}, warn=unheard)
    except InputError as error:
        says = str(error)
    except Exception as error:
        raise ConformanceError(
            f"{dataset.name}: a wrong {option.flag} raises {type(error).__name__}: {error}; raise InputError "
            f"with the file, what was found there and what was expected"
        ) from error
    else:
        raise ConformanceError(
            f"{dataset.name}: a wrong {option.flag} ({path.name}) goes unnoticed; raise InputError"
        )
    require(
        str(path) in says,
        f"{dataset.name}: of a wrong {option.flag} it says {says!r}, which does not name {path}; give "
        "InputError the file",
    )
    return says
