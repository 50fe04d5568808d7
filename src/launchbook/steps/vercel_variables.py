"""vercel.variables: an app's variables in one environment, written in one request.

All of them are built into public pages (``NEXT_PUBLIC_*``), so they are stored as
``plain``: the platform can then say what it has, and drift is seen by value.
A change reaches only new deployments (platform facts 2.3), which is why the
deployment's identity holds their digest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import VerificationFailed
from launchbook.model.change import Action, Change, FieldChange, Planned
from launchbook.model.source import public_digest
from launchbook.model.vercel import Target, Variable, VariableWrite
from launchbook.redact import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.providers.vercel.client import VercelClient

KIND = "plain"


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which project and environment, and every variable it shall have.

    Attributes:
        app: The app's name, for people.
        variables: Name to text; what is not set here is left out.
    """

    project_id: str
    environment_id: str
    app: str
    variables: Mapping[str, str | Secret]


class VercelVariables:
    """One bulk upsert; compared by value."""

    name: ClassVar[str] = "vercel.variables"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, client: VercelClient) -> None:
        self._client = client

    def facts(self, inputs: Inputs, context: Context) -> Mapping[str, Variable]:
        """Read the variables of this environment, by name."""
        return {
            variable.key: variable
            for variable in self._client.read_variables(inputs.project_id)
            if inputs.environment_id in variable.target.custom_environment_ids
        }

    def plan(
        self, inputs: Inputs, facts: Mapping[str, Variable], prior: Prior | None
    ) -> Planned:
        """One line a variable."""
        changes = tuple(
            _change(inputs.app, name, facts.get(name), value)
            for name, value in sorted(inputs.variables.items())
        )
        return Planned(changes, _outputs(inputs))

    def apply(
        self, inputs: Inputs, facts: Mapping[str, Variable], context: Context
    ) -> None:
        """Write what differs, in one request."""
        pending = [
            _write(inputs, name, value)
            for name, value in _desired(inputs).items()
            if not _is_same(facts.get(name), value)
        ]
        self._client.upsert_variables(inputs.project_id, pending)

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Read them again."""
        planned = self.plan(inputs, self.facts(inputs, context), None)
        wrong = [change.name for change in planned.changes if change.is_pending]
        if wrong:
            raise VerificationFailed(
                f"Vercel does not show what was written: {', '.join(wrong)}",
                hint="Run the same command again; only what differs is written.",
            )
        return Verified(_outputs(inputs))

    def undo(
        self, inputs: Inputs, facts: Mapping[str, Variable], context: Context
    ) -> None:
        """Put the former values back, and remove what was not there."""
        names = _desired(inputs)
        former = [
            _write(inputs, name, old.value.reveal())
            for name, old in facts.items()
            if name in names and old.value is not None
        ]
        if former:
            self._client.upsert_variables(inputs.project_id, former)
        for name, variable in self.facts(inputs, context).items():
            if name in names and name not in facts:
                self._client.delete_variable(inputs.project_id, variable.id)


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
        and actual.kind == KIND
        and actual.value is not None
        and actual.value == Secret(value)
    )


def _change(
    app: str, name: str, actual: Variable | None, desired: str | Secret
) -> Change:
    """The line of one variable; what is no secret shows, on both sides."""
    label = f"{app} {name}"
    if actual is None:
        return Change(Action.CREATE, "vercel.variable", label)
    is_secret = isinstance(desired, Secret)
    text = desired.reveal() if isinstance(desired, Secret) else desired
    if _is_same(actual, text):
        return Change(Action.NO_CHANGE, "vercel.variable", label)
    before = actual.value
    shown = before if is_secret or before is None else before.reveal()
    fields = (FieldChange("value", shown, desired),)
    return Change(Action.UPDATE, "vercel.variable", label, fields)


def _write(inputs: Inputs, name: str, value: str) -> VariableWrite:
    """One variable of the request."""
    target = Target(custom_environment_ids=(inputs.environment_id,))
    return VariableWrite(key=name, value=Secret(value), target=target, kind=KIND)


def _outputs(inputs: Inputs) -> dict[str, object]:
    """What other steps may refer to: known before anything is written."""
    return {"fingerprint": public_digest(_desired(inputs))}
