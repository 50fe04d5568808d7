"""supabase.migrations: the schema's files applied in order, and recorded.

Over session mode, as the vendor's own CLI does it, and recorded in its table, so that
it reads what we did. Drift between files and history is refused, never repaired.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import VerificationFailed
from launchbook.migration.apply import apply_pending, apply_persistently
from launchbook.migration.file import read_migrations
from launchbook.migration.history import Applied, read_history
from launchbook.migration.phase import Due, Terms, due, is_first, schema_range
from launchbook.model.change import Action, Change, Planned
from launchbook.release.shelf import STEP as CAPSULE
from launchbook.release.shelf import Shelf
from launchbook.transport.postgres import DatabaseAddress, Session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from launchbook.migration.file import Migration
    from launchbook.redact import Secret

Connect = Callable[[DatabaseAddress], AbstractContextManager[Session]]
"""Opens a session for the length of a block."""


HELD: Final = "held: a later release applies it"


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
        held: Versions of contract files that an earlier release held, beside those
            that the ledger knows of; they are applied now.
        is_first: Nothing serves from this database; an empty one says so itself.
        commit: Of this release: what it held itself is not applied by it.
    """

    database_url: Secret
    ca: str
    path: str
    directory: str
    is_tls_enforced: bool
    baseline: str = ""
    held: tuple[str, ...] = ()
    is_first: bool = False
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """The files, and what was applied, or held, before.

    Attributes:
        held_before: Contract files that the last release of another commit held.
    """

    files: Sequence[Migration]
    applied: Sequence[Applied]
    held_before: Sequence[str] = ()


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
            applied = read_history(session)
        return Facts(files, applied, _held_before(inputs, context))

    def plan(self, inputs: Inputs, facts: Facts, prior: Prior | None) -> Planned:
        """Apply what the database lacks.

        Raises:
            MigrationDrift: Files and history disagree.
        """
        parted = _due(inputs, facts)
        lacking = {each.version for each in parted.now}
        changes = tuple(
            Change(
                Action.CREATE if file.version in lacking else Action.NO_CHANGE,
                "supabase.migration",
                f"{file.version}_{file.name}",
                reason=HELD if file in parted.held else "",
            )
            for file in facts.files
        )
        return Planned(changes, _outputs(facts, parted))

    def apply(self, inputs: Inputs, facts: Facts, context: Context) -> None:
        """Apply them, each with its record, in the way that its statements allow."""
        terms = _terms(inputs, facts)
        apply_persistently(
            lambda: self._connect(_address(inputs)),
            lambda session: apply_pending(
                session,
                facts.files,
                terms=terms,
                clock=context.clock,
                progress=context.progress,
            ),
            context.progress,
        )

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Read the history again."""
        facts = self.facts(inputs, context)
        parted = _due(inputs, facts)
        lacking = [each.version for each in parted.now]
        if lacking:
            raise VerificationFailed(
                f"the database's history lacks {', '.join(lacking)}",
                hint="Run the same command again; applied files are not repeated.",
            )
        checksums = {file.version: file.checksum for file in facts.files}
        return Verified(_outputs(facts, parted), {"checksums": checksums})


def _address(inputs: Inputs) -> DatabaseAddress:
    """Where to connect."""
    ca_file = Path(inputs.ca) if inputs.ca else None
    return DatabaseAddress.from_url(inputs.database_url, ca_file)


def _held_before(inputs: Inputs, context: Context) -> tuple[str, ...]:
    """What the last release of another commit left for a later one."""
    past = context.history.verified(CAPSULE)
    return Shelf.of(each.evidence for each in past).held_before(inputs.commit)


def _terms(inputs: Inputs, facts: Facts) -> Terms:
    first = inputs.is_first or is_first(facts.applied, inputs.baseline)
    held = {*inputs.held, *facts.held_before}
    return Terms(inputs.baseline, held, first)


def _due(inputs: Inputs, facts: Facts) -> Due:
    return due(facts.files, facts.applied, _terms(inputs, facts))


def _outputs(facts: Facts, parted: Due) -> dict[str, object]:
    """What other steps may refer to: certain before anything is applied."""
    versions = [file.version for file in facts.files if file not in parted.held]
    oldest, newest = schema_range(facts.files, parted.held)
    return {
        "latest": max(versions, default="none"),
        "count": len(versions),
        "held": [each.version for each in parted.held],
        "oldest": oldest,
        "newest": newest,
    }
