"""What one record costs: SQLite, PostgreSQL, and a bare commit in each.

Each record is appended under a lease, in a transaction of its own, as a run does it.
The baseline is the same database with one bare INSERT in a transaction. Prints one JSON
object: medians in milliseconds, and their ratios.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.support.cluster import running_cluster
from tests.support.ledger import new_database

from launchbook.clock import SystemClock
from launchbook.ledger.body import Body
from launchbook.ledger.chain import ChainKey
from launchbook.ledger.holder import current_holder
from launchbook.ledger.journal import Author, Journal
from launchbook.ledger.lock import Lock
from launchbook.ledger.postgres import PostgresStore
from launchbook.ledger.sqlite import SqliteStore
from launchbook.model.record import Entry, Phase
from launchbook.transport.postgres import Postgres

if TYPE_CHECKING:
    from collections.abc import Callable

    from launchbook.ledger.store import Store

APPENDS = 300
TABLE = "CREATE TABLE bare (value text)"


def median_ms(act: Callable[[], object]) -> float:
    """Do it many times; return the median of one."""
    taken = []
    for _ in range(APPENDS):
        started = time.perf_counter()
        act()
        taken.append((time.perf_counter() - started) * 1000)
    return round(statistics.median(taken), 3)


def appending(store: Store) -> Callable[[], object]:
    """Return what appends one record."""
    clock, body = SystemClock(), Body(current_holder())
    journal = Journal(store, ChainKey("bench", b"k" * 32), Author("bench", "0"), clock)
    lease = Lock(store, journal, clock, body).acquire("staging", "run", "bench").lease
    entry = Entry("run", "step", Phase.VERIFIED, "d" * 64, {"id": "x" * 40})
    return lambda: journal.append(lease, entry)


def sqlite_ms(folder: Path) -> tuple[float, float]:
    """Return the medians of a bare commit and of a record."""
    with closing(sqlite3.connect(folder / "bare.db", isolation_level=None)) as bare:
        bare.execute("PRAGMA journal_mode = WAL")
        bare.execute("PRAGMA synchronous = FULL")
        bare.execute(TABLE)
        plain = median_ms(lambda: bare.execute("INSERT INTO bare VALUES ('x')"))
    with closing(SqliteStore(folder / "ledger.db")) as store:
        return plain, median_ms(appending(store))


def postgres_ms(folder: Path) -> tuple[float, float]:
    """Return the same for PostgreSQL, which runs here without durability."""
    with running_cluster() as cluster:
        connect = Postgres(new_database(cluster, folder), SystemClock()).connect
        with connect() as session:
            session.execute_script(TABLE)
            insert = "BEGIN; INSERT INTO bare VALUES ('x'); COMMIT"
            plain = median_ms(lambda: session.execute_script(insert))
        with closing(PostgresStore(connect)) as store:
            return plain, median_ms(appending(store))


def main() -> None:
    """Measure both stores in one run."""
    with tempfile.TemporaryDirectory() as name:
        bare_file, file = sqlite_ms(Path(name))
        bare_server, server = postgres_ms(Path(name))
    result = {
        "bench": "ledger",
        "appends": APPENDS,
        "sqlite_bare_ms": bare_file,
        "sqlite_ms": file,
        "sqlite_ratio": round(file / bare_file, 2),
        "postgres_bare_ms": bare_server,
        "postgres_ms": server,
        "postgres_ratio": round(server / bare_server, 2),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
