"""Moving a ledger from a file to a database that several machines share."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from launchbook.errors import LedgerNotMoved, LockHeld
from launchbook.ledger.chain import EMPTY
from launchbook.ledger.row import MAC, SEQUENCE
from launchbook.ledger.store import Query

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from launchbook.ledger.postgres import PostgresStore
    from launchbook.ledger.row import Row
    from launchbook.ledger.store import Store
    from launchbook.model.record import Head, Lease

BATCH_ROWS: Final = 500


def move(source: Store, target: PostgresStore, environments: Iterable[str]) -> int:
    """Copy records and the tokens of leases, all or none; return how many records.

    A move that was cut off after its end was written is found done.

    Raises:
        LockHeld: A run has not given its lock back.
        LedgerNotMoved: The database has another history.
        LedgerUnwritable: Nothing was copied.
    """
    leases = [*_free_leases(source, environments)]
    end = source.head()
    with target.write() as transaction:
        head = transaction.head()
        if head == EMPTY:
            rows = source.rows(Query())
            while batch := [*islice(rows, BATCH_ROWS)]:
                transaction.insert_all(batch)
            for each in leases:
                transaction.put_lease(each)
    if head != EMPTY and not _holds(target, end):
        raise LedgerNotMoved(
            f"the database has a history of its own, of {head.sequence} records",
            hint="Let LAUNCHBOOK_LEDGER_URL lead to an empty database, or move the file "
            "of the ledger away if the database's history is the one to go on with.",
        )
    return end.sequence if head == EMPTY else 0


def _free_leases(source: Store, environments: Iterable[str]) -> Iterator[Lease]:
    """The leases that were ever taken; none may be held."""
    for environment in environments:
        lease = source.lease(environment)
        if lease is None:
            continue
        if lease.is_held:
            raise LockHeld(
                f"{environment} is locked by {lease.holder}: {lease.reason}",
                hint="Wait until that run ends, or take its lock with: invoke "
                f'ledger.unlock --environment {environment} --reason "..."',
            )
        yield lease


def _holds(store: Store, end: Head) -> bool:
    """Whether the end of one chain is part of another."""
    if end == EMPTY:
        return True
    return any(
        row[SEQUENCE] == end.sequence and row[MAC] == end.mac
        for row in _from(store, end)
    )


def _from(store: Store, end: Head) -> Iterator[Row]:
    """The rows of a chain up to where another one ends."""
    return islice(store.rows(Query()), end.sequence)
