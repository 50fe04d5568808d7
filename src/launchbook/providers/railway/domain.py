"""Railway's custom domains: two records each, and a certificate that comes later.

The TXT record that proves the ownership is not among ``dnsRecords`` (platform facts
1.6): without it a domain stays in VALIDATING_OWNERSHIP for ever and answers 404.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.errors import DomainTaken, Rejected
from launchbook.model.domain import Domain, DomainRecord, Purpose, Stage
from launchbook.providers.railway.calls import RailwayCalls, scope_ids
from launchbook.transport.answer import Fields
from launchbook.transport.lost import create_or_find

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.model.railway import ServiceScope

STAGES: Final[Mapping[str, Stage]] = {
    "VALIDATING_OWNERSHIP": Stage.UNPROVEN,
    "ISSUING": Stage.PENDING,
    "VALID": Stage.VALID,
    "ISSUE_FAILED": Stage.FAILED,
}
"""A status that is not here is one more on the way to a certificate."""


class DomainVerbs(RailwayCalls):
    """The verbs around custom domains; a part of the client."""

    def read_custom_domains(self, scope: ServiceScope) -> tuple[Domain, ...]:
        """Return our own host names of a service; the platform looks into DNS."""
        data = self._run("custom_domains", scope_ids(scope))
        answer = Fields(data["domains"], "railway domains")
        return tuple(read_custom_domain(n) for n in answer.children("customDomains"))

    def read_domain_obstacle(self, host: str) -> str:
        """Return why a host name cannot be added, in the platform's words; or empty."""
        data = self._run("custom_domain_available", {"domain": host})
        answer = Fields(data["customDomainAvailable"], "railway customDomainAvailable")
        return "" if answer.is_truthy("available") else answer.text("message")

    def create_custom_domain(self, scope: ServiceScope, host: str) -> None:
        """Give a service a host name, unless a lost answer did.

        Raises:
            DomainTaken: Somebody else's project has it.
        """

        def find() -> bool | None:
            found = self.read_custom_domains(scope)
            return True if any(each.host == host for each in found) else None

        create_or_find(lambda: self._create(scope, host), find)

    def _create(self, scope: ServiceScope, host: str) -> bool:
        if obstacle := self.read_domain_obstacle(host):
            raise _taken(host, obstacle)
        order = {**scope_ids(scope), "domain": host}
        try:
            self._run("custom_domain_create", {"input": order})
        except Rejected as error:
            # Taken in between, or only told now.
            if "already in use" in error.message.lower():
                raise _taken(host, error.message) from error
            raise
        return True

    def issue_certificate(self, domain_id: str) -> None:
        """Let the platform order a certificate again."""
        self._run("custom_domain_issue", {"id": domain_id})

    def delete_custom_domain(self, domain_id: str) -> None:
        """Take a host name away; added again, it needs other records."""
        self._run("custom_domain_delete", {"id": domain_id})


def read_custom_domain(node: Fields) -> Domain:
    """Read a host name with what it needs and how far it has come."""
    host, status = node.text("domain"), node.child("status")
    routes = status.children("dnsRecords")
    records = tuple(_read_record(each) for each in routes)
    proof = _read_proof(status, _zone_of(host, routes))
    return Domain(
        platform="railway",
        host=host,
        id=node.text("id"),
        environment_id=node.text_or_empty("environmentId"),
        records=(*records, proof) if proof else records,
        is_owned=status.is_truthy("verified"),
        is_routed=all(_word(each, "status") == "PROPAGATED" for each in routes),
        is_proxied=_word(status, "cdnProvider") == "CLOUDFLARE",
        stage=STAGES.get(_word(status, "certificateStatus"), Stage.PENDING),
        error=_word(status, "certificateErrorType"),
        message=status.text_or_empty("certificateErrorMessage"),
        is_retryable=status.is_truthy("certificateRetryable"),
        added_at=node.moment("createdAt"),
        expires_at=max(
            (
                end
                for each in status.optional_children("certificates")
                if (end := each.moment("expiresAt")) is not None
            ),
            default=None,
        ),
    )


def _read_record(node: Fields) -> DomainRecord:
    purpose = _word(node, "purpose")
    return DomainRecord(
        host=node.text("fqdn").rstrip(".").lower(),
        kind=_word(node, "recordType"),
        value=node.text("requiredValue").rstrip("."),
        purpose=Purpose.ROUTE if purpose == "TRAFFIC_ROUTE" else Purpose.OWNERSHIP,
    )


def _read_proof(status: Fields, zone: str) -> DomainRecord | None:
    """The TXT record; its host may be written within the zone or in full."""
    host = status.text_or_empty("verificationDnsHost").rstrip(".").lower()
    token = status.text_or_empty("verificationToken")
    if not host or not token:
        return None
    is_whole = host == zone or host.endswith(f".{zone}")
    name = host if is_whole else f"{host}.{zone}"
    return DomainRecord(name, "TXT", token, Purpose.OWNERSHIP)


def _zone_of(host: str, routes: tuple[Fields, ...]) -> str:
    """The zone as the platform sees it; the last two labels where it says none."""
    said = routes[0].text_or_empty("zone").rstrip(".").lower() if routes else ""
    return said or ".".join(host.split(".")[-2:])


PREFIXES: Final = (
    "CERTIFICATE_STATUS_TYPE_",
    "CERTIFICATE_ERROR_TYPE_",
    "DETECTED_CDN_PROVIDER_",
    "DNS_RECORD_PURPOSE_",
    "DNS_RECORD_STATUS_",
    "DNS_RECORD_TYPE_",
)


def _word(node: Fields, name: str) -> str:
    """An enumeration's value without its long prefix."""
    value = node.text_or_empty(name)
    for prefix in PREFIXES:
        value = value.removeprefix(prefix)
    return value


def _taken(host: str, message: str) -> DomainTaken:
    return DomainTaken(
        f"Railway does not give {host} to this project: {message}",
        hint="Remove the domain from the project that has it, or write another host "
        "below `domains` of the environment, then run the same command again.",
        platform="railway",
        details={"host": host},
    )
