"""railway.variables: a service's variables, upserted, sealed, and read again.

No write deploys, except that of a stray key's removal: the vendor redeploys then.
The deployment that follows takes the others along. What is sealed cannot be read
back; ``variables.seal`` says what can be known of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.digest import canonical
from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import VerificationFailed
from launchbook.model.change import Action, Change, FieldChange, Planned
from launchbook.model.railway import ServiceScope, VariableNote
from launchbook.redact import Secret
from launchbook.variables.seal import OUTPUT, Knowledge, names_of, read_seals
from launchbook.variables.stray import removed, stray_changes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.providers.railway.client import RailwayClient

KIND: Final = "railway.variable"
NAMES_VARIABLE: Final = "LAUNCHBOOK_VARIABLES"
"""Tells the running service which variables its configuration consists of."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which service, and every variable it shall have.

    Attributes:
        service: The service's name, for people.
        variables: Name to text; what is not set here is left out.
        sealed: Names whose values shall never be shown again.
        strays: Key that is not set here to adopt, ignore or remove.
    """

    project_id: str
    environment_id: str
    service_id: str
    service: str
    variables: Mapping[str, str | Secret]
    sealed: tuple[str, ...] = ()
    strays: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the platform has, and what is known of what it does not show.

    Attributes:
        actual: Name to value, without sealed ones.
        notes: Name to what is known beside the value, sealed ones too.
        knowledge: Of unreadable values.
        fingerprint: Of everything that is desired.
    """

    actual: Mapping[str, Secret]
    fingerprint: str
    notes: Mapping[str, VariableNote] = field(default_factory=dict)
    knowledge: Knowledge = field(default_factory=Knowledge)

    @property
    def unreadable(self) -> dict[str, str]:
        """Sealed variable to when it was written."""
        return {n: note.changed_at for n, note in self.notes.items() if note.is_sealed}


class RailwayVariables:
    """One bulk upsert and one sealing patch; compared by value or by fingerprint."""

    name: ClassVar[str] = "railway.variables"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, client: RailwayClient) -> None:
        self._client = client

    def facts(self, inputs: Inputs, context: Context) -> Facts:
        """Read every variable of the service, and the ledger's record of it."""
        scope = _scope(inputs)
        wanted = desired(inputs.variables)
        prior = context.history.latest(context.step)
        return Facts(
            actual=self._client.read_variables(scope),
            fingerprint=_fingerprint(inputs, context),
            notes=self._client.read_variable_notes(scope),
            knowledge=Knowledge(
                seals=read_seals(prior.outputs if prior else {}),
                wanted={n: context.fingerprint(v.reveal()) for n, v in wanted.items()},
                intended=names_of(
                    context.history.intended(context.step), f"{KIND} {inputs.service}"
                ),
                is_asserting=context.is_asserting,
            ),
        )

    def plan(self, inputs: Inputs, facts: Facts, prior: Prior | None) -> Planned:
        """One line a variable, and one for each key that the inventory does not set."""
        wanted = desired(inputs.variables)
        changes = [_change(inputs, facts, name) for name in sorted(wanted)]
        strays = (facts.actual.keys() | facts.notes.keys()) - wanted.keys()
        changes += stray_changes(inputs.service, KIND, strays, inputs.strays)
        is_pending = any(change.is_pending for change in changes)
        # What the ledger shall keep of sealed values is known once they are written.
        kept = {} if is_pending else _outputs(inputs, facts)
        return Planned(tuple(changes), {"fingerprint": facts.fingerprint, **kept})

    def apply(self, inputs: Inputs, facts: Facts, context: Context) -> None:
        """Write what differs; then seal what shall be; then remove what is stray."""
        scope, wanted = _scope(inputs), desired(inputs.variables)
        pending = {
            name: wanted[name]
            for name in wanted
            if _change(inputs, facts, name).is_pending
        }
        closed = {name for name in pending if _is_closed(inputs, facts, name)}
        self._client.upsert_variables(
            scope, {name: pending[name] for name in pending if name not in closed}
        )
        self._client.seal_variables(
            scope, {name: pending[name] for name in pending if name in closed}
        )
        found = (facts.actual.keys() | facts.notes.keys()) - wanted.keys()
        for name in removed(found, inputs.strays):
            self._client.delete_variable(scope, name)

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Read them again."""
        facts = self.facts(inputs, context)
        wrong = [
            name for name in desired(inputs.variables) if _is_wrong(inputs, facts, name)
        ]
        if wrong:
            raise VerificationFailed(
                f"Railway does not show what was written: {', '.join(sorted(wrong))}",
                hint="Run the same command again; only what differs is written.",
            )
        return Verified({"fingerprint": facts.fingerprint, **_outputs(inputs, facts)})

    def undo(self, inputs: Inputs, facts: Facts, context: Context) -> None:
        """Put the former values back, and remove what was not there.

        A sealed value is not known, so it stays as this run wrote it.
        """
        scope = _scope(inputs)
        names = {*desired(inputs.variables), *removed(facts.actual, inputs.strays)}
        former = {name: facts.actual[name] for name in names if name in facts.actual}
        if former:
            self._client.upsert_variables(scope, former)
        for name in names:
            if name not in facts.actual and name not in facts.notes:
                self._client.delete_variable(scope, name)


def desired(variables: Mapping[str, str | Secret]) -> dict[str, Secret]:
    """Return what the platform shall hold, as text, with the list of names."""
    values = {
        name: value if isinstance(value, Secret) else Secret(value)
        for name, value in variables.items()
    }
    return {**values, NAMES_VARIABLE: Secret(",".join(sorted(values)))}


def _scope(inputs: Inputs) -> ServiceScope:
    """Where the variables belong."""
    return ServiceScope(inputs.project_id, inputs.environment_id, inputs.service_id)


def _fingerprint(inputs: Inputs, context: Context) -> str:
    """Keyed fingerprint of all desired values together."""
    values = {name: each.reveal() for name, each in desired(inputs.variables).items()}
    return context.fingerprint(canonical(values).decode())


def _outputs(inputs: Inputs, facts: Facts) -> dict[str, object]:
    """What the ledger keeps of the sealed values that we set; nothing without any."""
    names = desired(inputs.variables)
    found = {n: at for n, at in facts.unreadable.items() if n in names}
    kept = facts.knowledge.verified(found)
    return {OUTPUT: kept} if kept else {}


def _is_closed(inputs: Inputs, facts: Facts, name: str) -> bool:
    """Whether a variable is sealed, or shall be."""
    return name in inputs.sealed or name in facts.unreadable


def _is_wrong(inputs: Inputs, facts: Facts, name: str) -> bool:
    """Whether a variable is not there as it was written."""
    if name in facts.unreadable:
        return False
    value = desired(inputs.variables)[name]
    return name in inputs.sealed or facts.actual.get(name) != value


def _change(inputs: Inputs, facts: Facts, name: str) -> Change:
    """The line of one variable; the values of a secret one never show."""
    label = f"{inputs.service} {name}"
    if name in facts.unreadable:
        action, reason = facts.knowledge.judge(name, facts.unreadable[name])
        return Change(action, KIND, label, reason=reason)
    before, after = facts.actual.get(name), desired(inputs.variables)[name]
    if before is None:
        return Change(Action.CREATE, KIND, label)
    if name in inputs.sealed:
        sealing = FieldChange("sealed", before=False, after=True)
        return Change(Action.UPDATE, KIND, label, (sealing,))
    if before == after:
        return Change(Action.NO_CHANGE, KIND, label)
    field_change = FieldChange("value", before, after)
    if not isinstance(inputs.variables.get(name, ""), Secret):
        field_change = FieldChange("value", before.reveal(), after.reveal())
    return Change(Action.UPDATE, KIND, label, (field_change,))
