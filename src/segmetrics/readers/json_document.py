"""A JSON document to be read in C: an open file or bytes, cut into parts for several threads."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from segmetrics._core import coco as _core
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
                self._append(whole, self._settle(part, whole.n_rows))
        if not whole.is_at_end:
            self._append(whole, self._read_rest(whole, results=results, geometry=geometry))
        return whole

    def decode(self, span: tuple[int, int]) -> object:
        """The value that stands at (byte offset, length)."""
        offset, length = span
        if self._descriptor is None:
            raw = self._source.slice(offset, length)
        else:
            raw = os.pread(self._descriptor, length, offset)
        try:
            return msgspec.json.decode(raw)
        except msgspec.DecodeError as error:
            raise self.error(f"the value at byte {offset:,}: {error}") from error

    def _guess_cuts(self, n: int) -> list[int]:
        size = self._source.size
        return sorted({0, *(self._source.guess_record(size * i // n) for i in range(1, n))} - {size})

    def _read_side_by_side(
        self, cuts: Sequence[int], *, results: bool, geometry: str
    ) -> list[_core.Part | _core.ReadFault]:
        def read(begin: int, limit: int) -> _core.Part | _core.ReadFault:
            part = _core.Part()
            try:
                part.read(self._source, results, geometry, begin, limit)
            except _core.ReadFault as fault:
                return fault
            return part

        limits = [*cuts[1:], self._source.size + 1]
        if len(cuts) == 1:
            return [read(cuts[0], limits[0])]
        with ThreadPoolExecutor(len(cuts), thread_name_prefix="segmetrics-read") as pool:
            return list(pool.map(read, cuts, limits))

    def _read_rest(self, whole: _core.Part, *, results: bool, geometry: str) -> _core.Part:
        begin = whole.stopped_at
        (rest,) = self._read_side_by_side([begin], results=results, geometry=geometry)
        return self._settle(rest, whole.n_rows)

    def _append(self, whole: _core.Part, part: _core.Part) -> None:
        doubled = whole.seen & part.seen
        if doubled:
            raise self.error(f'"{min(doubled)}" is given twice, expected each key once')
        whole.append(part)

    def _settle(self, part: _core.Part | _core.ReadFault, records_before: int) -> _core.Part:
        if isinstance(part, _core.ReadFault):
            raise self._explain(part, records_before) from None
        return part

    def _explain(self, fault: _core.ReadFault, records_before: int) -> InputError:
        record = fault.record
        if record is not None and fault.unit != "image":
            record += records_before
        place = f"byte {fault.offset:,}" if record is None else f"{fault.unit} {record:,}"
        if record is not None and self._file is not None:
            place += f" (byte {fault.offset:,})"
        return self.error(_what(fault), place=place)


def _what(fault: _core.ReadFault) -> str:
    field = f'"{fault.field}" ' if fault.field else ""
    if fault.kind == "io":
        return os.strerror(int(fault.found))
    if fault.kind == "missing":
        return f"{field}is missing"
    expected = f"expected {fault.expected}" if fault.expected else "expected more"
    if fault.kind == "truncated":
        return f"the file ends here, {expected}"
    if not fault.found:
        return f"{field}{expected}"
    return f"{field}is {fault.found}, {expected}" if field else f"found {fault.found}, {expected}"


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
    try:
        before = os.fstat(descriptor)
        if not path.is_file():
            raise InputError("not a file", file=path)
        yield Document(_core.Source(descriptor=descriptor, size=before.st_size), path, descriptor)
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
    if isinstance(dataset, Mapping):
        dataset = {**dataset, "annotations": _with_text_counts(dataset.get("annotations", []))}
    elif isinstance(dataset, Sequence):
        dataset = _with_text_counts(dataset)
    try:
        return msgspec.json.encode(dataset, enc_hook=_encode_numpy)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"not COCO-shaped: {error}") from error


def _with_text_counts(records: Sequence[Any]) -> list[Any]:
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
