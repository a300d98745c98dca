"""Instance segmentation and detection: average precision and recall, by COCO's protocol or by LVIS's.

Sources: Lin et al., Microsoft COCO: Common Objects in Context (2014), as pycocotools 2.0.11 computes it
(cocoeval.py); Gupta et al., LVIS (2019), as lvis 0.5.3 does (eval.py); Cheng et al., Boundary IoU (2021), as
boundary-iou-api 37d2558 does (cocoeval.py). Where an official tool does something odd,
docs/reference/parity.md says what, and what `parity="clean"` does instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self, cast, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from segmetrics._core import instances as _core
from segmetrics.errors import InputError
from segmetrics.evaluators.instance_batches import BatchForms, is_sequence_of_images
from segmetrics.evaluators.instance_curves import InstanceCurves, accumulate
from segmetrics.evaluators.instance_grid import (
    COCO_AREAS,
    COCO_RECALLS,
    COCO_THRESHOLDS,
    GRIDS,
    AreaRange,
    InstanceGrid,
    Rules,
)
from segmetrics.evaluators.instance_rows import InstanceRows, instance_table
from segmetrics.evaluators.instance_scores import summarize
from segmetrics.evaluators.row_states import RowEvaluator
from segmetrics.instances import Category, Compared, Instances, Listing, geometry_of
from segmetrics.masks import checked_ratio
from segmetrics.readers.coco import AreaRule
from segmetrics.types import Key, Parity, Protocol, Scores

REFERENCES = {"coco": "pycocotools 2.0.11", "lvis": "lvis 0.5.3"}
BOUNDARY_REFERENCE = "boundary-iou-api 37d2558"
BAND_RATIO = 0.02


class InstanceEvaluator(RowEvaluator[InstanceRows]):
    """Average precision and recall of instances, by IoU of masks, of boxes, or of masks and boundaries.

    Args:
        categories: All categories, in any order, with distinct ids; or a mapping of ids to names.
        geometry: What is compared: "masks", "boxes", or "boundary": the lesser of the IoU of the masks and
            that of their bands (see `segmetrics.boundary_bands`); where the truth is a crowd, of the masks.
        rules: "coco", or "lvis" for federated ground truth.
        band_ratio: How wide the bands of boundaries are, as a share of the image's diagonal.
        grid: Thresholds, recalls, size ranges and limits; None for those of the rules.
        area: What detections' sizes are: "mask", "box", or "official": of the geometry for arrays, as the
            official tool decides it for COCO-shaped results. It is part of the protocol; where a reader has
            decided, say what it decided on.
        parity: "official" reproduces the official tool's oddities, "clean" the plain definition.
        keys_from: The first key for images that come without; None starts at 0, and then the state does not
            merge with another that numbered its own images.
        threads: How many threads `compute` may use. It changes no number.

    A batch is a pair of `Instances` that list the same images (see `segmetrics.readers.coco`).

    >>> from segmetrics.readers.coco import read_ground_truth, read_results
    >>> square = [[1, 1, 1, 3, 3, 3, 3, 1]]
    >>> truth = read_ground_truth({
    ...     "images": [{"id": 7, "height": 4, "width": 6}],
    ...     "annotations": [{"id": 1, "image_id": 7, "category_id": 3, "area": 4, "segmentation": square}],
    ...     "categories": [{"id": 3, "name": "boat"}],
    ... })
    >>> found = [{"image_id": 7, "category_id": 3, "score": 0.9, "segmentation": square}]
    >>> evaluator = InstanceEvaluator(truth.categories)
    >>> evaluator.update(truth.instances, read_results(found, truth, area="mask").instances)
    >>> round(evaluator.compute()["ap"], 9)
    1.0
    """

    kind = "segmetrics.instances.1"

    def __init__(
        self,
        categories: Sequence[Category] | Mapping[int, str],
        *,
        geometry: Compared = "masks",
        rules: Rules = "coco",
        band_ratio: float = BAND_RATIO,
        grid: InstanceGrid | None = None,
        area: AreaRule = "official",
        parity: Parity = "official",
        keys_from: int | None = None,
        threads: int = 1,
    ) -> None:
        if geometry not in get_args(Compared) or rules not in GRIDS:
            expected = "masks, boxes or boundary; coco or lvis"
            raise ValueError(f"geometry is {geometry!r}, rules {rules!r}; expected {expected}")
        grid = GRIDS[rules] if grid is None else grid
        if parity == "clean" and area == "official":
            area = "box" if geometry == "boxes" else "mask"
        self.categories = _sorted_categories(categories)
        self.geometry = geometry
        self.rules = rules
        self.band_ratio = checked_ratio(band_ratio)
        self.grid = grid
        self.threads = threads
        self._category_ids = np.array([category.id for category in self.categories], np.int64)
        if np.any(self._category_ids[1:] == self._category_ids[:-1]):
            raise ValueError("two categories have the same id")
        protocol = Protocol(
            name=f"{rules}-instances",
            version="1",
            parity=parity,
            reference=BOUNDARY_REFERENCE if geometry == "boundary" else REFERENCES[rules],
            params={"iou": geometry, "area": area} | self._band_params() | grid.to_params(),
        )
        limit = grid.max_dets[-1] if rules == "lvis" else 0
        self._forms = BatchForms(self._category_ids, geometry_of(geometry), rules, area, limit)
        super().__init__(protocol, InstanceRows.empty(instance_table(len(grid.areas))), keys_from=keys_from)

    def _band_params(self) -> dict[str, object]:
        return {"band_ratio": self.band_ratio} if self.geometry == "boundary" else {}

    def update(self, truth: Any, prediction: Any, *, keys: Sequence[Key] | None = None) -> None:  # noqa: ANN401
        """Add a batch of images.

        A batch is one of:

        - two `Instances` that list the same images, as the readers give them;
        - for each side a sequence with one `ImageObjects`, or mapping like it, per image;
        - ground truth in COCO's form (a dict with "annotations", a `pycocotools` COCO, an `lvis` LVIS) and a
          list of results, or what `loadRes` made of one.

        Args:
            truth: The annotations of some images.
            prediction: The detections of the same images.
            keys: The images' keys, for sequences; None numbers them from `keys_from` on. The other forms hold
                keys of their own.

        Raises:
            InputError: A value is wrong, or an image has masks that do not fit its size.
            MergeError: An image was seen before.
            ValueError: The two sides list different images, or other categories than this evaluator.
        """
        is_sequence = is_sequence_of_images(truth)
        chosen = self._keys.choose(keys, len(truth)) if is_sequence else keys
        rows = self._evaluate(*self._forms.read(truth, prediction, chosen))
        self._keys.choose(rows.keys.tolist(), len(rows.keys))
        self._add(rows, numbered=keys is None and is_sequence)

    def _evaluate(self, truth: Instances, prediction: Instances) -> InstanceRows:
        try:
            columns = _core.evaluate(
                truth.heights,
                truth.widths,
                _side(truth),
                _side(prediction),
                *_listing(truth.negative),
                *_listing(truth.not_exhaustive),
                self._core_protocol(),
                truth.first,
                truth.last,
                len(prediction),
            )
        except _core.ImageFault as fault:
            raise InputError(
                f"image {truth.keys[fault.index]} has a mask that does not fit its size"
            ) from None
        table = instance_table(len(self.grid.areas))
        return InstanceRows(table, truth.keys[truth.first : truth.last], **columns)

    def _core_protocol(self) -> _core.Protocol:
        federated = self.rules == "lvis"
        official = self._protocol.parity == "official"
        limit = self.grid.max_dets[-1]
        return _core.Protocol(
            np.array(self.grid.thresholds, np.float64),
            np.array([(area.low, area.high) for area in self.grid.areas], np.float64),
            len(self.categories),
            0 if federated else limit,
            limit if federated else 0,
            self.geometry,
            self.band_ratio,
            federated,
            official,
            official and federated,
        )

    def compute(self) -> Scores:
        """Average precision and recall: overall, by IoU threshold, by size, by class, by LVIS frequency.

        Their ids are `ap` and `ar`, of boundaries `boundary.ap` and `boundary.ar`.
        """
        rows = self._rows()
        curves = self._accumulate(rows, with_scores=False)
        family = "boundary." if self.geometry == "boundary" else ""
        return summarize(curves, self.categories, rows.n_truths(len(self.categories)), family=family)

    def curves(self) -> InstanceCurves:
        """Precision, recall and scores over the whole grid, as pycocotools' `COCOeval.eval` holds them."""
        return self._accumulate(self._rows(), with_scores=True)

    def _accumulate(self, rows: InstanceRows, *, with_scores: bool) -> InstanceCurves:
        n_categories = len(self.categories)
        return accumulate(rows, self.grid, n_categories, with_scores=with_scores, threads=self.threads)

    def _described(self) -> dict[str, object]:
        return {
            "categories": [[category.id, category.name, category.frequency] for category in self.categories]
        }

    @classmethod
    def _rebuilt(cls, protocol: Protocol, described: Mapping[str, Any]) -> Self:
        categories = msgspec.convert(described["categories"], list[tuple[int, str, str | None]])
        return cls(
            [Category(*category) for category in categories],
            geometry=cast("Compared", protocol.params["iou"]),
            rules=cast("Rules", protocol.name.removesuffix("-instances")),
            band_ratio=msgspec.convert(protocol.params.get("band_ratio", BAND_RATIO), float),
            grid=InstanceGrid.from_params(protocol.params),
            area=cast("AreaRule", protocol.params["area"]),
            parity=protocol.parity,
        )

    def _check(self, rows: InstanceRows) -> None:
        rows.check(len(self.categories), len(self.grid.thresholds))


def _sorted_categories(categories: Sequence[Category] | Mapping[int, str]) -> tuple[Category, ...]:
    if isinstance(categories, Mapping):
        categories = [Category(category_id, name) for category_id, name in categories.items()]
    return tuple(sorted(categories, key=lambda category: category.id))


def _side(instances: Instances) -> _core.Side:
    return _core.Side(
        instances.order,
        instances.starts,
        instances.category,
        instances.areas,
        instances.scores,
        instances.ids,
        instances.flags,
        instances.shapes.view(np.uint8),
        _core.Payloads(instances.payloads),
    )


def _listing(listing: Listing) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    return listing.starts, listing.category


__all__ = [
    "COCO_AREAS",
    "COCO_RECALLS",
    "COCO_THRESHOLDS",
    "GRIDS",
    "AreaRange",
    "InstanceCurves",
    "InstanceEvaluator",
    "InstanceGrid",
    "Rules",
]
