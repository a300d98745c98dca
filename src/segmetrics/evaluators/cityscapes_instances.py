"""Average precision of instances, by Cityscapes' protocol.

Sources: cityscapesScripts 0bcc4a7 (evalInstanceLevelSemanticLabeling.py); Cheng et al., Boundary IoU, CVPR
2021, as boundary-iou-api 37d2558 computes it (cityscapes_instance_api). Where these do something odd,
docs/reference/parity.md says what.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from segmetrics.arrays import as_numpy
from segmetrics.boundary_bands import boundary_band, label_bands
from segmetrics.classes import Classes
from segmetrics.errors import InputError
from segmetrics.evaluators.cityscapes_instance_ap import THRESHOLDS, AveragePrecisions, average_precisions
from segmetrics.evaluators.cityscapes_instance_rows import (
    CITYSCAPES_INSTANCE_TABLE,
    CityscapesInstanceRows,
    Integers,
    labels_of,
)
from segmetrics.evaluators.class_tables import classes_from_builtins
from segmetrics.evaluators.row_states import RowEvaluator
from segmetrics.labelmaps import joint_pairs
from segmetrics.masks import checked_ratio
from segmetrics.types import Key, Protocol, Score, Scores

REFERENCE = "cityscapesScripts 0bcc4a7"
BOUNDARY_REFERENCE = "boundary-iou-api 37d2558"


class CityscapesInstanceEvaluator(RowEvaluator[CityscapesInstanceRows]):
    """Average precision (AP) of instances, as Cityscapes defines it.

    Args:
        classes: The class table; classes that are things are scored, `others` and `ignore` are void.
        min_region: Objects of fewer pixels are not to be found.
        band_ratio: None to compare masks; else boundary AP, which takes of each pair the lesser of the IoU of
            its masks and that of their bands (see `segmetrics.boundary_bands`), so wide as a share of the
            image's diagonal.
        keys_from: The first key for images that come without; None starts at 0, and then the state does not
            merge with another that numbered its own images.

    A batch is, for the truth, a sequence of (h, w) maps: the pixels of an object hold 1000 times its label
    plus its number, those of a group and all else the label alone. For the predictions it is a sequence that
    has, for each image, its instances: tuples of label, confidence and (h, w) mask, nonzero inside. Masks may
    overlap.
    Maps and masks may be anything with `__array__`: each is asked for once and not kept.

    >>> streets = Classes("road car", ids=(7, 26), others=[0], things=[False, True])
    >>> evaluator = CityscapesInstanceEvaluator(streets, min_region=1)
    >>> evaluator.update([[[7, 26000, 26000, 26000]]], [[(26, 0.9, [[0, 1, 1, 0]])]])
    >>> scores = evaluator.compute()
    >>> round(scores["ap"], 4), scores.value("ap", iou=0.5)
    (0.4, 1.0)
    """

    kind = "segmetrics.cityscapes_instances.2"

    def __init__(
        self,
        classes: Classes,
        *,
        min_region: int = 100,
        band_ratio: float | None = None,
        keys_from: int | None = None,
    ) -> None:
        if min_region < 0:
            raise ValueError(f"min_region is {min_region}, expected a number of pixels")
        self.classes = classes
        things = classes.things or (True,) * len(classes)
        self._names = [name for name, is_thing in zip(classes.names, things, strict=True) if is_thing]
        self._labels = [id_ for id_, is_thing in zip(classes.ids, things, strict=True) if is_thing]
        self._void = [*classes.others, *classes.ignore]
        protocol = Protocol(
            name="cityscapes-instances",
            version="1",
            parity="official",
            reference=REFERENCE if band_ratio is None else BOUNDARY_REFERENCE,
            params={"iou_thresholds": list(THRESHOLDS), "min_region": min_region} | _band_params(band_ratio),
        )
        self._min_region = min_region
        self._band_ratio = band_ratio if band_ratio is None else checked_ratio(band_ratio)
        empty = CityscapesInstanceRows.empty(CITYSCAPES_INSTANCE_TABLE)
        super().__init__(protocol, empty, keys_from=keys_from)

    def update(self, truth: Any, prediction: Any, *, keys: Sequence[Key] | None = None) -> None:  # noqa: ANN401
        """Add a batch of images.

        Args:
            truth: A map of each image; see the class.
            prediction: The instances predicted in each image. Those of labels that are not scored, and those
                without a pixel, are left out.
            keys: The images' keys; None numbers them from `keys_from` on.

        Raises:
            InputError: A label is none of the class table's, a mask is not of its map's size, or a confidence
                is no number.
            MergeError: An image was seen before.
        """
        n = len(truth)
        if len(prediction) != n:
            raise InputError(f"{n} images have annotations, found {len(prediction)} with predictions")
        chosen = self._keys.choose(keys, n)
        images = [self._evaluate(key, *sides) for key, *sides in zip(chosen, truth, prediction, strict=True)]
        empty = CityscapesInstanceRows.empty(CITYSCAPES_INSTANCE_TABLE)
        self._add(CityscapesInstanceRows.join([empty, *images]), numbered=keys is None)

    def _evaluate(self, key: Key, truth: object, instances: Sequence[Any]) -> CityscapesInstanceRows:
        try:
            ids = as_numpy(truth, "truth")
            regions = self._regions(ids)
            bands = None if self._band_ratio is None else _Bands(ids, self._band_ratio)
        except InputError as error:
            raise _located(error, f"image {key}", truth) from error
        predictions, confidences, overlaps = [], [], []
        for i, (label, confidence, mask) in enumerate(instances):
            try:
                inside = self._inside(ids, label, confidence, mask)
            except InputError as error:
                raise _located(error, f"image {key}, prediction {i}", mask) from error
            counts, shared = self._compare(ids, label, inside)
            if counts[1]:
                predictions.append(counts)
                confidences.append(float(confidence))
                overlaps.append(_with_unions(shared, counts[1], regions, bands, inside))
        return CityscapesInstanceRows(
            CITYSCAPES_INSTANCE_TABLE,
            np.array([key]),
            regions=regions,
            regions_per_image=np.array([len(regions)], np.uint32),
            predictions=np.array(predictions, np.int64).reshape(-1, 3),
            confidence=np.array(confidences, np.float64),
            predictions_per_image=np.array([len(predictions)], np.uint32),
            overlaps=np.concatenate([np.empty((0, 4), np.int64), *overlaps]),
            overlaps_per_prediction=np.array([len(each) for each in overlaps], np.uint32),
        )

    def _regions(self, ids: NDArray[Any]) -> Integers:
        """(r, 2): id and pixels of each region of a scored label."""
        if ids.ndim != 2:
            raise InputError(f"truth has shape {ids.shape}, expected (h, w)")
        found = joint_pairs(ids, np.zeros(ids.shape, np.bool_))
        regions = np.stack([found.truth, found.counts], axis=1).astype(np.int64)
        labels = labels_of(regions[:, 0])
        unknown = ~np.isin(labels, self.classes.values)
        if unknown.any():
            raise InputError(f"truth holds {regions[unknown.argmax(), 0]}, whose label is no class")
        return regions[np.isin(labels, self._labels)]

    def _inside(self, ids: NDArray[Any], label: int, confidence: float, mask: object) -> NDArray[np.bool_]:
        """(h, w): the pixels of an instance; none where its label is not scored."""
        if not np.isfinite(confidence):
            raise InputError(f"confidence is {confidence}, expected a finite number")
        if label not in self.classes.values:
            raise InputError(f"label is {label}, which is no class")
        if label not in self._labels:
            return np.zeros(ids.shape, np.bool_)
        inside: NDArray[np.bool_] = as_numpy(mask, "mask") != 0
        if inside.shape != ids.shape:
            found, expected = (" x ".join(map(str, shape)) for shape in (inside.shape, ids.shape))
            raise InputError(f"the mask is {found}, its ground truth is {expected} (height x width)")
        return inside

    def _compare(
        self, ids: NDArray[Any], label: int, inside: NDArray[np.bool_]
    ) -> tuple[tuple[int, int, int], Integers]:
        """Label, pixels and void pixels of an instance, and (o, 2) regions of its label and pixels shared."""
        pairs = joint_pairs(ids, inside)
        is_inside = pairs.prediction == 1
        overlaps = np.stack([pairs.truth[is_inside], pairs.counts[is_inside]], axis=1).astype(np.int64)
        region, shared = overlaps.T
        # An object of a label that is void is not: only pixels that hold the label itself are.
        counts = (label, int(shared.sum()), int(shared[np.isin(region, self._void)].sum()))
        return counts, overlaps[labels_of(region) == label]

    def average_precisions(self) -> AveragePrecisions:
        """AP of each class of things, in the order of the class table, at each of the ten thresholds."""
        return average_precisions(self._rows(), self._labels, self._min_region)

    def compute(self) -> Scores:
        """AP over the ten thresholds and at 0.5: the mean over classes with objects, and of each class.

        Its id is `ap`, with bands `boundary.ap`.
        """
        family = "" if self._band_ratio is None else "boundary."
        scores = _summarize(self.average_precisions(), self._names)
        return Scores([msgspec.structs.replace(score, id=family + score.id) for score in scores])

    def _described(self) -> dict[str, object]:
        return {"classes": msgspec.to_builtins(self.classes)}

    @classmethod
    def _rebuilt(cls, protocol: Protocol, described: Mapping[str, Any]) -> Self:
        return cls(
            classes_from_builtins(described["classes"]),
            min_region=msgspec.convert(protocol.params["min_region"], int),
            band_ratio=msgspec.convert(protocol.params.get("band_ratio"), float | None),
        )

    def _check(self, rows: CityscapesInstanceRows) -> None:
        rows.check(self._labels)


class _Bands:
    """The bands of all regions of a map."""

    def __init__(self, ids: NDArray[Any], ratio: float) -> None:
        self._ids, self._ratio = ids, ratio
        self._where = label_bands(ids, ratio=ratio)
        self._regions, self._areas = _counted(ids[self._where])

    def compare(self, regions: Integers, inside: NDArray[np.bool_]) -> tuple[Integers, Integers]:
        """Intersection and union of the band of a mask with those of some of the regions."""
        band = boundary_band(inside, ratio=self._ratio)
        found, pixels = _counted(self._ids[self._where & band])
        shared = dict(zip(found.tolist(), pixels.tolist(), strict=True))
        intersection = np.array([shared.get(region, 0) for region in regions.tolist()], np.int64)
        areas = self._areas[np.searchsorted(self._regions, regions)] + np.count_nonzero(band)
        return intersection, areas - intersection


def _counted(ids: NDArray[Any]) -> tuple[Integers, Integers]:
    """The ids that occur, ascending, and how often."""
    values, counts = np.unique(ids, return_counts=True)
    return values.astype(np.int64), counts.astype(np.int64)


def _with_unions(
    overlaps: Integers, n_pixels: int, regions: Integers, bands: _Bands | None, inside: NDArray[np.bool_]
) -> Integers:
    """(o, 4) overlaps of one prediction, with what their IoU is of; none where bands do not meet."""
    ids, shared = overlaps.T
    union = regions[np.searchsorted(regions[:, 0], ids), 1] + n_pixels - shared
    if bands is None or not len(ids):
        return np.stack([ids, shared, shared, union], axis=1)
    in_both, in_either = bands.compare(ids, inside)
    is_less = in_both / in_either < shared / union
    intersection, union = np.where(is_less, in_both, shared), np.where(is_less, in_either, union)
    return np.stack([ids, shared, intersection, union], axis=1)[in_both > 0]


def _band_params(band_ratio: float | None) -> dict[str, object]:
    return {} if band_ratio is None else {"iou": "boundary", "band_ratio": band_ratio}


def _located(error: InputError, place: str, source: object) -> InputError:
    """The error with its file, if what was read is in one, else with its place."""
    if error.file is not None:
        return error
    file = getattr(source, "file", None)
    return InputError(error.message, file=file, place=place if file is None else error.place)


def _summarize(found: AveragePrecisions, names: Sequence[str]) -> Iterator[Score]:
    is_there = found.n_objects > 0
    values, n = found.values, int(np.count_nonzero(is_there))
    yield Score(id="ap", value=_mean(values[is_there]), n=n)
    yield Score(id="ap", value=_mean(values[is_there, 0]), n=n, over={"iou": THRESHOLDS[0]})
    for name, value, n_objects in zip(names, values, found.n_objects.tolist(), strict=True):
        over_class = value[: len(value) if n_objects else 0]
        yield Score(id="ap", value=_mean(over_class), n=n_objects, over={"class": name})
        at_half = {"class": name, "iou": THRESHOLDS[0]}
        yield Score(id="ap", value=_mean(over_class[:1]), n=n_objects, over=at_half)


def _mean(values: NDArray[np.float64]) -> float | None:
    return float(values.mean()) if values.size else None
