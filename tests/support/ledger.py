"""Ledgers for tests: the kinds of store, and a file written by a forger."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from launchbook.ledger.history import History
from launchbook.ledger.journal import Journal
from launchbook.ledger.lock import Body, Lock
from launchbook.ledger.sqlite import SqliteStore
from launchbook.model.record import Entry, Holder, Lease, Phase
from tests.support.toy import AUTHOR, KEY, ToyClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from launchbook.ledger.store import Store

STORES: dict[str, Callable[[Path], Store]] = {
    "sqlite": lambda folder: SqliteStore(folder / "ledger.db"),
}
"""Every kind of store; opening the same folder again opens the same ledger."""


@dataclass
class Desk:
    """The parts of a ledger over any store, and a holder that is told who lives."""

    store: Store
    clock: ToyClock = field(default_factory=ToyClock)
    dead: set[Holder] = field(default_factory=set)

    @property
    def journal(self) -> Journal:
        return Journal(self.store, KEY, AUTHOR, self.clock)

    @property
    def history(self) -> History:
        return History(self.store)

    def lock(self, pid: int = 1, host: str = "here") -> Lock:
        holder = Holder(host, pid, f"start-{pid}")
        body = Body(holder, lambda other: other in self.dead)
        return Lock(self.store, self.journal, self.clock, body)

    def lease(self, environment: str = "staging") -> Lease:
        return self.lock().acquire(environment, "run-1", "playbook staging").lease

    def fill(self, count: int, lease: Lease | None = None) -> None:
        """Append records about a handful of steps."""
        lease = lease or self.lease()
        for number in range(count):
            step = f"step_{number % 5}"
            entry = Entry(lease.run, step, Phase.VERIFIED, outputs={"number": number})
            self.journal.append(lease, entry)


def forge(path: Path, *statements: str) -> None:
    """Change a ledger file behind its back, past the triggers."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER record_is_never_updated")
        connection.execute("DROP TRIGGER record_is_never_deleted")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
