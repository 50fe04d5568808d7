"""vercel.environment: a custom environment of a Vercel project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import VerificationFailed
from launchbook.model.change import Action, Change, Planned
from launchbook.model.vercel import PRODUCTION, CustomEnvironment

if TYPE_CHECKING:
    from launchbook.providers.vercel.client import VercelClient


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which environment of which project; a slug has at most 32 characters."""

    project_id: str
    slug: str


class VercelEnvironment:
    """Production exists by itself; any other is made beside it."""

    name: ClassVar[str] = "vercel.environment"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, client: VercelClient) -> None:
        self._client = client

    def facts(self, inputs: Inputs, context: Context) -> CustomEnvironment | None:
        """Return the environment, or None."""
        if inputs.slug == PRODUCTION:
            return CustomEnvironment(id=PRODUCTION, slug=PRODUCTION)
        found = self._client.read_custom_environments(inputs.project_id)
        return next((each for each in found if each.slug == inputs.slug), None)

    def plan(
        self, inputs: Inputs, facts: CustomEnvironment | None, prior: Prior | None
    ) -> Planned:
        """Create it when it is absent."""
        action = Action.NO_CHANGE if facts else Action.CREATE
        outputs = {"id": facts.id} if facts else {}
        return Planned((Change(action, self.name, inputs.slug),), outputs)

    def apply(
        self, inputs: Inputs, facts: CustomEnvironment | None, context: Context
    ) -> None:
        """Create it, unless a run before this one did."""
        if facts is None:
            self._client.create_custom_environment(inputs.project_id, inputs.slug)

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Find it."""
        environment = self.facts(inputs, context)
        if environment is None:
            raise VerificationFailed(
                f"Vercel environment {inputs.slug} is not listed after its creation",
                hint="Run the same command again; it looks before it creates.",
            )
        return Verified({"id": environment.id})
