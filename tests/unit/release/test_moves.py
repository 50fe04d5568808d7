"""What migrations do to older code: by their files, and by the history without one."""

from __future__ import annotations

from pathlib import Path

import pytest

from launchbook.migration.file import Migration
from launchbook.migration.history import Applied
from launchbook.migration.phase import Terms
from launchbook.release.moves import read_moves
from launchbook.release.situation import Move, MovePhase

FIRST = "create table shops (id bigint primary key, city text);"
CONTRACT = "-- launchbook: phase=contract\n"
TERMS = Terms(held_before={"3"})


def file(version: str, sql: str) -> Migration:
    return Migration(version, "change", Path(f"{version}_change.sql"), sql)


def row(migration: Migration) -> Applied:
    return Applied(migration.version, migration.name, migration.texts)


def pending(*sql: str) -> list[Move]:
    """What a release would do with files 2, 3, ... after the first one."""
    first = file("1", FIRST)
    files = [first, *(file(str(n), each) for n, each in enumerate(sql, start=2))]
    return [*read_moves(files, [row(first)], TERMS, since="1").pending]


def test_the_phase_of_a_pending_file_is_what_its_header_says() -> None:
    found = pending(
        "alter table shops add column town text;",
        CONTRACT + "alter table shops drop column city;",
        "-- launchbook: phase=migrate batch=10\n"
        "update shops set town = city where id in (select 1 limit :batch);",
    )
    phases = (MovePhase.EXPAND, MovePhase.CONTRACT, MovePhase.MIGRATE)
    assert [*phases] == [each.phase for each in found]


def test_a_contract_file_that_this_release_brings_is_held() -> None:
    assert [] == pending(CONTRACT + "alter table shops drop column city;")


@pytest.mark.parametrize(
    "sql",
    [
        "alter table shops drop column city;",
        "alter table shops rename column city to town;",
        "drop table shops;",
        (
            "-- launchbook: allow=drop-column nobody reads it\n"
            "alter table shops drop column city;"
        ),
    ],
)
def test_what_takes_away_is_a_contract_whatever_it_calls_itself(sql: str) -> None:
    assert [Move("2", MovePhase.CONTRACT)] == pending(sql)


def test_what_was_applied_without_a_file_is_read_from_the_history() -> None:
    rows = [
        Applied("2", "more", ("alter table shops add column town text",)),
        Applied("3", "less", (CONTRACT + "alter table shops drop column city",)),
        Applied("4", "gone", ("drop table shops",)),
        Applied("5", "bare"),
        Applied("6", "ill", ("this is no sql",)),
    ]
    found = read_moves([], rows, None, since="1").applied
    assert [
        MovePhase.EXPAND,
        *[MovePhase.CONTRACT] * 2,
        *[MovePhase.UNKNOWN] * 2,
    ] == [each.phase for each in found]


def test_without_a_release_to_come_nothing_is_pending() -> None:
    first, second = file("1", FIRST), file("2", "create table b (id bigint);")
    seen = read_moves([first, second], [row(first)], None, since="1")
    assert ((Move("1", MovePhase.EXPAND),), ()) == (seen.applied, seen.pending)


def test_files_that_do_not_fit_the_history_are_applied_by_no_release() -> None:
    seen = read_moves([], [Applied("9", "later", (FIRST,))], TERMS, since="1")
    assert () == seen.pending
