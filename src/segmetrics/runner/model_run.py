"""`run_model`: a model on a benchmark's images, its predictions kept and scored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypedDict, Unpack

from segmetrics.errors import InputError, PluginError
from segmetrics.plugin import Configurable, Dataset, Model, ProgressReport, Registry, no_progress
from segmetrics.records import ScoredModel, Store, digest_of
from segmetrics.runner.class_labels import class_labels
from segmetrics.runner.predicting import Predictions
from segmetrics.runner.run import RunResult, run

if TYPE_CHECKING:
    from os import PathLike

    from segmetrics.plugin.prediction_forms import ImageSet
    from segmetrics.plugin.predictor import Predictor


class RunOptions(TypedDict, total=False):
    """Those of `run` that mean the same here."""

    threads: int
    tags: Sequence[str]
    notes: str
    partial: bool
    warn: Callable[[str], object]


def run_model(
    dataset: Dataset,
    values: Mapping[str, object],
    model: Model,
    model_values: Mapping[str, object],
    *,
    store: Store | str | PathLike[str],
    labels: str = "",
    registry: Registry | None = None,
    progress: ProgressReport = no_progress,
    **options: Unpack[RunOptions],
) -> RunResult:
    """Run a model on the images of a benchmark and score what it predicts.

    Predictions are saved in the store, under a digest of the model, its revision and options, the images and
    the labels. Those that are there are not made again: what was interrupted goes on, and what is whole is
    scored from disk.

    Args:
        dataset: A benchmark that says where its images are.
        values: Its options by name, without `predictions`.
        model: A model of the benchmark's task.
        model_values: Its options by name.
        store: Where the record and the predictions go.
        labels: What the model's classes are to the benchmark: "cat=1 dog=2 *=0". Classes of one name need no
            word.
        registry: Whose plugins are told that the run has finished, and which names the plugins.
        progress: Called with what is going on, how much is done and how much there is.
        **options: As `run` takes them.

    Raises:
        InputError: An option is wrong, an image cannot be read, or a class of the model has no label.
        PluginError: The model is of another task, cannot be loaded, or fails; then the failed run is
            recorded, and what was predicted is kept.
        SegmetricsError: As `run`.
    """
    images, predictor = _found(dataset, values, model), _loaded(model, model_values)
    store = store if isinstance(store, Store) else Store(store)
    plugin = None if registry is None else registry.models.provider(model.name)
    split = str(values.get("split", dataset.splits[0]))
    decided_by = {
        "plugin": None if plugin is None else f"{plugin.distribution} {plugin.version}",
        "options": _deciding(model, model_values),
        "dataset": [dataset.name, dataset.version, split],
    }
    predictions = Predictions(
        model.name,
        predictor,
        images,
        _labels_of(predictor, images, labels),
        decided_by,
        parent=store.root / "predictions",
        progress=progress,
    )
    scored = ScoredModel(
        name=model.name,
        revision=predictor.revision,
        source=model.source,
        plugin=None if plugin is None else plugin.distribution,
        digest=digest_of([model.name, predictor.revision, decided_by["options"]]),
    )
    own = {option.name for option in dataset.options}
    return run(
        dataset,
        {name: value for name, value in values.items() if name in own},
        model=scored,
        predictions=predictions,
        store=store,
        registry=registry,
        progress=progress,
        **options,
    )


def _deciding(model: Model, values: Mapping[str, object]) -> dict[str, object]:
    """The options that decide what is predicted; for files, wherever they lie, the revision stands."""
    files = {option.name for option in model.options if option.kind == "path"}
    return {name: value for name, value in model.complete(values).items() if name not in files}


def _found(dataset: Dataset, values: Mapping[str, object], model: Model) -> ImageSet:
    if dataset.images is None:
        raise InputError(f"{dataset.name} does not say where its images are, so no model can be run on it")
    if dataset.task != model.task:
        raise PluginError(
            f"{dataset.name} is a benchmark of task {dataset.task}, {model.name} does {model.task}"
        )
    asked = Configurable(dataset.name, dataset.summary, options=dataset.options_of_run)
    return dataset.images.find(asked.complete(values))


def _loaded(model: Model, values: Mapping[str, object]) -> Predictor:
    complete = model.complete(values)
    try:
        return model.load(complete)
    except (InputError, PluginError):
        raise
    except Exception as error:
        raise PluginError(f"model {model.name} cannot be loaded: {type(error).__name__}: {error}") from error


def _labels_of(predictor: Predictor, images: ImageSet, rules: str) -> list[int] | None:
    if images.form.labels is None:
        return None
    if predictor.classes is None:
        raise PluginError(
            "the model does not say which classes it tells apart, and the benchmark has classes"
        )
    return class_labels(predictor.classes, images.form.labels, rules)
