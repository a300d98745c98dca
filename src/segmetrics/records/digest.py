"""Digests of files: what was scored, named by its content."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from segmetrics.errors import InputError
from segmetrics.records.canonical import digest_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike


def file_digest(path: str | PathLike[str]) -> str:
    """SHA-256 of one file's bytes, read as a stream.

    Raises:
        InputError: The file cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    except OSError as error:
        raise InputError(error.strerror or str(error), file=path) from error


def files_digest(files: Mapping[str, str | PathLike[str]]) -> str:
    """One digest for a set of files, by name and content; neither order nor folder changes it.

    Args:
        files: Where each file lies, by the name that identifies it within the set.

    Raises:
        InputError: A file cannot be read.
    """
    return digest_of({name: file_digest(path) for name, path in files.items()})
