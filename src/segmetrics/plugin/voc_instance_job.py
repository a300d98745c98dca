"""A benchmark of instances in VOC's or SBD's layout, opened: results are read, maps not yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
from numpy.typing import DTypeLike, NDArray

from segmetrics.errors import InputError
from segmetrics.evaluators.voc_instance_ap import Interpolation, Matching
from segmetrics.evaluators.voc_instance_images import ObjectError
from segmetrics.evaluators.voc_instances import VocInstanceEvaluator
from segmetrics.instance_arrays import NO_OBJECTS
from segmetrics.plugin.job import Batch, DatasetInfo, InputFile, Job, OpenContext, stretches
from segmetrics.plugin.label_map_files import Pattern, TrueMap, check_folder, true_maps
from segmetrics.readers.label_png import read_label_png
from segmetrics.readers.mask_results import ImageResults, MaskResults, read_mask_results
from segmetrics.readers.sbd import read_sbd_map
from segmetrics.types import Coverage, Parity

if TYPE_CHECKING:
    from segmetrics.plugin.voc_instances import InstanceMapFiles

MOST_IN_A_BATCH: Final = 64
"""Images after which progress is told, and after which another worker may take over."""


@dataclass(frozen=True)
class MapFile:
    """A map in a PNG or in a MATLAB file, decoded each time it is asked for its array."""

    file: Path

    @property
    def format(self) -> str:
        """As a `Format` entry names it."""
        return "sbd-mat" if self.file.suffix == ".mat" else "label-png"

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """(h, w) integers.

        Raises:
            InputError: The file cannot be read.
        """
        if self.format == "sbd-mat":
            labels = read_sbd_map(self.file)
        else:
            labels = read_label_png(self.file, expect=["index8", "index16"])
        array: NDArray[Any] = np.array(labels, dtype, copy=copy)
        return array


Maps = tuple[MapFile, MapFile]
"""Those of objects and of classes of one image."""


def open_voc_instances(
    files: InstanceMapFiles, values: Mapping[str, object], context: OpenContext
) -> VocInstanceJob:
    """Find and read what the options of `segmetrics.plugin.voc_instances` name.

    Raises:
        InputError: The root does not hold what it should, an option does not go with another, or the results
            are wrong.
    """
    started = perf_counter()
    root, split = Path(str(values["root"])), str(values["split"])
    listing = Pattern(files.listing).filled(split=split)
    check_folder(root, listing)
    context.progress("looking for files", 0, 2)
    of_objects = true_maps(root, Pattern(files.objects).filled(split=split), root / listing.text)
    labels = Pattern(files.labels).filled(split=split)
    maps = {truth.key: (MapFile(truth.path), MapFile(_beside(root, labels, truth))) for truth in of_objects}
    context.progress("looking for files", 1, 2)
    job = VocInstanceJob(files, values, maps)
    job.evaluator()  # refuses options that do not go together, while the run can still say so
    context.progress("looking for files", 2, 2)
    job.read_s = perf_counter() - started
    return job


def _beside(root: Path, labels: Pattern, truth: TrueMap) -> Path:
    """The map of classes that belongs to a map of objects."""
    path = root / labels.filled(**truth.fields).text
    if not path.is_file():
        raise InputError(f"no such file: it holds the classes of the objects in {truth.path}", file=path)
    return path


class VocInstanceJob(Job):
    """Results as their JSON lists them; maps are read and masks decoded when and where they are scored."""

    def __init__(
        self, files: InstanceMapFiles, values: Mapping[str, object], maps: Mapping[str, Maps]
    ) -> None:
        self._classes, self._values, self._maps = files.classes, values, maps
        things = files.classes.things or ()
        labels = {id_ for id_, is_thing in zip(files.classes.ids, things, strict=True) if is_thing}
        results = Path(str(values["predictions"]))
        self._results = read_mask_results(results, list(maps), labels)
        self.dataset = DatasetInfo(split=str(values["split"]), n_images=len(maps), n_classes=len(labels))
        self.inputs = tuple(self._inputs(results))
        self.coverage = Coverage(expected=len(maps), scored=len(maps))

    def _inputs(self, results: Path) -> Iterator[InputFile]:
        for pair in self._maps.values():
            for each in pair:
                yield InputFile(role="ground_truth", path=each.file, format=each.format, n=1)
        n = sum(len(image.records) for image in self._results.values())
        yield InputFile(role="predictions", path=results, format="mask-results", n=n)

    def evaluator(self) -> VocInstanceEvaluator:
        """A fresh evaluator of these classes."""
        try:
            return VocInstanceEvaluator(
                self._classes,
                matching=cast("Matching", self._values["matching"]),
                interpolation=cast("Interpolation", self._values["interpolation"]),
                parity=cast("Parity", self._values["parity"]),
            )
        except ValueError as error:
            raise InputError(str(error)) from error

    def batches(self, n: int) -> Sequence[Batch]:
        """Stretches of images, at least n if there are as many, none longer than `MOST_IN_A_BATCH`."""
        keys = list(self._maps)
        return [self._batch(keys[images]) for images in stretches(len(keys), n, MOST_IN_A_BATCH)]

    def _batch(self, keys: Sequence[str]) -> Batch:
        return VocInstanceBatch(
            truth=[self._maps[key] for key in keys],
            prediction=MaskResults(tuple(self._results[key] for key in keys)),
            keys=keys,
        )


class VocInstanceBatch(Batch):
    """Images whose maps and masks are decoded when the evaluator asks for them."""

    def explained(self, error: InputError) -> InputError:
        """The error with the name of the file that it is about, and its record."""
        if error.file is not None or not isinstance(error, ObjectError) or self.keys is None:
            return error
        row = list(self.keys).index(error.key)
        if error.side == "truth":
            objects, _ = cast("Maps", self.truth[row])
            numbers = np.setdiff1d(objects, NO_OBJECTS)
            place = None if error.index is None else f"object {numbers[error.index]}"
            return InputError(error.message, file=objects.file, place=place)
        image: ImageResults = self.prediction.images[row]
        place = f"image {error.key}" if error.index is None else image.place(error.index)
        return InputError(error.message, file=image.file, place=place)
