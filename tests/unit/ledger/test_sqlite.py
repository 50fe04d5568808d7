"""The SQLite store: its file, its refusals, and what it leaves behind."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from launchbook.errors import ChainBroken, LedgerUnwritable, LedgerVersion
from launchbook.ledger.ledger import open_readonly
from launchbook.ledger.sqlite import SqliteStore
from launchbook.model.record import Entry, Phase
from tests.support.ledger import Desk, forge
from tests.support.toy import KEYS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sandbox" / "ledger.db"


def test_the_file_is_ours_alone(path: Path) -> None:
    SqliteStore(path).close()
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert 0o700 == stat.S_IMODE(path.parent.stat().st_mode)


def test_it_writes_ahead_and_waits_for_the_disk(path: Path) -> None:
    store = SqliteStore(path)
    (mode,) = store._connection.execute("PRAGMA journal_mode").fetchone()
    (level,) = store._connection.execute("PRAGMA synchronous").fetchone()
    store.close()
    assert ("wal", 2) == (mode, level)


@pytest.mark.parametrize(
    "statement", ["UPDATE record SET step = 'x'", "DELETE FROM record"]
)
def test_records_cannot_be_changed_or_removed(path: Path, statement: str) -> None:
    store = SqliteStore(path)
    Desk(store).fill(1)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        store._connection.execute(statement)
    store.close()


def test_reading_an_absent_ledger_makes_nothing(path: Path) -> None:
    history = open_readonly(path)
    assert [] == list(history.records())
    assert history.latest("staging", "house") is None
    assert 0 == history.head().sequence
    history.close()
    assert not path.parent.exists()


def test_a_ledger_whose_first_writer_was_killed_reads_as_empty(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    assert path.stat().st_size
    with closing(open_readonly(path)) as history:
        assert [] == list(history.records())


def test_reading_leaves_no_files_beside_a_closed_ledger(path: Path) -> None:
    store = SqliteStore(path)
    Desk(store).fill(2)
    store.close()
    history = open_readonly(path)
    assert 2 == len(list(history.records()))
    history.close()
    assert [path] == list(path.parent.iterdir())


def test_reading_sees_what_a_running_writer_has_committed(path: Path) -> None:
    store = SqliteStore(path)
    Desk(store).fill(2)
    history = open_readonly(path)
    assert 2 == len(list(history.records()))
    history.close()
    store.close()


def test_a_full_disk_is_said_and_leaves_nothing_half_written(path: Path) -> None:
    store = SqliteStore(path)
    desk = Desk(store)
    lease = desk.lease()
    desk.fill(1, lease)
    (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    large = Entry("run-1", "house", Phase.VERIFIED, outputs={"x": "x" * 100_000})
    small = Entry("run-1", "house", Phase.APPLIED)
    with pytest.raises(LedgerUnwritable, match="full"):
        desk.journal.append(lease, small, large)
    assert 1 == store.head().sequence
    store._connection.execute("PRAGMA max_page_count = 1000000")
    desk.journal.append(lease, small, large)
    assert 3 == desk.history.verify(KEYS).count
    store.close()


def test_a_ledger_that_cannot_be_written_is_said(path: Path) -> None:
    store = SqliteStore(path)
    desk = Desk(store)
    lease = desk.lease()
    store._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(LedgerUnwritable):
        desk.fill(1, lease)
    store.close()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerUnwritable):
        SqliteStore(tmp_path / "file" / "ledger.db")


def test_a_newer_ledger_is_refused(path: Path) -> None:
    SqliteStore(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE schema_version SET version = 3")
        connection.commit()
    with pytest.raises(LedgerVersion, match="version 3"):
        SqliteStore(path)
    with pytest.raises(LedgerVersion):
        open_readonly(path)


def test_a_file_that_is_no_ledger_is_said_to_be_damaged(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(ChainBroken, match="damaged"):
        SqliteStore(path)


def test_a_record_that_cannot_be_read_is_named(path: Path) -> None:
    store = SqliteStore(path)
    desk = Desk(store)
    desk.fill(3)
    forge(path, "UPDATE record SET outputs = '{' WHERE sequence = 2")
    with pytest.raises(ChainBroken, match="record 2"):
        list(desk.history.records())
    store.close()


def test_the_latest_state_is_found_by_an_index_alone(path: Path) -> None:
    store = SqliteStore(path)
    sql = (
        "EXPLAIN QUERY PLAN SELECT * FROM record WHERE environment = 'a' AND step = 'b' "
        "AND phase = 'verified' ORDER BY sequence DESC LIMIT 1"
    )
    plan = [row[3] for row in store._connection.execute(sql)]
    store.close()
    assert [("SEARCH record USING INDEX record_by_phase (environment=? AND step=? AND "
            "phase=?)")] == plan  # fmt: skip
