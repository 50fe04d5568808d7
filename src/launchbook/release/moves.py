"""What migrations do to code that is older than them, by their files and the history.

The header of a file says its phase. A file that takes something away and calls itself
another phase, with a finding that somebody accepted, is one of the contract phase all
the same: old code does not read the reason.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from launchbook.errors import InvalidMigration, MigrationDrift
from launchbook.migration.file import Migration
from launchbook.migration.header import HeaderError, Phase
from launchbook.migration.lint.check import lint
from launchbook.migration.phase import due
from launchbook.release.situation import Move, MovePhase, Schema

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from launchbook.migration.history import Applied
    from launchbook.migration.phase import Terms
    from launchbook.model.release import Capsule

    ReadSchema = Callable[[Capsule, Collection[str] | None], Schema]
    """Reads the schema as it matters to a release of the past.

    The collection holds the contract files that the serving release held, for a
    release that is to come; None where none is.
    """

BREAKING: Final = frozenset(
    {
        *("drop-column", "drop-table", "drop-view", "drop-function", "drop-schema"),
        *("rename-column", "rename-table", "change-column-type", "truncate"),
    }
)
"""Rules of the lint that find what old code cannot live with."""


def read_moves(
    files: Sequence[Migration],
    applied: Sequence[Applied],
    terms: Terms | None,
    *,
    since: str,
) -> Schema:
    """Return what the database has, and what a release would do to it.

    Args:
        files: Of the work tree, in order.
        applied: The database's history.
        terms: Of the release that is to come; None without one.
        since: The newest migration that the old release knows; what is older is not
            looked into.
    """
    known = {each.version: each for each in files}
    return Schema(
        applied=tuple(
            _move(known.get(row.version) or _recorded(row), files, since)
            for row in applied
        ),
        pending=tuple(
            _move(each, files, "") for each in _pending(files, applied, terms)
        ),
    )


def _pending(
    files: Sequence[Migration], applied: Sequence[Applied], terms: Terms | None
) -> Iterator[Migration]:
    """What a release applies; of files that do not fit the history it applies none."""
    if terms is None:
        return
    try:
        yield from due(files, applied, terms).now
    except MigrationDrift:
        return


def _recorded(row: Applied) -> Migration:
    """A migration without a file, as the history keeps it; empty where it keeps none."""
    return Migration(row.version, row.name, Path(row.name), ";\n".join(row.statements))


def _move(migration: Migration, files: Sequence[Migration], since: str) -> Move:
    try:
        return Move(migration.version, _phase(migration, files, since))
    except (HeaderError, InvalidMigration):
        return Move(migration.version, MovePhase.UNKNOWN)


def _phase(migration: Migration, files: Sequence[Migration], since: str) -> MovePhase:
    if not migration.sql:
        return MovePhase.UNKNOWN
    phase = migration.header.phase
    if phase != Phase.CONTRACT and migration.version > since:
        before = [each for each in files if each.version < migration.version]
        found = lint((*before, migration), {migration.version})
        if any(each.rule in BREAKING for each in found):
            return MovePhase.CONTRACT
    return MovePhase(str(phase))
