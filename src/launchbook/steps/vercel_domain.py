"""vercel.domain: a host name of an environment, fixed over deployments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import Conflict, VerificationFailed
from launchbook.model.address import public_url
from launchbook.model.change import Action, Change, Planned

if TYPE_CHECKING:
    from launchbook.model.vercel import ProjectDomain
    from launchbook.providers.vercel.client import VercelClient


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which host leads to which environment.

    Attributes:
        public_port: 443, or the port of the sandbox's edge.
    """

    project_id: str
    environment_id: str
    host: str
    public_port: int


class VercelDomain:
    """Attached to a custom environment, so its deployments take the name."""

    name: ClassVar[str] = "vercel.domain"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, client: VercelClient) -> None:
        self._client = client

    def facts(self, inputs: Inputs, context: Context) -> ProjectDomain | None:
        """Return the domain as the project has it, or None."""
        found = self._client.read_domains(inputs.project_id)
        return next((each for each in found if each.host == inputs.host), None)

    def plan(
        self, inputs: Inputs, facts: ProjectDomain | None, prior: Prior | None
    ) -> Planned:
        """Add it when it is absent.

        Raises:
            Conflict: The project has it, for another environment.
        """
        if facts and facts.custom_environment_id != inputs.environment_id:
            raise Conflict(
                f"{inputs.host} belongs to another environment of the same project",
                hint="Remove the domain there, or choose another host, and run again.",
                platform="vercel",
            )
        action = Action.NO_CHANGE if facts else Action.CREATE
        return Planned((Change(action, self.name, inputs.host),), _outputs(inputs))

    def apply(
        self, inputs: Inputs, facts: ProjectDomain | None, context: Context
    ) -> None:
        """Add it, unless a run before this one did."""
        if facts is None:
            self._client.add_domain(
                inputs.project_id, inputs.host, inputs.environment_id
            )

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """It is there, and whose it is needs no further proof."""
        domain = self.facts(inputs, context)
        if domain is None or not domain.is_verified:
            raise VerificationFailed(
                f"Vercel does not accept {inputs.host} as this project's",
                hint="Look at the domain in the project's settings, then run again.",
                details={"challenges": [str(each) for each in domain.challenges]}
                if domain
                else None,
            )
        return Verified(_outputs(inputs))


def _outputs(inputs: Inputs) -> dict[str, object]:
    """What other steps may refer to."""
    return {"host": inputs.host, "url": public_url(inputs.host, inputs.public_port)}
