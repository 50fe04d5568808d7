"""Locks, statements outside transactions and backfills, on a real PostgreSQL."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from launchbook.errors import GateFailed, StatementFailed
from launchbook.migration.apply import Timeouts, apply_pending
from launchbook.migration.file import read_migrations
from launchbook.migration.history import read_history
from launchbook.redact import Secret
from launchbook.steps.migrations_lint import Inputs as LintInputs
from launchbook.steps.migrations_lint import MigrationsLint
from launchbook.steps.supabase_migrations import Inputs, SupabaseMigrations
from tests.support.domains import context

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.engine.step import Verified
    from launchbook.transport.postgres import Postgres, Session
    from tests.support.cluster import Cluster

pytestmark = pytest.mark.xdist_group("postgres")


def versions(session: Session) -> list[str]:
    return [row.version for row in read_history(session)]


INDEX = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS shops_name ON shops (name);"
BATCH = (
    "-- launchbook: phase=migrate batch=10\n"
    "UPDATE shops SET name = 'x' WHERE id IN\n"
    " (SELECT id FROM shops WHERE name IS NULL ORDER BY id LIMIT :batch);"
)


class Killed(BaseException):
    """Stands for the end of the process."""


def filled(session: Session) -> object:
    return session.query("SELECT count(name) AS n FROM shops")[0]["n"]


def test_a_table_locked_by_another_session_is_asked_for_again(
    database: Postgres, session: Session, folder: Path
) -> None:
    apply_pending(session, read_migrations(folder))
    (folder / "3_city.sql").write_text("ALTER TABLE shops ADD COLUMN city text;")
    told: list[str] = []
    is_asked_again = threading.Event()

    def tell(text: str) -> None:
        told.append(text)
        if "attempt 2" in text:
            is_asked_again.set()

    def hold(is_held: threading.Event) -> None:
        with database.connect() as other, other.transaction():
            other.query("SELECT count(*) FROM shops")
            is_held.set()
            is_asked_again.wait(20)

    is_held = threading.Event()
    holder = threading.Thread(target=hold, args=(is_held,))
    holder.start()
    assert is_held.wait(10)
    timeouts = Timeouts(lock_seconds=0.1, longest_wait_seconds=0.2)
    apply_pending(session, read_migrations(folder), timeouts=timeouts, progress=tell)
    holder.join(20)
    assert ["1", "2", "3"] == versions(session)
    assert any("3_city.sql: somebody holds a lock" in each for each in told)


def test_an_index_is_built_without_a_transaction(
    session: Session, folder: Path
) -> None:
    (folder / "3_index.sql").write_text(INDEX)
    apply_pending(session, read_migrations(folder))
    assert ["1", "2", "3"] == versions(session)
    assert is_valid(session)


def is_valid(session: Session) -> object:
    (row,) = session.query(
        "SELECT indisvalid AS v FROM pg_index WHERE indexrelid = to_regclass('shops_name')"
    )
    return row["v"]


def test_an_index_left_invalid_is_dropped_and_made_anew(
    session: Session, folder: Path
) -> None:
    apply_pending(session, read_migrations(folder))
    session.execute_script("INSERT INTO shops VALUES (1, 'a'), (2, 'a')")
    with pytest.raises(StatementFailed):
        session.execute_script(INDEX)
    assert not is_valid(session)
    session.execute_script("DELETE FROM shops WHERE id = 2")
    (folder / "3_index.sql").write_text(INDEX)
    told: list[str] = []
    apply_pending(session, read_migrations(folder), progress=told.append)
    assert is_valid(session)
    assert any("made anew" in each for each in told)


def test_a_backfill_killed_between_batches_goes_on_where_it_was(
    database: Postgres, session: Session, folder: Path
) -> None:
    apply_pending(session, read_migrations(folder))
    session.execute_script("INSERT INTO shops SELECT generate_series(1, 35)")
    (folder / "3_fill.sql").write_text(BATCH)

    def kill_after_two(text: str) -> None:
        if "in 2 batches" in text:
            raise Killed

    with database.connect() as first, pytest.raises(Killed):
        apply_pending(first, read_migrations(folder), progress=kill_after_two)
    assert (20, ["1", "2"]) == (filled(session), versions(session))
    told: list[str] = []
    apply_pending(session, read_migrations(folder), progress=told.append)
    assert "3_fill.sql: 15 rows in 2 batches" == told[-1]
    assert (35, ["1", "2", "3"]) == (filled(session), versions(session))


KILLED = """
import os, signal, sys
from pathlib import Path
from launchbook.clock import SystemClock
from launchbook.migration.apply import apply_pending
from launchbook.migration.file import read_migrations
from launchbook.redact import Secret
from launchbook.transport.postgres import DatabaseAddress, Postgres

url, ca, folder = sys.argv[1:]
address = DatabaseAddress.from_url(Secret(url), Path(ca))

def tell(text):
    if "in 2 batches" in text:
        os.kill(os.getpid(), signal.SIGKILL)

with Postgres(address, SystemClock()).connect() as session:
    apply_pending(session, read_migrations(Path(folder)), progress=tell)
"""


def test_a_process_killed_between_batches_loses_nothing(
    cluster: Cluster, session: Session, folder: Path, tmp_path: Path
) -> None:
    apply_pending(session, read_migrations(folder))
    session.execute_script("INSERT INTO shops SELECT generate_series(1, 35)")
    (folder / "3_fill.sql").write_text(BATCH)
    ca_file = str(tmp_path / "ca.pem")
    done = subprocess.run(
        [sys.executable, "-c", KILLED, cluster.url, ca_file, str(folder)], check=False
    )
    assert -signal.SIGKILL == done.returncode
    assert (20, ["1", "2"]) == (filled(session), versions(session))
    apply_pending(session, read_migrations(folder))
    assert (35, ["1", "2", "3"]) == (filled(session), versions(session))


def step_inputs(folder: Path, **more: Any) -> Inputs:
    url = Secret("postgresql://postgres:x@127.0.0.1:5432/postgres")
    return Inputs(url, "", str(folder), ".", is_tls_enforced=True, **more)


def released(database: Postgres, inputs: Inputs) -> Verified:
    """Run the step as the engine does."""
    step = SupabaseMigrations(lambda _: database.connect())
    facts = step.facts(inputs, context())
    planned = step.plan(inputs, facts, None)
    step.apply(inputs, facts, context())
    verified = step.verify(inputs, context())
    assert planned.outputs == verified.outputs
    return verified


def test_a_column_is_dropped_by_the_release_after_the_one_that_carried_it(
    database: Postgres, session: Session, folder: Path
) -> None:
    released(database, step_inputs(folder))
    (folder / "3_drop.sql").write_text(
        "-- launchbook: phase=contract\nALTER TABLE shops DROP COLUMN name;"
    )
    (folder / "4_town.sql").write_text("ALTER TABLE shops ADD COLUMN town text;")
    second = released(database, step_inputs(folder))
    assert (["3"], "4", "4") == tuple(
        second.outputs[key] for key in ("held", "oldest", "newest")
    )
    assert ["1", "2", "4"] == versions(session)
    third = released(database, step_inputs(folder, held=("3",)))
    assert [] == third.outputs["held"]
    assert ["1", "2", "3", "4"] == versions(session)


def test_an_empty_database_is_given_every_file_in_order(
    database: Postgres, session: Session, folder: Path
) -> None:
    (folder / "3_drop.sql").write_text(
        "-- launchbook: phase=contract\nALTER TABLE shops DROP COLUMN name;"
    )
    assert [] == released(database, step_inputs(folder)).outputs["held"]
    assert ["1", "2", "3"] == versions(session)


def test_only_what_the_database_lacks_is_judged_and_refused(
    database: Postgres, session: Session, folder: Path
) -> None:
    apply_pending(session, read_migrations(folder))
    check = MigrationsLint(lambda _: database.connect())
    told = step_inputs(folder)
    inputs = LintInputs(
        told.database_url, "", told.path, told.directory, is_tls_enforced=True
    )
    assert 0 == check.verify(inputs, context()).evidence["files"]
    (folder / "3_all.sql").write_text("TRUNCATE shops;")
    with pytest.raises(GateFailed, match=r"3_all\.sql:1: truncate: ") as caught:
        check.verify(inputs, context())
    assert "invoke migrate.lint" in caught.value.hint
