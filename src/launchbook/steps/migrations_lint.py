"""migrations.lint: what the pending migrations would do to a product in use.

Read by PostgreSQL's own parser before anything is applied. Only files that the
database lacks are judged: what was applied cannot be written otherwise any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from launchbook.engine.check import Check
from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import GateFailed
from launchbook.migration.file import read_migrations
from launchbook.migration.history import pending, read_history
from launchbook.migration.lint.check import CODES, lint
from launchbook.model.change import Action, Change, Planned
from launchbook.transport.postgres import DatabaseAddress

if TYPE_CHECKING:
    from launchbook.redact import Secret
    from launchbook.transport.postgres import Connect


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which files go into which database.

    Attributes:
        database_url: Session mode, with the password.
        ca: Path of the authority to verify the server with; empty: the usual ones.
        path: The work tree.
        directory: Folder of the SQL files within it.
        is_tls_enforced: Named so that access is settled first.
        baseline: A database that was taken over has everything up to this version.
    """

    database_url: Secret
    ca: str
    path: str
    directory: str
    is_tls_enforced: bool
    baseline: str = ""


class MigrationsLint(Check):
    """A check: it reads and judges."""

    name: ClassVar[str] = "migrations.lint"
    inputs_type: ClassVar[type] = Inputs

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def facts(self, inputs: Inputs, context: Context) -> None:
        """Nothing to read before the database lets us in."""

    def plan(self, inputs: Inputs, facts: None, prior: Prior | None) -> Planned:
        """Nothing to write."""
        change = Change(Action.NO_CHANGE, self.name, inputs.directory)
        return Planned((change,), {"directory": inputs.directory})

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Judge what the database lacks.

        Raises:
            GateFailed: A finding of severity error is open.
            InvalidMigration: PostgreSQL cannot read a file.
            MigrationDrift: Files and history disagree.
        """
        files = read_migrations(Path(inputs.path) / inputs.directory)
        ca_file = Path(inputs.ca) if inputs.ca else None
        address = DatabaseAddress.from_url(inputs.database_url, ca_file)
        with self._connect(address) as session:
            applied = read_history(session)
        lacking = {each.version for each in pending(files, applied, inputs.baseline)}
        findings = lint(files, lacking)
        problems = [
            f"{each.file}:{each.line}: {each.rule}: {each.message}"
            for each in findings
            if each.is_blocking
        ]
        if problems:
            raise GateFailed(
                f"pending migrations are dangerous: {'; '.join(problems)}",
                hint="Run `invoke migrate.lint` for what to write instead.",
                details={"problems": problems},
            )
        evidence = {
            "rules": len(CODES),
            "files": len(lacking),
            "findings": [each.as_json() for each in findings],
        }
        return Verified({"directory": inputs.directory}, evidence)
