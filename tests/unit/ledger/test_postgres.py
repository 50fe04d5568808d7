"""The PostgreSQL store: lost answers, lost connections, and what the database refuses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from launchbook.errors import (
    DatabaseUnavailable,
    LedgerNotMoved,
    LedgerUnwritable,
    LedgerVersion,
    LockHeld,
    StatementFailed,
)
from launchbook.ledger.chain import EMPTY
from launchbook.ledger.move import move
from launchbook.ledger.postgres import PostgresStore
from launchbook.ledger.sealed import SealedFiles
from launchbook.ledger.sqlite import SqliteStore
from launchbook.ledger.store import Query
from launchbook.model.record import Entry, Phase
from launchbook.transport.postgres import Postgres
from tests.support.cluster import running_cluster
from tests.support.ledger import Desk, new_database
from tests.support.toy import KEYS, ToyClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from launchbook.ledger.postgres import Session
    from launchbook.transport.postgres import DatabaseAddress
    from tests.support.cluster import Cluster

pytestmark = pytest.mark.xdist_group("ledger-store")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as started:
        yield started


@pytest.fixture
def address(cluster: Cluster, tmp_path: Path) -> DatabaseAddress:
    return new_database(cluster, tmp_path)


@dataclass
class Line:
    """The way to a database, which breaks when it is told to.

    Attributes:
        breaks_at: Before or after which statement's text the next break is; empty for
            never.
        is_after: Whether the server has carried it out.
        is_full: The server refuses what is inserted.
        opened: How many connections were made.
    """

    address: DatabaseAddress
    breaks_at: str = ""
    is_after: bool = False
    is_full: bool = False
    opened: int = 0

    @contextmanager
    def connect(self) -> Iterator[Session]:
        self.opened += 1
        with Postgres(self.address, ToyClock()).connect() as session:
            yield Breaking(session, self)

    def is_to_break(self, text: str, *, is_after: bool) -> None:
        if self.is_full and "INSERT INTO" in text:
            raise StatementFailed(
                "could not extend file: No space left on device",
                hint="Make room.",
                platform="postgresql",
                vendor_code="53100",
            )
        if self.breaks_at and self.breaks_at in text and is_after is self.is_after:
            self.breaks_at = ""
            raise DatabaseUnavailable(
                "the connection was lost", hint="Wait.", platform="postgresql"
            )


@dataclass
class Breaking:
    """A session on a line."""

    session: Session
    line: Line

    def query(self, sql: str, **parameters: object) -> list[dict[str, object]]:
        self.line.is_to_break(sql, is_after=False)
        rows = self.session.query(sql, **parameters)
        self.line.is_to_break(sql, is_after=True)
        return rows

    def execute_script(self, sql: str) -> None:
        self.line.is_to_break(sql, is_after=False)
        self.session.execute_script(sql)
        self.line.is_to_break(sql, is_after=True)


@pytest.fixture
def line(address: DatabaseAddress) -> Line:
    return Line(address)


@pytest.fixture
def desk(line: Line) -> Iterator[Desk]:
    clock = ToyClock()
    with closing(PostgresStore(line.connect, is_timed_by_writer=True)) as store:
        yield Desk(store, clock)


def test_a_commit_whose_answer_was_lost_counts_once(desk: Desk, line: Line) -> None:
    lease = desk.lease()
    line.breaks_at, line.is_after = "COMMIT", True
    desk.journal.append(lease, Entry("run-1", "house", Phase.APPLYING))
    desk.journal.append(lease, Entry("run-1", "house", Phase.VERIFIED))
    assert ["applying", "verified"] == [str(r.phase) for r in desk.history.records()]
    assert 2 == desk.history.verify(KEYS).count


def test_a_commit_that_never_arrived_is_an_error_and_wrote_nothing(
    desk: Desk, line: Line
) -> None:
    lease = desk.lease()
    line.breaks_at, line.is_after = "COMMIT", False
    with pytest.raises(LedgerUnwritable, match="the connection was lost"):
        desk.journal.append(lease, Entry("run-1", "house", Phase.APPLYING))
    assert EMPTY == desk.store.head()
    desk.journal.append(lease, Entry("run-1", "house", Phase.APPLYING))
    assert 1 == desk.store.head().sequence


@pytest.mark.parametrize("text", ["BEGIN", "lease WHERE", "INSERT INTO"])
def test_a_connection_that_breaks_within_leaves_nothing_half_written(
    desk: Desk, line: Line, text: str
) -> None:
    lease = desk.lease()
    line.breaks_at = text
    try:
        desk.journal.append(lease, Entry("run-1", "a", Phase.APPLYING))
    except LedgerUnwritable:
        assert "BEGIN" != text, "before its beginning a transaction is tried again"
        assert EMPTY == desk.store.head()
        desk.journal.append(lease, Entry("run-1", "a", Phase.APPLYING))
    assert 1 == desk.history.verify(KEYS).count


def test_a_server_without_room_is_said_and_nothing_is_half_written(
    desk: Desk, line: Line
) -> None:
    lease = desk.lease()
    line.is_full = True
    with pytest.raises(LedgerUnwritable, match="No space left on device"):
        desk.journal.append(lease, Entry("run-1", "a", Phase.APPLYING))
    line.is_full = False
    assert EMPTY == desk.store.head()
    desk.journal.append(lease, Entry("run-1", "a", Phase.APPLYING))
    assert 1 == desk.history.verify(KEYS).count
    assert 1 == line.opened


def test_a_server_that_restarted_is_connected_to_again(
    desk: Desk, line: Line, cluster: Cluster
) -> None:
    lease = desk.lease()
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :d"
    cluster.run(others, user="supabase_admin", d=line.address.database)
    desk.journal.append(lease, Entry("run-1", "a", Phase.APPLYING))
    cluster.run(others, user="supabase_admin", d=line.address.database)
    assert 1 == len(list(desk.store.rows(Query())))
    assert 3 == line.opened


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE launchbook.record SET step = 'x'",
        "DELETE FROM launchbook.record",
        "TRUNCATE launchbook.record",
    ],
)
def test_records_cannot_be_changed_or_removed(
    desk: Desk, line: Line, statement: str
) -> None:
    desk.fill(1)
    with (
        line.connect() as session,
        pytest.raises(StatementFailed, match="append-only"),
    ):
        session.execute_script(statement)


def test_machines_that_come_first_together_make_one_ledger(
    address: DatabaseAddress,
) -> None:
    def make(_: int) -> None:
        PostgresStore(Line(address).connect).close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make, range(4)))
    with Line(address).connect() as session:
        rows = session.query("SELECT version FROM launchbook.schema_version")
    assert [{"version": 1}] == rows


def test_reading_makes_nothing(address: DatabaseAddress) -> None:
    line = Line(address)
    with closing(PostgresStore(line.connect, is_readonly=True)) as store:
        assert EMPTY == store.head()
        assert [] == list(store.rows(Query()))
        assert store.lease("staging") is None
        assert [] == store.tickets("staging")
    with line.connect() as session:
        made = session.query("SELECT to_regnamespace('launchbook') AS schema")
    assert [{"schema": None}] == made


def test_a_newer_ledger_is_refused(desk: Desk, line: Line) -> None:
    assert EMPTY == desk.store.head()
    with line.connect() as session:
        session.execute_script("UPDATE launchbook.schema_version SET version = 9")
    with pytest.raises(LedgerVersion, match="version 9"):
        PostgresStore(line.connect)


def test_times_are_the_servers(address: DatabaseAddress) -> None:
    ours = ToyClock()
    with closing(PostgresStore(Line(address).connect)) as store:
        lease = Desk(store, ours).lease()
        with Line(address).connect() as session:
            now = session.query("SELECT now() AS now")[0]["now"]
    assert ours.now().year != lease.since.year
    assert 0 <= (now - lease.since).total_seconds() < 60  # type: ignore[operator]  # a time


def test_a_ledger_moves_with_records_and_tokens(desk: Desk, tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "ledger.db")) as source:
        old = Desk(source, desk.clock)
        lease = old.lease()
        old.fill(1200, lease)
        with pytest.raises(LockHeld):
            move(source, desk.store, ["staging"])  # type: ignore[arg-type]  # is one
        old.lock().release(lease)
        moved = [move(source, desk.store, ["staging", "production"]) for _ in "12"]  # type: ignore[arg-type]  # is one
        assert [1200, 0] == moved
        assert source.head() == desk.store.head()
        assert list(source.rows(Query())) == list(desk.store.rows(Query()))
    assert 1200 == desk.history.verify(KEYS).count
    assert desk.lease().token == lease.token + 1


def test_a_ledger_is_not_moved_over_another(desk: Desk, tmp_path: Path) -> None:
    desk.fill(2)
    with closing(SqliteStore(tmp_path / "ledger.db")) as source:
        old = Desk(source, desk.clock)
        lease = old.lease()
        old.fill(3, lease)
        old.lock().release(lease)
        with pytest.raises(LedgerNotMoved, match="of 2 records"):
            move(source, desk.store, ["staging"])  # type: ignore[arg-type]  # is one
    assert 2 == desk.store.head().sequence


def test_sealed_files_are_kept_by_folder(desk: Desk, line: Line) -> None:
    assert EMPTY == desk.store.head()
    staging = SealedFiles(line.connect, "values/staging")
    other = SealedFiles(line.connect, "values/production")
    staging.keep("a", b"\0one")
    staging.keep("a", b"\0two")
    staging.keep("b", b"three")
    assert (b"\0two", None) == (staging.read("a"), other.read("a"))
    assert (("a", "b"), ()) == (staging.names(), other.names())
    staging.drop("a")
    assert ("b",) == staging.names()


def test_values_that_cannot_be_reached_are_a_ledger_error(line: Line) -> None:
    line.breaks_at = "SELECT"
    with pytest.raises(LedgerUnwritable, match="the connection was lost"):
        SealedFiles(line.connect, "values/staging").names()
