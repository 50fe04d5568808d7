"""The life of custom domains: DNS is looked at, then a certificate comes by itself."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.background import Background
from launchbook.sandbox.issuance import (
    LIFETIME_SECONDS,
    RENEWAL_SECONDS,
    find_conflict,
)
from launchbook.sandbox.vercel.records import Certificate
from launchbook.sandbox.vercel.state import HOST_SUFFIX, new_id

if TYPE_CHECKING:
    from launchbook.sandbox.vercel.faults import OrderedFaults
    from launchbook.sandbox.vercel.records import Domain
    from launchbook.sandbox.vercel.state import State
    from launchbook.sandbox.world import World

EDGE_ADDRESSES: Final = ("127.0.0.1",)
"""Where the edge listens: what an A record must say."""
GENERAL_TARGET: Final = "cname.vercel-dns.localhost"
"""What a CNAME may lead to, whatever the project."""
_TARGET_SUFFIX: Final = ".vercel-dns-017.localhost"
_MAX_PAUSE_FACTOR: Final = 10
"""A domain that waits is looked at ever more seldom, up to so many pauses."""


def target_of(project_id: str) -> str:
    """Return what the CNAME of a project's domains should lead to."""
    digest = hashlib.sha256(project_id.encode()).hexdigest()
    return digest[:16] + _TARGET_SUFFIX


class Certifier:
    """Looks after custom domains; every one has a task of its own.

    Args:
        world: The sandbox.
        state: The account.
        faults: What is to go wrong.
    """

    def __init__(self, world: World, state: State, faults: OrderedFaults) -> None:
        self._world = world
        self._clock = world.clock
        self._state = state
        self._faults = faults
        self._background = Background("vercel")

    def resume(self) -> None:
        """Go on with every domain that was there before."""
        for domain in self._state.domains.values():
            self.accompany(domain)

    async def stop(self) -> None:
        """End all tasks; ``resume`` takes them up."""
        await self._background.stop()

    def accompany(self, domain: Domain) -> None:
        """Look after a domain from now on; the platform's own need nobody."""
        if not domain.name.endswith(HOST_SUFFIX):
            self._background.start(self._follow(domain), name=domain.name)

    def until(self, host: str) -> float | None:
        """Return the end of a host's certificate, in sandbox seconds since 1970."""
        certificate = self._state.certificate_for(host)
        return certificate.expires_at / 1000 if certificate else None

    async def configured_by(self, host: str) -> str | None:
        """Return ``CNAME`` or ``A``, by which DNS leads a host here; None if none."""
        if host.endswith(HOST_SUFFIX):
            return "CNAME"
        names = self._world.names
        route = await names.lookup(host, "CNAME")
        if route:
            target = route[0]
            is_here = target.endswith(_TARGET_SUFFIX) or target == GENERAL_TARGET
            return "CNAME" if is_here else None
        addresses = await names.lookup(host, "A")
        return "A" if set(addresses) & set(EDGE_ADDRESSES) else None

    async def conflict(self, host: str) -> str | None:
        """Return the name whose CAA records forbid the authority, if one does."""
        return await find_conflict(self._world.names, host)

    def issue(self, hosts: list[str]) -> Certificate:
        """Have a certificate issued; what it needs was looked at before."""
        moment = self._state.moment()
        certificate = Certificate(
            id=new_id("cert_"),
            names=list(hosts),
            created_at=moment,
            expires_at=moment + LIFETIME_SECONDS * 1000,
        )
        self._state.certificates[certificate.id] = certificate
        self._state.save()
        return certificate

    async def _follow(self, domain: Domain) -> None:
        factor = 1.0
        while self._state.domains.get(domain.name) is domain:
            before = domain.configured_at
            await self._look(domain)
            is_new = domain.configured_at != before
            factor = 1.0 if is_new else min(factor * 1.5, _MAX_PAUSE_FACTOR)
            pause = self._clock.length("vercel.dns_check") * factor
            renewal = self._left_seconds(domain) - RENEWAL_SECONDS
            await self._clock.sleep(max(renewal, pause))

    def _left_seconds(self, domain: Domain) -> float:
        """Return for how long its certificate is good; less than 0 without one."""
        return (self.until(domain.name) or 0) - self._clock.timestamp()

    async def _look(self, domain: Domain) -> None:
        """Order a certificate once DNS led here for a while, or when one ends."""
        host = domain.name
        if not domain.is_verified or self._left_seconds(domain) > RENEWAL_SECONDS:
            return
        if await self.configured_by(host) is None:
            domain.configured_at = None
            return
        now = self._clock.milliseconds()
        domain.configured_at = domain.configured_at or now
        needed = self._clock.length("vercel.certificate") * 1000
        if now - domain.configured_at < needed or await self.conflict(host):
            return
        is_refused = self._faults.take(f"certificate {host}", "certificate_failed")
        if not is_refused and self._state.domains.get(host) is domain:
            self.issue([host])
