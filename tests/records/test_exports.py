from __future__ import annotations

import csv as csv_files
import io
import json
from collections.abc import Callable

import msgspec
import pytest

from segmetrics.errors import RecordError
from segmetrics.records.exports import coco_lines, csv, latex, markdown, rows
from segmetrics.records.model import Record
from segmetrics.types import Coverage, OverValue, Score

MakeRecord = Callable[..., Record]

AREAS = ("small", "medium", "large")


def over(**dimensions: OverValue) -> dict[str, OverValue]:
    return dimensions


COCO = [
    *(("ap", over(**where)) for where in ({}, {"iou": 0.5}, {"iou": 0.75})),
    *(("ap", over(area=area)) for area in AREAS),
    *(("ar", over(max_dets=count)) for count in (1, 10, 100)),
    *(("ar", over(area=area, max_dets=100)) for area in AREAS),
]
LVIS = [
    *COCO[:6],
    *(("ap", over(frequency=group)) for group in "rcf"),
    ("ar", over(max_dets=300)),
    *(("ar", over(area=area, max_dets=300)) for area in AREAS),
]

# What COCOeval.summarize (pycocotools 2.0.11) prints for stats = 0.0625, 0.125, ... 0.6875, -1.
COCO_TEXT = """\
 Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.062
 Average Precision  (AP) @[ IoU=0.50      | area=   all | maxDets=100 ] = 0.125
 Average Precision  (AP) @[ IoU=0.75      | area=   all | maxDets=100 ] = 0.188
 Average Precision  (AP) @[ IoU=0.50:0.95 | area= small | maxDets=100 ] = 0.250
 Average Precision  (AP) @[ IoU=0.50:0.95 | area=medium | maxDets=100 ] = 0.312
 Average Precision  (AP) @[ IoU=0.50:0.95 | area= large | maxDets=100 ] = 0.375
 Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets=  1 ] = 0.438
 Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets= 10 ] = 0.500
 Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.562
 Average Recall     (AR) @[ IoU=0.50:0.95 | area= small | maxDets=100 ] = 0.625
 Average Recall     (AR) @[ IoU=0.50:0.95 | area=medium | maxDets=100 ] = 0.688
 Average Recall     (AR) @[ IoU=0.50:0.95 | area= large | maxDets=100 ] = -1.000
"""


def scores(lines: list[tuple[str, dict[str, OverValue]]]) -> tuple[Score, ...]:
    values = [*((index + 1) / 16 for index in range(len(lines) - 1)), None]
    return tuple(
        Score(id=score_id, value=value, over=over)
        for (score_id, over), value in zip(lines, values, strict=True)
    )


def lvis_record(make_record: MakeRecord) -> Record:
    record = make_record(scores=scores(LVIS))
    return msgspec.structs.replace(
        record, protocol=msgspec.structs.replace(record.protocol, name="lvis-instances")
    )


def test_the_twelve_coco_lines(make_record: MakeRecord) -> None:
    assert coco_lines(make_record(scores=scores(COCO))) == COCO_TEXT


def test_pycocotools_prints_the_same(make_record: MakeRecord, capsys: pytest.CaptureFixture[str]) -> None:
    np = pytest.importorskip("numpy")
    cocoeval = pytest.importorskip("pycocotools.cocoeval", reason="pycocotools is not installed")
    official = cocoeval.COCOeval(iouType="segm")
    official.eval = {"precision": np.full((10, 101, 1, 4, 3), -1.0), "recall": np.full((10, 1, 4, 3), -1.0)}
    precision, recall = official.eval["precision"], official.eval["recall"]
    precision[:, :, :, 0, 2], precision[0, :, :, 0, 2], precision[5, :, :, 0, 2] = 0.5, 0.625, 0.75
    recall[:, :, 0, :] = 0.375
    official.summarize()
    values = dict.fromkeys(range(12)) | dict.fromkeys((6, 7, 8), 0.375)
    values |= {0: float(precision[precision > -1].mean()), 1: 0.625, 2: 0.75}
    made = tuple(
        Score(id=score_id, value=values[index], over=where) for index, (score_id, where) in enumerate(COCO)
    )
    assert coco_lines(make_record(scores=made)) == capsys.readouterr().out


def test_the_thirteen_lvis_lines(make_record: MakeRecord) -> None:
    lines = coco_lines(lvis_record(make_record)).splitlines()
    assert len(lines) == 13
    assert lines[0] == (
        " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=300 catIds=all] = 0.062"
    )
    assert lines[3] == (
        " Average Precision  (AP) @[ IoU=0.50:0.95 | area=     s | maxDets=300 catIds=all] = 0.250"
    )
    assert lines[6] == (
        " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=300 catIds=  r] = 0.438"
    )
    assert lines[12] == (
        " Average Recall     (AR) @[ IoU=0.50:0.95 | area=     l | maxDets=300 catIds=all] = -1.000"
    )


def test_lvis_prints_the_same(make_record: MakeRecord, capsys: pytest.CaptureFixture[str]) -> None:
    lvis_eval = pytest.importorskip("lvis.eval", reason="lvis is not installed")
    record = lvis_record(make_record)
    names = [
        "AP",
        "AP50",
        "AP75",
        "APs",
        "APm",
        "APl",
        "APr",
        "APc",
        "APf",
        "AR@300",
        "ARs@300",
        "ARm@300",
        "ARl@300",
    ]
    official = lvis_eval.LVISEval.__new__(lvis_eval.LVISEval)
    official.params = lvis_eval.Params("segm")
    official.results = {
        name: -1 if score.value is None else score.value
        for name, score in zip(names, record.scores, strict=True)
    }
    official.print_results()
    assert coco_lines(record) == capsys.readouterr().out


def test_lines_need_their_protocol_and_scores(make_record: MakeRecord) -> None:
    with pytest.raises(RecordError, match=r"no score 'ar' over \{'area': 'large', 'max_dets': 100\}"):
        coco_lines(make_record(scores=scores(COCO)[:-1]))
    record = make_record()
    other = msgspec.structs.replace(record.protocol, name="cityscapes-semantic")
    with pytest.raises(RecordError, match="protocol is cityscapes-semantic, expected coco-instances"):
        coco_lines(msgspec.structs.replace(record, protocol=other))


def test_rows_and_csv_keep_every_digit(make_record: MakeRecord) -> None:
    record = make_record()
    table = list(csv_files.DictReader(io.StringIO(csv(record))))
    assert len(table) == len(rows(record)) == len(record.scores)
    for row, score in zip(table, record.scores, strict=True):
        assert (float(row["value"]) if row["value"] else None) == score.value
        assert json.loads(row["over"]) == score.over
        assert (row["run"], row["status"], row["unit"]) == (record.id, "ok", score.unit)
    assert csv(make_record(scores=())) == ""


def test_markdown_tells_unit_coverage_and_status(make_record: MakeRecord) -> None:
    record = make_record(status="partial", coverage=Coverage(expected=500, scored=492, missing=8))
    text = markdown(record)
    assert text.startswith(
        "## coco-2017-instance · val · protocol coco-instances 1 (official, = pycocotools 2.0.11)\n"
    )
    assert f"Run {record.id}, **partial**: 492 of 500 samples scored, 8 missing." in text
    assert "| ap | all | 0.6125 [0.6000, 0.6250] | fraction |\n" in text
    assert "| ap | area large | – | fraction |\n" in text  # noqa: RUF001


def test_markdown_shows_an_error_and_survives_odd_names(make_record: MakeRecord) -> None:
    odd = (Score(id="ap", value=50.0, unit="percent", range=(0, 100), over={"class": "a|b\nc"}),)
    text = markdown(make_record(status="failed", error="disk full", scores=odd))
    assert "Error: disk full\n" in text
    assert text.endswith("| ap | class a\\|b c | 50.00 | percent |\n")


def test_latex_leaves_classes_out_and_escapes(make_record: MakeRecord) -> None:
    text = latex(make_record())
    assert "ap & area large & -- & fraction \\\\\n" in text
    assert "traffic" not in text
    assert r"a\_b\%" in latex(make_record(scores=(Score(id="a_b%", value=0.5),)))
