"""railway.domain: the address that the platform gives to a service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import VerificationFailed
from launchbook.model.address import public_url
from launchbook.model.change import Action, Change, Planned
from launchbook.model.railway import Domain, ServiceScope

if TYPE_CHECKING:
    from launchbook.providers.railway.client import RailwayClient


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which service, and the port at which its addresses answer.

    Attributes:
        public_port: 443, or the port of the sandbox's edge.
    """

    project_id: str
    environment_id: str
    service_id: str
    public_port: int


class RailwayDomain:
    """One generated domain a service; the platform picks the name."""

    name: ClassVar[str] = "railway.domain"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, client: RailwayClient) -> None:
        self._client = client

    def facts(self, inputs: Inputs, context: Context) -> Domain | None:
        """Return the generated domain, or None."""
        domains = self._client.read_domains(_scope(inputs))
        return next((each for each in domains if not each.is_custom), None)

    def plan(
        self, inputs: Inputs, facts: Domain | None, prior: Prior | None
    ) -> Planned:
        """Create it when it is absent."""
        if facts is None:
            return Planned((Change(Action.CREATE, self.name, "generated domain"),))
        change = Change(Action.NO_CHANGE, self.name, facts.host)
        return Planned((change,), _outputs(inputs, facts))

    def apply(self, inputs: Inputs, facts: Domain | None, context: Context) -> None:
        """Create it, unless a run before this one did."""
        if facts is None:
            self._client.create_service_domain(_scope(inputs))

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Find it."""
        domain = self.facts(inputs, context)
        if domain is None:
            raise VerificationFailed(
                "the Railway domain is not listed after it was created",
                hint="Run the same command again; it looks before it creates.",
            )
        return Verified(_outputs(inputs, domain))


def _scope(inputs: Inputs) -> ServiceScope:
    """Where the domain belongs."""
    return ServiceScope(inputs.project_id, inputs.environment_id, inputs.service_id)


def _outputs(inputs: Inputs, domain: Domain) -> dict[str, object]:
    """What other steps may refer to."""
    return {"host": domain.host, "url": public_url(domain.host, inputs.public_port)}
