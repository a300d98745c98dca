"""A data set's files from its publisher: fetched, resumed, checked, unpacked, and written down."""

from __future__ import annotations

import json
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from segmetrics.errors import InputError
from segmetrics.plugin import ProgressReport, RemoteFile, no_progress
from segmetrics.records import file_digest

if TYPE_CHECKING:
    import requests

RECEIPT: Final = "downloads.json"
"""The file, beside what was downloaded, that says where each file came from and what its digest was."""

_CHUNK: Final = 1 << 16
_SECONDS_OF_SILENCE: Final = 60


@dataclass(frozen=True, kw_only=True)
class Downloaded:
    """A file that is here now.

    Attributes:
        url: Where it came from.
        name: Its name in the folder.
        bytes: Its size.
        digest: SHA-256 of what was found, "sha256:...".
        published: The digest that its publisher states, found to be right; None where none is stated.
    """

    url: str
    name: str
    bytes: int
    digest: str
    published: str | None


def download(
    files: Sequence[RemoteFile], folder: Path, progress: ProgressReport = no_progress
) -> list[Downloaded]:
    """Fetch files into a folder, unpack the archives among them there, and write a receipt.

    What is there already is checked and not fetched again; what was broken off goes on where it stopped, if
    the server can say that its file is still the same.

    Args:
        files: What to fetch.
        folder: Where to; it is made.
        progress: Told of bytes as they come.

    Raises:
        InputError: The server does not give the file, it breaks off, or its digest is not the published one;
            or an archive is damaged, or would write outside the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    done = []
    for file in files:
        path = _fetched(file, folder, progress)
        if file.unpack is not None:
            progress(f"unpacking {path.name}", 0, 1)
            _unpack(file.unpack, path, folder)
            for inner in file.nested:
                _unpack("zip", folder / inner, (folder / inner).parent)
            progress(f"unpacking {path.name}", 1, 1)
        done.append(_downloaded(file, path))
        _write_receipt(folder, done)
    return done


def _downloaded(file: RemoteFile, path: Path) -> Downloaded:
    return Downloaded(
        url=file.url,
        name=path.name,
        bytes=path.stat().st_size,
        digest=file_digest(path),
        published=file.digest,
    )


def _write_receipt(folder: Path, done: Sequence[Downloaded]) -> None:
    """Add to what earlier downloads wrote there."""
    receipt = folder / RECEIPT
    known: dict[str, Any] = {}
    if receipt.exists():
        with suppress(ValueError):
            known = json.loads(receipt.read_text(encoding="utf-8"))
    known |= {one.name: vars(one) for one in done}
    receipt.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _fetched(file: RemoteFile, folder: Path, progress: ProgressReport) -> Path:
    import pooch  # noqa: PLC0415  # for this command alone
    import requests  # noqa: PLC0415

    pooch.get_logger().setLevel("WARNING")  # it would tell of digests and folders; the receipt does
    name = unquote(PurePosixPath(urlsplit(file.url).path).name)
    part = folder / f"{name}.part"
    fetch = _Fetch(part, partial(progress, f"downloading {name}"))
    try:
        path = pooch.retrieve(file.url, known_hash=file.digest, fname=name, path=folder, downloader=fetch)
    except requests.HTTPError as error:
        raise InputError(f"{error}; {name} is not downloaded") from error
    except requests.RequestException as error:
        held = part.stat().st_size if part.exists() else 0
        raise InputError(
            f"{file.url}: {_reason(error)}; {held:,} bytes are kept, the same command goes on from there"
        ) from error
    except ValueError as error:
        raise InputError(f"{file.url} is not the published file, and is not kept: {error}") from error
    return Path(path)


def _reason(error: BaseException) -> str:
    """The innermost cause, without the names of the objects it came through."""
    while error.__context__ is not None:
        error = error.__context__
    return str(error) or type(error).__name__


@dataclass(frozen=True)
class _Fetch:
    """Fetches into `part`, from its end on, and moves it to where pooch wants it once it is whole."""

    part: Path
    report: Callable[[int, int], object]

    @property
    def mark(self) -> Path:
        """Holds what tells the version that `part` is of."""
        return self.part.with_suffix(".mark")

    def __call__(self, url: str, output_file: str, _pooch: object) -> None:
        import requests  # noqa: PLC0415

        asked = {"Accept-Encoding": "identity", **self._resumption()}
        with requests.get(url, headers=asked, stream=True, timeout=_SECONDS_OF_SILENCE) as response:
            beyond_end = response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
            if not beyond_end:
                response.raise_for_status()
                self._save(response)
        if beyond_end:
            self.part.unlink()
            self(url, output_file, _pooch)
        else:
            self.part.replace(output_file)
            self.mark.unlink(missing_ok=True)

    def _resumption(self) -> dict[str, str]:
        """What to ask for where a part is held: the rest, if the file is still the one it was a part of."""
        if not (self.part.exists() and self.mark.exists() and self.part.stat().st_size):
            return {}
        version = self.mark.read_text(encoding="utf-8")
        return {"Range": f"bytes={self.part.stat().st_size}-", "If-Range": version}

    def _save(self, response: requests.Response) -> None:
        held = self.part.stat().st_size if response.status_code == HTTPStatus.PARTIAL_CONTENT else 0
        self._remember(response)
        total = held + int(response.headers.get("Content-Length", 0))
        with self.part.open("ab" if held else "wb") as file:
            for chunk in response.iter_content(_CHUNK):
                file.write(chunk)
                held += len(chunk)
                self.report(held, max(total, held))

    def _remember(self, response: requests.Response) -> None:
        """Keep what tells this version of the file from others: a strong tag, or when it was changed."""
        tag = response.headers.get("ETag")
        is_strong = tag is not None and not tag.startswith("W/")
        version = tag if is_strong else response.headers.get("Last-Modified")
        if version is None:
            self.mark.unlink(missing_ok=True)
        else:
            self.mark.write_text(version, encoding="utf-8")


def _unpack(form: str, archive: Path, folder: Path) -> None:
    try:
        if form == "tar":
            with tarfile.open(archive) as tar:
                tar.extractall(folder, filter="data")  # it refuses what would lie outside
        else:
            _unpack_zip(archive, folder)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
        raise InputError(f"cannot be unpacked: {error}", file=archive) from error


def _unpack_zip(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        for name in packed.namelist():
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts:
                raise InputError(f"holds {name!r}, which would lie outside {folder}", file=archive)
        packed.extractall(folder)  # noqa: S202  # so checked
