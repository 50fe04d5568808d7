"""database.advisors: the database's own catalogue, read and judged.

Works on the database itself, not on the vendor's answer: it says the same offline, on
the sandbox and live. A finding is mended, or accepted by name with a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from launchbook.database.advice import Acceptance
from launchbook.database.advisor import NAMES, advise
from launchbook.database.reading import read_catalog
from launchbook.engine.check import Check
from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import VerificationFailed
from launchbook.model.change import Action, Change, Planned
from launchbook.transport.postgres import DatabaseAddress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.database.advice import Advice, Finding
    from launchbook.redact import Secret
    from launchbook.transport.postgres import Connect


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which database, and what about it is a choice.

    Attributes:
        database_url: Session mode, with the password.
        ca: Path of the authority to verify the server with; empty: the usual ones.
        schema: Version of the newest migration; named so that it is applied first.
        accepted: Findings that are a choice: ``rule``, ``object``, ``reason``.
    """

    database_url: Secret
    ca: str
    schema: str
    accepted: tuple[Mapping[str, str], ...] = ()


class DatabaseAdvisors(Check):
    """A check: it reads and judges."""

    name: ClassVar[str] = "database.advisors"
    inputs_type: ClassVar[type] = Inputs

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def facts(self, inputs: Inputs, context: Context) -> None:
        """Nothing to read before the migrations are applied."""

    def plan(self, inputs: Inputs, facts: None, prior: Prior | None) -> Planned:
        """Nothing to write."""
        change = Change(Action.NO_CHANGE, self.name, "schema")
        return Planned((change,), {"schema": inputs.schema})

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Run every rule.

        Raises:
            VerificationFailed: A finding is open, or there was nothing to look at.
        """
        ca_file = Path(inputs.ca) if inputs.ca else None
        address = DatabaseAddress.from_url(inputs.database_url, ca_file)
        with self._connect(address) as session:
            catalog = read_catalog(session)
        choices = [Acceptance(**each) for each in inputs.accepted]
        advice = advise(catalog, choices)
        _refuse(advice)
        evidence = {
            "rules": len(NAMES),
            "counts": dict(advice.counts),
            "accepted": [_named(each) for each in advice.accepted],
            "unused_acceptances": [
                f"{each.rule} {each.object}" for each in advice.unused
            ],
        }
        return Verified({"schema": inputs.schema}, evidence)


def _refuse(advice: Advice) -> None:
    """Raise when something is open, or when nothing was looked at."""
    problems = [f"{_named(each)}: {each.message}" for each in advice.blocking]
    if not advice.counts["tables"]:
        problems = ["nothing was looked at: the database has no tables"]
    if problems:
        raise VerificationFailed(
            f"the database is not safe: {'; '.join(problems)}",
            hint="Run `invoke database.advise` for what mends each, then add a migration.",
            details={"problems": problems},
        )


def _named(finding: Finding) -> str:
    return f"{finding.rule} {finding.object}"
