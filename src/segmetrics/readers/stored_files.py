"""Files where they lie: in a folder, or as members of a plain tar archive, which is not unpacked.

A listing reads the headers of an archive once. Members are read when they are asked for, each by itself, so
workers need no more than the archive's path.
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

from segmetrics.errors import InputError

MOST_BYTES: Final = 2**28
"""Most bytes of a file that is read."""

_COMPRESSED = {
    b"\x1f\x8b": "a gzip file",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"\x28\xb5\x2f\xfd": "a Zstandard file",
    b"PK\x03\x04": "a ZIP archive",
}


@dataclass(frozen=True)
class StoredFile:
    """A file in a folder, or a member of an archive.

    Attributes:
        path: The file, or the archive.
        name: Its path from the folder, or in the archive, parts joined by slashes.
        offset: Where its bytes begin in `path`.
        size: How many there are.
        is_member: Whether it is in an archive.
    """

    path: Path
    name: str
    offset: int
    size: int
    is_member: bool

    def __str__(self) -> str:
        return f"{self.path}: {self.name}" if self.is_member else str(self.path)

    def read(self, most: int = MOST_BYTES) -> bytes:
        """All its bytes.

        Raises:
            InputError: There are more than `most`, or it cannot be read, or is not as long as it was.
        """
        if self.size > most:
            raise InputError(f"has {self.size:,} bytes, expected at most {most:,}", file=str(self))
        try:
            with self.path.open("rb", buffering=0) as file:
                content = os.pread(file.fileno(), self.size, self.offset)
        except OSError as error:
            raise InputError(error.strerror or str(error), file=str(self)) from error
        if len(content) < self.size:
            found = f"ends after {len(content):,} bytes"
            raise InputError(f"{found}, expected {self.size:,}: did it change?", file=str(self))
        return content


class Listing(NamedTuple):
    """What is stored somewhere.

    Attributes:
        files: The files by name, in the order of their names.
        problems: What is wrong with others, which are not among `files`.
    """

    files: Mapping[str, StoredFile]
    problems: list[InputError]


def list_files(path: Path) -> Listing:
    """The files of a folder or of a tar archive; those whose names begin with a dot are passed over.

    Members that are no plain files, are there twice, or have names that lead out of the archive are problems.

    Raises:
        InputError: There is nothing at `path`, or it is neither.
    """
    if path.is_dir():
        return Listing({file.name: file for file in sorted(_in_folder(path), key=lambda file: file.name)}, [])
    files: dict[str, StoredFile] = {}
    problems: list[InputError] = []
    for file in _in_archive(path, problems):
        if file.name in files:
            problems.append(InputError("is in the archive twice", file=str(file)))
        files[file.name] = file
    return Listing(dict(sorted(files.items())), problems)


def stored_files(path: Path) -> Mapping[str, StoredFile]:
    """The files of `list_files`, by name.

    Raises:
        InputError: As there, or there is a problem with one.
    """
    files, problems = list_files(path)
    if problems:
        raise problems[0]
    return files


def _in_folder(folder: Path) -> Iterator[StoredFile]:
    for path in folder.rglob("*"):
        if path.is_file() and not path.name.startswith("."):
            name = path.relative_to(folder).as_posix()
            yield StoredFile(path, name, 0, path.stat().st_size, is_member=False)


def _in_archive(path: Path, problems: list[InputError]) -> Iterator[StoredFile]:
    try:
        with path.open("rb") as file:
            _check_signature(path, file.read(8))
            file.seek(0)
            with tarfile.open(fileobj=file, mode="r:") as archive:
                for member in archive:
                    yield from _member(path, member, problems)
                    archive.members = []  # type: ignore[attr-defined]  # or it keeps every header
                file.seek(archive.offset)
                if any(file.read(tarfile.BLOCKSIZE)):
                    raise InputError(f"damaged at byte {archive.offset:,}", file=path)
    except tarfile.TarError as error:
        raise InputError(f"no tar archive, or a damaged one: {error}", file=path) from error
    except OSError as error:
        raise InputError(error.strerror or str(error), file=path) from error


def _check_signature(path: Path, start: bytes) -> None:
    for signature, what in _COMPRESSED.items():
        if start.startswith(signature):
            raise InputError(f"is {what}, expected a plain tar archive: decompress it first", file=path)


def _member(path: Path, member: tarfile.TarInfo, problems: list[InputError]) -> Iterator[StoredFile]:
    name = PurePosixPath(member.name)
    file = StoredFile(path, str(name), member.offset_data, member.size, is_member=True)
    if name.is_absolute() or ".." in name.parts:
        problems.append(InputError("leads out of the archive: expected a relative name", file=str(file)))
    elif member.isdir() or name.name.startswith("."):
        return
    elif not member.isreg() or member.issparse():
        problems.append(InputError("is a link or a device, expected a file", file=str(file)))
    else:
        yield file
