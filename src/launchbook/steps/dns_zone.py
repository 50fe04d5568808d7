"""dns.zone: the product's zone at the DNS provider, delegated by the registrar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.engine.poll import until
from launchbook.engine.step import Context, Prior, Verified, Waiting
from launchbook.errors import NotReady, VerificationFailed
from launchbook.model.change import Action, Change, Planned

if TYPE_CHECKING:
    from launchbook.model.dns import Zone
    from launchbook.providers.dns.client import DnsClient

PATIENCE_SECONDS: Final = 10.0
LOOK_AGAIN: Final = timedelta(minutes=15)
"""Registries take from minutes to two days."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The zone, as ``vocilia.com``."""

    zone: str


class DnsZone:
    """Found, or made; foreign records in it are nobody's business here."""

    name: ClassVar[str] = "dns.zone"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, client: DnsClient) -> None:
        self._client = client

    def facts(self, inputs: Inputs, context: Context) -> Zone | None:
        """Return the zone, or None."""
        return self._client.find_zone(inputs.zone)

    def plan(self, inputs: Inputs, facts: Zone | None, prior: Prior | None) -> Planned:
        """Make it when it is absent; wait for one that is not delegated yet."""
        if facts is None:
            change = Change(Action.CREATE, self.name, inputs.zone)
            return Planned((change,), {"name": inputs.zone})
        action = Action.NO_CHANGE if facts.is_active else Action.UPDATE
        reason = "" if facts.is_active else "wait, the registrar does not lead here"
        change = Change(action, self.name, inputs.zone, (), reason)
        return Planned((change,), _outputs(facts))

    def apply(self, inputs: Inputs, facts: Zone | None, context: Context) -> None:
        """Make it, unless a run before this one did."""
        if facts is None:
            self._client.create_zone(inputs.zone)

    def verify(self, inputs: Inputs, context: Context) -> Verified | Waiting:
        """Look for a moment whether the registrar leads here, then rest."""
        try:
            zone = until(
                lambda: self.facts(inputs, context),
                lambda found: found is not None and found.is_active,
                clock=context.clock,
                deadline_seconds=PATIENCE_SECONDS,
                what=f"DNS zone {inputs.zone}",
            )
        except NotReady:
            return self._wait(inputs, context)
        if zone is None:
            raise _absent(inputs)
        return Verified(_outputs(zone))

    def _wait(self, inputs: Inputs, context: Context) -> Waiting:
        zone = self.facts(inputs, context)
        if zone is None:
            raise _absent(inputs)
        servers = ", ".join(zone.name_servers) or "the provider's name servers"
        return Waiting(
            f"the registrar of {inputs.zone} must name {servers}",
            context.clock.now() + LOOK_AGAIN,
        )


def _absent(inputs: Inputs) -> VerificationFailed:
    return VerificationFailed(
        f"the DNS zone {inputs.zone} is not listed after it was made",
        hint="Run the same command again; it looks before it creates.",
    )


def _outputs(zone: Zone) -> dict[str, object]:
    """What other steps may refer to."""
    return {
        "name": zone.name,
        "id": zone.id,
        "name_servers": list(zone.name_servers),
    }
