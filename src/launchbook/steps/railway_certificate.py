"""railway.certificate: Railway has a certificate for a host name of ours.

The platform orders it by itself once DNS shows both records; that takes minutes,
sometimes hours. What keeps it away is diagnosed, and a failed order is repeated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.domains.diagnosis import Observation
from launchbook.domains.sight import Names, look
from launchbook.domains.verdict import look_again_at, reason_to_wait
from launchbook.engine.poll import last_of
from launchbook.engine.step import Context, Prior, Verified, Waiting
from launchbook.errors import VerificationFailed
from launchbook.model.change import Action, Change, Planned
from launchbook.model.dns import Zone
from launchbook.model.domain import Domain, Stage
from launchbook.model.railway import ServiceScope
from launchbook.model.record import time_text

if TYPE_CHECKING:
    from launchbook.providers.railway.client import RailwayClient

PATIENCE_SECONDS: Final = 30
"""How long one run looks on before it rests; what takes longer takes minutes."""
UNSEEN_SECONDS: Final = 5
"""The same while the platform does not see the records: DNS is not quick."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Which host of which service.

    Attributes:
        after: What must have been seen before, as the names that DNS shows.
        patience_seconds: How long one run looks on before it rests.
    """

    project_id: str
    environment_id: str
    service_id: str
    host: str
    after: tuple[str, ...] = ()
    patience_seconds: int = PATIENCE_SECONDS


class RailwayCertificate:
    """Waits, diagnoses, and orders again what failed."""

    name: ClassVar[str] = "railway.certificate"
    inputs_type: ClassVar[type] = Inputs
    is_check: ClassVar[bool] = False

    def __init__(self, client: RailwayClient, names: Names) -> None:
        self._client = client
        self._names = names

    def facts(self, inputs: Inputs, context: Context) -> Domain | None:
        """Return the domain with the state of its certificate, or None."""
        scope = ServiceScope(
            inputs.project_id, inputs.environment_id, inputs.service_id
        )
        found = self._client.read_custom_domains(scope)
        return next((each for each in found if each.host == inputs.host), None)

    def plan(
        self, inputs: Inputs, facts: Domain | None, prior: Prior | None
    ) -> Planned:
        """Get one when there is none."""
        is_there = facts is not None and facts.stage is Stage.VALID
        action = Action.NO_CHANGE if is_there else Action.CREATE
        change = Change(action, self.name, inputs.host)
        return Planned((change,), {"host": inputs.host})

    def apply(self, inputs: Inputs, facts: Domain | None, context: Context) -> None:
        """Order again what failed; else the platform does it by itself.

        Raises:
            CertificateRefused: Ordering again would fail for the same reason.
        """
        if facts is None or facts.stage is not Stage.FAILED:
            return
        stage = Stage.PENDING if facts.is_retryable else Stage.FAILED
        reason_to_wait(self._observe(replace(facts, stage=stage), context))
        self._client.issue_certificate(facts.id)

    def verify(self, inputs: Inputs, context: Context) -> Verified | Waiting:
        """Look for a while; then rest, and say what is missing.

        Raises:
            CertificateRefused: Waiting does not help.
        """
        domain = self._read(inputs, context)
        is_near = domain.is_routed and domain.is_owned
        unseen = min(UNSEEN_SECONDS, inputs.patience_seconds)
        deadline = inputs.patience_seconds if is_near else unseen
        context.progress(f"{inputs.host}: waiting for the certificate")
        domain = last_of(
            lambda: self._read(inputs, context),
            lambda found: found.stage in {Stage.VALID, Stage.FAILED},
            clock=context.clock,
            deadline_seconds=deadline,
        )
        if domain.stage is Stage.VALID:
            end = time_text(domain.expires_at) if domain.expires_at else ""
            return Verified({"host": inputs.host}, {"expires_at": end})
        seen = self._observe(domain, context)
        return Waiting(reason_to_wait(seen), look_again_at(seen))

    def _read(self, inputs: Inputs, context: Context) -> Domain:
        domain = self.facts(inputs, context)
        if domain is None:
            raise VerificationFailed(
                f"Railway does not list {inputs.host}",
                hint="Run the same command again; it adds the host name.",
            )
        return domain

    def _observe(self, domain: Domain, context: Context) -> Observation:
        """What there is to see, with what DNS says now."""
        sight = look(self._names, domain, zone="")
        return Observation(
            context.environment, domain, sight, Zone(""), context.clock.now()
        )
