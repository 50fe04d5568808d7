"""Why a host name does not work yet: pure, from what was seen to named findings.

Causes come before their effects: what stands first is to be mended first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final

from launchbook.domains.authority import is_allowed, issuers
from launchbook.domains.finding import Fault, Finding
from launchbook.model.domain import AUTHORITY, DomainRecord, Purpose, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from launchbook.domains.sight import Sight
    from launchbook.model.dns import Zone
    from launchbook.model.domain import Domain

USUAL_TIME: Final = timedelta(hours=1)
"""A certificate normally comes within an hour (Railway's docs on domains, 2026)."""
PATIENCE: Final = timedelta(hours=72)
"""Railway tries for so long and then gives up (same source)."""
PROXIES: Final = tuple(
    map(
        ip_network,
        (
            "173.245.48.0/20",
            "103.21.244.0/22",
            "103.22.200.0/22",
            "103.31.4.0/22",
            "141.101.64.0/18",
            "108.162.192.0/18",
            "190.93.240.0/20",
            "188.114.96.0/20",
            "197.234.240.0/22",
            "198.41.128.0/17",
            "162.158.0.0/15",
            "104.16.0.0/13",
            "104.24.0.0/14",
            "172.64.0.0/13",
            "131.0.72.0/22",
        ),
    )
)
"""Addresses of Cloudflare's proxies (https://www.cloudflare.com/ips-v4, 2026)."""


@dataclass(frozen=True, slots=True)
class Observation:
    """Everything that was seen of one host name.

    Attributes:
        environment: Whose it is; for the commands in hints.
        domain: As its platform has it.
        sight: What DNS says.
        zone: As its provider has it; without a name where nobody looked.
        at: When this was seen.
        proxied: Hosts for which the DNS provider answers in its own name.
    """

    environment: str
    domain: Domain
    sight: Sight
    zone: Zone
    at: datetime
    proxied: frozenset[str] = frozenset()

    @property
    def again(self) -> str:
        """The command that goes on."""
        return f"`invoke provision.infrastructure --environment {self.environment}`"


def diagnose(seen: Observation) -> tuple[Finding, ...]:
    """Return what keeps a host name from having its certificate, causes first."""
    if seen.sight.problem:
        causes = tuple(_delegation(seen)) or (_silence(seen),)
        return (*causes, *_certificate(seen, has_cause=True))
    causes = (*_delegation(seen), *_route(seen), *_ownership(seen), *_caa(seen))
    return (*causes, *_certificate(seen, has_cause=bool(causes)))


def diagnose_ownership(seen: Observation) -> tuple[Finding, ...]:
    """Return what is missing for the proof of ownership alone."""
    return tuple(_ownership(seen))


def is_overdue(seen: Observation) -> bool:
    """Whether everything is as it should be and the certificate does not come."""
    domain = seen.domain
    is_waiting = domain.is_owned and domain.is_routed and domain.stage is Stage.PENDING
    return is_waiting and _age(seen) > USUAL_TIME


def _silence(seen: Observation) -> Finding:
    return Finding(
        Fault.DNS_SILENT,
        seen.sight.problem,
        f"See that the name servers can be reached, then run {seen.again}.",
        is_passing=True,
    )


def _delegation(seen: Observation) -> Iterator[Finding]:
    """The registrar names other servers than the zone's: nothing in it is seen."""
    wanted, found = set(seen.zone.name_servers), set(seen.sight.name_servers)
    if not wanted or (seen.zone.is_active and (wanted & found or not found)):
        return
    servers = ", ".join(seen.zone.name_servers)
    asked = ", ".join(sorted(found - wanted)) or "nobody"
    yield Finding(
        Fault.DELEGATION,
        f"the world asks {asked} about {seen.zone.name}, and not {servers}",
        f"Enter {servers} as name servers of {seen.zone.name} at the registrar, wait a "
        f"day at most, and run {seen.again}.",
        is_passing=True,
    )


def _route(seen: Observation) -> Iterator[Finding]:
    """The record that leads to the platform: missing, proxied, or another."""
    sight, host = seen.sight, seen.domain.host
    record = next((r for r in seen.domain.records if r.purpose is Purpose.ROUTE), None)
    if record is None or _is_right(record, sight):
        return
    wanted = f"{record.kind} {host} should be {record.value}"
    if not sight.target and not sight.addresses:
        yield Finding(
            Fault.ROUTE_MISSING,
            f"{wanted} and DNS has nothing",
            _write_again(seen),
            is_passing=True,
            record=record,
        )
    elif _is_proxied(seen):
        yield Finding(
            Fault.PROXIED,
            f"{wanted}, and a proxy answers in its place ({', '.join(sight.addresses)})",
            f"Switch the proxy off for {host} at the DNS provider ('DNS only'), then "
            f"run {seen.again}.",
            record=record,
        )
    else:
        found = sight.target or ", ".join(sight.addresses)
        yield Finding(
            Fault.ROUTE_WRONG,
            f"{wanted} and is {found}",
            _write_again(seen),
            is_passing=True,
            record=record,
        )


def _is_right(record: DomainRecord, sight: Sight) -> bool:
    if record.kind == "A":
        return record.value in sight.addresses
    is_flat = bool(sight.addresses) and set(sight.addresses) <= set(
        sight.wanted_addresses
    )
    return sight.target.lower() == record.value.lower() or is_flat


def _is_proxied(seen: Observation) -> bool:
    """Whether somebody's proxy stands in between, as anybody can tell."""
    if seen.sight.target:
        return False
    known = any(
        ip_address(address) in network
        for address in seen.sight.addresses
        for network in PROXIES
    )
    return known or seen.domain.is_proxied or seen.domain.host in seen.proxied


def _ownership(seen: Observation) -> Iterator[Finding]:
    """The records that prove whose the name is."""
    for record in seen.domain.records:
        if record.purpose is not Purpose.OWNERSHIP or record.kind != "TXT":
            continue
        found = seen.sight.texts.get(record.host, ())
        if record.value in found:
            continue
        others = ", ".join(repr(each) for each in found) or "nothing"
        yield Finding(
            Fault.OWNERSHIP_WRONG if found else Fault.OWNERSHIP_MISSING,
            f"TXT {record.host} should be {record.value!r} and DNS has {others}",
            _write_again(seen),
            is_passing=True,
            record=record,
        )


def _caa(seen: Observation) -> Iterator[Finding]:
    """CAA records that leave the platform's authority out."""
    records = seen.sight.authorities
    if is_allowed(AUTHORITY, records):
        return
    name = seen.sight.authority_host
    allowed = ", ".join(sorted(issuers(records) or ())) or "nobody"
    yield Finding(
        Fault.CAA,
        f"CAA records at {name} let {allowed} issue certificates, and not {AUTHORITY}",
        f'Add CAA {name} 0 issue "{AUTHORITY}" at the DNS provider, then run '
        f"{seen.again}.",
        record=DomainRecord(name, "CAA", f'0 issue "{AUTHORITY}"'),
    )


def _certificate(seen: Observation, *, has_cause: bool) -> Iterator[Finding]:
    """What the platform says of the certificate, beside the causes."""
    domain = seen.domain
    if domain.stage is Stage.VALID:
        return
    if domain.stage is Stage.FAILED:
        yield _failed(seen)
    elif not has_cause and not (domain.is_owned and domain.is_routed):
        yield Finding(
            Fault.UNSEEN,
            f"{domain.platform} does not see the records of {domain.host} yet",
            f"Wait some minutes, then run {seen.again}.",
            is_passing=True,
        )
    elif _age(seen) > USUAL_TIME:
        hours = _age(seen).total_seconds() / 3600
        yield Finding(
            Fault.CERTIFICATE_STUCK,
            f"{domain.platform} has no certificate for {domain.host} after "
            f"{hours:.1f} h, and one usually comes within an hour",
            _mend_first(seen) if has_cause else _ask(seen),
            is_passing=_age(seen) < PATIENCE,
        )
    else:
        yield Finding(
            Fault.CERTIFICATE_PENDING,
            f"{domain.platform} has not issued the certificate of {domain.host} yet",
            _mend_first(seen)
            if has_cause
            else f"Wait some minutes, then run {seen.again}.",
            is_passing=True,
        )


def _failed(seen: Observation) -> Finding:
    domain = seen.domain
    why = (
        " ".join(filter(None, (domain.error, domain.message))) or "it does not say why"
    )
    hint = (
        f"Run {seen.again}; it orders the certificate again."
        if domain.is_retryable
        else f"Remove {domain.host} on {domain.platform} and run {seen.again}; it adds "
        "the name and writes its new records."
    )
    return Finding(
        Fault.CERTIFICATE_FAILED,
        f"{domain.platform} got no certificate for {domain.host}: {why}",
        hint,
    )


def _age(seen: Observation) -> timedelta:
    return seen.at - seen.domain.added_at if seen.domain.added_at else timedelta()


def _write_again(seen: Observation) -> str:
    return (
        f"Run {seen.again}; it writes the record, and DNS may take some minutes to "
        "show it."
    )


def _mend_first(seen: Observation) -> str:
    return f"Mend what is said above, then run {seen.again}."


def _ask(seen: Observation) -> str:
    return (
        f"Look at {seen.domain.platform}'s status page, run {seen.again}, and ask its "
        "support after a day."
    )
