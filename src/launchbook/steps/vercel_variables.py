"""vercel.variables: an app's variables in one environment, upserted and read again.

What is built into public pages (``NEXT_PUBLIC_*``) is stored as ``plain``: the
platform can then say what it has, and drift is seen by value. What the contract
seals is stored as ``sensitive`` and cannot be read back; ``variables.seal`` says
what can be known of it. A change reaches only new deployments (platform facts 2.3),
which is why the deployment's identity holds the digest of all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import VerificationFailed
from launchbook.model.change import Action, Change, FieldChange, Planned
from launchbook.model.source import public_digest
from launchbook.model.vercel import Target, Variable, VariableWrite
from launchbook.redact import Secret
from launchbook.variables.seal import OUTPUT, Knowledge, names_of, read_seals
from launchbook.variables.stray import removed, stray_changes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.providers.vercel.client import VercelClient

RESOURCE: Final = "vercel.variable"
PLAIN: Final = "plain"
SENSITIVE: Final = "sensitive"
SYSTEM: Final = "system"


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which project and environment, and every variable it shall have.

    Attributes:
        environment_id: ``production`` is the platform's built-in environment.
        app: The app's name, for people.
        variables: Name to text; what is not set here is left out.
        sealed: Names whose values shall never be shown again.
        strays: Key that is not set here to adopt, ignore or remove.
    """

    project_id: str
    environment_id: str
    app: str
    variables: Mapping[str, str | Secret]
    sealed: tuple[str, ...] = ()
    strays: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the platform has in this environment, by name."""

    actual: Mapping[str, Variable] = field(default_factory=dict)
    knowledge: Knowledge = field(default_factory=Knowledge)

    @property
    def unreadable(self) -> dict[str, str]:
        """Sensitive variable to when it was written."""
        return {
            name: each.changed_at
            for name, each in self.actual.items()
            if each.kind == SENSITIVE
        }


class VercelVariables:
    """One bulk upsert; compared by value or by fingerprint."""

    name: ClassVar[str] = "vercel.variables"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, client: VercelClient) -> None:
        self._client = client

    def facts(self, inputs: Inputs, context: Context) -> Facts:
        """Read the variables of this environment, and the ledger's record of them."""
        prior = context.history.latest(context.step)
        return Facts(
            actual={
                variable.key: variable
                for variable in self._client.read_variables(inputs.project_id)
                if _is_here(variable.target, inputs) and variable.kind != SYSTEM
            },
            knowledge=Knowledge(
                seals=read_seals(prior.outputs if prior else {}),
                wanted={n: context.fingerprint(v) for n, v in _desired(inputs).items()},
                intended=names_of(
                    context.history.intended(context.step), f"{RESOURCE} {inputs.app}"
                ),
                is_asserting=context.is_asserting,
            ),
        )

    def plan(self, inputs: Inputs, facts: Facts, prior: Prior | None) -> Planned:
        """One line a variable, and one for each key that the inventory does not set."""
        changes = [_change(inputs, facts, name) for name in sorted(inputs.variables)]
        strays = facts.actual.keys() - inputs.variables.keys()
        changes += stray_changes(inputs.app, RESOURCE, strays, inputs.strays)
        is_pending = any(change.is_pending for change in changes)
        kept = {} if is_pending else _kept(inputs, facts)
        return Planned(tuple(changes), {**_digest(inputs), **kept})

    def apply(self, inputs: Inputs, facts: Facts, context: Context) -> None:
        """Write what differs, in one request; then remove what is stray."""
        pending = [
            _write(inputs, facts, name, value)
            for name, value in _desired(inputs).items()
            if _change(inputs, facts, name).is_pending
        ]
        self._client.upsert_variables(inputs.project_id, pending)
        for name in removed(
            facts.actual.keys() - inputs.variables.keys(), inputs.strays
        ):
            self._client.delete_variable(inputs.project_id, facts.actual[name].id)

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Read them again."""
        facts = self.facts(inputs, context)
        wrong = [name for name in inputs.variables if _is_wrong(inputs, facts, name)]
        if wrong:
            raise VerificationFailed(
                f"Vercel does not show what was written: {', '.join(sorted(wrong))}",
                hint="Run the same command again; only what differs is written.",
            )
        return Verified({**_digest(inputs), **_kept(inputs, facts)})

    def undo(self, inputs: Inputs, facts: Facts, context: Context) -> None:
        """Put the former values back, and remove what was not there.

        A sensitive value is not known, so it stays as this run wrote it.
        """
        names = {*inputs.variables, *removed(facts.actual, inputs.strays)}
        former = [
            _write(inputs, facts, name, old.value.reveal())
            for name, old in facts.actual.items()
            if name in names and old.value is not None
        ]
        if former:
            self._client.upsert_variables(inputs.project_id, former)
        for name, variable in self.facts(inputs, context).actual.items():
            if name in names and name not in facts.actual:
                self._client.delete_variable(inputs.project_id, variable.id)


def _is_here(target: Target, inputs: Inputs) -> bool:
    """Whether a variable applies to the environment, and perhaps elsewhere too."""
    ours = Target.of(inputs.environment_id)
    return set(ours.targets) <= set(target.targets) and set(
        ours.custom_environment_ids
    ) <= set(target.custom_environment_ids)


def _desired(inputs: Inputs) -> dict[str, str]:
    """What the platform shall hold, as text."""
    return {
        name: value.reveal() if isinstance(value, Secret) else value
        for name, value in inputs.variables.items()
    }


def _is_same(actual: Variable | None, value: str) -> bool:
    """Whether the platform has this value in a way that it can say."""
    return (
        actual is not None
        and actual.kind == PLAIN
        and actual.value is not None
        and actual.value == Secret(value)
    )


def _is_wrong(inputs: Inputs, facts: Facts, name: str) -> bool:
    """Whether a variable is not there as it was written."""
    if name in facts.unreadable:
        return False
    if name in inputs.sealed:
        return True
    return not _is_same(facts.actual.get(name), _desired(inputs)[name])


def _change(inputs: Inputs, facts: Facts, name: str) -> Change:
    """The line of one variable; what is no secret shows, on both sides."""
    label, actual = f"{inputs.app} {name}", facts.actual.get(name)
    if actual is None:
        return Change(Action.CREATE, RESOURCE, label)
    if name in facts.unreadable:
        action, reason = facts.knowledge.judge(name, actual.changed_at)
        return Change(action, RESOURCE, label, reason=reason)
    if name in inputs.sealed:
        sealing = FieldChange("sealed", before=False, after=True)
        return Change(Action.UPDATE, RESOURCE, label, (sealing,))
    wanted = inputs.variables[name]
    is_secret = isinstance(wanted, Secret)
    text = wanted.reveal() if isinstance(wanted, Secret) else wanted
    if _is_same(actual, text):
        return Change(Action.NO_CHANGE, RESOURCE, label)
    before = actual.value
    shown = before if is_secret or before is None else before.reveal()
    fields = (FieldChange("value", shown, wanted),)
    return Change(Action.UPDATE, RESOURCE, label, fields)


def _write(inputs: Inputs, facts: Facts, name: str, value: str) -> VariableWrite:
    """One variable of the request."""
    is_closed = name in inputs.sealed or name in facts.unreadable
    return VariableWrite(
        key=name,
        value=Secret(value),
        target=Target.of(inputs.environment_id),
        kind=SENSITIVE if is_closed else PLAIN,
    )


def _digest(inputs: Inputs) -> dict[str, object]:
    """What other steps may refer to: known before anything is written."""
    return {"fingerprint": public_digest(_desired(inputs))}


def _kept(inputs: Inputs, facts: Facts) -> dict[str, object]:
    """What the ledger keeps of the sensitive values that we set; nothing without any."""
    found = {n: at for n, at in facts.unreadable.items() if n in inputs.variables}
    kept = facts.knowledge.verified(found)
    return {OUTPUT: kept} if kept else {}
