"""The ledger in PostgreSQL, for several machines: append-only, one writer at a time.

Writers wait for each other in the database, so that the chain has one end. Times by
which leases and places expire are the server's: the machines' clocks need not agree.
When the answer to a COMMIT is lost, the server is asked what became of the
transaction (postgresql.org/docs/current/functions-info.html, ``pg_xact_status``).
"""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager, suppress
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from launchbook.errors import (
    DatabaseUnavailable,
    LedgerUnwritable,
    LedgerVersion,
    StatementFailed,
)
from launchbook.ledger import postgres_sql as sql
from launchbook.ledger.chain import EMPTY
from launchbook.ledger.row import COLUMNS, SEQUENCE, Row
from launchbook.model.record import Head, Holder, Lease, Ticket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from launchbook.ledger.store import Query

PAGE_ROWS: Final = 2000
ASKS: Final = 10
"""How often it is asked what became of a COMMIT."""

_LEASE_FIELDS: Final = (
    *("environment", "token", "run", "host", "pid", "started", "reason"),
    *("since", "heartbeat_at", "expires_at"),
)
_TICKET_FIELDS: Final = (
    *("environment", "number", "host", "pid", "started", "reason"),
    *("since", "expires_at"),
)
_HOLDER: Final = frozenset({"host", "pid", "started"})


class Session(Protocol):
    """One open connection; ``transport.postgres.Session`` is one."""

    def query(self, sql: str, **parameters: object) -> list[dict[str, object]]:
        """Run one statement with ``:name`` parameters; rows as mappings."""
        ...

    def execute_script(self, sql: str) -> None:
        """Run any number of statements as they stand, in one round trip."""
        ...


class PostgresStore:
    """One schema of one database, over one connection that is opened anew when lost.

    Args:
        connect: Opens a session for the length of a block.
        is_readonly: Make nothing; a database without the schema reads as a ledger
            without records.
        is_timed_by_writer: Leases expire by the clock of whoever writes, in place of
            the server's.

    Raises:
        LedgerUnwritable: It cannot be reached, or the schema cannot be made.
        LedgerVersion: A newer version of the tool wrote it.
    """

    def __init__(
        self,
        connect: Callable[[], AbstractContextManager[Session]],
        *,
        is_readonly: bool = False,
        is_timed_by_writer: bool = False,
    ) -> None:
        self._connect = connect
        self._is_timed_by_writer = is_timed_by_writer
        self._lock = Lock()
        self._open = ExitStack()
        self._session: Session | None = None
        self._is_made = True
        with _explained():
            try:
                self._prepare(is_writable=not is_readonly)
            except BaseException:
                self._open.close()
                raise

    @contextmanager
    def write(self) -> Iterator[PostgresTransaction]:
        """Begin a transaction; it commits at the end, and not after an error."""
        with self._lock, _explained():
            session, state = self._begin()
            try:
                yield PostgresTransaction(
                    session, state, is_timed_by_writer=self._is_timed_by_writer
                )
            except BaseException:
                self._roll_back(session)
                raise
            self._commit(session, str(state["transaction"]))

    def rows(self, query: Query) -> Iterator[Row]:
        """Read rows page by page, so that writers never wait for a reader."""
        left, last = query.limit, None
        while self._is_made:
            size = min(left, PAGE_ROWS) if query.limit else PAGE_ROWS
            page = self._page(query, last, size)
            yield from page
            left -= len(page)
            if len(page) < size or (query.limit and not left):
                return
            last = page[-1][SEQUENCE]

    def head(self) -> Head:
        """Return the end of the chain."""
        found = self._read(sql.HEAD)
        return _head_of(found[0]) if found else EMPTY

    def lease(self, environment: str) -> Lease | None:
        """Return an environment's lease, held or not."""
        found = self._read(sql.LEASE, environment=environment)
        return _lease_of(found[0]) if found else None

    def tickets(self, environment: str) -> list[Ticket]:
        """Return an environment's queue, the first one first."""
        return [*map(_ticket_of, self._read(sql.TICKETS, environment=environment))]

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._session = None
            self._open.close()

    def _prepare(self, *, is_writable: bool) -> None:
        """Make what the schema lacks, and check that we know its version."""
        session = self._live()
        version = _version(session)
        if is_writable and version < sql.SCHEMA_VERSION:
            # Two machines may come at once; the second one finds it made.
            session.execute_script(sql.BEGIN_MAKING)
            for stage in sql.STAGES[_version(session) :]:
                session.execute_script(stage)
            session.execute_script("COMMIT")
            version = _version(session)
        self._is_made = version > 0
        if version > sql.SCHEMA_VERSION:
            raise LedgerVersion(
                f"the shared ledger has version {version}, this tool reads up to "
                f"{sql.SCHEMA_VERSION}",
                hint="Install the version of launchbook that wrote it, or a later one.",
            )

    def _live(self) -> Session:
        """The connection, opened when there is none."""
        if self._session is None:
            self._session = self._open.enter_context(self._connect())
        return self._session

    def _forget(self) -> None:
        """Close what was lost, so that the next one to ask gets another."""
        self._session = None
        with suppress(DatabaseUnavailable, OSError):
            self._open.close()

    def _begin(self) -> tuple[Session, dict[str, object]]:
        """Wait for our turn to write; a connection that was lost while idle is renewed."""
        try:
            return self._begun()
        except DatabaseUnavailable:
            self._forget()
            return self._begun()

    def _begun(self) -> tuple[Session, dict[str, object]]:
        session = self._live()
        try:
            session.execute_script(sql.BEGIN)
            return session, session.query(sql.STATE)[0]
        except StatementFailed:
            self._roll_back(session)
            raise

    def _commit(self, session: Session, transaction: str) -> None:
        """Commit; when the answer is lost, ask what became of it."""
        try:
            session.execute_script("COMMIT")
        except DatabaseUnavailable:
            self._forget()
            if not self._is_committed(transaction):
                raise

    def _is_committed(self, transaction: str) -> bool:
        """What became of a transaction whose end was not seen."""
        for _ in range(ASKS):
            found = self._live().query(sql.FATE, number=transaction)
            if found[0]["fate"] != "in progress":
                return found[0]["fate"] == "committed"
            # The server has not noticed yet that the connection is gone: its own
            # clock is waited by, a tenth of a second at a time.
            self._live().query("SELECT pg_sleep(0.1)")
        return False

    def _roll_back(self, session: Session) -> None:
        """Leave the transaction; a lost connection has ended it already."""
        try:
            session.execute_script("ROLLBACK")
        except (DatabaseUnavailable, StatementFailed):
            self._forget()

    def _read(self, statement: str, **parameters: object) -> list[dict[str, object]]:
        """Ask outside of a transaction, once more when the connection was lost."""
        if not self._is_made:
            return []
        with self._lock, _explained():
            try:
                return self._live().query(statement, **parameters)
            except DatabaseUnavailable:
                self._forget()
                return self._live().query(statement, **parameters)

    def _page(self, query: Query, last: object, size: int) -> list[Row]:
        """Read the next rows behind the last one read."""
        found = self._read(
            sql.NEWEST_FIRST if query.is_newest_first else sql.OLDEST_FIRST,
            environment=query.environment,
            run=query.run,
            step=query.step,
            phase=None if query.phase is None else str(query.phase),
            last=last,
            size=size,
        )
        return [cast("Row", tuple(each[name] for name in COLUMNS)) for each in found]


class PostgresTransaction:
    """What may be done between BEGIN and COMMIT."""

    def __init__(
        self, session: Session, state: dict[str, object], *, is_timed_by_writer: bool
    ) -> None:
        self._session = session
        self._is_timed_by_writer = is_timed_by_writer
        self._now = cast("datetime", state["now"])
        self._head = EMPTY if state["sequence"] is None else _head_of(state)

    def now(self, own: datetime) -> datetime:
        """Return the time of the server, unless the writer's is to count."""
        return own if self._is_timed_by_writer else self._now

    def head(self) -> Head:
        """Return the end of the chain."""
        return self._head

    def insert(self, row: Row) -> None:
        """Add a row behind the last one."""
        self.insert_all([row])

    def insert_all(self, rows: Sequence[Row]) -> None:
        """Add rows behind the last one."""
        named = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
        self._session.query(sql.INSERT, rows=json.dumps(named))
        self._head = _head_of(named[-1])

    def lease(self, environment: str) -> Lease | None:
        """Return an environment's lease, held or not."""
        found = self._session.query(sql.LEASE, environment=environment)
        return _lease_of(found[0]) if found else None

    def put_lease(self, lease: Lease) -> None:
        """Keep a lease in place of the environment's last one."""
        self._session.query(sql.PUT_LEASE, **_fields(lease, _LEASE_FIELDS))

    def tickets(self, environment: str) -> list[Ticket]:
        """Return an environment's queue, the first one first."""
        found = self._session.query(sql.TICKETS, environment=environment)
        return [*map(_ticket_of, found)]

    def put_ticket(self, ticket: Ticket) -> None:
        """Keep a ticket, in place of the one with its number if there is one."""
        self._session.query(sql.PUT_TICKET, **_fields(ticket, _TICKET_FIELDS))

    def drop_ticket(self, ticket: Ticket) -> None:
        """Forget a ticket."""
        self._session.query(
            sql.DROP_TICKET, environment=ticket.environment, number=ticket.number
        )


def _version(session: Session) -> int:
    """The schema's version; 0 where there is none."""
    if not session.query(sql.IS_MADE)[0]["made"]:
        return 0
    found = session.query(sql.VERSION)
    return int(cast("int", found[0]["version"])) if found else 0


def _head_of(row: dict[str, Any]) -> Head:
    return Head(int(row["sequence"]), str(row["mac"]))


def _fields(kept: Lease | Ticket, names: tuple[str, ...]) -> dict[str, object]:
    """The columns of a lease or a ticket; those of its holder stand beside them."""
    return {
        name: getattr(kept.holder if name in {"host", "pid", "started"} else kept, name)
        for name in names
    }


def _holder_of(row: dict[str, Any]) -> Holder:
    return Holder(row["host"], row["pid"], row["started"])


def _lease_of(row: dict[str, Any]) -> Lease:
    own = {name: row[name] for name in _LEASE_FIELDS if name not in _HOLDER}
    return Lease(holder=_holder_of(row), **own)


def _ticket_of(row: dict[str, Any]) -> Ticket:
    own = {name: row[name] for name in _TICKET_FIELDS if name not in _HOLDER}
    return Ticket(holder=_holder_of(row), **own)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn the database's errors into the ledger's."""
    try:
        yield
    except (DatabaseUnavailable, StatementFailed) as error:
        raise LedgerUnwritable(
            f"the shared ledger cannot be used: {error.message}",
            hint="See that LAUNCHBOOK_LEDGER_URL leads to it, then run the same command "
            "again.",
            details={"vendor_code": error.vendor_code},
        ) from error
