"""The ledger in one SQLite file: WAL, synchronous FULL, append-only."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Final

from launchbook.errors import ChainBroken, LedgerUnwritable, LedgerVersion
from launchbook.ledger.chain import EMPTY
from launchbook.ledger.row import SEQUENCE, Row
from launchbook.model.record import (
    Head,
    Holder,
    Lease,
    Ticket,
    time_of,
    time_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from launchbook.errors import LaunchbookError
    from launchbook.ledger.store import Query

SCHEMA_VERSION: Final = 2
BUSY_TIMEOUT_SECONDS: Final = 20.0
"""How long a write waits for another process's; theirs take milliseconds."""
PAGE_ROWS: Final = 2000

_SCHEMA: Final = """
CREATE TABLE schema_version (version INTEGER NOT NULL);
INSERT INTO schema_version VALUES (0);
CREATE TABLE record (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL,
    environment TEXT NOT NULL,
    run TEXT NOT NULL,
    step TEXT NOT NULL,
    phase TEXT NOT NULL CHECK (phase IN (
        'planned', 'applying', 'applied', 'verified', 'failed', 'compensated', 'paused'
    )),
    inputs_digest TEXT NOT NULL,
    outputs TEXT NOT NULL,
    evidence TEXT NOT NULL,
    actor TEXT NOT NULL,
    tool_version TEXT NOT NULL,
    key_id TEXT NOT NULL,
    fencing_token INTEGER NOT NULL,
    previous TEXT NOT NULL,
    mac TEXT NOT NULL
);
CREATE INDEX record_by_step ON record (environment, step, sequence);
CREATE INDEX record_by_phase ON record (environment, step, phase, sequence);
CREATE INDEX record_by_run ON record (run, sequence);
CREATE TRIGGER record_is_never_updated BEFORE UPDATE ON record
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER record_is_never_deleted BEFORE DELETE ON record
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TABLE lease (
    environment TEXT PRIMARY KEY,
    token INTEGER NOT NULL,
    run TEXT NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started TEXT NOT NULL,
    reason TEXT NOT NULL,
    since TEXT NOT NULL,
    heartbeat_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);
"""
_QUEUE: Final = """
CREATE TABLE ticket (
    environment TEXT NOT NULL,
    number INTEGER NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started TEXT NOT NULL,
    reason TEXT NOT NULL,
    since TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    PRIMARY KEY (environment, number)
);
"""
_STAGES: Final = (_SCHEMA, _QUEUE)
"""What each version has more than the one before it."""
_SELECT: Final = """
SELECT id, sequence, at, environment, run, step, phase, inputs_digest, outputs,
    evidence, actor, tool_version, key_id, fencing_token, previous, mac FROM record
"""
_INSERT: Final = """
INSERT INTO record (id, sequence, at, environment, run, step, phase, inputs_digest,
    outputs, evidence, actor, tool_version, key_id, fencing_token, previous, mac)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_HEAD: Final = "SELECT sequence, mac FROM record ORDER BY sequence DESC LIMIT 1"
_LEASE: Final = "SELECT * FROM lease WHERE environment = ?"
_PUT_LEASE: Final = "INSERT OR REPLACE INTO lease VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_TICKETS: Final = "SELECT * FROM ticket WHERE environment = ? ORDER BY number"
_PUT_TICKET: Final = "INSERT OR REPLACE INTO ticket VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_DROP_TICKET: Final = "DELETE FROM ticket WHERE environment = ? AND number = ?"
_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class SqliteStore:
    """One file. Opening for writing makes it, with 0600, where it is absent.

    Args:
        path: The file; its folder is made with 0700.
        is_readonly: Write nothing, not even the files that WAL keeps beside it;
            an absent file reads as a ledger without records.

    Raises:
        LedgerUnwritable: The file cannot be made or opened.
        LedgerVersion: A newer version of the tool wrote it.
        ChainBroken: The file is damaged.
    """

    def __init__(self, path: Path, *, is_readonly: bool = False) -> None:
        self.path = path
        self._lock = Lock()
        with _explained(path):
            self._connection = _read_only(path) if is_readonly else _writable(path)
            try:
                _prepare(self._connection, is_writable=not is_readonly)
            except BaseException:
                self._connection.close()
                raise

    @contextmanager
    def write(self) -> Iterator[SqliteTransaction]:
        """Begin a transaction; it commits at the end, and not after an error."""
        with self._lock, _explained(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield SqliteTransaction(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:
                _roll_back(self._connection)
                raise

    def rows(self, query: Query) -> Iterator[Row]:
        """Read rows page by page, so that writers never wait for a reader."""
        left, last = query.limit, None
        while True:
            size = min(left, PAGE_ROWS) if query.limit else PAGE_ROWS
            page = self._page(query, last, size)
            yield from page
            left -= len(page)
            if len(page) < size or (query.limit and not left):
                return
            last = page[-1][SEQUENCE]

    def head(self) -> Head:
        """Return the end of the chain."""
        with self._lock, _explained(self.path):
            return SqliteTransaction(self._connection).head()

    def lease(self, environment: str) -> Lease | None:
        """Return an environment's lease, held or not."""
        with self._lock, _explained(self.path):
            return SqliteTransaction(self._connection).lease(environment)

    def tickets(self, environment: str) -> list[Ticket]:
        """Return an environment's queue; a file of version 1 has none."""
        with self._lock, _explained(self.path):
            if (_version(self._connection) or 0) < len(_STAGES):
                return []
            return SqliteTransaction(self._connection).tickets(environment)

    def close(self) -> None:
        """Close the file; the last writer leaves nothing beside it."""
        with self._lock:
            self._connection.close()

    def _page(self, query: Query, last: object, size: int) -> list[Row]:
        """Read the next rows behind the last one read."""
        order, beyond = ("DESC", "<") if query.is_newest_first else ("ASC", ">")
        wanted = {
            "environment = ?": query.environment,
            "run = ?": query.run,
            "step = ?": query.step,
            "phase = ?": query.phase,
            f"sequence {beyond} ?": last,
        }
        given = {text: value for text, value in wanted.items() if value is not None}
        where = f" WHERE {' AND '.join(given)}" if given else ""
        sql = f"{_SELECT}{where} ORDER BY sequence {order} LIMIT {size}"
        with self._lock, _explained(self.path):
            return self._connection.execute(sql, [*given.values()]).fetchall()


class SqliteTransaction:
    """What may be done between BEGIN and COMMIT."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def now(self, own: datetime) -> datetime:
        """Return the machine's own time: all writers of the file are on it."""
        return own

    def head(self) -> Head:
        """Return the end of the chain."""
        found = self._connection.execute(_HEAD).fetchone()
        return Head(*found) if found else EMPTY

    def insert(self, row: Row) -> None:
        """Add a row behind the last one."""
        self._connection.execute(_INSERT, row)

    def lease(self, environment: str) -> Lease | None:
        """Return an environment's lease, held or not."""
        found = self._connection.execute(_LEASE, [environment]).fetchone()
        if found is None:
            return None
        _, token, run, host, pid, started, reason, since, heartbeat_at, expires_at = (
            found
        )
        return Lease(
            environment=environment,
            token=token,
            run=run,
            holder=Holder(host, pid, started),
            reason=reason,
            since=time_of(since),
            heartbeat_at=time_of(heartbeat_at),
            expires_at=time_of(expires_at),
        )

    def put_lease(self, lease: Lease) -> None:
        """Keep a lease in place of the environment's last one."""
        times = (lease.since, lease.heartbeat_at, lease.expires_at)
        holder = lease.holder
        self._connection.execute(
            _PUT_LEASE,
            [
                lease.environment,
                lease.token,
                lease.run,
                holder.host,
                holder.pid,
                holder.started,
                lease.reason,
                *(time_text(at) for at in times),
            ],
        )

    def tickets(self, environment: str) -> list[Ticket]:
        """Return an environment's queue, the first one first."""
        found = self._connection.execute(_TICKETS, [environment])
        return [
            Ticket(
                environment=environment,
                number=number,
                holder=Holder(host, pid, started),
                reason=reason,
                since=time_of(since),
                expires_at=time_of(expires_at),
            )
            for _, number, host, pid, started, reason, since, expires_at in found
        ]

    def put_ticket(self, ticket: Ticket) -> None:
        """Keep a ticket, in place of the one with its number if there is one."""
        holder = ticket.holder
        self._connection.execute(
            _PUT_TICKET,
            [
                *(ticket.environment, ticket.number),
                *(holder.host, holder.pid, holder.started),
                *(ticket.reason, time_text(ticket.since), time_text(ticket.expires_at)),
            ],
        )

    def drop_ticket(self, ticket: Ticket) -> None:
        """Forget a ticket."""
        self._connection.execute(_DROP_TICKET, [ticket.environment, ticket.number])


def _writable(path: Path) -> sqlite3.Connection:
    """Open for writing; the file is ours alone from its first moment."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from error
    connection = sqlite3.connect(
        path,
        timeout=BUSY_TIMEOUT_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _read_only(path: Path) -> sqlite3.Connection:
    """Open for reading, and leave no trace.

    Where no writer left a WAL file behind, the file is complete by itself and is
    read as immutable: otherwise SQLite would make the files beside it.
    """
    if not path.exists() or not path.stat().st_size:
        return _without_records()
    is_complete = not path.with_name(f"{path.name}-wal").exists()
    mode = "immutable=1" if is_complete else "mode=ro"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}",
        uri=True,
        timeout=BUSY_TIMEOUT_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        is_made = _version(connection) is not None
    except BaseException:
        connection.close()
        raise
    if is_made:
        return connection
    # Its first writer is about to make the tables, or was killed before it did.
    connection.close()
    return _without_records()


def _without_records() -> sqlite3.Connection:
    """Open what reads as a ledger without records."""
    connection = sqlite3.connect(
        ":memory:", isolation_level=None, check_same_thread=False
    )
    _prepare(connection, is_writable=True)
    return connection


def _prepare(connection: sqlite3.Connection, *, is_writable: bool) -> None:
    """Make what a new or older file lacks, and check that we know its version."""
    if is_writable and (_version(connection) or 0) < SCHEMA_VERSION:
        connection.execute("BEGIN IMMEDIATE")
        # Another process may have made it between our look and our turn.
        for number, stage in enumerate(_STAGES, start=1):
            if (_version(connection) or 0) < number:
                _create(connection, stage)
                connection.execute("UPDATE schema_version SET version = ?", [number])
        connection.execute("COMMIT")
    version = _version(connection)
    if version is not None and version > SCHEMA_VERSION:
        raise LedgerVersion(
            f"the ledger has version {version}, this tool reads up to {SCHEMA_VERSION}",
            hint="Install the version of launchbook that wrote it, or a later one.",
        )


def _create(connection: sqlite3.Connection, stage: str) -> None:
    """Run a stage statement by statement, inside the caller's transaction."""
    statement = ""
    for line in stage.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


def _version(connection: sqlite3.Connection) -> int | None:
    """The schema version; None for an empty file."""
    tables = "SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'"
    with closing(connection.cursor()) as cursor:
        if not cursor.execute(tables).fetchone()[0]:
            return None
        return int(cursor.execute("SELECT version FROM schema_version").fetchone()[0])


def _roll_back(connection: sqlite3.Connection) -> None:
    """Leave the transaction; a full disk may have ended it already."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _error_of(path, error) from error


def _error_of(path: Path, error: sqlite3.DatabaseError) -> LaunchbookError:
    """Our error for one of SQLite's; the low byte is the primary code."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _DAMAGED:
        return ChainBroken(
            f"the file of the ledger is damaged: {error}",
            hint=f"Keep {path} as evidence, move it away, and run the command again; "
            "the platforms say what exists.",
            details={"kind": "damaged", "path": str(path)},
        )
    return _unwritable(path, str(error))


def _unwritable(path: Path, reason: str) -> LedgerUnwritable:
    return LedgerUnwritable(
        f"the ledger {path} cannot be written: {reason}",
        hint="Make room or mend the permissions, then run the same command again.",
        details={"path": str(path)},
    )
