"""A run of the environment's playbook, with the proof of a secret's exchange at its end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from launchbook.app import App, Target
from launchbook.cli.failure import show
from launchbook.cli.options import MOST_WORKERS, read_count, read_text
from launchbook.cli.output import REDACTOR
from launchbook.cli.render.choice import progress_for
from launchbook.cli.render.summary import command_of, run_lines, summary_record
from launchbook.config.workspace import SANDBOX
from launchbook.engine.override import Override
from launchbook.errors import InputError, Location
from launchbook.model.playbook import Playbook, PlaybookEntry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.cli.desk import Desk
    from launchbook.cli.strongbox import Strongbox
    from launchbook.redact import Secret

PROOF: Final = "secret.rotation"
HEALTH: Final = "backend.health"


@dataclass(frozen=True, slots=True)
class Claim:
    """Which values of a secret count, to be proven.

    Attributes:
        secret: Its name.
        audience: Of the tokens that prove it; empty where none do.
        accepted: References to the values that count.
        refused: Values that must not count any more.
        statement: What a person says of the old value's end.
    """

    secret: str
    audience: str
    accepted: tuple[str, ...]
    refused: tuple[Secret, ...]
    statement: str


class ProvingRun:
    """Writes what the playbook says, and proves a claim afterwards."""

    def __init__(
        self, desk: Desk, box: Strongbox, options: Mapping[str, object]
    ) -> None:
        self._desk = desk
        self._box = box
        self._options = options

    def require_proof(self) -> None:
        """See that the playbook can prove anything, before anything is written.

        Raises:
            InputError: It cannot.
        """
        _health(self._app().playbook(self._box.environment))

    def carry_out(self, claim: Claim) -> int:
        """Run, and return the exit status."""
        app = self._app()
        playbook = app.playbook(self._box.environment)
        proof = _proof(playbook, claim)
        playbook = replace(playbook, entries=(*playbook.entries, proof))
        app.check_variables(playbook)
        output = self._desk.output
        ledger = app.open_ledger()
        try:
            total = len(playbook.all_entries)
            with progress_for(output, is_verbose=False, total=total) as progress:
                result = app.engine(playbook, progress, ledger=ledger).run(
                    playbook.all_entries,
                    on_failure=playbook.on_failure,
                    overrides=self._overrides(),
                )
        finally:
            ledger.close()
        if result.error is not None:
            show(result.error, output)
        command = command_of(playbook, app.target.environment)
        for line in run_lines(result, playbook, command):
            output.line(line)
        output.record(summary_record(result, playbook, command))
        return result.exit_status

    def _app(self) -> App:
        desk, box = self._desk, self._box
        target = Target(
            environment=box.environment,
            platforms=box.platforms,
            facts=desk.sandbox_facts() if box.platforms == SANDBOX else None,
            workers=read_count(self._options, "workers", least=1, most=MOST_WORKERS),
        )
        return App(box.workspace, target, desk.clock, REDACTOR, desk.environ)

    def _overrides(self) -> tuple[Override, ...]:
        """The guards to let pass, by name."""
        names = read_text(self._options, "override").split(",")
        reason = read_text(self._options, "reason")
        return tuple(Override(each.strip(), reason) for each in names if each.strip())


def _proof(playbook: Playbook, claim: Claim) -> PlaybookEntry:
    """The entry that proves what counts, once the backend is proven to serve."""
    for value in claim.refused:
        REDACTOR.learn(value)
    inputs = {
        "secret": claim.secret,
        "url": f"${{steps.{_health(playbook)}.outputs.url}}",
        "audience": claim.audience,
        "accepted": list(claim.accepted),
        "refused": list(claim.refused),
        "statement": claim.statement,
    }
    identifier = f"{claim.secret.lower()}_rotation"
    where = Location("invoke secrets.rotate", 1)
    return PlaybookEntry(identifier, PROOF, inputs, where, playbook.name)


def _health(playbook: Playbook) -> str:
    """Return the id of the entry that proves which variables the backend has.

    Raises:
        InputError: There is none, and so nothing could be proven.
    """
    found = [each.id for each in playbook.all_entries if each.uses == HEALTH]
    if found:
        return found[0]
    raise InputError(
        f"the playbook `{playbook.name}` has no {HEALTH}, which proves what is used",
        hint=f"Add an entry that uses {HEALTH}, then type the same command again.",
    )
