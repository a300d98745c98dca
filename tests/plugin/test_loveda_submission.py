from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from segmetrics_loveda.submission import loveda_submission


def png(labels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(labels).save(file, "PNG")
    return file.getvalue()


SIX = np.full((1024, 1024), 6, np.uint8)
GOOD = {"1.png": png(SIX), "2.png": png(SIX)}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path in ("Urban/images_png/1.png", "Rural/images_png/2.png"):
        (tmp_path / "Test" / path).parent.mkdir(parents=True)
        (tmp_path / "Test" / path).touch()
    return tmp_path


def check(root: Path, files: Mapping[str, bytes]) -> Result:
    with ZipFile(root / "sent.zip", "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return CliRunner().invoke(loveda_submission, [str(root / "sent.zip"), "--root", str(root)])


def test_a_good_submission_passes(root: Path) -> None:
    result = check(root, GOOD)
    assert (result.exit_code, result.output) == (0, f"{root}/sent.zip: 2 maps, nothing found\n")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"2.png": None}, "maps missing: 1 of 2, first 2.png"),
        ({"3.png": b""}, "files named as no test image: 1, first 3.png"),
        ({"sent/3.png": b""}, "files in folders: 1, first sent/3.png; zip the maps, not the folder"),
        ({"2.png": png(SIX + np.uint8(1))}, "2.png holds 7, expected 0 to 6, the truth less 1"),
        ({"2.png": png(SIX[:5])}, "2.png is 1024x5, expected 1024x1024"),
        ({"2.png": b"\0" * 5_000_000}, "2.png has 5,000,000 bytes, expected at most 4,194,304"),
        ({"2.png": b"GIF8"}, "2.png: "),
        ({"2.png": png(np.zeros((9, 9, 3), np.uint8))}, "2.png: is RGB"),
    ],
)
def test_what_is_wrong_is_said(root: Path, changes: Mapping[str, bytes | None], problem: str) -> None:
    files = {name: content for name, content in {**GOOD, **changes}.items() if content is not None}
    result = check(root, files)
    assert result.exit_code == 1
    assert result.output.startswith(f"{root}/sent.zip: {problem}")
    assert len(result.output.splitlines()) == 1


def test_what_is_no_zip_is_said(root: Path) -> None:
    (root / "sent.zip").write_bytes(b"no zip")
    result = CliRunner().invoke(loveda_submission, [str(root / "sent.zip"), "--root", str(root)])
    assert result.exit_code == 1
    assert result.output.startswith(f"{root}/sent.zip: no zip: ")


def test_a_root_without_test_images_is_refused(root: Path) -> None:
    (root / "sent.zip").touch()
    result = CliRunner().invoke(loveda_submission, [str(root / "sent.zip"), "--root", str(root / "Test")])
    assert "no test images here: expected Test/*/images_png/*.png" in str(result.exception)
