from __future__ import annotations

from pathlib import Path

import pytest

from launchbook.errors import MigrationDrift
from launchbook.migration.file import Migration
from launchbook.migration.history import Applied, pending


def migration(version: str, sql: str = "SELECT 1;") -> Migration:
    return Migration(version, "x", Path(f"{version}_x.sql"), sql)


ONE, TWO, THREE = migration("1"), migration("2"), migration("3")
DONE = Applied("1", "x", ("SELECT 1",))


def test_what_the_database_lacks_is_pending() -> None:
    assert (TWO, THREE) == pending([ONE, TWO, THREE], [DONE])


def test_nothing_is_pending_when_all_was_applied() -> None:
    assert () == pending([ONE], [DONE])


def test_a_row_without_a_file_is_drift() -> None:
    with pytest.raises(MigrationDrift, match="applied without a file: 9") as caught:
        pending([ONE], [DONE, Applied("9", "gone")])
    assert ["9"] == caught.value.details["missing"]


def test_a_file_that_was_changed_is_drift() -> None:
    with pytest.raises(MigrationDrift, match="changed since they were applied: 1"):
        pending([migration("1", "SELECT 2;")], [DONE])


def test_a_file_before_the_last_one_applied_is_drift() -> None:
    applied = [DONE, Applied("3", "x", ("SELECT 1",))]
    with pytest.raises(MigrationDrift, match="older than the last one applied: 2"):
        pending([ONE, TWO, THREE], applied)


def test_all_kinds_of_drift_are_told_at_once() -> None:
    applied = [Applied("0", "gone"), DONE, Applied("3", "x", ("SELECT 1",))]
    with pytest.raises(MigrationDrift) as caught:
        pending([migration("1", "SELECT 2;"), TWO, THREE], applied)
    expected = {"missing": ["0"], "changed": ["1"], "late": ["2"]}
    assert expected == caught.value.details


def test_a_row_that_lists_no_statements_says_nothing_about_the_file() -> None:
    assert () == pending([ONE], [Applied("1", "")])


def test_line_ends_and_a_final_semicolon_are_no_difference() -> None:
    windows = Applied("1", "x", ("SELECT 1,\r\n2;",))
    assert () == pending([migration("1", "SELECT 1,\n2;\n")], [windows])
