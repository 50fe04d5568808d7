"""What DNS says about a host name, gathered in one look."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from launchbook.errors import Unavailable
from launchbook.model.domain import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from launchbook.model.domain import Domain


class Names(Protocol):
    """Answers questions about DNS; ``transport.dns`` does."""

    def lookup(self, host: str, kind: str) -> tuple[str, ...]:
        """Return the values of a host's records of one kind; none is empty.

        Raises:
            Unavailable: No server answers.
        """
        ...


@dataclass(frozen=True, slots=True)
class Sight:
    """What DNS answers; no trailing dots.

    Attributes:
        target: Of the CNAME; empty without one.
        addresses: Where the name leads without a CNAME.
        wanted_addresses: Where the target that it should have leads.
        texts: The TXT records at each host that proves ownership.
        authorities: The CAA records that count, as ``0 issue "letsencrypt.org"``.
        authority_host: Where they are; empty without any.
        name_servers: Those that the outside world asks about the zone.
        problem: Why there is no answer at all; empty when there is one.
    """

    target: str = ""
    addresses: tuple[str, ...] = ()
    wanted_addresses: tuple[str, ...] = ()
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    authorities: tuple[str, ...] = ()
    authority_host: str = ""
    name_servers: tuple[str, ...] = ()
    problem: str = ""


def look(names: Names, domain: Domain, zone: str) -> Sight:
    """Ask for everything that a host name needs; silence is a sight too.

    Args:
        names: Answers.
        domain: The host name and its records.
        zone: Its zone; empty leaves out who is asked about it.
    """
    try:
        return _look(names, domain, zone)
    except Unavailable as error:
        return Sight(problem=error.message)


def _look(names: Names, domain: Domain, zone: str) -> Sight:
    host = domain.host
    target = next(iter(names.lookup(host, "CNAME")), "")
    addresses = () if target else names.lookup(host, "A")
    wanted = [each.value for each in domain.records if each.kind == "CNAME"]
    is_flat = bool(addresses) and bool(wanted)
    authority_host, authorities = _authorities(names, host)
    return Sight(
        target=target,
        addresses=addresses,
        wanted_addresses=names.lookup(wanted[0], "A") if is_flat else (),
        texts={
            record.host: names.lookup(record.host, "TXT")
            for record in domain.records
            if record.kind == "TXT" and record.purpose is Purpose.OWNERSHIP
        },
        authorities=authorities,
        authority_host=authority_host,
        name_servers=names.lookup(zone, "NS") if zone else (),
    )


def _authorities(names: Names, host: str) -> tuple[str, tuple[str, ...]]:
    """The CAA records nearest to a host: they alone count (RFC 8659, section 3)."""
    for name in _ancestry(host):
        if found := names.lookup(name, "CAA"):
            return name, found
    return "", ()


def _ancestry(host: str) -> Iterator[str]:
    """Yield a name and those above it, without the top-level domain."""
    labels = host.split(".")
    for start in range(len(labels) - 1):
        yield ".".join(labels[start:])
