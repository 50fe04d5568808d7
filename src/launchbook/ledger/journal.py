"""The journal: the one way in which records come into being."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from launchbook.errors import LeaseLost
from launchbook.ledger.chain import ChainKey, mac_of
from launchbook.ledger.identifier import new_id
from launchbook.ledger.row import row_of
from launchbook.model.record import Entry, Head, Lease, Record

if TYPE_CHECKING:
    from launchbook.clock import Clock
    from launchbook.ledger.store import Store, Transaction


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, and with what.

    Attributes:
        actor: A person or a machine, as ``ada@laptop``; no proof of identity.
        tool_version: As ``0.1.0``.
    """

    actor: str
    tool_version: str


class Journal:
    """Appends entries under a lease. Safe to share between threads.

    Args:
        key: Chains the records.
    """

    def __init__(
        self, store: Store, key: ChainKey, author: Author, clock: Clock
    ) -> None:
        self._store = store
        self._key = key
        self._author = author
        self._clock = clock

    def append(self, lease: Lease, *entries: Entry) -> Head:
        """Write entries, all or none, if the lease is still ours.

        Returns:
            The new head of the chain.

        Raises:
            LeaseLost: The lease was taken over; nothing is written.
            LedgerUnwritable: Nothing is written.
        """
        with self._store.write() as transaction:
            require_lease(transaction, lease)
            return self.write(transaction, lease, entries)

    def write(
        self, transaction: Transaction, lease: Lease, entries: tuple[Entry, ...]
    ) -> Head:
        """Write entries inside a transaction whose lease was looked at already."""
        head = transaction.head()
        for entry in entries:
            row = row_of(self._record(entry, lease, head))
            sealed = (*row[:-1], mac_of(row, self._key.value))
            transaction.insert(sealed)
            head = Head(head.sequence + 1, str(sealed[-1]))
        return head

    def _record(self, entry: Entry, lease: Lease, head: Head) -> Record:
        """An entry with all that the ledger adds, except for its ``mac``."""
        at = self._clock.now()
        return Record(
            id=new_id(at),
            sequence=head.sequence + 1,
            at=at,
            environment=lease.environment,
            run=entry.run,
            step=entry.step,
            phase=entry.phase,
            inputs_digest=entry.inputs_digest,
            outputs=entry.outputs,
            evidence=entry.evidence,
            actor=self._author.actor,
            tool_version=self._author.tool_version,
            key_id=self._key.id,
            fencing_token=lease.token,
            previous=head.mac,
        )


def require_lease(transaction: Transaction, lease: Lease) -> Lease:
    """Return the lease as it stands, if it is still ours.

    Raises:
        LeaseLost: Somebody else took it, or it was taken away.
    """
    found = transaction.lease(lease.environment)
    if found is not None and (found.token, found.run) == (lease.token, lease.run):
        return found
    by = f" by run {found.run}" if found and found.is_held else ""
    raise LeaseLost(
        f"the lock of {lease.environment} was taken from run {lease.run}{by}",
        hint="Run invoke ledger.show to see by whom, then run the same command again.",
        details={"lease": lease.as_json(), "now": found.as_json() if found else None},
    )
