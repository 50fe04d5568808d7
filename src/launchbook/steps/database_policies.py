"""database.policies: row level security, tried as anybody, two users and the service.

In one transaction that is never committed; see docs/database.md for what it does on a
database with data.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from launchbook.database.ownership import Intentions
from launchbook.database.proof import prove
from launchbook.database.reading import read_catalog
from launchbook.engine.check import Check
from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import VerificationFailed
from launchbook.model.change import Action, Change, Planned
from launchbook.transport.postgres import DatabaseAddress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.redact import Secret
    from launchbook.transport.postgres import Connect


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which database, and what its policies are meant to say.

    Attributes:
        database_url: Session mode, with the password.
        ca: Path of the authority to verify the server with; empty: the usual ones.
        schema: Version of the newest migration; named so that it is applied first.
        owners: ``table`` and the ``column`` that holds its owner's id.
        readable: Tables and views that everybody may read.
        writable: Tables that everybody may add rows to.
        samples: ``column`` (``schema.table.column``) and a ``value`` that it takes.
    """

    database_url: Secret
    ca: str
    schema: str
    owners: tuple[Mapping[str, str], ...]
    readable: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    samples: tuple[Mapping[str, str], ...] = ()

    @property
    def intentions(self) -> Intentions:
        """The same, as the proof takes it."""
        return Intentions(
            owners={each["table"]: each["column"] for each in self.owners},
            readable=frozenset(self.readable),
            writable=frozenset(self.writable),
            samples={each["column"]: each["value"] for each in self.samples},
        )


class DatabasePolicies(Check):
    """A check: nothing of what it tries stays."""

    name: ClassVar[str] = "database.policies"
    inputs_type: ClassVar[type] = Inputs

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def facts(self, inputs: Inputs, context: Context) -> None:
        """Nothing to read before the migrations are applied."""

    def plan(self, inputs: Inputs, facts: None, prior: Prior | None) -> Planned:
        """Nothing to write."""
        change = Change(Action.NO_CHANGE, self.name, "row level security")
        return Planned((change,), {"schema": inputs.schema})

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Let everybody try everything.

        Raises:
            VerificationFailed: Something came of it, or nothing could be tried.
        """
        ca_file = Path(inputs.ca) if inputs.ca else None
        address = DatabaseAddress.from_url(inputs.database_url, ca_file)
        with self._connect(address) as session:
            proof = prove(session, read_catalog(session), inputs.intentions)
        if proof.problems:
            raise VerificationFailed(
                f"row level security does not hold: {'; '.join(proof.problems)}",
                hint="Run `invoke database.prove`, then mend the policies in a migration.",
                details={"problems": list(proof.problems)},
            )
        evidence = {"attempts": len(proof.checks), "by": proof.counts}
        return Verified({"schema": inputs.schema}, evidence)
