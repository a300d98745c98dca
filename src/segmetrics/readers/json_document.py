"""A JSON document to be read in C: an open file or bytes, cut into parts for several threads."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from segmetrics._core import coco as _core
from segmetrics._core.fault import Fault
from segmetrics.errors import InputError

SMALLEST_PART = 1 << 20
"""Bytes below which cutting a file costs more than it saves."""


class Document:
    """A source of JSON and its name, if it has one."""

    def __init__(self, source: _core.Source, file: Path | None, descriptor: int | None) -> None:
        self._source = source
        self._file = file
        self._descriptor = descriptor

    def error(self, message: str, *, place: str | None = None) -> InputError:
        """An InputError about this document."""
        return InputError(message, file=self._file, place=place)

    def read(self, *, results: bool, geometry: str, threads: int) -> _core.Part:
        """The whole document, read by up to `threads` threads.

        Each thread starts at a guess of where a record starts. A guess holds if the part before stops right
        there; where it does not, reading goes on from where that part did stop.

        Args:
            results: Whether it is results, or else ground truth.
            geometry: "masks", "boxes", or "measured boxes" to know the areas of masks beside boxes too.
            threads: At most so many.
        """
        size = self._source.size
        if size == 0:
            raise self.error("the file is empty")
        cuts = self._guess_cuts(min(threads, max(1, size // SMALLEST_PART)))
        parts = self._read_side_by_side(cuts, results=results, geometry=geometry)
        whole = self._settle(parts[0], 0)
        for begin, part in zip(cuts[1:], parts[1:], strict=False):
            if whole.stopped_at == begin and not whole.is_at_end:
                self._append(whole, part, results=results, geometry=geometry)
        if not whole.is_at_end:
            rest = self._read_part(whole.stopped_at, self._end, results=results, geometry=geometry)
            self._append(whole, rest, results=results, geometry=geometry)
        return whole

    def decode(self, span: tuple[int, int]) -> object:
        """The value that stands at (byte offset, length)."""
        offset, length = span
        if self._descriptor is None:
            raw = self._source.slice(offset, length)
        else:
            raw = os.pread(self._descriptor, length, offset)
        try:
            return json.loads(raw)
        except UnicodeDecodeError as error:
            raise self.error("not UTF-8", place=f"byte {offset + error.start:,}") from error
        except (ValueError, RecursionError) as error:
            raise self.error(str(error), place=f"byte {offset:,}") from error

    @property
    def _end(self) -> int:
        """A limit that lies after everything."""
        return self._source.size + 1

    def _guess_cuts(self, n: int) -> list[int]:
        size = self._source.size
        try:
            guesses = {self._source.guess_record(size * i // n) for i in range(1, n)}
        except Fault as fault:
            raise self._explain(fault, 0) from None
        return sorted({0, *guesses} - {size})

    def _read_side_by_side(
        self, cuts: Sequence[int], *, results: bool, geometry: str
    ) -> list[_core.Part | Fault]:
        def read(begin: int, limit: int) -> _core.Part | Fault:
            return self._read_part(begin, limit, results=results, geometry=geometry)

        limits = [*cuts[1:], self._end]
        if len(cuts) == 1:
            return [read(cuts[0], limits[0])]
        with ThreadPoolExecutor(len(cuts), thread_name_prefix="segmetrics-read") as pool:
            return list(pool.map(read, cuts, limits))

    def _read_part(self, begin: int, limit: int, *, results: bool, geometry: str) -> _core.Part | Fault:
        part = _core.Part()
        try:
            part.read(self._source, results, geometry, begin, limit)
        except Fault as fault:
            return fault
        return part

    def _append(self, whole: _core.Part, part: _core.Part | Fault, *, results: bool, geometry: str) -> None:
        more = self._settle(part, whole.n_rows)
        if whole.seen & more.seen:
            # A key is given twice. Reading all in one piece fails there and says where.
            self._settle(self._read_part(0, self._end, results=results, geometry=geometry), 0)
        whole.append(more)

    def _settle(self, part: _core.Part | Fault, records_before: int) -> _core.Part:
        if isinstance(part, Fault):
            raise self._explain(part, records_before) from None
        return part

    def _explain(self, fault: Fault, records_before: int) -> InputError:
        place = None
        if fault.record is not None:
            number = fault.record + (0 if fault.unit == "image" else records_before)
            place = f"{fault.unit} {number}"
        if self._file is None:
            # In JSON made of Python objects bytes say nothing, and these three have become one.
            found = "None, NaN or infinite" if fault.found == "null" else fault.found
            return self.error(_what(fault, found), place=place)
        byte = f"byte {fault.offset:,}"
        return self.error(_what(fault, fault.found), place=f"{place} ({byte})" if place else byte)


def _what(fault: Fault, found: str) -> str:
    if fault.kind == "io":
        return os.strerror(int(fault.found))
    if fault.kind == "missing":
        return f'"{fault.field}" is missing'
    expected = f"expected {fault.expected}" if fault.expected else "expected more"
    if fault.kind == "truncated":
        return f"the file ends here, {expected}"
    if not fault.field:
        return f"found {found}, {expected}"
    return f'"{fault.field}" {"holds" if fault.inside else "is"} {found}, {expected}'


@contextmanager
def open_document(source: object) -> Iterator[Document]:
    """A path's file, or a Python object written to JSON. A file that changes while it is open is an error.

    Raises:
        InputError: The file cannot be opened, or has changed by the end.
    """
    if not isinstance(source, str | PathLike):
        yield Document(_core.Source(memory=_to_json(source)), None, None)
        return
    path = Path(source)
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        raise InputError(error.strerror or str(error), file=path) from error
    except ValueError as error:
        raise InputError(str(error), file=repr(source)) from error
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            kind = "a directory" if stat.S_ISDIR(before.st_mode) else "a pipe or a device"
            raise InputError(f"is {kind}, expected a file", file=path)
        try:
            yield Document(_core.Source(descriptor=descriptor, size=before.st_size), path, descriptor)
        finally:
            # Also after an error, which a file still being written may well be the cause of.
            _refuse_change(path, before, os.fstat(descriptor))
    finally:
        os.close(descriptor)


def _refuse_change(path: Path, before: os.stat_result, after: os.stat_result) -> None:
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise InputError(
            "the file has changed while it was read; score it again once it is complete", file=path
        )


def _to_json(source: object) -> bytes:
    """Objects as pycocotools takes them: dicts with NumPy scalars, arrays, and counts in bytes."""
    dataset = getattr(source, "dataset", source)
    if isinstance(dataset, Mapping) and "annotations" in dataset:
        dataset = {**dataset, "annotations": _with_text_counts(dataset["annotations"])}
    else:
        dataset = _with_text_counts(dataset)
    try:
        return msgspec.json.encode(dataset, enc_hook=_encode_numpy)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise InputError(f"not COCO-shaped: {error}") from error


def _with_text_counts(records: object) -> object:
    if not isinstance(records, Sequence) or isinstance(records, str | bytes):
        return records
    return [_with_text(record) if _has_bytes(record) else record for record in records]


def _has_bytes(record: Any) -> bool:  # noqa: ANN401
    segmentation = record.get("segmentation") if isinstance(record, Mapping) else None
    return isinstance(segmentation, Mapping) and isinstance(segmentation.get("counts"), bytes)


def _with_text(record: Mapping[str, Any]) -> dict[str, Any]:
    segmentation = record["segmentation"]
    counts = segmentation["counts"].decode("ascii", "replace")
    return {**record, "segmentation": {**segmentation, "counts": counts}}


def _encode_numpy(value: object) -> object:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is not a value of a COCO record")
