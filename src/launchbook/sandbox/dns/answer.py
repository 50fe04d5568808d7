"""Answers to DNS questions, as an authoritative server gives them (RFC 1034)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from launchbook.sandbox.dns.zone import ServedRecord, zone_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from launchbook.sandbox.dns.zone import ServedZone

LOOPBACK: Final = "127.0.0.1"
LOCAL_TTL: Final = 60
LONGEST_CHAIN: Final = 8
"""How many aliases are followed before a loop is assumed."""


def respond(
    query: dns.message.Message, zones: Sequence[ServedZone]
) -> dns.message.Message:
    """Return the response to a query of one question."""
    response = dns.message.make_response(query, recursion_available=True)
    if len(query.question) != 1:
        response.set_rcode(dns.rcode.FORMERR)
        return response
    question = query.question[0]
    host = question.name.to_text(omit_final_dot=True).lower()
    kind = dns.rdatatype.to_text(question.rdtype)
    _Resolution(response, zones).resolve(host, kind)
    return response


class _Resolution:
    """Fills in one response."""

    def __init__(
        self, response: dns.message.Message, zones: Sequence[ServedZone]
    ) -> None:
        self._response = response
        self._zones = zones

    def resolve(self, host: str, kind: str) -> None:
        """Answer a question, following aliases as far as they lead."""
        for _ in range(LONGEST_CHAIN):
            following = self._look(host, kind)
            if following is None:
                return
            host = following
        self._response.set_rcode(dns.rcode.SERVFAIL)

    def _look(self, host: str, kind: str) -> str | None:
        """Add what one name has; return where an alias leads, if it must be followed."""
        if host == "localhost" or host.endswith(".localhost"):
            self._local(host, kind)
            return None
        zone = zone_of(self._zones, host)
        if zone is None or not zone.is_delegated:
            # An alias that leads out of what is served here is an answer by itself.
            if not self._response.answer:
                self._response.set_rcode(dns.rcode.REFUSED)
            return None
        self._response.flags |= dns.flags.AA
        records = self._records(zone, host, kind)
        if records:
            self._add(records)
            return None
        if kind != "CNAME" and (alias := zone.at(host, "CNAME")):
            self._add(alias)
            return alias[0].value.rstrip(".").lower()
        self._nothing(zone, host)
        return None

    def _records(
        self, zone: ServedZone, host: str, kind: str
    ) -> tuple[ServedRecord, ...]:
        if host == zone.name and kind == "NS":
            return tuple(
                ServedRecord(host, "NS", f"{server}.", 86_400)
                for server in zone.name_servers
            )
        if host == zone.name and kind == "SOA":
            return (_soa(zone),)
        return zone.at(host, kind)

    def _local(self, host: str, kind: str) -> None:
        """Names below localhost are this machine (RFC 6761, section 6.3)."""
        self._response.flags |= dns.flags.AA
        if kind == "A":
            self._add((ServedRecord(host, "A", LOOPBACK, LOCAL_TTL),))

    def _nothing(self, zone: ServedZone, host: str) -> None:
        """Say that the name, or only this kind of record, does not exist."""
        exists = host == zone.name or zone.at(host) or zone.has_below(host)
        if not exists:
            self._response.set_rcode(dns.rcode.NXDOMAIN)
        soa = _soa(zone)
        self._response.authority.append(_rrset((soa,)))

    def _add(self, records: Sequence[ServedRecord]) -> None:
        self._response.answer.append(_rrset(records))


def _rrset(records: Sequence[ServedRecord]) -> dns.rrset.RRset:
    """Records of one name and kind as they go over the wire."""
    first = records[0]
    return dns.rrset.from_text(
        f"{first.host}.", first.ttl, "IN", first.kind, *(each.value for each in records)
    )


def _soa(zone: ServedZone) -> ServedRecord:
    primary = zone.name_servers[0] if zone.name_servers else f"ns.{zone.name}"
    value = f"{primary}. dns.{zone.name}. {zone.serial} 10000 2400 604800 60"
    return ServedRecord(zone.name, "SOA", value, 60)
