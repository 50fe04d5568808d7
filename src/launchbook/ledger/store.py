"""What keeps rows: the one interface of SQLite and of what comes after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime

    from launchbook.ledger.row import Row
    from launchbook.model.record import Head, Lease, Phase, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which rows to read; None and zero mean "no condition".

    Attributes:
        limit: How many at most; 0 reads all.
        is_newest_first: Against the sequence instead of along it.
    """

    environment: str | None = None
    run: str | None = None
    step: str | None = None
    phase: Phase | None = None
    limit: int = 0
    is_newest_first: bool = False


class Transaction(Protocol):
    """One write at a time, seen by all or by nobody."""

    def now(self, own: datetime) -> datetime:
        """Return the time by which leases and places expire.

        Args:
            own: By the clock of this machine; it counts where all who share the
                store are on one machine.
        """
        ...

    def head(self) -> Head:
        """Return the end of the chain."""
        ...

    def insert(self, row: Row) -> None:
        """Add a row behind the last one."""
        ...

    def lease(self, environment: str) -> Lease | None:
        """Return an environment's lease, held or not; None before its first."""
        ...

    def put_lease(self, lease: Lease) -> None:
        """Keep a lease in place of the environment's last one."""
        ...

    def tickets(self, environment: str) -> list[Ticket]:
        """Return an environment's queue, the first one first."""
        ...

    def put_ticket(self, ticket: Ticket) -> None:
        """Keep a ticket, in place of the one with its number if there is one."""
        ...

    def drop_ticket(self, ticket: Ticket) -> None:
        """Forget a ticket."""
        ...


class Store(Protocol):
    """Keeps rows, leases and queues. Safe to share between threads."""

    def write(self) -> AbstractContextManager[Transaction]:
        """Begin a transaction; it commits at the end, and not after an error.

        Raises:
            LedgerUnwritable: It cannot be written; nothing of it remains.
        """
        ...

    def rows(self, query: Query) -> Iterator[Row]:
        """Read rows; those written meanwhile may or may not be among them."""
        ...

    def head(self) -> Head:
        """Return the end of the chain."""
        ...

    def lease(self, environment: str) -> Lease | None:
        """Return an environment's lease, held or not."""
        ...

    def tickets(self, environment: str) -> list[Ticket]:
        """Return an environment's queue, the first one first."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...
