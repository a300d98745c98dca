"""A benchmark of instances in Cityscapes' format, opened: texts are read, maps and masks not yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Final

from segmetrics.errors import InputError
from segmetrics.evaluators.cityscapes_instances import CityscapesInstanceEvaluator
from segmetrics.plugin.job import Batch, DatasetInfo, InputFile, Job, OpenContext, stretches
from segmetrics.plugin.label_map_files import Pattern, TrueMap, check_folder, match_predictions, true_maps
from segmetrics.plugin.label_map_job import LabelFile
from segmetrics.readers.cityscapes_instances import read_instances

if TYPE_CHECKING:
    from segmetrics.plugin.cityscapes_instances import InstanceFiles

MOST_IN_A_BATCH: Final = 8
"""Images after which progress is told, and after which another worker may take over."""


def open_cityscapes_instances(
    files: InstanceFiles, values: Mapping[str, object], context: OpenContext
) -> Job:
    """Find and read what the options of `segmetrics.plugin.cityscapes_instances` name.

    Raises:
        InputError: The folders do not hold what they should, or a text file is wrong.
    """
    started = perf_counter()
    root, folder = Path(str(values["root"])), Path(str(values["predictions"]))
    truth = Pattern(files.truth).filled(split=str(values["split"]))
    check_folder(root, truth)
    check_folder(folder, Pattern(files.predictions))
    if int(str(values["min_region"])) < 0:
        raise InputError(f"--min-region is {values['min_region']}, expected a number of pixels")
    truths = true_maps(root, truth, None)
    job = CityscapesInstanceJob(files, values, truths, context)
    job.read_s = perf_counter() - started
    return job


class CityscapesInstanceJob(Job):
    """Instances as their texts list them; maps and masks are read when and where they are scored."""

    def __init__(
        self,
        files: InstanceFiles,
        values: Mapping[str, object],
        truths: Sequence[TrueMap],
        context: OpenContext,
    ) -> None:
        folder = Path(str(values["predictions"]))
        matched = match_predictions(folder, Pattern(files.predictions), truths)
        self._classes, self._min_region = files.classes, int(str(values["min_region"]))
        self._band_ratio = files.band_ratio if values["iou"] == "boundary" else None
        self._texts = matched.paths
        self._truths = [truth for truth in truths if truth.key in matched.paths]
        self._instances = {}
        for n_read, (key, path) in enumerate(matched.paths.items()):
            context.progress("reading", n_read, len(matched.paths))
            self._instances[key] = read_instances(path, folder, labels=files.classes.values)
        self.dataset = DatasetInfo(
            split=str(values["split"]), n_images=len(truths), n_classes=sum(files.classes.things or ())
        )
        self.inputs = tuple(self._inputs())
        self.coverage = matched.coverage
        self.first_missing = matched.first_missing
        self.warnings = tuple(matched.warnings())

    def _inputs(self) -> Iterator[InputFile]:
        """Instances are counted with the texts; each mask shows one of them."""
        for truth in self._truths:
            yield InputFile(role="ground_truth", path=truth.path, format="label-png", n=1)
        for key, instances in self._instances.items():
            text = self._texts[key]
            yield InputFile(role="predictions", path=text, format="cityscapes-instances", n=len(instances))
            for instance in instances:
                yield InputFile(role="predictions", path=instance.mask.file, format="label-png", n=0)

    def evaluator(self) -> CityscapesInstanceEvaluator:
        """A fresh evaluator of these classes."""
        return CityscapesInstanceEvaluator(
            self._classes, min_region=self._min_region, band_ratio=self._band_ratio
        )

    def batches(self, n: int) -> Sequence[Batch]:
        """Stretches of images, at least n if there are as many, none longer than `MOST_IN_A_BATCH`."""
        total = len(self._truths)
        return [self._batch(self._truths[images]) for images in stretches(total, n, MOST_IN_A_BATCH)]

    def _batch(self, truths: Sequence[TrueMap]) -> Batch:
        return Batch(
            truth=[LabelFile(truth.path, forms=("index8", "index16")) for truth in truths],
            prediction=[self._instances[truth.key] for truth in truths],
            keys=[truth.key for truth in truths],
        )
