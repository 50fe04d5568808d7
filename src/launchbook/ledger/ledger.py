"""A ledger file with all its parts, for writing or for reading only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from launchbook.ledger.anchor import read_anchor, write_anchor
from launchbook.ledger.history import History
from launchbook.ledger.journal import Author, Journal
from launchbook.ledger.lock import Lock
from launchbook.ledger.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from launchbook.clock import Clock
    from launchbook.ledger.chain import ChainKey, Verification
    from launchbook.model.record import Head


@dataclass(frozen=True, slots=True)
class Ledger:
    """The parts of one ledger that share a store."""

    path: Path
    journal: Journal
    history: History
    lock: Lock

    def anchor(self) -> Head:
        """Note the head beside the ledger, and return it.

        Raises:
            LedgerUnwritable: It cannot be noted.
        """
        head = self.history.head()
        write_anchor(self.path, head)
        return head

    def close(self) -> None:
        """Close the file."""
        self.history.close()


def open_ledger(path: Path, *, key: ChainKey, author: Author, clock: Clock) -> Ledger:
    """Open a ledger for writing; it is made where it is absent.

    Raises:
        LedgerUnwritable, LedgerVersion, ChainBroken: It cannot be used.
    """
    store = SqliteStore(path)
    journal = Journal(store, key, author, clock)
    return Ledger(path, journal, History(store), Lock(store, journal, clock))


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
    history = open_readonly(path)
    try:
        heads = [head for head in (read_anchor(path), noted) if head is not None]
        return history.verify(keys, heads)
    finally:
        history.close()
