"""The history of migrations in the database, as the vendor's own CLI keeps it.

Table ``supabase_migrations.schema_migrations (version text primary key,
statements text[], name text)``: supabase/cli, pkg/migration/history.go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from launchbook.errors import MigrationDrift
from launchbook.migration.header import Phase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from launchbook.migration.file import Migration

CREATE_HISTORY: Final = """
CREATE SCHEMA IF NOT EXISTS supabase_migrations;
CREATE TABLE IF NOT EXISTS supabase_migrations.schema_migrations (
  version text NOT NULL PRIMARY KEY
);
ALTER TABLE supabase_migrations.schema_migrations
  ADD COLUMN IF NOT EXISTS statements text[];
ALTER TABLE supabase_migrations.schema_migrations
  ADD COLUMN IF NOT EXISTS name text;
"""
_EXISTS: Final = (
    "SELECT to_regclass('supabase_migrations.schema_migrations') IS NOT NULL AS found"
)
_READ: Final = """
SELECT version, coalesce(name, '') AS name, coalesce(statements, '{}') AS statements
FROM supabase_migrations.schema_migrations ORDER BY version
"""
_RECORD: Final = """
INSERT INTO supabase_migrations.schema_migrations (version, name, statements)
VALUES (:version, :name, :statements)
"""


class Session(Protocol):
    """What of a database session the history needs."""

    def query(self, sql: str, **parameters: object) -> list[dict[str, object]]:
        """Run one statement and return its rows."""
        ...

    def execute_script(self, sql: str) -> None:
        """Run any number of statements."""
        ...


@dataclass(frozen=True, slots=True)
class Applied:
    """One row of the history.

    Attributes:
        statements: Empty where an older tool recorded the version alone.
    """

    version: str
    name: str
    statements: tuple[str, ...] = ()


def read_history(session: Session) -> tuple[Applied, ...]:
    """Return what was applied, in order; nothing where there is no history."""
    if not session.query(_EXISTS)[0]["found"]:
        return ()
    return tuple(
        Applied(str(row["version"]), str(row["name"]), _texts(row["statements"]))
        for row in session.query(_READ)
    )


def record(session: Session, migration: Migration) -> None:
    """Write one row; the caller holds the transaction of the migration itself."""
    session.query(
        _RECORD,
        version=migration.version,
        name=migration.name,
        statements=list(migration.texts),
    )


def pending(
    migrations: Sequence[Migration], applied: Sequence[Applied], baseline: str = ""
) -> tuple[Migration, ...]:
    """Return the files that the database lacks.

    Args:
        migrations: All files, in order.
        applied: The history.
        baseline: A database that was taken over has everything up to this version,
            whatever its history says of it; empty for nothing.

    Raises:
        MigrationDrift: A row has no file, a file differs from what was applied,
            or a file's version lies before the last one applied. A contract file
            may: it was held while later ones were applied.
    """
    known = {row.version: row for row in applied if row.version > baseline}
    files = {each.version: each for each in migrations if each.version > baseline}
    missing = sorted(known.keys() - files.keys())
    changed = sorted(
        v for v in known.keys() & files.keys() if _differs(files[v], known[v])
    )
    latest = max(known, default="")
    late = sorted(
        version
        for version in files.keys() - known.keys()
        if version < latest and files[version].header.phase != Phase.CONTRACT
    )
    if missing or changed or late:
        raise _drift(missing, changed, late)
    return tuple(each for each in files.values() if each.version not in known)


def _differs(migration: Migration, row: Applied) -> bool:
    """A row that lists no statements says nothing about the file."""
    return bool(row.statements) and _essence(row.statements) != _essence(
        migration.texts
    )


def _essence(statements: Sequence[str]) -> list[str]:
    """Line ends and blanks at the edges are no difference; other tools trim them."""
    return [
        text.replace("\r\n", "\n").strip().rstrip(";").strip() for text in statements
    ]


def _drift(
    missing: Sequence[str], changed: Sequence[str], late: Sequence[str]
) -> MigrationDrift:
    kinds = {
        "applied without a file": missing,
        "changed since they were applied": changed,
        "older than the last one applied": late,
    }
    told = "; ".join(
        f"{what}: {', '.join(which)}" for what, which in kinds.items() if which
    )
    return MigrationDrift(
        f"migration files and the database's history disagree: {told}",
        hint="Restore the files as they were applied and put changes into a new migration, then run the same command again.",
        details={
            "missing": list(missing),
            "changed": list(changed),
            "late": list(late),
        },
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else ()
