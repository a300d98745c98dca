from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import pytest

from segmetrics.records import (
    Code,
    Environment,
    Git,
    Record,
    ScoredDataset,
    ScoredModel,
    ScoredPredictions,
    Timing,
    new_run_id,
    run_key,
)
from segmetrics.types import Coverage, Interval, Protocol, Score

MakeRecord = Callable[..., Record]

PREDICTIONS = "sha256:" + "0" * 64
EXAMPLE_SCORES = (
    Score(
        id="ap", value=0.6125, n=80, ci=Interval(low=0.6, high=0.625, level=0.95, method="bootstrap", seed=1)
    ),
    Score(id="ap", value=None, over={"area": "large"}),
    Score(id="ap", value=1 / 3, over={"class": "traffic light"}, n=7),
    Score(id="ods.threshold", value=0.13, unit="px", higher_is_better=False, range=None, over={"iou": 0.5}),
)


@pytest.fixture
def make_record() -> MakeRecord:
    """Makes a whole, valid record with a fresh id; keyword arguments replace its fields."""

    def make(**changes: object) -> Record:
        dataset = ScoredDataset(name="coco-2017-instance", split="val", n_images=5, n_classes=80)
        protocol = Protocol(
            name="coco-instances",
            version="1",
            parity="official",
            reference="pycocotools 2.0.11",
            params={"iou": "masks", "max_dets": [1, 10, 100]},
        )
        now = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
        record = Record(
            id=new_run_id(),
            key=run_key(dataset, protocol, PREDICTIONS),
            created=now,
            started=now,
            finished=now,
            status="ok",
            task="instance",
            dataset=dataset,
            protocol=protocol,
            model=ScoredModel(name="example"),
            predictions=ScoredPredictions(format="coco-json", digest=PREDICTIONS, n=512),
            scores=EXAMPLE_SCORES,
            coverage=Coverage(expected=5, scored=5),
            timing=Timing(wall_s=0.04, read_s=0.01, score_s=0.03, cpu_s=0.07, images_per_s=125.0, threads=2),
            code=Code(
                segmetrics="0.1.0", plugins={"segmetrics-coco": "0.1.0"}, git=Git(commit="f9bc", dirty=True)
            ),
            env=Environment(python="3.11.7", platform="Linux", cpu="example", packages={"numpy": "2.4.6"}),
            extra={"segmetrics-coco": {"area": "boxes"}},
        )
        return msgspec.structs.replace(record, **changes)

    return make
