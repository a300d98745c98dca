from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from segmetrics.errors import RecordError
from segmetrics.records.codec import encode
from segmetrics.records.model import Record
from segmetrics.records.store import Store, StoreWarning, read_record

MakeRecord = Callable[..., Record]


def names(directory: Path) -> list[str]:
    return sorted(child.name for child in directory.iterdir())


def test_a_run_is_found_by_id_prefix_and_path(make_record: MakeRecord, tmp_path: Path) -> None:
    store, record = Store(tmp_path / "new" / "store"), make_record()
    path = store.write(record, state=b"state")
    assert path == tmp_path / "new" / "store" / "runs" / record.id / "record.json"
    for reference in (record.id, record.id[:5], record.id.lower(), path, str(path)):
        assert store.load(reference) == record
        assert store.load_state(reference) == b"state"
    assert names(path.parent) == ["record.json", "state.safetensors"]


def test_references_that_name_none_or_several_are_refused(make_record: MakeRecord, tmp_path: Path) -> None:
    store = Store(tmp_path)
    for suffix in "AB":
        store.write(make_record(id=f"01JDC{'0' * 20}{suffix}"))
    with pytest.raises(RecordError, match=r"2 runs begin with '01JDC': 01JDC0{20}A, 01JDC0{20}B"):
        store.load("01JDC")
    for reference in ("02", ""):
        with pytest.raises(RecordError, match=f"no run '{reference}'"):
            store.load(reference)


def test_runs_are_listed_oldest_first_and_strangers_passed_over(
    make_record: MakeRecord, tmp_path: Path
) -> None:
    store = Store(tmp_path)
    assert store.run_ids() == []
    ids = [f"01JDC{'0' * 20}{digit}" for digit in "210"]
    for run_id in ids:
        store.write(make_record(id=run_id))
    (store.runs / ".tmp-01JDC").mkdir()
    (store.runs / "notes.txt").touch()
    assert store.run_ids() == sorted(ids)
    assert [record.id for record in store.records()] == sorted(ids)


def test_an_id_is_written_once(make_record: MakeRecord, tmp_path: Path) -> None:
    store, record = Store(tmp_path), make_record()
    store.write(record)
    with pytest.raises(RecordError, match=rf"{record.id}: cannot write this run: there is a run of this id"):
        store.write(make_record(id=record.id, notes="other"))
    assert store.load(record.id) == record
    assert names(store.runs) == [record.id]


@pytest.mark.parametrize("step", ["mkdir", "open", "write", "fsync", "rename"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_failure_at_any_step_leaves_nothing(
    make_record: MakeRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int
) -> None:
    store = Store(tmp_path)
    store.runs.mkdir()

    def fail(*_arguments: object, **_keywords: object) -> None:
        raise OSError(code, os.strerror(code))

    if step == "write":
        monkeypatch.setattr("segmetrics.records.store._write_file", fail)
    elif step == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    else:
        monkeypatch.setattr(Path, step, fail)
    record = make_record()
    with pytest.raises(RecordError, match=rf"runs/{record.id}: cannot write this run: {os.strerror(code)}$"):
        store.write(record, state=b"state")
    monkeypatch.undo()
    assert names(store.runs) == []


@pytest.mark.parametrize("failing", range(1, 5))
def test_every_fsync_counts(
    make_record: MakeRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    calls = iter(range(1, 100))

    def fsync(_descriptor: int) -> None:
        if next(calls) == failing:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fsync)
    store = Store(tmp_path)
    with pytest.raises(RecordError, match="No space left on device"):
        store.write(make_record(), state=b"state")
    assert names(store.runs) == []
    store.write(make_record(), state=b"state")


def test_a_directory_that_cannot_be_synced_is_no_failure(
    make_record: MakeRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync

    def files_only(descriptor: int) -> None:
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):  # noqa: PTH112
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", files_only)
    store, record = Store(tmp_path), make_record()
    store.write(record)
    assert store.load(record.id) == record


def test_the_kernel_refusing_to_write_leaves_nothing(make_record: MakeRecord, tmp_path: Path) -> None:
    """A file-size limit fails the same system call as a full disk, in the midst of the data."""
    example = tmp_path / "example.json"
    example.write_bytes(encode(make_record()))
    script = (
        "import resource, sys\n"
        "from segmetrics.records import Store, read_record\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))\n"
        "Store(sys.argv[2]).write(read_record(sys.argv[1]), state=bytes(1 << 20))\n"
    )
    command = [sys.executable, "-c", script, str(example), str(tmp_path / "store")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "RecordError" in done.stderr
    assert done.stderr.endswith("cannot write this run: File too large\n")
    assert names(tmp_path / "store" / "runs") == []


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.unlink(), "No such file or directory"),
        (lambda path: path.write_bytes(b""), r"not a record \(0 bytes\): Input data was truncated"),
        (lambda path: path.write_bytes(path.read_bytes()[:500]), r"\(500 bytes\): Input data was truncated"),
        (lambda path: path.write_bytes(b"{]"), r"malformed: .* \(byte 1\)"),
        (lambda path: path.write_bytes(b"[]"), "Expected `object`, got `array`"),
        (lambda path: (path.unlink(), path.mkdir()), "Is a directory"),
    ],
)
def test_a_broken_record_is_named_and_does_not_stop_the_others(
    make_record: MakeRecord, tmp_path: Path, damage: Callable[[Path], object], message: str
) -> None:
    store, broken, whole = Store(tmp_path), make_record(), make_record()
    store.write(whole)
    path = store.write(broken)
    damage(path)
    with pytest.raises(RecordError, match=rf"^{path}: .*{message}"):
        store.load(broken.id)
    with pytest.raises(RecordError, match=rf"^{path}: "):
        read_record(str(path))
    with pytest.warns(StoreWarning, match=rf"passed over: {path}"):
        assert list(store.records()) == [whole]
    errors: list[RecordError] = []
    assert list(store.records(on_broken=errors.append)) == [whole]
    assert len(errors) == 1


def test_a_run_without_state_says_so(make_record: MakeRecord, tmp_path: Path) -> None:
    store, record = Store(tmp_path), make_record()
    store.write(record)
    with pytest.raises(RecordError, match=r"state\.safetensors: cannot read the state: No such file"):
        store.load_state(record.id)


def test_a_root_that_is_a_file_is_named(make_record: MakeRecord, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RecordError, match="Not a directory"):
        Store(tmp_path / "file").write(make_record())
    with pytest.raises(RecordError, match="Not a directory"):
        Store(tmp_path / "file").run_ids()
