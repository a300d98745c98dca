"""BRAVO from its archives to the record, beside the official toolkit's numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plugin.bravo_files import HEIGHT, WIDTH, Files, MadeUp, pack, png
from segmetrics.errors import CoverageError, InputError
from segmetrics.runner import RunResult, run
from segmetrics_bravo import BRAVO
from segmetrics_bravo.encoding import encoded
from segmetrics_bravo.subsets import SUBSETS

OFFICIAL = 1e-8  # the toolkit's weights of ECE pass through float32
IDS = {
    "miou_valid": "iou.mean",
    "ece_valid": "ece",
    "auroc_valid": "auroc",
    "auprc_success_valid": "auprc.success",
    "auprc_error_valid": "auprc.error",
    "fpr95_valid": "fpr95",
    "auroc_ood": "auroc.ood",
    "auprc_ood": "auprc.ood",
    "fpr95_ood": "fpr95.ood",
    "hmean": "bravo.subset",
}
TOTALS = {"bravo_index": "bravo.index", "semantic_hmean": "bravo.semantic", "ood_hmean": "bravo.ood"}


@pytest.fixture(scope="module")
def official(shared: Path) -> Any:
    """The numbers of bravo_challenge d54005d, by how many pixels of an image were sampled."""
    cases = json.loads((shared / "truth" / "labelmaps.json").read_text())["bravo"]
    return {name.partition("=")[2].partition(" ")[0]: case for name, case in cases.items() if "=" in name}


@pytest.fixture(scope="module")
def archives(shared: Path) -> Path:
    return shared / "truth" / "inputs" / "bravo"


def found(result: RunResult, name: str) -> Any:
    """What the toolkit calls `name`."""
    if name in TOTALS:
        return result.scores[TOTALS[name]]
    subset, _, metric = name.partition("_")
    if metric == "iou_valid":
        return [
            score.value for score in result.scores if score.id == "iou" and score.over["subset"] == subset
        ]
    return result.scores.value(IDS[metric], subset=subset)


@pytest.mark.parametrize(
    ("predictions", "n_samples", "is_listed"),
    [
        ("submission_100000.tar", "100000", True),
        ("submission_100000.tar", "100000", False),
        ("submission_5000.tar", "5000", True),
        ("raw.tar", "100000", True),
        ("raw.tar", "100000", False),
        ("raw.tar", "5000", True),
    ],
)
def test_scores_are_the_toolkits(
    archives: Path, official: Any, predictions: str, n_samples: str, is_listed: bool
) -> None:
    values = {"ground_truth": archives / "bravo_GT.tar", "predictions": archives / predictions}
    if is_listed:
        values["sampling_archive"] = archives / f"bravo_SAMPLING_{n_samples}.tar"
    result = run(BRAVO, values)
    expected = official[n_samples]
    assert len(expected) == 74
    for name, value in expected.items():
        assert found(result, name) == pytest.approx(value, abs=OFFICIAL, rel=0), name
    record = result.record
    assert (record.status, record.coverage.scored) == ("ok", 18)
    assert record.protocol.params == {"sampling": "official"}
    assert (record.protocol.parity, record.protocol.reference) == ("official", "bravo_challenge d54005d")


def test_full_scores_every_pixel_and_says_so(archives: Path, official: Any) -> None:
    """These images have fewer pixels than would be sampled."""
    values = {
        "ground_truth": archives / "bravo_GT.tar",
        "predictions": archives / "raw.tar",
        "sampling": "full",
    }
    result = run(BRAVO, values)
    for name, value in official["100000"].items():
        assert found(result, name) == pytest.approx(value, abs=OFFICIAL, rel=0), name
    assert result.record.protocol.params == {"sampling": "full"}
    assert result.record.protocol.parity == "clean"


def test_threads_and_processes_give_the_same(archives: Path) -> None:
    values = {
        "ground_truth": archives / "bravo_GT.tar",
        "predictions": archives / "submission_5000.tar",
        "sampling_archive": archives / "bravo_SAMPLING_5000.tar",
    }
    alone = run(BRAVO, values)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as worker:
        for other in (run(BRAVO, values, threads=3), run(BRAVO, values, threads=1, executor=worker)):
            assert tuple(other.scores) == tuple(alone.scores)
            assert other.record.key == alone.record.key


# ---- made-up archives ------------------------------------------------------------------------------------


@pytest.fixture
def made() -> MadeUp:
    return MadeUp()


def score(folder: Path, made: MadeUp, predictions: Files | None = None, **options: Any) -> RunResult:
    values: dict[str, object] = {
        "ground_truth": pack(folder / "gt.tar", made.truth),
        "predictions": pack(folder / "sent.tar", made.encoded if predictions is None else predictions),
        "sampling_archive": pack(folder / "samples.tar", made.samples),
    }
    partial = options.pop("partial", False)
    return run(BRAVO, {**values, **options}, partial=partial)


def test_folders_score_as_archives_do(tmp_path: Path, made: MadeUp) -> None:
    packed = score(tmp_path, made)
    for name, files in (("gt", made.truth), ("predictions", made.pngs)):
        for path, content in files.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_bytes(content)
    loose = run(BRAVO, {"ground_truth": tmp_path / "gt", "predictions": tmp_path / "predictions"})
    assert tuple(loose.scores) == tuple(packed.scores)


def test_the_sample_is_scored(tmp_path: Path) -> None:
    assert BRAVO.sample is not None
    result = run(BRAVO, BRAVO.sample(tmp_path), threads=2)
    assert result.record.coverage.scored == 18
    assert 0.4 < (result.scores["bravo.index"] or 0) < 0.6


def test_encoded_predictions_are_not_scored_in_full(tmp_path: Path, made: MadeUp) -> None:
    with pytest.raises(
        InputError, match=r"sent\.tar: bravo_ACDC/fog/made/1_encoded\.bin: holds confidences at the"
    ):
        score(tmp_path, made, sampling="full")
    assert score(tmp_path, made, made.pngs, sampling="full").scores["bravo.index"] is not None


def test_missing_predictions_fail_the_run_unless_it_is_partial(tmp_path: Path, made: MadeUp) -> None:
    del made.encoded["bravo_synrain/made/1_encoded.bin"]
    wanted = "bravo_synrain/made/1_encoded.bin or bravo_synrain/made/1_leftImg8bit_pred.png and _conf.png"
    with pytest.raises(CoverageError, match=f"1 of 9 predictions is missing, first .*looked for {wanted}"):
        score(tmp_path, made)
    result = score(tmp_path, made, partial=True)
    assert (result.record.status, result.record.coverage.missing) == ("partial", 1)
    assert result.scores["bravo.index"] is None


def test_other_files_are_counted_and_warned_of(tmp_path: Path, made: MadeUp) -> None:
    made.encoded |= {
        "README.txt": b"",
        "bravo_synrain/made/2_encoded.bin": b"",
        "bravo_ACDC/fog/1_pred.png": b"",
    }
    with pytest.warns(UserWarning, match="3 files are not scored: .* no such image, first README.txt"):
        result = score(tmp_path, made)
    assert result.record.coverage.dropped == {"extra": 3}


def test_subsets_that_are_not_there_are_warned_of(tmp_path: Path, made: MadeUp) -> None:
    made.truth = {name: content for name, content in made.truth.items() if "ACDC" in name}
    made.encoded = {name: content for name, content in made.encoded.items() if "ACDC" in name}
    with pytest.warns(
        UserWarning, match="there are no images of synrain, SMIYC, synobjs, synflare, outofcontext"
    ):
        result = score(tmp_path, made)
    assert result.scores["bravo.index"] is None
    assert result.scores.value("bravo.subset", subset="ACDCfog") is not None


FOG = "bravo_ACDC/fog/made/1"
PRED, CONF = f"{FOG}_rgb_anon_pred.png", f"{FOG}_rgb_anon_conf.png"
GRAY = np.zeros((HEIGHT, WIDTH), np.uint8)
DEEP = np.zeros((HEIGHT, WIDTH), np.uint16)


def large_png() -> bytes:
    """A small file of many pixels."""
    return png(np.zeros((4097, 4097), np.uint8))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({PRED: None}, rf"sent\.tar: {CONF}: has no _pred\.png beside it"),
        ({CONF: None}, rf"sent\.tar: {PRED}: has no _conf\.png beside it"),
        ({f"{FOG}_encoded.bin": b""}, rf"sent\.tar: {FOG}_encoded\.bin: is encoded, and there as PNG too"),
        ({PRED: png(GRAY + np.uint8(19))}, rf"sent\.tar: {PRED}: pixel \[0, 0\]: is 19, expected 0 to 18"),
        ({PRED: png(GRAY[:3]), CONF: png(DEEP[:3])}, rf"{PRED}: is 8x3, its ground truth is 8x6"),
        ({CONF: png(DEEP[:3])}, rf"{CONF}: is 8x3, .*sent\.tar: {PRED} is 8x6"),
        ({CONF: png(GRAY)}, rf"{CONF}: is gray .*bit depth 8.*, expected 16-bit gray"),
        ({PRED: png(DEEP)}, rf"{PRED}: is gray .*bit depth 16.*, expected gray or palette of up to 8 bits"),
        ({PRED: b"GIF8"}, rf"{PRED}: byte 0: found a GIF, expected"),
        ({PRED: b""}, rf"{PRED}: the file is empty"),
        ({PRED: large_png()}, rf"{PRED}: says 4097x4097 pixels, which no image has"),
    ],
)
def test_pngs_that_cannot_be_scored_are_named(
    tmp_path: Path, made: MadeUp, changes: Mapping[str, bytes | None], message: str
) -> None:
    files = {name: content for name, content in {**made.pngs, **changes}.items() if content is not None}
    with pytest.raises(InputError, match=message):
        score(tmp_path, made, files)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"BV22", "has 4 bytes, too few"),
        (encoded(GRAY + np.uint8(19), DEEP[0]), r"pixel \[0, 0\]: is 19, expected 0 to 18"),
        (encoded(GRAY[:3], DEEP[0]), "is 8x3, its ground truth is 8x6"),
        (encoded(GRAY, DEEP[0]), r"holds 8 confidences, expected one at each of \d+ samples"),
    ],
)
def test_encoded_files_that_cannot_be_scored_are_named(
    tmp_path: Path, made: MadeUp, content: bytes, message: str
) -> None:
    with pytest.raises(InputError, match=rf"sent\.tar: {FOG}_encoded\.bin: {message}"):
        score(tmp_path, made, {**made.encoded, f"{FOG}_encoded.bin": content})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {f"{FOG}_gt_invIds.png": None},
            rf"{FOG}_gt_invIds\.png is missing, which belongs to {FOG}_gt_label",
        ),
        (
            {f"{FOG}_gt_invIds.png": png(GRAY[:3])},
            rf"gt\.tar: {FOG}_gt_invIds\.png: is 8x3, its ground truth is",
        ),
        (
            {f"{FOG}_gt_labelTrainIds.png": png(GRAY + np.uint8(77))},
            r"gt_labelTrainIds\.png: pixel .*truth is 77",
        ),
    ],
)
def test_a_wrong_ground_truth_is_named(
    tmp_path: Path, made: MadeUp, change: Mapping[str, bytes | None], message: str
) -> None:
    made.truth = {name: content for name, content in {**made.truth, **change}.items() if content is not None}
    with pytest.raises(InputError, match=message):
        score(tmp_path, made)


def test_wrong_samples_are_named(tmp_path: Path, made: MadeUp) -> None:
    made.samples[f"{FOG}_samples.bin"] = b"none"
    with pytest.raises(
        InputError, match=rf"samples\.tar: {FOG}_samples\.bin: its Zstandard frame is damaged"
    ):
        score(tmp_path, made)
    del made.samples[f"{FOG}_samples.bin"]
    with pytest.raises(InputError, match=rf"{FOG}_samples\.bin is missing, which belongs to {FOG}_gt_label"):
        score(tmp_path, made)


def test_an_archive_of_something_else_is_refused(tmp_path: Path, made: MadeUp) -> None:
    with pytest.raises(
        InputError, match=r"sent\.tar: no predictions here: expected bravo_ACDC/fog/made/1_encoded"
    ):
        score(tmp_path, made, {"a/b.png": b""})
    made.truth = {"a/b.png": b""}
    with pytest.raises(InputError, match=r"gt\.tar: no ground truth here: expected bravo_ACDC/fog/, "):
        score(tmp_path, made)


def test_every_subset_is_in_the_made_up_archives(made: MadeUp) -> None:
    assert len(made.encoded) == len(made.samples) == len(SUBSETS) == len(made.truth) // 2
