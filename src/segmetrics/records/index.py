"""A table of the runs in a store, to search them without opening each record.

The index is a cache: the records are the truth. Searching first reconciles it with the runs that are
there, so a lost, stale or corrupt `index.sqlite` costs time and never an answer. The journal is
SQLite's plain one because the write-ahead log needs shared memory, which network file systems lack.
"""

from __future__ import annotations

import sqlite3
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from segmetrics.errors import RecordError
from segmetrics.records.store import Store, StoreWarning, warn_broken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from segmetrics.records.model import Record

INDEX_FILE = "index.sqlite"

_LAYOUT = 1
_BUSY_TIMEOUT_S = 10.0
_UNREADABLE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}

_Answer = TypeVar("_Answer")


class Row(NamedTuple):
    """What the index holds of a run; `created` is RFC 3339."""

    id: str
    key: str
    created: str
    status: str
    task: str
    dataset: str
    split: str
    protocol: str
    parity: str
    model: str | None


_COLUMNS = ", ".join(Row._fields)
_INSERT = f"INSERT OR REPLACE INTO runs ({_COLUMNS}) VALUES ({', '.join('?' * len(Row._fields))})"  # noqa: S608


class Index:
    """The index of one store, in `index.sqlite` at its root."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.path = store.root / INDEX_FILE

    def add(self, record: Record) -> None:
        """Note a run that was just written. Failing to is a `StoreWarning`: the next search mends it."""
        try:
            self._mended(lambda connection: connection.execute(_INSERT, _row(record)))
        except (sqlite3.Error, OSError) as error:
            warnings.warn(f"{self.path}: {error}; the run itself is safe", StoreWarning, stacklevel=2)

    def rebuild(self) -> None:
        """Make the index anew from the records; unreadable ones are warned of.

        Raises:
            RecordError: The index cannot be written.
        """

        def fill_anew(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM runs")
            self._reconcile(connection)

        try:
            self._mended(fill_anew)
        except (sqlite3.Error, OSError) as error:
            raise RecordError(f"{self.path}: cannot write the index: {error}") from error

    def find(
        self,
        *,
        key: str | None = None,
        dataset: str | None = None,
        split: str | None = None,
        protocol: str | None = None,
        model: str | None = None,
        status: str | None = None,
        limit: int | None = None,
    ) -> list[Row]:
        """Runs that match every given field exactly, newest first, at most `limit`.

        Where the index cannot be written (a read-only store), the records are read instead.
        """
        if not self.store.run_ids():
            return []
        given = {
            "key": key,
            "dataset": dataset,
            "split": split,
            "protocol": protocol,
            "model": model,
            "status": status,
        }
        wanted = {name: value for name, value in given.items() if value is not None}

        def search(connection: sqlite3.Connection) -> list[Row]:
            self._reconcile(connection)
            return _select(connection, wanted, limit)

        try:
            return self._mended(search)
        except (sqlite3.Error, OSError) as error:
            warnings.warn(f"{self.path}: {error}; reading the records instead", StoreWarning, stacklevel=2)
        with _transaction(":memory:") as connection:
            return search(connection)

    def _mended(self, act: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """`act` in one transaction; an index that SQLite cannot read is thrown away first and made anew."""
        try:
            with _transaction(str(self.path)) as connection:
                return act(connection)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _UNREADABLE:
                raise
        for leftover in (self.path, self.path.with_name(f"{INDEX_FILE}-journal")):
            leftover.unlink(missing_ok=True)
        with _transaction(str(self.path)) as connection:
            return act(connection)

    def _reconcile(self, connection: sqlite3.Connection) -> None:
        """Drop the rows of runs that are gone and add the runs that have none."""
        there = set(self.store.run_ids())
        known = {run_id for (run_id,) in connection.execute("SELECT id FROM runs")}
        connection.executemany("DELETE FROM runs WHERE id = ?", [(run_id,) for run_id in known - there])
        connection.executemany(_INSERT, self._rows(there - known))

    def _rows(self, run_ids: Iterable[str]) -> Iterator[Row]:
        for run_id in sorted(run_ids):
            try:
                yield _row(self.store.load(run_id))
            except RecordError as error:
                warn_broken(error)


def _row(record: Record) -> Row:
    return Row(
        id=record.id,
        key=record.key,
        created=record.created.isoformat(),
        status=record.status,
        task=record.task,
        dataset=record.dataset.name,
        split=record.dataset.split,
        protocol=record.protocol.name,
        parity=record.protocol.parity,
        model=record.model.name if record.model else None,
    )


def _select(connection: sqlite3.Connection, wanted: dict[str, str], limit: int | None) -> list[Row]:
    conditions = " AND ".join(f"{name} = :{name}" for name in wanted) or "TRUE"
    query = f"SELECT {_COLUMNS} FROM runs WHERE {conditions} ORDER BY id DESC LIMIT :limit"  # noqa: S608
    rows = connection.execute(query, {**wanted, "limit": -1 if limit is None else limit})
    return [Row(*row) for row in rows]


@contextmanager
def _transaction(database: str) -> Iterator[sqlite3.Connection]:
    """One connection and one write transaction on a database that has the table, in this layout."""
    connection = sqlite3.connect(database, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        _lay_out(connection)
        yield connection
        connection.execute("COMMIT")
    finally:
        connection.close()


def _lay_out(connection: sqlite3.Connection) -> None:
    (layout,) = connection.execute("PRAGMA user_version").fetchone()
    if layout != _LAYOUT:
        connection.execute("DROP TABLE IF EXISTS runs")
        connection.execute(f"PRAGMA user_version = {_LAYOUT}")
    connection.execute(f"CREATE TABLE IF NOT EXISTS runs ({_COLUMNS}, PRIMARY KEY (id)) WITHOUT ROWID")
    connection.execute("CREATE INDEX IF NOT EXISTS runs_by_key ON runs (key)")
