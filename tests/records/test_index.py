from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
import pytest

from segmetrics.errors import RecordError
from segmetrics.records.codec import encode
from segmetrics.records.index import Index
from segmetrics.records.model import Record
from segmetrics.records.store import Store, StoreWarning

if TYPE_CHECKING:
    from pathlib import Path

MakeRecord = Callable[..., Record]


@pytest.fixture
def store(make_record: MakeRecord, tmp_path: Path) -> Store:
    """Three indexed runs, the last of another dataset."""
    store = Store(tmp_path / "store")
    for digit in "123":
        record = make_record(id=f"01JDC{'0' * 20}{digit}")
        if digit == "3":
            record = msgspec.structs.replace(
                record,
                dataset=msgspec.structs.replace(record.dataset, name="lvis-v1"),
                key="sha256:" + "f" * 64,
            )
        store.write(record)
        Index(store).add(record)
    return store


def test_find_gives_matches_newest_first(store: Store) -> None:
    index = Index(store)
    assert [row.id[-1] for row in index.find()] == ["3", "2", "1"]
    assert [row.id[-1] for row in index.find(limit=1)] == ["3"]
    assert [row.id[-1] for row in index.find(dataset="coco-2017-instance", status="ok")] == ["2", "1"]
    assert [row.id[-1] for row in index.find(key="sha256:" + "f" * 64)] == ["3"]
    assert index.find(model="nobody") == []
    assert index.find(dataset="' OR 1=1 --") == []


def test_searching_where_no_store_is_finds_and_makes_nothing(tmp_path: Path) -> None:
    assert Index(Store(tmp_path / "nowhere")).find() == []
    assert not (tmp_path / "nowhere").exists()


def test_a_rebuilt_index_has_the_rows_that_adding_gave(store: Store) -> None:
    index = Index(store)
    before = index.find()
    index.path.unlink()
    index.rebuild()
    assert index.find() == before


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b"this is no database, " * 100),
        lambda path: path.write_bytes(path.read_bytes()[:5000]),
        lambda path: path.write_bytes(path.read_bytes()[:100] + b"\xff" * (path.stat().st_size - 100)),
        lambda path: path.write_bytes(b""),
    ],
    ids=["deleted", "not a database", "truncated", "overwritten", "emptied"],
)
def test_a_lost_or_corrupt_index_is_made_anew(
    store: Store, make_record: MakeRecord, damage: Callable[[Path], object]
) -> None:
    index = Index(store)
    before = index.find()
    damage(index.path)
    assert index.find() == before
    damage(index.path)
    record = make_record()
    store.write(record)
    index.add(record)
    assert [row.id for row in index.find()] == [record.id, *(row.id for row in before)]


def test_an_index_of_another_layout_is_made_anew(store: Store) -> None:
    index = Index(store)
    before = index.find()
    with sqlite3.connect(index.path) as connection:
        connection.executescript("DROP TABLE runs; CREATE TABLE runs (id, mood); PRAGMA user_version = 99;")
    connection.close()
    assert index.find() == before


def test_runs_written_or_removed_behind_its_back_are_noticed(store: Store, make_record: MakeRecord) -> None:
    index, record = Index(store), make_record()
    store.write(record)
    shutil.rmtree(store.runs / index.find()[-1].id)
    assert {row.id for row in index.find()} == set(store.run_ids())
    assert len(index.find()) == 3


def test_a_broken_run_is_warned_of(store: Store) -> None:
    (store.runs / f"01JDC{'0' * 20}2" / "record.json").write_text("{")
    Index(store).path.unlink()
    with pytest.warns(StoreWarning, match="passed over"):
        assert [row.id[-1] for row in Index(store).find()] == ["3", "1"]


def test_an_index_that_cannot_be_written_fails_nothing(store: Store, make_record: MakeRecord) -> None:
    index, record = Index(store), make_record()
    before = index.find()
    index.path.unlink()
    index.path.mkdir()
    with pytest.warns(StoreWarning, match="unable to open database file; the run itself is safe"):
        index.add(record)
    with pytest.warns(StoreWarning, match="reading the records instead"):
        assert index.find() == before
    with pytest.raises(RecordError, match="cannot write the index"):
        index.rebuild()


def test_a_locked_index_is_waited_for_and_not_thrown_away(
    store: Store, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segmetrics.records.index._BUSY_TIMEOUT_S", 0.05)
    index = Index(store)
    with sqlite3.connect(index.path, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.warns(StoreWarning, match="locked; the run itself is safe"):
            index.add(make_record())
        other.execute("ROLLBACK")
    other.close()
    assert len(index.find()) == 3


def test_processes_adding_at_once_keep_every_row(make_record: MakeRecord, tmp_path: Path) -> None:
    processes, runs_each = 4, 10
    example = tmp_path / "example.json"
    example.write_bytes(encode(make_record()))
    script = (
        "import msgspec, sys\n"
        "from segmetrics.records import Index, Store, new_run_id, read_record\n"
        "store, example = Store(sys.argv[1]), read_record(sys.argv[2])\n"
        "for _ in range(int(sys.argv[3])):\n"
        "    record = msgspec.structs.replace(example, id=new_run_id())\n"
        "    store.write(record)\n"
        "    Index(store).add(record)\n"
    )
    command = [
        sys.executable,
        "-W",
        "error",
        "-c",
        script,
        str(tmp_path / "store"),
        str(example),
        str(runs_each),
    ]
    children = [subprocess.Popen(command) for _ in range(processes)]
    assert [child.wait() for child in children] == [0] * processes
    with sqlite3.connect(tmp_path / "store" / "index.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (processes * runs_each,)
    connection.close()
    index = Index(Store(tmp_path / "store"))
    before = index.find()
    index.path.unlink()
    assert index.find() == before
