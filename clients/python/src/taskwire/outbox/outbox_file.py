"""The SQLite file of an outbox: opened, made, locked, bounded."""

import os
import sqlite3
from pathlib import Path
from typing import Iterator, Tuple

from .event_log import StoredEvent
from .event_records import record_of

#: Of a new file.
_PAGE_BYTES = 4096
#: The write-ahead log is copied back when it is this large. It is part of the bound on bytes; larger would make that copy,
#: which happens inside a publish(), longer than a few milliseconds.
_WAL_BYTES_MAX = 4_096_000
#: Of an empty file; it is made small when there are more.
_FREE_PAGES_MAX = 250
_SCHEMA_VERSION = 2
#: The one before, with a row for each event.
_ROWS_VERSION = 1
_ROWS_IN_A_STEP = 200
#: Of a disk that is smaller than the bound on bytes no more than this is used. On a disk that it had filled itself, an
#: outbox could not even delete what is acknowledged: that needs room as well.
_DISK_SHARE_MAX = 0.8
#: The first SQLite with STRICT tables. An older one has the same tables without that check.
_STRICT_SINCE = (3, 37, 0)


def open_outbox_file(file: str, bytes_max: int, fsync: bool) -> sqlite3.Connection:
    """Opens the file, makes it where there is none, and locks it: the lock belongs to this connection alone, keeps every
    other process from reading and writing, and goes with the process, however that ends.

    The lock is SQLite's own on the file (``locking_mode=EXCLUSIVE``), so there is no second file that could be left over
    or be out of step; with it the index of the write-ahead log is in memory, so no shared memory file either. POSIX locks
    are dropped when the process closes any other descriptor of that file: nothing here may open it beside SQLite.

    ``synchronous=OFF``: what is written is in the kernel's hands when publish() returns, and survives the death of the
    process and the container; a checkpoint never waits for the disk inside a task. Against power loss ``fsync`` orders
    the writes of checkpoints (``NORMAL``) and the log is synchronised by groups besides.

    :raises sqlite3.Error, OSError: see sqlite_error.py
    """
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    # Any thread may use it: the notifier's lock is around every call.
    database = sqlite3.connect(file, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        _configure(database, _within_disk(file, bytes_max), fsync)
    except BaseException:
        database.close()
        raise
    return database


def _within_disk(file: str, bytes_max: int) -> int:
    disk = os.statvfs(os.path.dirname(file))
    # Some network file systems do not know their size.
    return bytes_max if disk.f_blocks == 0 else min(bytes_max, int(disk.f_blocks * disk.f_frsize * _DISK_SHARE_MAX))


def _configure(database: sqlite3.Connection, bytes_max: int, fsync: bool) -> None:
    database.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
    database.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
    database.execute("PRAGMA journal_mode = WAL").fetchall()
    database.execute(f"PRAGMA synchronous = {'NORMAL' if fsync else 'OFF'}")
    page_bytes = database.execute("PRAGMA page_size").fetchone()[0]
    pages_max = bytes_max // page_bytes
    wal_pages_max = min(_WAL_BYTES_MAX // page_bytes, -(-pages_max // 4))
    database.execute(f"PRAGMA wal_autocheckpoint = {wal_pages_max}").fetchall()
    database.execute(f"PRAGMA journal_size_limit = {wal_pages_max * page_bytes}").fetchall()
    # A writing transaction, even an empty one, takes the lock that is then kept.
    database.execute("BEGIN IMMEDIATE")
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version in (0, _ROWS_VERSION):
        for statement in schema_statements(sqlite3.sqlite_version_info):
            database.execute(statement)
    elif version != _SCHEMA_VERSION:
        raise OSError(f"its schema has version {version}, and only {_SCHEMA_VERSION} is known here")
    database.execute("COMMIT")
    database.execute(f"PRAGMA max_page_count = {pages_max - wal_pages_max}").fetchall()
    _move_event_rows(database)
    shrink_empty(database)


def _move_event_rows(database: sqlite3.Connection) -> None:
    """Before there were segments each event was a row, and a file of then may have some still. A step takes as much room
    as it gives back, so that a full file has enough, and one that is interrupted goes on at the next opening.
    """
    if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'events'").fetchone() is None:
        return
    select = (
        "SELECT id, id - base_id, event_id, payload FROM events JOIN publishers"
        " ON base_id = (SELECT max(base_id) FROM publishers WHERE base_id < id)"
        f" ORDER BY id LIMIT {_ROWS_IN_A_STEP}"
    )
    rows = database.execute(select).fetchall()
    while rows:
        database.execute("BEGIN IMMEDIATE")
        database.execute("DELETE FROM events WHERE id <= ?", (rows[-1][0],))
        for id_, sequence, event_id, payload in rows:
            record = record_of(StoredEvent(sequence, event_id, payload))
            database.execute("INSERT INTO segments (first_id, last_id, records) VALUES (?1, ?1, ?2)", (id_, record))
        database.execute("COMMIT")
        rows = database.execute(select).fetchall()
    database.execute("DROP TABLE events")


def schema_statements(sqlite_version: Tuple[int, ...]) -> Iterator[str]:
    """One at a time: executescript() would commit first, and so let go of the lock."""
    text = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")
    if sqlite_version < _STRICT_SINCE:
        text = text.replace(") STRICT;", ");")
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def shrink_empty(database: sqlite3.Connection) -> None:
    """An outbox that once was large gives its space back when it is found empty. The file itself stays: SQLite finds a
    database's log by its name, so deleting files that another process may be about to open could pair the one with the
    log of the other.
    """
    if database.execute("SELECT 1 FROM segments LIMIT 1").fetchone() is not None:
        return
    if database.execute("PRAGMA freelist_count").fetchone()[0] > _FREE_PAGES_MAX:
        database.execute("VACUUM")
