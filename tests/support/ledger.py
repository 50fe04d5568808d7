"""Ledgers for tests: the kinds of store, and a file written by a forger."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from launchbook.clock import SystemClock
from launchbook.ledger.body import Body
from launchbook.ledger.history import History
from launchbook.ledger.identifier import new_id
from launchbook.ledger.journal import Journal
from launchbook.ledger.lock import Lock
from launchbook.ledger.postgres import PostgresStore
from launchbook.ledger.queue import Queue
from launchbook.ledger.sqlite import SqliteStore
from launchbook.model.record import Entry, Holder, Lease, Phase
from launchbook.redact import Secret
from launchbook.transport.database_address import DatabaseAddress
from launchbook.transport.postgres import Postgres
from tests.support.cluster import SUPERUSER
from tests.support.toy import AUTHOR, KEY, ToyClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from launchbook.clock import Clock
    from launchbook.ledger.store import Store
    from tests.support.cluster import Cluster

KINDS = ("sqlite", "postgres")
"""Every kind of store."""


def store_opener(
    kind: str, folder: Path, cluster: Callable[[], Cluster], clock: Clock
) -> Callable[[], Store]:
    """Return what opens a store; each call opens the same ledger again.

    Args:
        kind: One of ``KINDS``.
        folder: Empty, and of this ledger alone.
        cluster: Where a database is made for it, if it needs one.
        clock: Of a server that has a clock of its own.
    """
    if kind == "sqlite":
        return lambda: SqliteStore(folder / "ledger.db")
    address = new_database(cluster(), folder)
    return lambda: PostgresStore(
        Postgres(address, clock).connect, is_timed_by_writer=True
    )


def new_database(cluster: Cluster, folder: Path) -> DatabaseAddress:
    """Make an empty database with a role of its own; the authority of its server is kept in the folder."""
    name = f"ledger_{new_id(SystemClock().now())}"
    cluster.run(f"create role {name} login", user=SUPERUSER)
    cluster.run(
        f"create database {name} owner {name} template template0", user=SUPERUSER
    )
    ca_file = folder / "ca.pem"
    ca_file.write_text(cluster.ca)
    url = f"postgresql://{name}:local@127.0.0.1:{cluster.port}/{name}"
    return DatabaseAddress.from_url(Secret(url), ca_file)


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

    def body(self, pid: int = 1, host: str = "here") -> Body:
        holder = Holder(host, pid, f"start-{pid}")
        return Body(holder, lambda other: other in self.dead)

    def lock(self, pid: int = 1, host: str = "here") -> Lock:
        return Lock(self.store, self.journal, self.clock, self.body(pid, host))

    def queue(self, pid: int = 1, host: str = "here") -> Queue:
        return Queue(self.store, self.clock, self.body(pid, host))

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
