"""A ledger with all its parts, for writing or for reading only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from launchbook.ledger.anchor import read_anchor, write_anchor
from launchbook.ledger.body import Body
from launchbook.ledger.history import History
from launchbook.ledger.holder import current_holder
from launchbook.ledger.journal import Author, Journal
from launchbook.ledger.lock import Lock
from launchbook.ledger.queue import Queue
from launchbook.ledger.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from launchbook.clock import Clock
    from launchbook.ledger.chain import ChainKey, Verification
    from launchbook.ledger.store import Store
    from launchbook.model.record import Head


@dataclass(frozen=True, slots=True)
class Ledger:
    """The parts of one ledger that share a store."""

    path: Path
    journal: Journal
    history: History
    lock: Lock
    queue: Queue

    def anchor(self) -> Head:
        """Note the head beside the ledger, and return it.

        Raises:
            LedgerUnwritable: It cannot be noted.
        """
        head = self.history.head()
        write_anchor(self.path, head)
        return head

    def close(self) -> None:
        """Give back what the store holds."""
        self.history.close()


def open_ledger(
    path: Path,
    *,
    key: ChainKey,
    author: Author,
    clock: Clock,
    store: Store | None = None,
) -> Ledger:
    """Open a ledger for writing; it is made where it is absent.

    Args:
        path: The file; of a ledger that is kept elsewhere, what its head is noted
            beside.
        key: New records are chained with it.
        author: Who writes.
        clock: Tells when.
        store: Where it is kept when not in the file.

    Raises:
        LedgerUnwritable, LedgerVersion, ChainBroken: It cannot be used.
    """
    store = store or SqliteStore(path)
    journal = Journal(store, key, author, clock)
    body = Body(current_holder())
    return Ledger(
        path,
        journal,
        History(store),
        Lock(store, journal, clock, body),
        Queue(store, clock, body),
    )


def open_readonly(path: Path) -> History:
    """Open a ledger for reading; an absent one reads as empty, and stays absent.

    Raises:
        LedgerVersion, ChainBroken: It cannot be read.
    """
    return History(SqliteStore(path, is_readonly=True))


def verify_file(
    path: Path, keys: Mapping[str, bytes], noted: Head | None = None
) -> Verification:
    """Check a ledger's chain against the head beside it, and one noted elsewhere.

    Raises:
        ChainBroken, ChainUnverifiable: It is not whole, or nobody can say.
    """
    return verify_history(open_readonly(path), path, keys, noted)


def verify_history(
    history: History, path: Path, keys: Mapping[str, bytes], noted: Head | None = None
) -> Verification:
    """Do the same for a ledger that is kept elsewhere, and close it.

    Raises:
        ChainBroken, ChainUnverifiable: It is not whole, or nobody can say.
    """
    try:
        heads = [head for head in (read_anchor(path), noted) if head is not None]
        return history.verify(keys, heads)
    finally:
        history.close()
