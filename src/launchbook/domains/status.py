"""One line a host name: how far it has come, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from launchbook.domains.finding import Fault
from launchbook.model.domain import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from launchbook.domains.finding import Finding
    from launchbook.model.domain import Domain
    from launchbook.transport.tls import Certificate

DNS_WORDS: Final[Mapping[Fault, str]] = {
    Fault.DNS_SILENT: "silent",
    Fault.DELEGATION: "elsewhere",
    Fault.ROUTE_MISSING: "missing",
    Fault.ROUTE_WRONG: "wrong",
    Fault.PROXIED: "proxied",
}
NOTHING: Final = "-"
HEAD: Final = (
    "host",
    "platform",
    "DNS",
    "ownership",
    "certificate",
    "days",
    "TLS",
    "missing",
)


@dataclass(frozen=True, slots=True)
class Status:
    """What the table says of one host name.

    Attributes:
        days_left: Of the certificate; None without one.
        tls: The version that is spoken; empty where nothing is trusted.
        findings: Causes first.
    """

    host: str
    platform: str
    dns: str
    ownership: str
    certificate: str
    days_left: int | None
    tls: str
    findings: tuple[Finding, ...] = ()

    @property
    def is_right(self) -> bool:
        """Whether nothing is missing."""
        return not self.findings

    def cells(self) -> tuple[str, ...]:
        """Return the cells of a table; ``HEAD`` names them."""
        return (
            self.host,
            self.platform,
            self.dns,
            self.ownership,
            self.certificate,
            NOTHING if self.days_left is None else str(self.days_left),
            self.tls or NOTHING,
            str(self.findings[0].fault) if self.findings else NOTHING,
        )

    def as_json(self) -> dict[str, object]:
        """Return it for machines."""
        return {
            "host": self.host,
            "platform": self.platform,
            "dns": self.dns,
            "ownership": self.ownership,
            "certificate": self.certificate,
            "days_left": self.days_left,
            "tls": self.tls,
            "is_right": self.is_right,
            "findings": [each.as_json() for each in self.findings],
        }


def status_of(
    domain: Domain, shown: Certificate | None, findings: Iterable[Finding], at: datetime
) -> Status:
    """Return the line of a host name that its platform has.

    Args:
        domain: As its platform has it.
        shown: What a client was shown; None when nobody looked.
        findings: Causes first.
        at: When this was seen.
    """
    known = tuple(findings)
    faults = {each.fault for each in known}
    end = (shown.not_after if shown else None) or domain.expires_at
    return Status(
        host=domain.host,
        platform=domain.platform,
        dns=next((word for each, word in DNS_WORDS.items() if each in faults), "ok"),
        ownership=_ownership(domain, faults),
        certificate=_certificate(domain, faults),
        days_left=(end - at).days if end and domain.stage is Stage.VALID else None,
        tls=shown.version if shown else "",
        findings=known,
    )


def status_of_absent(host: str, platform: str, finding: Finding) -> Status:
    """Return the line of a host name that its platform does not have."""
    return Status(
        host=host,
        platform=platform,
        dns=NOTHING,
        ownership=NOTHING,
        certificate=NOTHING,
        days_left=None,
        tls="",
        findings=(finding,),
    )


def _ownership(domain: Domain, faults: set[Fault]) -> str:
    if Fault.OWNERSHIP_MISSING in faults:
        return "missing"
    if Fault.OWNERSHIP_WRONG in faults:
        return "wrong"
    return "proven" if domain.is_owned else "waiting"


def _certificate(domain: Domain, faults: set[Fault]) -> str:
    if Fault.CAA in faults and domain.stage is not Stage.VALID:
        return "forbidden"
    if Fault.CERTIFICATE_STUCK in faults:
        return "stuck"
    if Fault.CERTIFICATE_ENDING in faults:
        return "ending"
    return str(domain.stage)
