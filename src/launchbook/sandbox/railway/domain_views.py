"""Custom domains as the API shows them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from launchbook.sandbox.edge import good_until
from launchbook.sandbox.issuance import LIFETIME_SECONDS, apex_of
from launchbook.sandbox.railway.certifier import FAILED, ISSUING, VALID, VERIFY_LABEL
from launchbook.sandbox.railway.log import read_moment

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from launchbook.sandbox.railway.certifier import Certifier, Sight
    from launchbook.sandbox.railway.parts import Parts
    from launchbook.sandbox.railway.records import CustomDomain

View = dict[str, Any]

_DETAILS: Final[Mapping[str, str]] = {
    ISSUING: "POLLING_AUTHORIZATIONS",
    VALID: "COMPLETE",
    FAILED: "FAILED",
}
"""The finer status of a certificate, where a stage has one."""
_HELP: Final = "https://docs.railway.com/networking/domains"


class DomainViews:
    """Makes objects of the API from records of custom domains.

    Args:
        parts: The emulator's shared parts.
        certifier: Knows what DNS says.
    """

    def __init__(self, parts: Parts, certifier: Certifier) -> None:
        self._parts = parts
        self._certifier = certifier

    def custom(self, domain: CustomDomain) -> View:
        """Return a CustomDomain; its status is looked up when it is asked for."""
        return {
            "id": domain.id,
            "domain": domain.host,
            "projectId": domain.project_id,
            "environmentId": domain.environment_id,
            "serviceId": domain.service_id,
            "targetPort": domain.target_port,
            "isRailwayDomain": False,
            "syncStatus": self._sync_status(domain),
            "createdAt": domain.created_at,
            "updatedAt": domain.updated_at,
            "status": self._looking(domain, self._status),
            "cnameCheck": self._looking(domain, _cname_check),
        }

    def _looking(
        self, domain: CustomDomain, show: Callable[[CustomDomain, Sight], View]
    ) -> Callable[[object], Awaitable[View]]:
        async def resolve(_: object) -> View:
            sight = await self._certifier.look(domain)
            return show(domain, sight)

        return resolve

    def _sync_status(self, domain: CustomDomain) -> str:
        age = self._parts.clock.now() - read_moment(domain.created_at)
        needed = timedelta(seconds=self._parts.clock.length("railway.domain"))
        return "ACTIVE" if age >= needed else "CREATING"

    def _status(self, domain: CustomDomain, sight: Sight) -> View:
        """Return a CustomDomainStatus: the TXT record is no part of dnsRecords."""
        zone = apex_of(domain.host)
        label = domain.host.removesuffix(zone).rstrip(".")
        kind, detail = domain.error_type, _DETAILS.get(domain.stage)
        provider = "CLOUDFLARE" if sight.is_proxied else "UNSPECIFIED"
        return {
            "cdnProvider": f"DETECTED_CDN_PROVIDER_{provider}",
            "certificateErrorMessage": domain.error_message,
            "certificateErrorType": kind and f"CERTIFICATE_ERROR_TYPE_{kind}",
            "certificateRetryable": domain.is_retryable,
            "certificateStatus": f"CERTIFICATE_STATUS_TYPE_{domain.stage}",
            "certificateStatusDetailed": detail
            and f"CERTIFICATE_STATUS_TYPE_DETAILED_{detail}",
            "certificates": self._certificates(domain),
            "dnsRecords": [_route(domain, sight, zone, label)],
            "verificationDnsHost": f"{VERIFY_LABEL}.{label}".rstrip("."),
            "verificationToken": domain.token,
            "verified": domain.is_verified,
        }

    def _certificates(self, domain: CustomDomain) -> list[View]:
        world = self._parts.world
        end = good_until(world, domain.host)
        if end is None or domain.issued_at is None:
            return []
        issued_at = read_moment(domain.issued_at)
        return [
            {
                "domainNames": [domain.host],
                "issuedAt": domain.issued_at,
                "expiresAt": (issued_at + timedelta(seconds=LIFETIME_SECONDS))
                .isoformat(timespec="milliseconds")
                .replace("+00:00", "Z"),
                "fingerprintSha256": world.authority.fingerprint(domain.host, end),
                "keyType": "KEY_TYPE_ECDSA",
            }
        ]


def _route(domain: CustomDomain, sight: Sight, zone: str, label: str) -> View:
    """Return the DNSRecords entry of the CNAME."""
    status = "PROPAGATED" if sight.is_routed else "REQUIRES_UPDATE"
    return {
        "currentValue": sight.value,
        "fqdn": domain.host,
        "hostlabel": label,
        "purpose": "DNS_RECORD_PURPOSE_TRAFFIC_ROUTE",
        "recordType": "DNS_RECORD_TYPE_CNAME",
        "requiredValue": domain.target,
        "status": f"DNS_RECORD_STATUS_{status}",
        "zone": zone,
    }


def _cname_check(domain: CustomDomain, sight: Sight) -> View:
    """Return the CnameCheck, the older form of the status."""
    if sight.is_routed:
        return {"status": "VALID", "message": "CNAME record is correct", "link": None}
    if not sight.value:
        return {"status": "WAITING", "message": "No CNAME record found", "link": _HELP}
    message = f"CNAME record must lead to {domain.target}"
    return {"status": "INVALID", "message": message, "link": _HELP}
