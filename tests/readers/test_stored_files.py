from __future__ import annotations

import gzip
import io
import os
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from segmetrics.errors import InputError
from segmetrics.readers.stored_files import list_files, stored_files

Member = tuple[str, bytes | None]
"""A name and what is stored there; a folder if None."""


def pack(path: Path, members: Sequence[Member], form: int = tarfile.PAX_FORMAT) -> Path:
    with tarfile.open(path, "w", format=form) as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            if content is None:
                info.type = tarfile.DIRTYPE
                archive.addfile(info)
            else:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return path


LONG = "/".join(["a" * 90] * 3)


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_members_are_read_where_they_lie(tmp_path: Path, form: int) -> None:
    members = [
        ("b", None),
        ("./b/2.bin", b"two"),
        ("a.bin", b""),
        ("b/._2.bin", b"of a Mac"),
        (f"{LONG}/c", b"x" * 999),
    ]
    if form == tarfile.USTAR_FORMAT:
        members.pop()
    files = stored_files(pack(tmp_path / "some.tar", members, form))
    assert {name: file.read() for name, file in files.items()} == {
        name.removeprefix("./"): content
        for name, content in sorted(members)
        if content is not None and "._" not in name
    }
    assert list(files) == sorted(files)
    assert str(files["a.bin"]) == f"{tmp_path}/some.tar: a.bin"


def test_a_folder_is_listed_alike(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name, content in (("b/2.bin", b"two"), ("a.bin", b""), (".hidden", b"")):
        (tmp_path / name).write_bytes(content)
    files = stored_files(tmp_path)
    assert {name: file.read() for name, file in files.items()} == {"a.bin": b"", "b/2.bin": b"two"}
    assert str(files["b/2.bin"]) == f"{tmp_path}/b/2.bin"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("/etc/passwd", "leads out of the archive"),
        ("../../b.bin", "leads out of the archive"),
        ("b/../../b.bin", "leads out of the archive"),
        ("a.bin", "is in the archive twice"),
        ("./a.bin", "is in the archive twice"),
    ],
)
def test_names_that_cannot_be_meant_are_problems(tmp_path: Path, name: str, problem: str) -> None:
    path = pack(tmp_path / "some.tar", [("a.bin", b"1"), (name, b"2"), ("c.bin", b"3")])
    files, problems = list_files(path)
    assert len(problems) == 1
    assert problem in str(problems[0])
    assert {"a.bin", "c.bin"} == files.keys()
    with pytest.raises(InputError, match=problem):
        stored_files(path)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_what_is_no_file_is_a_problem(tmp_path: Path, kind: bytes) -> None:
    with tarfile.open(tmp_path / "some.tar", "w") as archive:
        info = tarfile.TarInfo("a.bin")
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    with pytest.raises(InputError, match=r"some\.tar: a\.bin: is a link or a device"):
        stored_files(tmp_path / "some.tar")


def spoiled(tmp_path: Path, where: int | slice, what: bytes) -> Path:
    """An archive of three members with some bytes changed."""
    path = pack(tmp_path / "some.tar", [(f"{name}.bin", b"1" * 600) for name in "abc"], tarfile.USTAR_FORMAT)
    content = bytearray(path.read_bytes())
    content[where if isinstance(where, slice) else slice(where, where + len(what))] = what
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("where", "what", "message"),
    [
        (0, b"nonsense" * 64, "no tar archive, or a damaged one"),
        (1536, b"nonsense" * 64, "damaged at byte 1,536"),
        (slice(1536 + 700, None), b"", "no tar archive, or a damaged one: unexpected end of data"),
        (slice(0, None), b"", "no tar archive, or a damaged one: empty file"),
        (slice(0, None), gzip.compress(b"tar"), "is a gzip file, expected a plain tar archive"),
        (slice(0, None), b"PK\x03\x04", "is a ZIP archive"),
    ],
)
def test_a_damaged_archive_is_refused(tmp_path: Path, where: int | slice, what: bytes, message: str) -> None:
    path = spoiled(tmp_path, where, what)
    with pytest.raises(InputError, match=message):
        stored_files(path)


def test_an_archive_without_its_end_is_read(tmp_path: Path) -> None:
    path = spoiled(tmp_path, slice(3 * 1536, None), b"")
    assert list(stored_files(path)) == ["a.bin", "b.bin", "c.bin"]


def test_nothing_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.tar: No such file"):
        stored_files(tmp_path / "none.tar")


def test_a_file_that_changed_or_is_too_large_is_refused(tmp_path: Path) -> None:
    file = stored_files(pack(tmp_path / "some.tar", [("a.bin", b"12345")]))["a.bin"]
    with pytest.raises(InputError, match=r"some\.tar: a\.bin: has 5 bytes, expected at most 4"):
        file.read(most=4)
    os.truncate(file.path, file.offset + 3)
    with pytest.raises(InputError, match=r"a\.bin: ends after 3 bytes, expected 5"):
        file.read()
    file.path.unlink()
    with pytest.raises(InputError, match=r"a\.bin: No such file"):
        file.read()
