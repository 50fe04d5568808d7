"""railway.custom_domain: a host name of ours leads to a Railway service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from launchbook.engine.step import Context, Prior, Verified
from launchbook.errors import VerificationFailed
from launchbook.model.address import public_url
from launchbook.model.change import Action, Change, Planned
from launchbook.model.railway import ServiceScope

if TYPE_CHECKING:
    from launchbook.model.domain import Domain
    from launchbook.providers.railway.client import RailwayClient


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which host leads to which service.

    Attributes:
        public_port: 443, or the port of the sandbox's edge.
    """

    project_id: str
    environment_id: str
    service_id: str
    host: str
    public_port: int


class RailwayCustomDomain:
    """Added to the service; its records and its certificate are other steps."""

    name: ClassVar[str] = "railway.custom_domain"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, client: RailwayClient) -> None:
        self._client = client

    def facts(self, inputs: Inputs, context: Context) -> Domain | None:
        """Return the domain as the service has it, or None."""
        found = self._client.read_custom_domains(_scope(inputs))
        return next((each for each in found if each.host == inputs.host), None)

    def plan(
        self, inputs: Inputs, facts: Domain | None, prior: Prior | None
    ) -> Planned:
        """Add it when it is absent; the records are known afterwards."""
        action = Action.NO_CHANGE if facts else Action.CREATE
        outputs = _outputs(inputs, facts) if facts else _certain(inputs)
        return Planned((Change(action, self.name, inputs.host),), outputs)

    def apply(self, inputs: Inputs, facts: Domain | None, context: Context) -> None:
        """Add it, unless a run before this one did.

        Raises:
            DomainTaken: Another project of the platform has it.
        """
        if facts is None:
            self._client.create_custom_domain(_scope(inputs), inputs.host)

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Find it, with the records that it needs."""
        domain = self.facts(inputs, context)
        if domain is None or not domain.records:
            raise VerificationFailed(
                f"Railway does not list {inputs.host} with its records after it was "
                "added",
                hint="Run the same command again; it looks before it adds.",
            )
        return Verified(_outputs(inputs, domain))

    def undo(self, inputs: Inputs, facts: Domain | None, context: Context) -> None:
        """Take it away again, when this run added it."""
        if facts is None and (domain := self.facts(inputs, context)):
            self._client.delete_custom_domain(domain.id)


def _scope(inputs: Inputs) -> ServiceScope:
    """Where the domain belongs."""
    return ServiceScope(inputs.project_id, inputs.environment_id, inputs.service_id)


def _certain(inputs: Inputs) -> dict[str, object]:
    """What is known before anything is written."""
    return {"host": inputs.host, "url": public_url(inputs.host, inputs.public_port)}


def _outputs(inputs: Inputs, domain: Domain) -> dict[str, object]:
    """What other steps may refer to."""
    return {
        **_certain(inputs),
        "id": domain.id,
        "records": domain.records_as_json(),
    }
