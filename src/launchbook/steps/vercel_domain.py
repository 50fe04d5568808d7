"""vercel.domain: a host name of an environment, fixed over deployments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import Conflict, VerificationFailed
from launchbook.model.address import public_url
from launchbook.model.change import Action, Change, Planned

if TYPE_CHECKING:
    from launchbook.model.domain import Domain
    from launchbook.providers.vercel.client import VercelClient


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which host leads to which environment.

    Attributes:
        environment_id: ``production``, or the id of a custom environment.
        public_port: 443, or the port of the sandbox's edge.
    """

    project_id: str
    environment_id: str
    host: str
    public_port: int


class VercelDomain:
    """Attached to an environment, so its deployments take the name."""

    name: ClassVar[str] = "vercel.domain"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, client: VercelClient) -> None:
        self._client = client

    def facts(self, inputs: Inputs, context: Context) -> Domain | None:
        """Return the domain as the project has it, or None."""
        return self._client.read_domain(inputs.project_id, inputs.host)

    def plan(
        self, inputs: Inputs, facts: Domain | None, prior: Prior | None
    ) -> Planned:
        """Add it when it is absent; the records are known afterwards.

        Raises:
            Conflict: The project has it, for another environment.
        """
        if facts and facts.environment_id != inputs.environment_id:
            raise Conflict(
                f"{inputs.host} belongs to another environment of the same project",
                hint="Remove the domain there, or choose another host, and run again.",
                platform="vercel",
            )
        action = Action.NO_CHANGE if facts else Action.CREATE
        outputs = _outputs(inputs, facts) if facts else _certain(inputs)
        return Planned((Change(action, self.name, inputs.host),), outputs)

    def apply(self, inputs: Inputs, facts: Domain | None, context: Context) -> None:
        """Add it, unless a run before this one did.

        Raises:
            DomainTaken: Another project of the platform has it.
        """
        if facts is None:
            self._client.add_domain(
                inputs.project_id, inputs.host, inputs.environment_id
            )

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Find it, with the records that it needs; who owns it is proven later."""
        domain = self.facts(inputs, context)
        if domain is None:
            raise VerificationFailed(
                f"Vercel does not list {inputs.host} after it was added",
                hint="Run the same command again; it looks before it adds.",
            )
        return Verified(_outputs(inputs, domain))

    def undo(self, inputs: Inputs, facts: Domain | None, context: Context) -> None:
        """Take it away again, when this run added it."""
        if facts is None and self.facts(inputs, context):
            self._client.remove_domain(inputs.project_id, inputs.host)


def _certain(inputs: Inputs) -> dict[str, object]:
    """What is known before anything is written."""
    return {"host": inputs.host, "url": public_url(inputs.host, inputs.public_port)}


def _outputs(inputs: Inputs, domain: Domain) -> dict[str, object]:
    """What other steps may refer to."""
    return {**_certain(inputs), "records": domain.records_as_json()}
