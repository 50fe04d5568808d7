from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from launchbook.errors import DatabaseUnavailable, MigrationDrift, MigrationFailed
from launchbook.migration.apply import (
    Timeouts,
    apply_pending,
    apply_persistently,
)
from launchbook.migration.file import read_migrations
from launchbook.migration.history import Applied, read_history

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.transport.postgres import Postgres, Session

pytestmark = pytest.mark.xdist_group("postgres")


def versions(session: Session) -> list[str]:
    return [row.version for row in read_history(session)]


def test_a_new_database_has_no_history(session: Session) -> None:
    assert () == read_history(session)


def test_all_files_are_applied_in_order_and_recorded(
    session: Session, folder: Path
) -> None:
    told: list[str] = []
    applied = apply_pending(session, read_migrations(folder), progress=told.append)
    assert ["1_shops", "2_names"] == told
    assert ["1", "2"] == [each.version for each in applied]
    first = Applied(
        "1",
        "shops",
        (
            "-- every shop\nCREATE TABLE shops (id int PRIMARY KEY)",
            "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$",
        ),
    )
    assert first == read_history(session)[0]
    session.query("INSERT INTO shops VALUES (one(), 'Bakery')")


def test_the_table_is_the_one_of_the_vendors_own_command_line(
    session: Session, folder: Path
) -> None:
    apply_pending(session, read_migrations(folder))
    columns = session.query(
        "SELECT column_name AS c, udt_name AS t FROM information_schema.columns "
        "WHERE table_schema = 'supabase_migrations' ORDER BY 1"
    )
    expected = {"version": "text", "statements": "_text", "name": "text"}
    assert expected == {str(row["c"]): row["t"] for row in columns}


def test_a_second_time_applies_nothing(session: Session, folder: Path) -> None:
    migrations = read_migrations(folder)
    apply_pending(session, migrations)
    assert () == apply_pending(session, migrations)


def test_a_file_that_fails_leaves_nothing_and_those_before_it_stand(
    session: Session, folder: Path
) -> None:
    (folder / "3_broken.sql").write_text(
        "CREATE TABLE half (id int);\n\nINSERT INTO shops\n  SELECT nothing;\n"
    )
    (folder / "4_never.sql").write_text("CREATE TABLE never (id int);")
    with pytest.raises(MigrationFailed) as caught:
        apply_pending(session, read_migrations(folder))
    details = caught.value.details
    assert (4, "3", "42703") == (
        details["line"],
        details["version"],
        details["sqlstate"],
    )
    assert '3_broken.sql:4: column "nothing" does not exist [42703]' in str(
        caught.value
    )
    assert ["1", "2"] == versions(session)
    assert [{"t": None}] == session.query("SELECT to_regclass('half') AS t")


def test_an_error_without_a_position_is_at_its_statements_line(
    session: Session, folder: Path
) -> None:
    (folder / "3_twice.sql").write_text("SELECT 1;\n-- again\nCREATE TABLE shops ();")
    with pytest.raises(MigrationFailed, match=r"3_twice\.sql:3: .* already exists"):
        apply_pending(session, read_migrations(folder))


def test_drift_is_refused_before_anything_is_applied(
    session: Session, folder: Path
) -> None:
    apply_pending(session, read_migrations(folder))
    (folder / "2_names.sql").write_text("ALTER TABLE shops ADD COLUMN label text;")
    (folder / "3_more.sql").write_text("CREATE TABLE more (id int);")
    with pytest.raises(MigrationDrift, match="changed since they were applied: 2"):
        apply_pending(session, read_migrations(folder))
    assert ["1", "2"] == versions(session)


def test_a_history_of_an_older_tool_is_taken_on(session: Session, folder: Path) -> None:
    session.execute_script(
        "CREATE SCHEMA supabase_migrations;"
        "CREATE TABLE supabase_migrations.schema_migrations (version text PRIMARY KEY,"
        " statements text[], name text);"
        "INSERT INTO supabase_migrations.schema_migrations VALUES ('1');"
        "CREATE TABLE shops (id int);"
    )
    applied = apply_pending(session, read_migrations(folder))
    assert ["2"] == [each.version for each in applied]


def test_a_file_may_change_role_and_search_path(session: Session, folder: Path) -> None:
    (folder / "3_dump.sql").write_text(
        "SELECT pg_catalog.set_config('search_path', '', false);\n"
        "CREATE ROLE reader; GRANT reader TO CURRENT_USER; SET ROLE reader;"
    )
    (folder / "4_after.sql").write_text("CREATE TABLE after_dump (id int);")
    try:
        apply_pending(session, read_migrations(folder))
        assert ["1", "2", "3", "4"] == versions(session)
    finally:
        session.execute_script("RESET ROLE; DROP ROLE reader")


def test_a_lock_that_is_held_too_long_is_given_up(
    database: Postgres, session: Session, folder: Path
) -> None:
    apply_pending(session, read_migrations(folder))
    (folder / "3_wait.sql").write_text("ALTER TABLE shops ADD COLUMN city text;")
    timeouts = Timeouts(lock_seconds=0.1, statement_seconds=5.0, lock_attempts=1)
    with database.connect() as other, other.transaction():
        other.query("SELECT count(*) FROM shops")
        with pytest.raises(MigrationFailed, match="55P03") as caught:
            apply_pending(session, read_migrations(folder), timeouts=timeouts)
    assert "quieter time" in caught.value.hint


def test_a_statement_that_runs_too_long_is_given_up(
    session: Session, folder: Path
) -> None:
    (folder / "3_slow.sql").write_text("SELECT pg_sleep(30);")
    timeouts = Timeouts(statement_seconds=0.1)
    with pytest.raises(MigrationFailed, match="57014"):
        apply_pending(session, read_migrations(folder), timeouts=timeouts)


def test_two_runners_at_once_apply_each_file_once(
    database: Postgres, folder: Path
) -> None:
    migrations = read_migrations(folder)
    applied: list[str] = []
    errors: list[BaseException] = []
    start = threading.Barrier(2)

    def run() -> None:
        try:
            with database.connect() as own:
                start.wait(10)
                applied.extend(m.version for m in apply_pending(own, migrations))
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [] == errors
    assert ["1", "2"] == sorted(applied)


def test_a_connection_lost_meanwhile_is_opened_again_and_nothing_is_repeated(
    database: Postgres, folder: Path
) -> None:
    (folder / "3_cut.sql").write_text(
        "INSERT INTO shops VALUES (1);\nSELECT pg_terminate_backend(pg_backend_pid());\n"
    )
    told: list[str] = []
    applied: list[list[str]] = []

    def work(session: Session) -> None:
        applied.append(versions(session))
        if len(applied) == 2:
            (folder / "3_cut.sql").write_text("INSERT INTO shops VALUES (1);\n")
        apply_pending(session, read_migrations(folder))

    apply_persistently(database.connect, work, told.append)
    assert [[], ["1", "2"]] == applied
    assert ["the connection was lost, once more"] == told
    with database.connect() as session:
        assert ["1", "2", "3"] == versions(session)
        assert [{"id": 1}] == session.query("SELECT id FROM shops")


def test_a_connection_that_is_always_lost_is_said(
    database: Postgres, folder: Path
) -> None:
    (folder / "3_cut.sql").write_text(
        "SELECT pg_terminate_backend(pg_backend_pid());\n"
    )
    with pytest.raises(DatabaseUnavailable):
        apply_persistently(
            database.connect,
            lambda session: apply_pending(session, read_migrations(folder)),
        )
    with database.connect() as session:
        assert ["1", "2"] == versions(session)
