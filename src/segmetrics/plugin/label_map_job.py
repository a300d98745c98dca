"""A benchmark of label maps, opened: the files are matched, and decoded where and when they are scored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

import numpy as np
from numpy.typing import DTypeLike, NDArray

from segmetrics.errors import InputError
from segmetrics.evaluators.base import Evaluator
from segmetrics.evaluators.instance_iou import InstanceSizes
from segmetrics.evaluators.label_counts import LabelError
from segmetrics.evaluators.semantic import AnnotatedMaps, SemanticEvaluator
from segmetrics.evaluators.semantic_subsets import SemanticSubsetsEvaluator
from segmetrics.plugin.job import Batch, DatasetInfo, InputFile, Job, OpenContext, stretches
from segmetrics.plugin.label_map_files import (
    Matched,
    Pattern,
    TrueMap,
    check_folder,
    match_predictions,
    true_maps,
)
from segmetrics.readers.label_png import Form, LabelPngReader, LabelReader, read_label_png
from segmetrics.types import Parity

if TYPE_CHECKING:
    from segmetrics.plugin.label_maps import InstanceMaps, LabelMaps, LabelProtocol

T = TypeVar("T")

FORMAT = "label-png"
MOST_IN_BATCH = 64
"""Images after which progress is told, and after which another worker may take over."""

_NO_VALUE = 256


@dataclass(frozen=True)
class LabelFile:
    """A label map in a file, decoded each time it is asked for its array.

    Attributes:
        file: The PNG.
        forms: What the PNG may be.
        values: What each of the 256 numbers stands for, `_NO_VALUE` if it may not be there; None for itself.
        read: What decodes it. After a `LabelPngReader`'s, the array is good until its next one is asked for.
    """

    ndim: ClassVar[int] = 2

    file: Path
    forms: tuple[Form, ...] = ("index8",)
    values: tuple[int, ...] | None = None
    read: LabelReader = read_label_png

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """(h, w) integers.

        Raises:
            InputError: The file cannot be read, or holds a number that stands for nothing.
        """
        labels = self.read(self.file, expect=self.forms)
        if self.values is not None:
            labels = self._translated(labels, np.array(self.values, np.int16))
        array: NDArray[Any] = np.array(labels, dtype, copy=copy)
        return array

    def _translated(self, labels: NDArray[Any], values: NDArray[np.int16]) -> NDArray[Any]:
        translated: NDArray[np.int16] = values[labels]
        unknown = translated == _NO_VALUE
        if unknown.any():
            row, column = np.unravel_index(unknown.argmax(), labels.shape)
            known = ", ".join(str(value) for value in np.flatnonzero(values != _NO_VALUE))
            raise InputError(
                f"is {labels[row, column]}, expected one of {known}",
                file=self.file,
                place=f"pixel [{row}, {column}]",
            )
        return translated.astype(np.uint8)


def open_label_maps(maps: LabelMaps, values: Mapping[str, object], context: OpenContext) -> Job:
    """Find the files as the options of `segmetrics.plugin.label_maps` say.

    Raises:
        InputError: The folders do not hold what they should.
    """
    started = perf_counter()
    split = str(values["split"])
    root, folder = Path(str(values["root"])), Path(str(values["predictions"]))
    truth, predictions = (Pattern(text).filled(split=split) for text in (maps.truth, maps.predictions))
    check_folder(root, truth)
    check_folder(folder, predictions)
    context.progress("looking for files", 0, 2)
    listing = None if maps.listing is None else root / Pattern(maps.listing).filled(split=split).text
    truths = true_maps(root, truth, listing)
    context.progress("looking for files", 1, 2)
    matched = match_predictions(folder, predictions, truths)
    context.progress("looking for files", 2, 2)
    return LabelMapJob(maps, values, truths, matched, perf_counter() - started)


class LabelMapJob(Job):
    """Label maps in files, matched with predictions; nothing of them in memory."""

    def __init__(
        self,
        maps: LabelMaps,
        values: Mapping[str, object],
        truths: Sequence[TrueMap],
        matched: Matched,
        read_s: float,
    ) -> None:
        self._protocol = _chosen(maps.protocols, values.get("protocol"))
        self._parity = cast("Parity", values.get("parity", "clean")) if self._protocol.reference else "clean"
        self._maps = maps
        self._root = Path(str(values["root"]))
        self.dataset = DatasetInfo(
            split=str(values["split"]), n_images=len(truths), n_classes=len(self._protocol.classes)
        )
        coding = _chosen(maps.codings, values.get("coding"))
        merged = self._protocol.merged
        # One reader for each side, as an evaluator asks for a map of each.
        self._true_map = partial(LabelFile, values=_table(None, merged), read=LabelPngReader().read)
        self._true_objects = partial(LabelFile, forms=("index8", "index16"), read=LabelPngReader().read)
        self._predicted_map = partial(
            LabelFile, values=_table(coding.values, merged), read=LabelPngReader().read
        )
        self._truths = [truth for truth in truths if truth.key in matched.paths]
        _check_objects(self._instance_files(self._truths), maps.protocols)
        self._predictions = matched.paths
        self.inputs = tuple(self._inputs())
        self.coverage = matched.coverage
        self.first_missing = matched.first_missing
        self.warnings = tuple(matched.warnings())
        self.read_s = read_s

    def _inputs(self) -> Iterator[InputFile]:
        for path in (truth.path for truth in self._truths):
            yield InputFile(role="ground_truth", path=path, format=FORMAT, n=1)
        for instances in self._instance_files(self._truths):
            yield InputFile(role="ground_truth", path=instances.file, format=FORMAT, n=1)
        for truth in self._truths:
            yield InputFile(role="predictions", path=self._predictions[truth.key], format=FORMAT, n=1)

    def evaluator(self) -> Evaluator:
        """A fresh evaluator of the protocol's classes."""
        protocol = self._protocol
        evaluator = SemanticEvaluator(
            protocol.classes,
            absent=protocol.absent,
            means=protocol.means,
            instance_sizes=_sizes(protocol.instances),
            parity=self._parity,
            name=protocol.name,
            reference=protocol.reference,
        )
        return SemanticSubsetsEvaluator(self._maps.subsets, evaluator) if self._maps.subsets else evaluator

    def batches(self, n: int) -> Sequence[Batch]:
        """Stretches of as many images each."""
        total = len(self._truths)
        return [self._batch(self._truths[images]) for images in stretches(total, n, MOST_IN_BATCH)]

    def _batch(self, truths: Sequence[TrueMap]) -> Batch:
        labels = [self._true_map(truth.path) for truth in truths]
        instances = self._instance_files(truths)
        return LabelMapBatch(
            truth=AnnotatedMaps(labels, instances) if instances else labels,
            prediction=[self._predicted_map(self._predictions[truth.key]) for truth in truths],
            keys=[truth.key for truth in truths],
        )

    def _instance_files(self, truths: Sequence[TrueMap]) -> list[LabelFile]:
        if self._protocol.instances is None:
            return []
        pattern = Pattern(self._protocol.instances.truth).filled(split=self.dataset.split)
        paths = (self._root / pattern.filled(**truth.fields).text for truth in truths)
        return [self._true_objects(path) for path in paths]


class LabelMapBatch(Batch):
    """Label maps in files, decoded when the evaluator asks for them."""

    def explained(self, error: InputError) -> InputError:
        """The error with the name of the file that it is about."""
        if error.file is not None:
            return error
        if isinstance(error, LabelError) and error.key is not None and self.keys is not None:
            maps = self._sides()[error.side][list(self.keys).index(error.key)]
            return InputError(error.message, file=maps.file, place=(error.place or "").partition(", ")[2])
        return self._of_other_size() or error

    def _sides(self) -> dict[str, Sequence[LabelFile]]:
        if isinstance(self.truth, AnnotatedMaps):
            sides = {"truth": self.truth.labels, "instances": self.truth.instances}
        else:
            sides = {"truth": self.truth}
        return {**sides, "prediction": self.prediction}

    def _of_other_size(self) -> InputError | None:
        """What to say of the first map that is larger or smaller than its ground truth."""
        sides = self._sides()
        for truth, *others in zip(*sides.values(), strict=True):
            for other in others:
                found, expected = (np.asarray(each).shape for each in (other, truth))
                if found != expected:
                    sizes = f"is {found[1]}x{found[0]}, its ground truth is {expected[1]}x{expected[0]}"
                    return InputError(sizes, file=other.file)
        return None


def _chosen(named: Mapping[str, T], name: object) -> T:
    """The one of this name, the first if none is named."""
    return named[str(name)] if name is not None else next(iter(named.values()))


def _check_objects(files: Sequence[LabelFile], protocols: Mapping[str, LabelProtocol]) -> None:
    """Raise InputError if one is not there, saying which protocol does without."""
    for each in files:
        if not each.file.is_file():
            without = next((name for name, protocol in protocols.items() if protocol.instances is None), None)
            advice = f"; --protocol {without} scores without objects" if without else ""
            raise InputError(f"no such file, expected the objects of an image{advice}", file=each.file)


def _sizes(instances: InstanceMaps | None) -> InstanceSizes | None:
    if instances is None:
        return None
    also = {category: list(values) for category, values in instances.also.items()}
    return InstanceSizes(dict(instances.average), also)


def _table(stored: Mapping[int, int] | None, merged: Mapping[int, int]) -> tuple[int, ...] | None:
    """What each of the 256 numbers stands for; None where each stands for itself."""
    if stored is None and not merged:
        return None
    meant = (number if stored is None else stored.get(number, _NO_VALUE) for number in range(256))
    return tuple(merged.get(number, number) for number in meant)
