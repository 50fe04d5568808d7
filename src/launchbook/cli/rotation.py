"""``invoke secrets.rotate``: exchange a secret while nobody notices.

New value everywhere, proof that it is used, overlap, old value revoked, proof that it
is dead. Each phase is kept in the encrypted file before it is carried out; the same
command goes on. Writing and proving are runs of the environment's own playbook, so
that the lock, the guard and the ledger are those of any other run.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from launchbook.cli.desk import open_desk
from launchbook.cli.options import (
    read_duration_seconds,
    read_switch,
    read_text,
)
from launchbook.cli.proving_run import Claim, ProvingRun
from launchbook.cli.strongbox import Strongbox, ask_secret, open_strongbox, read_name
from launchbook.config.rotation import Rotation, RotationKind, RotationPhase
from launchbook.config.secret import generate
from launchbook.config.workspace import SANDBOX
from launchbook.engine.result import WAITING
from launchbook.errors import InputError, MissingSecret

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from launchbook.cli.desk import Desk
    from launchbook.redact import Secret


def rotate(options: Mapping[str, object]) -> int:
    """Begin an exchange, or go on with it where it was left."""
    desk = open_desk(options)
    name = read_name(options)
    box = open_strongbox(desk, options, is_read_only=False)
    exchange = _Exchange(desk, box, name, options)
    if exchange.rotation is None:
        exchange.begin()
    return exchange.go_on()


class _Exchange:
    """One secret's exchange, as far as it comes today."""

    def __init__(
        self, desk: Desk, box: Strongbox, name: str, options: Mapping[str, object]
    ) -> None:
        self._desk = desk
        self._box = box
        self._name = name
        self._options = options
        self._store = box.store
        self._rule = box.rotation_rule(name)
        self._run = ProvingRun(desk, box, options)

    @property
    def rotation(self) -> Rotation | None:
        """How far it has come; None before its beginning and after its end."""
        return self._store.rotation(self._name)

    # --- the phases --------------------------------------------------------------

    def begin(self) -> None:
        """Put the new value in its place, and the old one beside it."""
        old = self._refuse_unfit()
        self._run.require_proof()
        if self._box.platforms != SANDBOX:
            where = f"{self._box.environment} on {self._box.platforms} platforms"
            self._desk.confirm(f"Exchange {self._name} of {where}?")
        new = self._new_value()
        self._box.check(self._name, new)
        rotation = Rotation(
            name=self._name,
            phase=RotationPhase.SPREADING,
            started_at=self._desk.clock.now(),
            overlap_seconds=self._overlap_seconds(),
            retired=old,
        )
        values = {self._name: new}
        if self._rule.previous:
            values[self._rule.previous] = old
        self._store.change(
            lambda content: content.with_values(values).with_rotation(rotation)
        )
        self._tell("the new value is kept, the old one beside it")

    def go_on(self) -> int:
        """Carry out phase after phase, until one has to wait or fails."""
        steps = {
            RotationPhase.SPREADING: self._spread,
            RotationPhase.OVERLAPPING: self._overlap,
            RotationPhase.REVOKING: self._revoke,
        }
        while (rotation := self.rotation) is not None:
            status = steps[rotation.phase](rotation)
            if status:
                return status
        return 0

    def _spread(self, rotation: Rotation) -> int:
        """Write the new value everywhere, and prove that it is used."""
        values = [self._name, *filter(None, [self._rule.previous])]
        status = self._prove([f"secret:{each}" for each in values], [])
        if status == 0:
            now = self._desk.clock.now()
            self._keep(rotation.proven_used(now))
            self._tell("the new value is used everywhere")
        return status

    def _overlap(self, rotation: Rotation) -> int:
        """Wait until the old value may go."""
        now = self._desk.clock.now()
        if self._rule.kind is RotationKind.ISSUED:
            return self._await_statement(rotation)
        is_over = rotation.is_overlap_over(now) or read_switch(self._options, "now")
        if not is_over and rotation.overlap_until is not None:
            return self._rest(
                f"the old value counts until {_shown(rotation.overlap_until)}",
                until=rotation.overlap_until,
            )
        current = self._store.get(self._name)
        values = {self._rule.previous: current} if current else {}
        self._store.change(
            lambda content: content.with_values(values).with_rotation(
                rotation.revoking()
            )
        )
        self._tell("the old value is taken away")
        return 0

    def _await_statement(self, rotation: Rotation) -> int:
        """Only who issued the old value can revoke it; a person says that it is done."""
        if statement := read_text(self._options, "statement"):
            self._keep(replace(rotation.revoking(), statement=statement))
            return 0
        return self._rest(
            "revoke the old value where it was issued, then type the command again "
            'with --statement "who revoked it, where and when"'
        )

    def _revoke(self, rotation: Rotation) -> int:
        """Take the old value away everywhere, and prove that it is dead."""
        status = self._prove([f"secret:{self._name}"], [rotation.retired])
        if status == 0:
            self._store.change(lambda content: content.without_rotation(self._name))
            is_own = self._rule.kind is RotationKind.SIGNING
            how = "dead, proven from outside" if is_own else "revoked, as was stated"
            self._tell(f"the old value is {how}")
        return status

    # --- what they share -----------------------------------------------------------

    def _prove(self, accepted: list[str], refused: list[Secret]) -> int:
        """Write what is to be written, and prove which values count."""
        is_shown = self._rule.kind is RotationKind.SIGNING
        claim = Claim(
            secret=self._name,
            audience=self._rule.audience if is_shown else "",
            accepted=tuple(accepted),
            refused=tuple(refused),
            statement=self.rotation.statement if self.rotation else "",
        )
        return self._run.carry_out(claim)

    def _keep(self, rotation: Rotation) -> None:
        self._store.change(lambda content: content.with_rotation(rotation))

    def _tell(self, what: str) -> None:
        rotation = self.rotation
        phase = str(rotation.phase) if rotation else "done"
        self._desk.output.record(
            {"kind": "rotation", "name": self._name, "phase": phase, "message": what}
        )
        self._desk.output.line(f"{self._name}: {what}")

    def _rest(self, why: str, until: datetime | None = None) -> int:
        """Say what is waited for."""
        command = f"invoke secrets.rotate {self._name} {self._box.flags}"
        self._desk.output.record(
            {
                "kind": "waiting",
                "name": self._name,
                "message": why,
                "until": until.isoformat() if until else None,
                "command": command,
            }
        )
        self._desk.output.line(f"{self._name}: {why}")
        self._desk.output.line(f"then go on with `{command}`")
        return WAITING

    def _refuse_unfit(self) -> Secret:
        """Return the old value of a secret that can be exchanged.

        Raises:
            InputError: It cannot, or not by this command.
            MissingSecret: It has no value.
        """
        if not self._box.uses(self._name):
            raise InputError(
                f"no variable of {self._box.environment} holds secret:{self._name}",
                hint=f"Type `invoke secrets.list {self._box.flags}` to see which are "
                "held; what a playbook uses itself is exchanged by hand.",
            )
        if self._rule.kind is RotationKind.FIXED:
            raise InputError(
                f"{self._name} cannot be exchanged: data is encrypted with it",
                hint="Encrypt the data again with a new key of another name first.",
            )
        old = self._store.get(self._name)
        if old is None:
            raise MissingSecret(
                f"{self._name} has no value that could be exchanged",
                hint=f"Type `invoke secrets.set {self._name} {self._box.flags}`.",
            )
        return old

    def _new_value(self) -> Secret:
        """Made up for a key of our own; given for what somebody else issues."""
        is_own = self._rule.kind is RotationKind.SIGNING
        if is_own or read_switch(self._options, "generate"):
            return generate(self._box.rule(self._name))
        return ask_secret(f"the new value of {self._name}")

    def _overlap_seconds(self) -> int:
        if read_switch(self._options, "now"):
            return 0
        given = read_text(self._options, "overlap")
        return read_duration_seconds(given) if given else self._rule.overlap_seconds


def _shown(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
