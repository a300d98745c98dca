"""Downloads from a server on loopback that breaks off, changes its files and packs archives badly."""

from __future__ import annotations

import hashlib
import io
import json
import socket
import tarfile
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from segmetrics.downloads import RECEIPT, download
from segmetrics.errors import InputError
from segmetrics.plugin import RemoteFile


class Shelf(ThreadingHTTPServer):
    """Files by name, and what was asked of them; each answer breaks off after `breaks_off_after` bytes."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, bytes] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.breaks_off_after: int | None = None
        self.tags = True

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{name}"


class _Handler(BaseHTTPRequestHandler):
    server: Shelf

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.server.asked.append((self.path, wanted))
        content = self.server.files.get(self.path[1:])
        if content is None:
            self.send_error(404)
            return
        tag = f'"{hashlib.sha256(content).hexdigest()}"'
        start = 0
        if wanted is not None and self.headers.get("If-Range") == tag:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                self.send_error(416)
                return
        self.send_response(206 if start else 200)
        if self.server.tags:
            self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self.wfile.write(content[start:][: self.server.breaks_off_after])

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with Shelf() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def remote(shelf: Shelf, name: str, content: bytes, **more: object) -> RemoteFile:
    shelf.files[name] = content
    return RemoteFile(url=shelf.url(name), part="data", **more)  # type: ignore[arg-type]


def zipped(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return packed.getvalue()


RIVERS = b"rivers of the north " * 50_000
CHUNK = 1 << 16
"""Less than a chunk is lost when a connection breaks off."""


def test_a_file_comes_with_a_receipt(shelf: Shelf, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    published = f"md5:{hashlib.md5(RIVERS, usedforsecurity=False).hexdigest()}"
    (one,) = download(
        [remote(shelf, "rivers.bin", RIVERS, digest=published)], tmp_path, lambda *now: told.append(now)
    )
    assert (tmp_path / "rivers.bin").read_bytes() == RIVERS
    assert (one.bytes, one.published) == (len(RIVERS), published)
    assert one.digest == f"sha256:{hashlib.sha256(RIVERS).hexdigest()}"
    assert told[-1] == ("downloading rivers.bin", len(RIVERS), len(RIVERS))
    assert json.loads((tmp_path / RECEIPT).read_text()) == {"rivers.bin": vars(one)}


def test_what_is_there_is_not_fetched_again(shelf: Shelf, tmp_path: Path) -> None:
    first = download([remote(shelf, "rivers.bin", RIVERS)], tmp_path)
    assert download([remote(shelf, "rivers.bin", RIVERS)], tmp_path) == first
    assert len(shelf.asked) == 1


def test_receipts_of_several_downloads_add_up(shelf: Shelf, tmp_path: Path) -> None:
    download([remote(shelf, "a.bin", RIVERS)], tmp_path)
    download([remote(shelf, "b.bin", RIVERS)], tmp_path)
    assert sorted(json.loads((tmp_path / RECEIPT).read_text())) == ["a.bin", "b.bin"]


def test_what_was_broken_off_goes_on_where_it_stopped(shelf: Shelf, tmp_path: Path) -> None:
    file = remote(shelf, "rivers.bin", RIVERS)
    shelf.breaks_off_after = 3 * CHUNK + 1
    with pytest.raises(InputError, match=r"196,608 bytes are kept, the same command goes on from there"):
        download([file], tmp_path)
    with pytest.raises(InputError, match=r"393,216 bytes are kept"):
        download([file], tmp_path)
    shelf.breaks_off_after = None
    download([file], tmp_path)
    assert (tmp_path / "rivers.bin").read_bytes() == RIVERS
    assert shelf.asked == [("/rivers.bin", wanted) for wanted in (None, "bytes=196608-", "bytes=393216-")]
    assert sorted(path.name for path in tmp_path.iterdir()) == [RECEIPT, "rivers.bin"]


@pytest.mark.parametrize("tags", [True, False])
def test_a_part_of_another_version_is_not_gone_on_with(shelf: Shelf, tmp_path: Path, tags: bool) -> None:
    shelf.tags = tags
    shelf.breaks_off_after = 3 * CHUNK + 1
    with pytest.raises(InputError):
        download([remote(shelf, "rivers.bin", RIVERS)], tmp_path)
    shelf.breaks_off_after = None
    download([remote(shelf, "rivers.bin", RIVERS[::-1])], tmp_path)
    assert (tmp_path / "rivers.bin").read_bytes() == RIVERS[::-1]


def test_a_part_that_is_all_of_it_is_fetched_anew(shelf: Shelf, tmp_path: Path) -> None:
    file = remote(shelf, "rivers.bin", RIVERS)
    (tmp_path / "rivers.bin.part").write_bytes(RIVERS)
    (tmp_path / "rivers.bin.mark").write_text(f'"{hashlib.sha256(RIVERS).hexdigest()}"')
    download([file], tmp_path)
    assert (tmp_path / "rivers.bin").read_bytes() == RIVERS


def test_a_file_that_is_not_the_published_one_is_not_kept(shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is not the published file, and is not kept"):
        download([remote(shelf, "rivers.bin", RIVERS, digest="md5:" + 32 * "0")], tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("form", "packed"), [("zip", zipped), ("tar", tarred)])
def test_archives_are_unpacked(shelf: Shelf, tmp_path: Path, form: str, packed: type) -> None:
    members = {"labels/val/1.png": b"one", "labels/val/2.png": b"two"}
    download([remote(shelf, "rivers.pack", packed(members), unpack=form)], tmp_path)
    assert {name: (tmp_path / name).read_bytes() for name in members} == members


def test_an_archive_in_an_archive_is_unpacked_where_it_lies(shelf: Shelf, tmp_path: Path) -> None:
    inner = zipped({"maps/1.png": b"one"})
    outer = zipped({"labels/maps.zip": inner})
    download([remote(shelf, "rivers.zip", outer, unpack="zip", nested=("labels/maps.zip",))], tmp_path)
    assert (tmp_path / "labels" / "maps" / "1.png").read_bytes() == b"one"


@pytest.mark.parametrize("name", ["../outside", "/tmp/outside"])  # noqa: S108
@pytest.mark.parametrize(("form", "packed"), [("zip", zipped), ("tar", tarred)])
def test_an_archive_writes_nothing_outside(
    shelf: Shelf, tmp_path: Path, form: str, packed: type, name: str
) -> None:
    folder = tmp_path / "data"
    file = remote(shelf, "rivers.pack", packed({name: b"out"}), unpack=form)
    if form == "tar" and name.startswith("/"):
        download([file], folder)  # tar takes the slash off, as it always has
    else:
        with pytest.raises(InputError, match="outside"):
            download([file], folder)
    assert not (tmp_path / "outside").exists()
    assert not Path("/tmp/outside").exists()  # noqa: S108


@pytest.mark.parametrize(("form", "packed"), [("zip", zipped), ("tar", tarred)])
def test_a_damaged_archive_is_told(shelf: Shelf, tmp_path: Path, form: str, packed: type) -> None:
    content = packed({"a": RIVERS})
    with pytest.raises(InputError, match=r"rivers\.pack: cannot be unpacked"):
        download([remote(shelf, "rivers.pack", content[: len(content) // 2], unpack=form)], tmp_path)


def test_a_file_that_the_server_has_not(shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"404 .*/none\.bin; none\.bin is not downloaded"):
        download([RemoteFile(url=shelf.url("none.bin"), part="data")], tmp_path)


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(InputError, match=r"refused.*; 0 bytes are kept"):
        download([RemoteFile(url=f"http://127.0.0.1:{port}/rivers.bin", part="data")], tmp_path)
