"""Migration files: ``supabase/migrations/<version>_<name>.sql``, in order."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from launchbook.errors import FileMissing, InvalidMigration, Location
from launchbook.migration.header import HeaderError, read_header
from launchbook.migration.statement import split

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.migration.header import Header
    from launchbook.migration.statement import Statement

BATCH: Final = re.compile(r"(?<!:):batch\b")
"""Stands for the number of rows in a file with ``batch=``."""
FILE_NAME: Final = re.compile(r"(?P<version>\d{1,14})_(?P<name>.+)\.sql")
"""The pattern of the vendor's CLI; the version is usually a timestamp."""


@dataclass(frozen=True)
class Migration:
    """One file.

    Attributes:
        version: Its digits; orders the files, as text.
        name: What follows the version.
        path: Where it was read from.
        sql: The whole text.
    """

    version: str
    name: str
    path: Path = field(compare=False)
    sql: str = field(repr=False)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """The statements, in order."""
        return split(self.sql)

    @cached_property
    def header(self) -> Header:
        """What its comments say; ``read_migrations`` has seen that they can be read."""
        first = self.statements[0].line if self.statements else self.sql.count("\n") + 1
        return read_header(self.sql, first)

    def filled(self, statement: Statement) -> str:
        """Return a statement as PostgreSQL takes it: ``:batch`` is a number there.

        As long as before, so that the server's positions hold.
        """
        if not self.header.batch:
            return statement.text
        number = str(self.header.batch).ljust(len(":batch"))
        return BATCH.sub(number, statement.text)

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, 64 hex digits."""
        return hashlib.sha256(self.sql.encode()).hexdigest()

    @property
    def texts(self) -> tuple[str, ...]:
        """The statements' texts, as the history keeps them."""
        return tuple(statement.text for statement in self.statements)


def read_migrations(folder: Path) -> tuple[Migration, ...]:
    """Return the migrations of a folder in the order of their versions.

    Raises:
        FileMissing: There is no such folder.
        InvalidMigration: A file's name is not ``<version>_<name>.sql``, two have
            one version, a file is not UTF-8, it begins or ends a transaction, or its
            header cannot be read.
    """
    if not folder.is_dir():
        raise FileMissing(
            f"there is no folder {folder}",
            hint="Create the folder, or correct `database.migrations` in inventory/product.yml.",
        )
    found = [_read(path) for path in sorted(folder.glob("*.sql"))]
    by_version: dict[str, Migration] = {}
    for migration in found:
        other = by_version.setdefault(migration.version, migration)
        if other is not migration:
            raise _invalid(
                migration.path, f"has the version of {other.path.name}, {other.version}"
            )
    return tuple(by_version[version] for version in sorted(by_version))


def _read(path: Path) -> Migration:
    named = FILE_NAME.fullmatch(path.name)
    if named is None:
        raise _invalid(path, "is not named <version>_<name>.sql")
    try:
        sql = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise _invalid(path, "is not UTF-8 text") from None
    migration = Migration(named["version"], named["name"], path, sql)
    for statement in migration.statements:
        if statement.is_transaction_control:
            what = f"has {statement.words[0]}, but a file is one transaction already"
            raise _invalid(path, what, statement.line)
    _check_header(migration)
    return migration


def _check_header(migration: Migration) -> None:
    try:
        header = migration.header
    except HeaderError as error:
        raise _invalid(migration.path, error.what, error.line) from None
    if not header.batch:
        return
    texts = migration.texts
    if len(texts) != 1 or not BATCH.search(texts[0]):
        what = "has a batch, but is not one statement with :batch in it"
        raise _invalid(migration.path, what)


def _invalid(path: Path, what: str, line: int = 1) -> InvalidMigration:
    return InvalidMigration(
        f"the migration {path.name} {what}",
        hint="Rename or correct the file, then run the same command again.",
        location=Location(str(path), line),
    )
