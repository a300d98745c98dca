from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from segmetrics.errors import InputError
from segmetrics.records.digest import file_digest, files_digest

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_digest_is_the_sha256_of_its_bytes(tmp_path: Path) -> None:
    content = bytes(range(256)) * 5000
    (tmp_path / "file").write_bytes(content)
    assert file_digest(tmp_path / "file") == "sha256:" + hashlib.sha256(content).hexdigest()


def test_a_set_of_files_is_names_and_contents_in_any_order_and_folder(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        for name in ("a", "b"):
            (tmp_path / folder / name).write_text(name)
    one, two = tmp_path / "one", tmp_path / "two"
    digest = files_digest({"a": one / "a", "b": one / "b"})
    assert digest == files_digest({"b": two / "b", "a": two / "a"})
    assert digest != files_digest({"a": one / "b", "b": one / "a"})
    assert digest != files_digest({"a": one / "a"})


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere: No such file or directory"):
        file_digest(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"Is a directory"):
        files_digest({"a": tmp_path})
