from __future__ import annotations

from pathlib import Path

import pytest

from launchbook.errors import InvalidMigration, MigrationDrift
from launchbook.migration.file import Migration, read_migrations
from launchbook.migration.history import Applied
from launchbook.migration.phase import Terms, due, is_first, schema_range

ADD = Migration("1", "add", Path("1_add.sql"), "select 1;")
DROP = Migration(
    "2", "drop", Path("2_drop.sql"), "-- launchbook: phase=contract\nselect 2;"
)
MORE = Migration("3", "more", Path("3_more.sql"), "select 3;")
FILES = (ADD, DROP, MORE)


def row(migration: Migration) -> Applied:
    return Applied(migration.version, migration.name, migration.texts)


def test_a_contract_file_is_held_and_holds_nothing_up() -> None:
    parted = due(FILES, [row(ADD)])
    assert ((MORE,), (DROP,)) == (parted.now, parted.held)


def test_what_the_serving_release_held_is_due_although_later_ones_were_applied() -> (
    None
):
    parted = due(FILES, [row(ADD), row(MORE)], Terms(held_before=("2",)))
    assert ((DROP,), ()) == (parted.now, parted.held)


def test_a_held_file_stays_held_until_a_release_says_so() -> None:
    parted = due(FILES, [row(ADD), row(MORE)])
    assert ((), (DROP,)) == (parted.now, parted.held)


def test_where_nothing_serves_everything_is_applied_in_order() -> None:
    parted = due(FILES, [], Terms(is_first=True))
    assert (FILES, ()) == (parted.now, parted.held)


def test_an_expand_file_that_comes_too_late_is_still_drift() -> None:
    with pytest.raises(MigrationDrift, match="older than the last one applied: 1"):
        due(FILES, [row(MORE)])


def test_a_database_taken_over_is_in_use() -> None:
    assert is_first([], "")
    assert not is_first([], "2")
    assert not is_first([row(ADD)], "")


def test_a_release_works_from_what_it_adds_to_what_it_knows() -> None:
    last = Migration("4", "drop", Path("4_drop.sql"), DROP.sql)
    assert ("3", "4") == schema_range((*FILES, last), (last,))
    assert ("none", "none") == schema_range((), ())


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("phase=shrink", "no phase of ours"),
        ("faze=expand", "nobody knows: faze=expand"),
        ("batch=10", "but not phase=migrate"),
        ("phase=migrate batch=0", "no batch of 1"),
        ("phase=migrate batch=10", ":batch in it"),
        ("transaction=perhaps", "neither transaction=yes"),
    ],
)
def test_a_header_that_says_nothing_is_refused(
    tmp_path: Path, header: str, said: str
) -> None:
    (tmp_path / "1_x.sql").write_text(f"-- launchbook: {header}\nselect 1;")
    with pytest.raises(InvalidMigration, match=said):
        read_migrations(tmp_path)


def test_a_header_below_the_first_statement_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1_x.sql").write_text("select 1;\n-- launchbook: phase=contract\n")
    with pytest.raises(InvalidMigration, match=r"1_x\.sql:2:.*below"):
        read_migrations(tmp_path)
