"""railway.environment: one environment of a Railway project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import VerificationFailed
from launchbook.model.change import Action, Change, Planned

if TYPE_CHECKING:
    from launchbook.model.railway import Environment
    from launchbook.providers.railway.client import RailwayClient


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which environment of which project."""

    project_id: str
    name: str


class RailwayEnvironment:
    """Names are unique within a project."""

    name: ClassVar[str] = "railway.environment"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, client: RailwayClient) -> None:
        self._client = client

    def facts(self, inputs: Inputs, context: Context) -> Environment | None:
        """Return the environment of that name, or None."""
        environments = self._client.read_environments(inputs.project_id)
        return next((each for each in environments if each.name == inputs.name), None)

    def plan(
        self, inputs: Inputs, facts: Environment | None, prior: Prior | None
    ) -> Planned:
        """Create it when it is absent."""
        action = Action.NO_CHANGE if facts else Action.CREATE
        outputs = {"id": facts.id} if facts else {}
        return Planned((Change(action, self.name, inputs.name),), outputs)

    def apply(
        self, inputs: Inputs, facts: Environment | None, context: Context
    ) -> None:
        """Create it, unless a run before this one did."""
        if facts is None:
            self._client.create_environment(inputs.project_id, inputs.name)

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Find it."""
        environment = self.facts(inputs, context)
        if environment is None:
            raise VerificationFailed(
                f"Railway environment {inputs.name} is not listed after its creation",
                hint="Run the same command again; it looks before it creates.",
            )
        return Verified({"id": environment.id})
