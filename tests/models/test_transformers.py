"""Networks of transformers with weights of chance, saved and loaded as real ones are."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.benchmarks import draw, semantic_benchmark
from segmetrics.classes import Classes
from segmetrics.errors import InputError
from segmetrics.plugin import Model, ObjectPrediction
from segmetrics.runner import run_model
from segmetrics.testing import check_model
from segmetrics_transformers import INSTANCE, SAM, SEMANTIC

torch = pytest.importorskip("torch", reason="torch is not installed")
transformers = pytest.importorskip("transformers", reason="transformers is not installed")

pytestmark = pytest.mark.filterwarnings("ignore")  # those of the framework are not ours

NAMES = {0: "land", 1: "water", 2: "bridge"}
IMAGE = np.random.default_rng(4).integers(0, 256, (48, 72, 3), np.uint8)


@pytest.fixture(scope="module")
def segformer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = transformers.SegformerConfig(
        hidden_sizes=[8, 8, 16, 16],
        depths=[1, 1, 1, 1],
        num_attention_heads=[1, 1, 2, 2],
        decoder_hidden_size=16,
        id2label=NAMES,
    )
    processor = transformers.SegformerImageProcessor(size={"height": 64, "width": 64})
    return saved(transformers.SegformerForSemanticSegmentation, config, processor, tmp_path_factory)


@pytest.fixture(scope="module")
def mask2former(tmp_path_factory: pytest.TempPathFactory) -> Path:
    backbone = transformers.SwinConfig(
        embed_dim=8,
        depths=[1, 1, 1, 1],
        num_heads=[1, 1, 2, 2],
        window_size=4,
        image_size=64,
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )
    config = transformers.Mask2FormerConfig(
        backbone_config=backbone,
        feature_size=32,
        mask_feature_size=32,
        hidden_dim=32,
        encoder_feedforward_dim=16,
        encoder_layers=1,
        decoder_layers=2,
        dim_feedforward=16,
        num_attention_heads=2,
        num_queries=5,
        id2label=NAMES,
    )
    processor = transformers.Mask2FormerImageProcessor(size={"height": 64, "width": 64})
    return saved(transformers.Mask2FormerForUniversalSegmentation, config, processor, tmp_path_factory)


@pytest.fixture(scope="module")
def sam(tmp_path_factory: pytest.TempPathFactory) -> Path:
    vision = transformers.SamVisionConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        image_size=64,
        patch_size=8,
        window_size=4,
        global_attn_indexes=[0],
        output_channels=16,
        mlp_dim=16,
        num_pos_feats=8,
    )
    prompts = transformers.SamPromptEncoderConfig(hidden_size=16, image_size=64, patch_size=8)
    decoder = transformers.SamMaskDecoderConfig(
        hidden_size=16, mlp_dim=16, num_attention_heads=2, iou_head_hidden_dim=16
    )
    config = transformers.SamConfig(
        vision_config=vision, prompt_encoder_config=prompts, mask_decoder_config=decoder
    )
    processor = transformers.SamImageProcessor(
        size={"longest_edge": 64}, pad_size={"height": 64, "width": 64}
    )
    return saved(transformers.SamModel, config, processor, tmp_path_factory)


def saved(network: Any, config: Any, processor: Any, folders: pytest.TempPathFactory) -> Path:
    torch.manual_seed(7)
    folder = folders.mktemp("weights")
    network(config).save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def load(model: Model, **values: object) -> Any:
    return model.load(model.complete(values))


@pytest.mark.parametrize("name", ["segformer", "mask2former"])
def test_classes_are_told_apart(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    weights = request.getfixturevalue(name)
    predictor = load(SEMANTIC, weights=weights)
    assert predictor.classes == list(NAMES.values())
    draw(tmp_path, [IMAGE], [predictor.predict(IMAGE).astype(np.uint8)])
    rivers = semantic_benchmark(Classes("land water bridge"))
    result = run_model(rivers, {"root": tmp_path}, SEMANTIC, {"weights": weights}, store=tmp_path / "store")
    assert result.scores["accuracy.pixel"] == 1


def test_objects_are_found(mask2former: Path) -> None:
    found = load(INSTANCE, weights=mask2former, threshold=0.0).predict(IMAGE)
    check(found)
    assert len(found.masks) > 0
    assert (found.classes < len(NAMES)).all()


def test_they_conform(segformer: Path, mask2former: Path, sam: Path) -> None:
    check_model(SEMANTIC, {"weights": str(segformer)})
    check_model(INSTANCE, {"weights": str(mask2former), "threshold": "0"})
    check_model(SAM, {"weights": str(sam), "points": "4", "iou_threshold": "-9", "stability": "-1"})


def test_no_object_is_an_answer(mask2former: Path) -> None:
    found = load(INSTANCE, weights=mask2former, threshold=1.0).predict(IMAGE)
    check(found)
    assert len(found.masks) == 0


def test_anything_is_segmented(sam: Path) -> None:
    model = load(SAM, weights=sam, points=4, iou_threshold=-9.0, stability=-1.0)
    found = model.predict(IMAGE)
    check(found)
    assert len(found.masks) > 0
    assert model.classes == ("object",)


def check(found: ObjectPrediction) -> None:
    assert found.masks.shape == (len(found.scores), *IMAGE.shape[:2])
    assert found.masks.dtype == np.bool_
    assert found.classes.shape == found.scores.shape


def test_the_revision_is_that_of_the_weights(segformer: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(segformer, tmp_path / "copy")
    assert load(SEMANTIC, weights=copy).revision == load(SEMANTIC, weights=segformer).revision
    (copy / "more.txt").write_text("other")
    assert load(SEMANTIC, weights=copy).revision != load(SEMANTIC, weights=segformer).revision


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no: is no folder, expected one that save_pretrained wrote"):
        load(SEMANTIC, weights=tmp_path / "no")


def test_a_folder_that_holds_no_network(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="AutoConfig cannot read it: ") as caught:
        load(SEMANTIC, weights=tmp_path)
    assert "\n" not in str(caught.value)


def test_weights_that_are_cut_off(segformer: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(segformer, tmp_path / "copy")
    (file,) = copy.glob("*.safetensors")
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(InputError, match="AutoModelForSemanticSegmentation cannot read it: ") as caught:
        load(SEMANTIC, weights=copy)
    assert "\n" not in str(caught.value)
