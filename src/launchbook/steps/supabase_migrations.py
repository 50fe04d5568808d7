"""supabase.migrations: the schema's files applied in order, and recorded.

Over session mode, as the vendor's own CLI does it, and recorded in its table, so that
it reads what we did. Drift between files and history is refused, never repaired.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import VerificationFailed
from launchbook.migration.apply import apply_pending, apply_persistently
from launchbook.migration.file import read_migrations
from launchbook.migration.history import Applied, pending, read_history
from launchbook.model.change import Action, Change, Planned
from launchbook.transport.postgres import DatabaseAddress, Session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from launchbook.migration.file import Migration
    from launchbook.redact import Secret

Connect = Callable[[DatabaseAddress], AbstractContextManager[Session]]
"""Opens a session for the length of a block."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which files go into which database.

    Attributes:
        database_url: Session mode, with the password.
        ca: Path of the authority to verify the server with; empty: the usual ones.
        path: The work tree.
        directory: Folder of the SQL files within it.
        is_tls_enforced: Named so that access is settled first.
        baseline: A database that was taken over has everything up to this version;
            empty for a database of our own.
    """

    database_url: Secret
    ca: str
    path: str
    directory: str
    is_tls_enforced: bool
    baseline: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """The files, and what the database says was applied."""

    files: Sequence[Migration]
    applied: Sequence[Applied]


class SupabaseMigrations:
    """One line a file that the database lacks."""

    name: ClassVar[str] = "supabase.migrations"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def facts(self, inputs: Inputs, context: Context) -> Facts:
        """Read the folder and the history."""
        files = read_migrations(Path(inputs.path) / inputs.directory)
        with self._connect(_address(inputs)) as session:
            return Facts(files=files, applied=read_history(session))

    def plan(self, inputs: Inputs, facts: Facts, prior: Prior | None) -> Planned:
        """Apply what the database lacks.

        Raises:
            MigrationDrift: Files and history disagree.
        """
        lacking = {
            each.version
            for each in pending(facts.files, facts.applied, inputs.baseline)
        }
        changes = tuple(
            Change(
                Action.CREATE if file.version in lacking else Action.NO_CHANGE,
                "supabase.migration",
                f"{file.version}_{file.name}",
            )
            for file in facts.files
        )
        return Planned(changes, _outputs(facts))

    def apply(self, inputs: Inputs, facts: Facts, context: Context) -> None:
        """Apply them, each in a transaction of its own with its record."""
        apply_persistently(
            lambda: self._connect(_address(inputs)),
            lambda session: apply_pending(
                session,
                facts.files,
                baseline=inputs.baseline,
                progress=context.progress,
            ),
            context.progress,
        )

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Read the history again."""
        facts = self.facts(inputs, context)
        lacking = [
            each.version
            for each in pending(facts.files, facts.applied, inputs.baseline)
        ]
        if lacking:
            raise VerificationFailed(
                f"the database's history lacks {', '.join(lacking)}",
                hint="Run the same command again; applied files are not repeated.",
            )
        checksums = {file.version: file.checksum for file in facts.files}
        return Verified(_outputs(facts), {"checksums": checksums})


def _address(inputs: Inputs) -> DatabaseAddress:
    """Where to connect."""
    ca_file = Path(inputs.ca) if inputs.ca else None
    return DatabaseAddress.from_url(inputs.database_url, ca_file)


def _outputs(facts: Facts) -> dict[str, object]:
    """What other steps may refer to: certain before anything is applied."""
    versions = [file.version for file in facts.files]
    return {"latest": max(versions, default="none"), "count": len(versions)}
