"""``invoke migrate.lint`` without any platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.vocilia import PRODUCT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Shell

MIGRATIONS = PRODUCT / "supabase" / "migrations"


def test_the_reference_product_is_in_order(shell: Shell) -> None:
    typed = shell.type("migrate.lint", "--folder", str(MIGRATIONS))
    assert (0, "") == (typed.status, typed.err)
    assert "0 errors, 0 warnings, 0 accepted" in typed.out


def test_an_error_ends_with_2_and_says_where_and_what_is_safer(
    shell: Shell, tmp_path: Path
) -> None:
    (tmp_path / "1_x.sql").write_text("select 1;\ntruncate shops;")
    typed = shell.type("migrate.lint", "--folder", str(tmp_path))
    assert 2 == typed.status
    assert "1_x.sql:2: error: truncate empties public.shops" in typed.out
    assert "[truncate]\n  Delete in batches" in typed.out


def test_a_warning_and_an_accepted_finding_end_with_0(
    shell: Shell, tmp_path: Path
) -> None:
    (tmp_path / "1_x.sql").write_text(
        "-- launchbook: allow=truncate a cache\ntruncate shops;\ndo $$ begin end $$;"
    )
    typed = shell.type("migrate.lint", "--folder", str(tmp_path), "--json")
    assert 0 == typed.status
    accepted, warned, end = typed.records
    assert ("truncate", "a cache") == (accepted["rule"], accepted["reason"])
    assert ("opaque-block", "warning", 3) == (
        warned["rule"],
        warned["severity"],
        warned["line"],
    )
    assert ("migrations-judged", 0, 1) == (end["kind"], end["errors"], end["accepted"])


def test_sql_that_postgresql_cannot_read_is_refused_with_its_line(
    shell: Shell, tmp_path: Path
) -> None:
    (tmp_path / "1_x.sql").write_text("select 1;\nalter tabel shops;")
    typed = shell.type("migrate.lint", "--folder", str(tmp_path))
    assert 2 == typed.status
    assert "1_x.sql:2" in typed.err
    assert "cannot be read by PostgreSQL" in typed.err
