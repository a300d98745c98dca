"""Runs on disk: a directory each, which appears whole or not at all.

    runs/<run_id>/record.json        the record
    runs/<run_id>/state.safetensors  the evaluator's state, where there is one

A run is written into `runs/.tmp-<run_id>/`, every file fsynced, and the directory renamed into place.
Writers need no lock and don't wait for each other.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import warnings
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from segmetrics.errors import RecordError
from segmetrics.records.codec import decode, encode
from segmetrics.records.model import RUN_ID_PATTERN, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

RECORD_FILE = "record.json"
STATE_FILE = "state.safetensors"

_RUN_ID = re.compile(RUN_ID_PATTERN)


class StoreWarning(UserWarning):
    """Something in a store was passed over; nothing that was asked for is lost."""


def warn_broken(error: RecordError) -> None:
    """Report a run that cannot be read, and go on."""
    warnings.warn(f"passed over: {error}", StoreWarning, stacklevel=2)


class Store:
    """The runs under `root`. The directory need not exist; the first write makes it."""

    def __init__(self, root: str | PathLike[str]) -> None:
        self.root = Path(root)
        self.runs = self.root / "runs"

    def write(self, record: Record, *, state: bytes | None = None) -> Path:
        """Add a run and return the path of its record.

        Args:
            record: What to keep; its id must be new here.
            state: What the evaluator's `to_bytes` gave.

        Raises:
            RecordError: The run could not be written whole (a full disk, no permission, an id already
                there); nothing of it is left behind.
        """
        files = {RECORD_FILE: encode(record)}
        if state is not None:
            files[STATE_FILE] = state
        directory = self.runs / record.id
        try:
            self.runs.mkdir(parents=True, exist_ok=True)
            _write_directory(directory, files)
        except OSError as error:
            raise RecordError(f"{directory}: cannot write this run: {_cause(error)}") from error
        return directory / RECORD_FILE

    def load(self, reference: str | PathLike[str]) -> Record:
        """The record that `reference` names: a run id, a prefix only one id has, or a path to a record.json.

        Raises:
            RecordError: Nothing or more than one thing is so named, or the record cannot be read.
        """
        return read_record(self.locate(reference))

    def load_state(self, reference: str | PathLike[str]) -> bytes:
        """The state beside the record that `reference` names.

        Raises:
            RecordError: As `load`, or the run has no state.
        """
        path = self.locate(reference).with_name(STATE_FILE)
        try:
            return path.read_bytes()
        except OSError as error:
            raise RecordError(f"{path}: cannot read the state: {_cause(error)}") from error

    def locate(self, reference: str | PathLike[str]) -> Path:
        """The record.json that `reference` names, as `load` understands it; a path is taken as it is.

        Raises:
            RecordError: No run's id begins so, or several do.
        """
        text = os.fspath(reference)
        if os.sep in text or text.endswith(".json"):
            return Path(text)
        matches = [run_id for run_id in self.run_ids() if text and run_id.startswith(text.upper())]
        if len(matches) == 1:
            return self.runs / matches[0] / RECORD_FILE
        if matches:
            raise RecordError(f"{len(matches)} runs begin with {text!r}: {', '.join(matches[:3])}, …")
        raise RecordError(f"{self.runs}: no run {text!r}")

    def run_ids(self) -> list[str]:
        """Ids of all runs, oldest first, whether or not their records can be read.

        Raises:
            RecordError: The directory is there and cannot be listed.
        """
        try:
            with os.scandir(self.runs) as entries:
                return sorted(entry.name for entry in entries if _RUN_ID.fullmatch(entry.name))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise RecordError(f"{self.runs}: {_cause(error)}") from error

    def records(self, on_broken: Callable[[RecordError], object] = warn_broken) -> Iterator[Record]:
        """All records that can be read, oldest first; the others are handed to `on_broken` as errors."""
        for run_id in self.run_ids():
            try:
                yield self.load(run_id)
            except RecordError as error:
                on_broken(error)


def read_record(path: str | PathLike[str]) -> Record:
    """The record in a file.

    Raises:
        RecordError: The file cannot be read or holds no record; names file, place and what was expected.
    """
    try:
        return decode(Path(path).read_bytes())
    except OSError as error:
        raise RecordError(f"{os.fspath(path)}: {_cause(error)}") from error
    except RecordError as error:
        raise RecordError(f"{os.fspath(path)}: {error}") from error


def _write_directory(directory: Path, files: Mapping[str, bytes]) -> None:
    """Make `directory` with these files, whole and durable, or leave nothing."""
    place = directory.with_name(f".tmp-{directory.name}")
    place.mkdir()
    try:
        for name, data in files.items():
            _write_file(place / name, data)
        _sync_directory(place)
        place = place.rename(directory)
        _sync_directory(directory.parent)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def _write_file(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems have no fsync for directories
            raise
    finally:
        os.close(descriptor)


def _cause(error: OSError) -> str:
    if error.errno in (errno.EEXIST, errno.ENOTEMPTY):
        return "there is a run of this id already"
    return error.strerror or str(error)
