"""Models on benchmarks: what they predict is kept, scored, and never predicted twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from segmetrics import masks
from segmetrics.classes import Classes
from segmetrics.errors import InputError, PluginError, RecordError
from segmetrics.plugin import Dataset, Model, ObjectPrediction, Option, Predictor
from segmetrics.plugin.instances import instance_dataset
from segmetrics.plugin.label_maps import Coding, LabelProtocol, label_map_dataset
from segmetrics.readers.label_png import read_label_png
from segmetrics.records import Record, Store
from segmetrics.runner import run, run_model, verify

N = 11
HEIGHT, WIDTH = 6, 9
RIVERS = Classes("land water bridge", ids=(1, 2, 5), ignore=0)


def rivers(**more: Any) -> Dataset:
    return label_map_dataset(
        name="rivers",
        summary="Rivers",
        license="CC0",
        source="A. Sailor",
        version="1",
        splits=("val",),
        truth="labels/{split}/{key}.png",
        image="images/{split}/{key}.png",
        sample=("labels/val/{number}.png",),
        protocols=[LabelProtocol(name="rivers", classes=RIVERS)],
        **more,
    )


class Painter(Predictor):
    """Reads the class off the red channel; `before` is told how many images it has been asked about."""

    classes = ("Water", "land", "brug")

    def __init__(self, revision: str = "1", before: Callable[[int], object] = lambda _: None) -> None:
        self.revision = revision
        self.asked = 0
        self._before = before

    def predict(self, image: NDArray[np.uint8]) -> Any:
        self.asked += 1
        self._before(self.asked)
        return image[:, :, 0] % 3


def model_of(predictor: Predictor, **more: Any) -> Model:
    more = {
        "task": "semantic",
        "options": (Option("sharpness", kind="integer", help="how sharp", default=1),),
    } | more
    return Model("painter", "Paints by the red channel", load=lambda _: predictor, **more)


LABELS = "brug=bridge"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Images of random reds, and the labels that the painter gives them, one pixel of each off."""
    random = np.random.default_rng(1)
    stored = np.array([2, 1, 5], np.uint8)
    for folder in ("images", "labels"):
        (tmp_path / "rivers" / folder / "val").mkdir(parents=True)
    for number in range(N):
        image = random.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
        labels = stored[image[:, :, 0] % 3]
        labels[0, 0] = 3 - labels[0, 0] if labels[0, 0] < 3 else 1
        Image.fromarray(image).save(tmp_path / "rivers" / "images" / "val" / f"{number}.png")
        Image.fromarray(labels).save(tmp_path / "rivers" / "labels" / "val" / f"{number}.png")
    return tmp_path / "rivers"


def only_record(store: Path) -> Record:
    (record,) = Store(store).records()
    return record


def predicted_files(store: Path) -> set[str]:
    return {path.name for path in store.glob("predictions/*/files/*")}


def test_a_model_is_run_and_scored(root: Path, tmp_path: Path) -> None:
    store, painter = tmp_path / "store", Painter()
    result = run_model(rivers(), {"root": root}, model_of(painter), {}, store=store, labels=LABELS)
    assert painter.asked == N
    assert result.scores["accuracy.pixel"] == pytest.approx(1 - 1 / (HEIGHT * WIDTH))
    (folder,) = (store / "predictions").iterdir()
    scored = run(rivers(), {"root": root, "predictions": folder / "files"})
    assert tuple(scored.scores) == tuple(result.scores)
    record = only_record(store)
    assert record.model is not None
    assert (record.model.name, record.model.revision) == ("painter", "1")
    assert record.predictions is not None
    assert record.predictions.n == N
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["model"], manifest["labels"]) == ("painter", [2, 1, 5])
    assert verify(record, rivers()).holds


def test_predictions_are_stored_in_the_coding_that_is_scored(root: Path, tmp_path: Path) -> None:
    dataset = rivers(codings=[Coding(name="submission", values={0: 1, 1: 2, 2: 5}), Coding(name="truth")])
    run_model(dataset, {"root": root}, model_of(Painter()), {}, store=tmp_path / "store", labels=LABELS)
    (file,) = (tmp_path / "store").glob("predictions/*/files/3.png")
    image = np.asarray(Image.open(root / "images" / "val" / "3.png"))
    assert np.array_equal(read_label_png(file), np.array([1, 0, 2])[image[:, :, 0] % 3])


def test_what_is_predicted_is_scored_from_disk(root: Path, tmp_path: Path) -> None:
    store, again = tmp_path / "store", Painter()
    first = run_model(rivers(), {"root": root}, model_of(Painter()), {}, store=store, labels=LABELS)
    second = run_model(rivers(), {"root": root}, model_of(again), {}, store=store, labels=LABELS)
    assert again.asked == 0
    assert tuple(second.scores) == tuple(first.scores)
    assert second.record.key == first.record.key


@pytest.mark.parametrize(
    "other",
    [
        {"revision": "2"},
        {"settings": {"sharpness": "3"}},
        {"labels": "brug=land"},
        {"images": True},
    ],
)
def test_other_predictions_are_made_anew(root: Path, tmp_path: Path, other: Mapping[str, Any]) -> None:
    store, again = tmp_path / "store", Painter(other.get("revision", "1"))
    run_model(rivers(), {"root": root}, model_of(Painter()), {}, store=store, labels=LABELS)
    if "images" in other:
        Image.new("RGB", (WIDTH, HEIGHT)).save(root / "images" / "val" / "0.png")
    run_model(
        rivers(),
        {"root": root},
        model_of(again),
        other.get("settings", {}),
        store=store,
        labels=other.get("labels", LABELS),
    )
    assert again.asked == N


@pytest.mark.parametrize("threads", [1, 2])
def test_whoever_is_interrupted_goes_on(root: Path, tmp_path: Path, threads: int) -> None:
    def stop_at_fifth(asked: int) -> None:
        if asked == 5:
            raise KeyboardInterrupt

    store, interrupted, again = tmp_path / "store", Painter(before=stop_at_fifth), Painter()

    def start(painter: Painter) -> Any:
        return run_model(
            rivers(), {"root": root}, model_of(painter), {}, store=store, labels=LABELS, threads=threads
        )

    with pytest.raises(KeyboardInterrupt):
        start(interrupted)
    kept = len(predicted_files(store))
    result = start(again)
    assert kept >= 4
    assert again.asked <= N - kept
    assert result.scores["accuracy.pixel"] == pytest.approx(1 - 1 / (HEIGHT * WIDTH))


def test_a_model_that_fails_fails_the_run_and_keeps_what_was_predicted(root: Path, tmp_path: Path) -> None:
    def fail_at_fifth(asked: int) -> None:
        if asked == 5:
            raise ValueError("no more paint")

    store = tmp_path / "store"
    with pytest.raises(PluginError) as caught:
        run_model(
            rivers(), {"root": root}, model_of(Painter(before=fail_at_fifth)), {}, store=store, labels=LABELS
        )
    message = f"model painter, image 2 ({root / 'images' / 'val' / '2.png'}): ValueError: no more paint"
    assert str(caught.value).replace("image 3", "image 2").replace("3.png", "2.png") == message
    record = only_record(store)
    assert (record.status, record.error) == ("failed", str(caught.value))
    assert len(predicted_files(store)) == 4


class Clumsy(Painter):
    def __init__(self, gives: object) -> None:
        super().__init__()
        self._gives = gives

    def predict(self, image: NDArray[np.uint8]) -> Any:  # noqa: ARG002
        return self._gives


@pytest.mark.parametrize(
    ("gives", "told"),
    [
        (np.zeros((4, 4), int), r"image 0 .*is int64 of shape \(4, 4\), expected integers of shape \(6, 9\)"),
        (np.full((HEIGHT, WIDTH), 3), "has class 3, expected indices of its 3 classes"),
        (np.full((HEIGHT, WIDTH), -1), "has class -1, expected indices of its 3 classes"),
        (np.zeros((HEIGHT, WIDTH)), "is float64, expected indices of classes"),
    ],
)
def test_what_is_no_prediction_is_refused(root: Path, tmp_path: Path, gives: object, told: str) -> None:
    with pytest.raises(PluginError, match=told):
        run_model(
            rivers(), {"root": root}, model_of(Clumsy(gives)), {}, store=tmp_path / "store", labels=LABELS
        )


def test_predictions_of_something_else_are_not_taken(root: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    run_model(rivers(), {"root": root}, model_of(Painter()), {}, store=store, labels=LABELS)
    (manifest,) = store.glob("predictions/*/manifest.json")
    manifest.write_text("{}")
    with pytest.raises(RecordError, match="predictions of something else; remove"):
        run_model(rivers(), {"root": root}, model_of(Painter()), {}, store=store, labels=LABELS)


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ("", r"the model's brug are none of the data set's classes \(land, water, bridge\); say what"),
        ("brug", "'brug' is no rule"),
        ("brugg=land", "the model has no class 'brugg'; did you mean brug"),
        ("brug=sea", r"no label 'sea', only land \(1\), water \(2\), bridge \(5\)"),
        ("brug=3", "no label '3'"),
    ],
)
def test_classes_without_a_label_are_told(root: Path, tmp_path: Path, labels: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        run_model(rivers(), {"root": root}, model_of(Painter()), {}, store=tmp_path / "store", labels=labels)


def test_an_unknown_option_names_the_nearest(root: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="painter has no option 'sharpnes'; did you mean sharpness"):
        run_model(rivers(), {"root": root}, model_of(Painter()), {"sharpnes": 1}, store=tmp_path / "store")


def test_a_model_of_another_task_is_refused(root: Path, tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="rivers is a benchmark of task semantic, painter does boundary"):
        run_model(
            rivers(), {"root": root}, model_of(Painter(), task="boundary"), {}, store=tmp_path / "store"
        )


def test_a_benchmark_without_images_is_refused(root: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="rivers does not say where its images are"):
        run_model(
            replace(rivers(), images=None), {"root": root}, model_of(Painter()), {}, store=tmp_path / "s"
        )


def test_an_image_that_is_missing_is_named(root: Path, tmp_path: Path) -> None:
    (root / "images" / "val" / "7.png").unlink()
    with pytest.raises(InputError, match=r"7\.png: no such image, though there is .*7\.png"):
        run_model(rivers(), {"root": root}, model_of(Painter()), {}, store=tmp_path / "store", labels=LABELS)


def test_an_image_that_cannot_be_read_is_named(root: Path, tmp_path: Path) -> None:
    (root / "images" / "val" / "7.png").write_bytes(b"P6")
    with pytest.raises(InputError, match=r"7\.png: is no image that can be read"):
        run_model(rivers(), {"root": root}, model_of(Painter()), {}, store=tmp_path / "store", labels=LABELS)


def test_a_framework_that_is_not_there_is_one_line(root: Path, tmp_path: Path) -> None:
    def load(_: Mapping[str, object]) -> Predictor:
        raise PluginError("painter needs paint: pip install paint")

    model = Model("painter", "Paints", task="semantic", load=load)
    with pytest.raises(PluginError, match=r"^painter needs paint: pip install paint$"):
        run_model(rivers(), {"root": root}, model, {}, store=tmp_path / "store")


# ---- predictions that lie in one file


class Finder(Predictor):
    revision = "1"
    classes = ("boat", "buoy")

    def predict(self, image: NDArray[np.uint8]) -> ObjectPrediction:
        found = np.stack([image[:, :, 0] > 99, image[:, :, 1] > 199])
        return ObjectPrediction(masks=found, classes=np.array([0, 1]), scores=np.array([0.5, 0.25]))


BOATS = instance_dataset(
    name="boats", summary="Boats", license="CC0", source="A. Sailor", version="1", split="val"
)


@pytest.fixture
def boats(tmp_path: Path) -> dict[str, Path]:
    random = np.random.default_rng(2)
    (tmp_path / "val").mkdir()
    images, annotations = [], []
    for number in range(1, 4):
        image = random.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
        Image.fromarray(image).save(tmp_path / "val" / f"{number}.png")
        images.append({"id": number, "file_name": f"{number}.png", "height": HEIGHT, "width": WIDTH})
        (mask,) = masks.to_coco(masks.encode((image[:, :, 0] > 99)[np.newaxis]), counts="str")
        area = int((image[:, :, 0] > 99).sum())
        annotations.append(
            {
                "id": number,
                "image_id": number,
                "category_id": 7,
                "segmentation": mask,
                "area": area,
                "iscrowd": 0,
            }
            | {"bbox": [0, 0, WIDTH, HEIGHT]}
        )
    categories = [{"id": 7, "name": "boat"}, {"id": 9, "name": "buoy"}]
    truth = {"images": images, "annotations": annotations, "categories": categories}
    (tmp_path / "instances.json").write_text(json.dumps(truth))
    return {"ground_truth": tmp_path / "instances.json", "images": tmp_path / "val"}


def test_objects_are_found_and_scored(boats: dict[str, Path], tmp_path: Path) -> None:
    model = Model("finder", "Finds", task="instance", load=lambda _: Finder())
    result = run_model(BOATS, boats, model, {}, store=tmp_path / "store")
    assert result.scores.value("ap", **{"class": "boat"}) == pytest.approx(1)
    (results,) = (tmp_path / "store").glob("predictions/*/files/results.json")
    found = json.loads(results.read_text())
    assert [(one["image_id"], one["category_id"]) for one in found] == [
        (image, category) for image in (1, 2, 3) for category in (7, 9)
    ]


def test_finding_that_fails_leaves_a_failed_record(boats: dict[str, Path], tmp_path: Path) -> None:
    class Failing(Finder):
        def predict(self, image: NDArray[np.uint8]) -> ObjectPrediction:
            if (tmp_path / "store").exists() and any((tmp_path / "store").rglob("1.json")):
                raise ValueError("out of sight")
            return super().predict(image)

    model = Model("finder", "Finds", task="instance", load=lambda _: Failing())
    with pytest.raises(PluginError, match=r"image 2 .*out of sight"):
        run_model(BOATS, boats, model, {}, store=tmp_path / "store")
    record = only_record(tmp_path / "store")
    assert record.status == "failed"
    assert record.predictions is not None
    assert record.predictions.n == 2


def test_an_image_path_that_leads_out_is_refused(boats: dict[str, Path], tmp_path: Path) -> None:
    truth = json.loads(boats["ground_truth"].read_text())
    truth["images"][1]["file_name"] = "../secret.png"
    boats["ground_truth"].write_text(json.dumps(truth))
    model = Model("finder", "Finds", task="instance", load=lambda _: Finder())
    with pytest.raises(InputError, match=r"image 1: \"file_name\" is '\.\./secret\.png'"):
        run_model(BOATS, boats, model, {}, store=tmp_path / "store")
