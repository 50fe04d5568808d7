"""domain.tls: a host name is served over TLS as it should be, and only so.

Chain, name and dates as a browser checks them; TLS 1.2 at least; plain HTTP leads to
the same name over TLS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from launchbook.domains.service import (
    Inspector,
    Visitor,
    diagnose_service,
    look_at_certificate,
    look_at_plain,
)
from launchbook.engine.check import Check, Look, look_until_right
from launchbook.engine.step import Context, Prior, Verified
from launchbook.model.address import public_url
from launchbook.model.change import Action, Change, Planned
from launchbook.model.record import time_text

if TYPE_CHECKING:
    from datetime import datetime

DEADLINE_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Inputs:
    """Where to look.

    Attributes:
        public_port: 443, or the port of the sandbox's edge.
        public_http_port: 80, or its port without TLS.
        after: What must have been seen before, as hosts that have a certificate.
    """

    host: str
    public_port: int
    public_http_port: int
    after: tuple[str, ...] = ()


class DomainTls(Check):
    """A check: it reads and proves."""

    name: ClassVar[str] = "domain.tls"
    inputs_type: ClassVar[type] = Inputs

    def __init__(self, inspector: Inspector, visitor: Visitor) -> None:
        self._inspector = inspector
        self._visitor = visitor

    def facts(self, inputs: Inputs, context: Context) -> None:
        """Nothing to read before there is a certificate."""

    def plan(self, inputs: Inputs, facts: None, prior: Prior | None) -> Planned:
        """Nothing to write."""
        change = Change(Action.NO_CHANGE, self.name, inputs.host)
        return Planned((change,), _outputs(inputs))

    def verify(self, inputs: Inputs, context: Context) -> Verified:
        """Look until everything is right; edges learn of a certificate with a delay.

        Raises:
            VerificationFailed: Something stays wrong.
        """
        seen = look_until_right(
            lambda: self._look(inputs, context.clock.now()),
            inputs.host,
            clock=context.clock,
            deadline_seconds=DEADLINE_SECONDS,
            hint="Run `invoke domains.status` to see what each finding asks for.",
        )
        return Verified(_outputs(inputs), seen.evidence)

    def _look(self, inputs: Inputs, now: datetime) -> Look:
        host = inputs.host
        shown = look_at_certificate(self._inspector, host, inputs.public_port)
        plain = look_at_plain(self._visitor, host, inputs.public_http_port)
        findings = diagnose_service(
            host, shown, plain, public_port=inputs.public_port, at=now
        )
        evidence = {
            "issuer": shown.issuer,
            "expires_at": time_text(shown.not_after) if shown.not_after else "",
            "tls": shown.version,
            "certificate": shown.fingerprint,
            "http": plain.status,
        }
        told = tuple(f"{each.fault}: {each.message}" for each in findings)
        return Look(told, evidence)


def _outputs(inputs: Inputs) -> dict[str, object]:
    """What other steps may refer to."""
    return {
        "host": inputs.host,
        "url": public_url(inputs.host, inputs.public_port),
    }
