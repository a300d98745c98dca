"""pycocotools and lvis, run quietly on copies of the dicts they would otherwise change.

Boundaries are compared as boundary-iou-api does, which is the two of them with another IoU.
"""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
from lvis import LVIS, LVISEval, LVISResults
from numpy.typing import NDArray
from pycocotools import mask as mask_utils
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from reference.boundary_bands import boundary_band

from segmetrics.evaluators.instances import InstanceGrid
from segmetrics.instances import Compared

IOU_TYPES = {"masks": "segm", "boxes": "bbox", "boundary": "segm"}


@dataclass(frozen=True)
class Answer:
    """What an official tool says. `scores` is None from lvis, `numbers` None where none were asked for."""

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    scores: NDArray[np.float64] | None
    numbers: list[float | None] | None


def coco(
    truth: dict[str, Any], results: list[dict[str, Any]], geometry: Compared, grid: InstanceGrid | None = None
) -> Answer:
    """Arrays of pycocotools; over its own grid also its 12 numbers."""
    with _quietly(), _iou_of(geometry):
        dataset = COCO()
        dataset.dataset = deepcopy(truth)
        dataset.createIndex()
        evaluation = COCOeval(dataset, dataset.loadRes(deepcopy(results)), IOU_TYPES[geometry])
        if grid is not None:
            _set_grid(evaluation.params, grid)
        evaluation.evaluate()
        evaluation.accumulate()
        if grid is None:
            evaluation.summarize()
        arrays = evaluation.eval
    numbers = None if grid is not None else _numbers(evaluation.stats)
    return Answer(arrays["precision"], arrays["recall"], arrays["scores"], numbers)


def lvis(
    truth: dict[str, Any], results: list[dict[str, Any]], geometry: Compared, grid: InstanceGrid | None = None
) -> Answer:
    """Arrays of lvis; over its own grid also its 13 numbers. Any grid must have one limit of detections."""
    limit = 300 if grid is None else grid.max_dets[0]
    with _quietly(), _float_of_old_numpy(), _iou_of(geometry):
        dataset = _InMemory(deepcopy(truth))
        found = LVISResults(dataset, deepcopy(results), max_dets=limit)
        evaluation = LVISEval(dataset, found, IOU_TYPES[geometry])
        if grid is not None:
            evaluation.params.iou_thrs = np.array(grid.thresholds)
            evaluation.params.rec_thrs = np.array(grid.recalls)
            evaluation.params.area_rng = [[area.low, area.high] for area in grid.areas]
            evaluation.params.area_rng_lbl = [area.name for area in grid.areas]
        evaluation.evaluate()
        evaluation.accumulate()
        if grid is None:
            evaluation.summarize()
    numbers = None if grid is not None else _numbers(list(evaluation.results.values()))
    arrays = evaluation.eval
    return Answer(arrays["precision"][..., np.newaxis], arrays["recall"][..., np.newaxis], None, numbers)


class _InMemory(LVIS):  # type: ignore[misc]  # lvis has no types
    """A ground truth that is a dict already."""

    def _load_json(self, path: dict[str, Any]) -> dict[str, Any]:
        return path


def _set_grid(params: Any, grid: InstanceGrid) -> None:
    params.iouThrs = np.array(grid.thresholds)
    params.recThrs = np.array(grid.recalls)
    params.areaRng = [[area.low, area.high] for area in grid.areas]
    params.areaRngLbl = [area.name for area in grid.areas]
    params.maxDets = list(grid.max_dets)


def _numbers(values: Sequence[float]) -> list[float | None]:
    return [None if value == -1 else float(value) for value in values]


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Without what they print, log, and are warned of under NumPy 2."""
    logging.disable(logging.WARNING)
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)


@contextlib.contextmanager
def _iou_of(geometry: Compared) -> Iterator[None]:
    """IoU as both tools call it, of boundaries the lesser one (boundary-iou-api, computeBoundaryIoU)."""
    plain = mask_utils.iou

    def lesser_iou(detections: list[Any], truths: list[Any], crowd: list[int]) -> Any:
        ious = plain(detections, truths, crowd)
        if not detections or not truths:
            return ious
        bands = [[_band(mask) for mask in side] for side in (detections, truths)]
        return np.where(np.array(crowd) == 0, np.minimum(ious, plain(*bands, crowd)), ious)

    if geometry == "boundary":
        mask_utils.iou = lesser_iou
    try:
        yield
    finally:
        mask_utils.iou = plain


def _band(mask: dict[str, Any]) -> Any:
    band = boundary_band(mask_utils.decode(mask) != 0, 0.02)
    return mask_utils.encode(np.asfortranarray(band, np.uint8))


@contextlib.contextmanager
def _float_of_old_numpy() -> Iterator[None]:
    """lvis 0.5.3 still says np.float, which NumPy 1.24 removed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.float = float  # type: ignore[attr-defined]  # noqa: NPY001
        try:
            yield
        finally:
            del np.float  # type: ignore[attr-defined]  # noqa: NPY001
