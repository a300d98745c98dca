import pytest
from msgspec.structs import replace
from plugin.fixtures import Counts

from segmetrics.cli import present
from segmetrics.plugin import Dataset
from segmetrics.records import Record
from segmetrics.runner import run
from segmetrics.types import OverValue, Protocol, Score

AREAS = ("small", "medium", "large")
PRECISIONS: list[dict[str, OverValue]] = [{}, {"iou": 0.5}, {"iou": 0.75}]
RECALLS: list[dict[str, OverValue]] = [{"max_dets": 1}, {"max_dets": 10}, {"max_dets": 100}]
PRECISIONS += [{"area": area} for area in AREAS]
RECALLS += [{"area": area, "max_dets": 100} for area in AREAS]


@pytest.fixture
def record(pebbles: Dataset, counts: Counts) -> Record:
    return run(pebbles, counts).record


def test_an_official_protocol_names_what_it_agrees_with_and_prints_its_lines(record: Record) -> None:
    coco = replace(
        record,
        task="instance",
        protocol=Protocol(
            name="coco-instances", version="1", parity="official", reference="pycocotools 2.0.11"
        ),
        scores=tuple(
            Score(id=score_id, value=0.5, over=over)
            for score_id, overs in (("ap", PRECISIONS), ("ar", RECALLS))
            for over in overs
        ),
    )
    lines = present.run(coco, None).splitlines()
    assert lines[0] == (
        "pebbles · shore · 7 images · 7 detections · protocol coco-instances (official, = pycocotools 2.0.11)"
    )
    assert lines[2] == ("   Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.500")
    assert len(lines) == 1 + 1 + 12 + 1 + 1
    assert lines[-1].endswith(f"· run {record.id}")


def test_other_protocols_print_parts_of_one_kind_side_by_side(record: Record) -> None:
    scores = (
        Score(id="iou.mean", value=0.51234),
        Score(id="ece", value=1.5, unit="percent", over={"subset": "night"}),
        Score(id="iou.mean", value=0.25, over={"subset": "night"}),
        Score(id="dice", value=None),
    )
    assert present.summary(replace(record, scores=scores)) == (
        "             all   night\niou.mean  0.5123  0.2500\nece                 1.50\ndice           -\n"
    )


def test_parts_of_several_kinds_stand_below_each_other(record: Record) -> None:
    scores = (
        Score(id="ap", value=0.5),
        Score(id="ap", value=0.75, over={"iou": 0.5}),
        Score(id="ap", value=0.25, over={"area": "tiny"}),
    )
    assert present.summary(replace(record, scores=scores)) == (
        "ap            0.5000\nap iou=0.5    0.7500\nap area=tiny  0.2500\n"
    )


def test_bins_stand_in_the_record_only(record: Record) -> None:
    scores = (
        Score(id="ece", value=0.5, over={"subset": "night"}),
        Score(id="bin.accuracy", value=0.25, over={"subset": "night", "bin": 3}),
    )
    assert present.summary(replace(record, scores=scores)) == "      night\nece  0.5000\n"


def test_without_parts_there_is_no_line_of_titles(record: Record) -> None:
    scores = (Score(id="iou.mean", value=0.5), Score(id="dice", value=None))
    assert present.summary(replace(record, scores=scores)) == "iou.mean  0.5000\ndice           -\n"


def test_the_first_classes_follow_on_a_line(record: Record) -> None:
    of_classes = [Score(id="iou", value=i / 8, over={"class": f"c{i}"}) for i in range(7)]
    others = [
        Score(id="dice", value=1.0, over={"class": "c0"}),
        Score(id="iou", value=1.0, over={"category": "c"}),
    ]
    mean = Score(id="iou.mean", value=0.5)
    assert present.summary(replace(record, scores=(mean, *of_classes[:2], *others))) == (
        "iou.mean  0.5000\niou: c0 0.0000 · c1 0.1250\n"
    )
    assert present.summary(replace(record, scores=(mean, *of_classes))).endswith(" · c4 0.5000 · …\n")


def test_the_class_table_has_a_line_for_each_class(record: Record) -> None:
    scores = (
        Score(id="iou.mean", value=0.5),
        Score(id="iou", value=0.25, over={"class": "road"}),
        Score(id="iou", value=0.75, over={"class": "sky"}),
        Score(id="ap", value=1.0, over={"class": "sky", "area": "small"}),
    )
    assert present.class_table(replace(record, scores=scores)) == (
        "class     iou  ap area=small\nroad   0.2500\nsky    0.7500         1.0000\n"
    )
    category = Score(id="iou", value=0.5, over={"category": "flat"})
    assert present.class_table(replace(record, scores=(*scores, category))).endswith(
        "\n\ncategory     iou\nflat      0.5000\n"
    )
    assert present.class_table(record) == "no scores of single classes\n"


def test_a_published_record_has_neither_time_nor_place(record: Record) -> None:
    published = replace(record, timing=None, source="https://example.org/paper")
    assert present.footer(published, None) == f"run {record.id}"
