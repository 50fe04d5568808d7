"""The life of custom domains: DNS is looked at, then a certificate is ordered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.issuance import (
    LIFETIME_SECONDS,
    RENEWAL_SECONDS,
    apex_of,
    find_conflict,
)
from launchbook.sandbox.railway.log import read_moment

if TYPE_CHECKING:
    from launchbook.sandbox.railway.parts import Parts
    from launchbook.sandbox.railway.records import CustomDomain

VALIDATING: Final = "VALIDATING_OWNERSHIP"
ISSUING: Final = "ISSUING"
VALID: Final = "VALID"
FAILED: Final = "ISSUE_FAILED"
VERIFY_LABEL: Final = "_railway-verify"
"""The label, below the domain, of the TXT record that proves the ownership."""
PATIENCE: Final = timedelta(hours=72)
"""For so long the vendor tries to get a certificate (platform docs, 2026)."""
_MAX_PAUSE_FACTOR: Final = 10
"""A domain that waits is looked at ever more seldom, up to so many pauses."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What DNS says about a custom domain.

    Attributes:
        value: What the name leads to: its CNAME, or else its first address.
        is_routed: That is what it should be.
        is_proxied: It leads to addresses of somebody who stands in between.
        is_proven: The TXT record is there.
        conflict: The name whose CAA records forbid the authority.
    """

    value: str
    is_routed: bool
    is_proxied: bool
    is_proven: bool
    conflict: str | None = None


class Certifier:
    """Looks after custom domains; every one has a task of its own.

    Args:
        parts: The emulator's shared parts.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._state = parts.state
        self._clock = parts.clock

    def resume(self) -> None:
        """Go on with every domain that was there before."""
        for domain in self._state.custom_domains.values():
            self.accompany(domain)

    def accompany(self, domain: CustomDomain) -> None:
        """Look after a domain from now on."""
        self._parts.background.start(self._follow(domain.id), name=domain.host)

    def begin(self, domain: CustomDomain) -> None:
        """Begin with the certificate of a domain, again when there was one."""
        is_ended = domain.stage == FAILED
        self._enter(domain, VALIDATING)
        if is_ended:
            self.accompany(domain)

    def until(self, host: str) -> float | None:
        """Return the end of a host's newest certificate, also when it is over.

        In sandbox seconds since 1970; None when it never had one.
        """
        domain = self._state.custom_domain_at(host)
        if domain is None or domain.issued_at is None:
            return None
        return read_moment(domain.issued_at).timestamp() + LIFETIME_SECONDS

    async def look(self, domain: CustomDomain) -> Sight:
        """Return what DNS says now, and let the domain go on accordingly."""
        sight = await self._see(domain)
        if domain.id in self._state.custom_domains:
            self._decide(domain, sight)
        return sight

    async def _follow(self, domain_id: str) -> None:
        factor = 1.0
        while domain := self._state.custom_domains.get(domain_id):
            stage = domain.stage
            await self.look(domain)
            if domain.stage == FAILED:
                return
            is_new = domain.stage != stage
            factor = 1.0 if is_new else min(factor * 1.5, _MAX_PAUSE_FACTOR)
            pause = self._clock.length("railway.dns_check") * factor
            renewal = self._left_seconds(domain) - RENEWAL_SECONDS
            await self._clock.sleep(max(renewal, pause))

    def _left_seconds(self, domain: CustomDomain) -> float:
        """Return for how long its certificate is good; less than 0 without one."""
        return (self.until(domain.host) or 0) - self._clock.timestamp()

    async def _see(self, domain: CustomDomain) -> Sight:
        names, host = self._parts.world.names, domain.host
        route = await names.lookup(host, "CNAME")
        addresses = () if route else await names.lookup(host, "A")
        proof = await names.lookup(f"{VERIFY_LABEL}.{host}", "TXT")
        is_routed = route == (domain.target,)
        if addresses and host == apex_of(host):
            # An apex cannot have a CNAME: its provider answers in its place.
            is_routed = addresses == await names.lookup(domain.target, "A")
        is_ordering = domain.stage in {ISSUING, VALID}
        return Sight(
            value=(route or addresses or ("",))[0],
            is_routed=is_routed,
            is_proxied=bool(addresses) and not is_routed,
            is_proven=domain.token in proof,
            conflict=await find_conflict(names, host) if is_ordering else None,
        )

    def _decide(self, domain: CustomDomain, sight: Sight) -> None:
        if domain.stage == VALIDATING:
            self._validate(domain, sight)
        elif domain.stage == ISSUING:
            self._order(domain, sight)
        elif domain.stage == VALID:
            self._renew(domain, sight)

    def _validate(self, domain: CustomDomain, sight: Sight) -> None:
        if sight.is_proven and not domain.is_verified:
            domain.is_verified = True
            self._state.save()
        if sight.is_proven and sight.is_routed:
            self._enter(domain, ISSUING)
        elif self._age(domain) > PATIENCE:
            message = "DNS records were not found in time"
            self._fail(domain, "DNS_VALIDATION", message)

    def _order(self, domain: CustomDomain, sight: Sight) -> None:
        operation = f"certificate {domain.host}"
        needed = timedelta(seconds=self._clock.length("railway.certificate"))
        if self._age(domain) < needed:
            return
        if self._parts.faults.take(operation, "certificate_stuck"):
            return
        if fault := self._parts.faults.take(operation, "certificate_failed"):
            self._fail(
                domain,
                str(fault.details.get("error_type", "INTERNAL")),
                str(fault.details.get("message", "The authority refused the order")),
                is_retryable=bool(fault.details.get("retryable", True)),
            )
        elif sight.conflict:
            message = f"CAA record for {sight.conflict} prevents issuance"
            self._fail(domain, "AUTHORIZATION_FAILED", message)
        elif not sight.is_routed:
            self._fail(domain, "DNS_VALIDATION", "The domain does not lead here")
        else:
            domain.issued_at = self._state.now()
            self._enter(domain, VALID)

    def _renew(self, domain: CustomDomain, sight: Sight) -> None:
        left = self._left_seconds(domain)
        if left > RENEWAL_SECONDS:
            return
        if sight.is_proven and sight.is_routed and not sight.conflict:
            domain.issued_at = self._state.now()
            self._state.save()
        elif left <= 0:
            domain.is_verified = sight.is_proven
            self._enter(domain, VALIDATING)

    def _fail(
        self,
        domain: CustomDomain,
        kind: str,
        message: str,
        *,
        is_retryable: bool = True,
    ) -> None:
        domain.error_type, domain.error_message = kind, message
        domain.is_retryable = is_retryable
        self._enter(domain, FAILED)

    def _enter(self, domain: CustomDomain, stage: str) -> None:
        if stage != FAILED:
            domain.error_type = domain.error_message = None
            domain.is_retryable = False
        domain.stage = stage
        domain.stage_at = domain.updated_at = self._state.now()
        self._state.save()

    def _age(self, domain: CustomDomain) -> timedelta:
        return self._clock.now() - read_moment(domain.stage_at)
