"""railway.variables: a service's variables, written in one request.

Every write says "skip deploys": the deployment that follows takes them along.
Keys that the contract does not name are left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.digest import canonical
from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import VerificationFailed
from launchbook.model.change import Action, Change, FieldChange, Planned
from launchbook.model.railway import ServiceScope
from launchbook.redact import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.providers.railway.client import RailwayClient

NAMES_VARIABLE: Final = "LAUNCHBOOK_VARIABLES"
"""Tells the running service which variables its configuration consists of."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which service, and every variable it shall have.

    Attributes:
        service: The service's name, for people.
        variables: Name to text; what is not set here is left out.
    """

    project_id: str
    environment_id: str
    service_id: str
    service: str
    variables: Mapping[str, str | Secret]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the platform has, and the fingerprint of what is desired."""

    actual: Mapping[str, Secret]
    fingerprint: str


class RailwayVariables:
    """One bulk upsert; compared by value."""

    name: ClassVar[str] = "railway.variables"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, client: RailwayClient) -> None:
        self._client = client

    def facts(self, inputs: Inputs, context: Context) -> Facts:
        """Read every variable of the service."""
        return Facts(
            actual=self._client.read_variables(_scope(inputs)),
            fingerprint=_fingerprint(inputs, context),
        )

    def plan(self, inputs: Inputs, facts: Facts, prior: Prior | None) -> Planned:
        """One line a variable that differs, and one for those that do not."""
        changes = tuple(
            _change(inputs, name, facts.actual.get(name), value)
            for name, value in sorted(desired(inputs.variables).items())
        )
        return Planned(changes, {"fingerprint": facts.fingerprint})

    def apply(self, inputs: Inputs, facts: Facts, context: Context) -> None:
        """Write what differs, in one request."""
        pending = {
            name: value
            for name, value in desired(inputs.variables).items()
            if facts.actual.get(name) != value
        }
        self._client.upsert_variables(_scope(inputs), pending)

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Read them again."""
        facts = self.facts(inputs, context)
        wrong = [
            change.name
            for change in self.plan(inputs, facts, None).changes
            if change.is_pending
        ]
        if wrong:
            raise VerificationFailed(
                f"Railway does not show what was written: {', '.join(wrong)}",
                hint="Run the same command again; only what differs is written.",
            )
        return Verified({"fingerprint": facts.fingerprint})

    def undo(self, inputs: Inputs, facts: Facts, context: Context) -> None:
        """Put the former values back, and remove what was not there."""
        scope = _scope(inputs)
        names = desired(inputs.variables)
        former = {name: facts.actual[name] for name in names if name in facts.actual}
        if former:
            self._client.upsert_variables(scope, former)
        for name in names:
            if name not in facts.actual:
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


def _change(inputs: Inputs, name: str, before: Secret | None, after: Secret) -> Change:
    """The line of one variable; the values of a secret one never show."""
    label = f"{inputs.service} {name}"
    if before is None:
        return Change(Action.CREATE, "railway.variable", label)
    if before == after:
        return Change(Action.NO_CHANGE, "railway.variable", label)
    field = FieldChange("value", before, after)
    if not isinstance(inputs.variables.get(name, ""), Secret):
        field = FieldChange("value", before.reveal(), after.reveal())
    return Change(Action.UPDATE, "railway.variable", label, (field,))
