"""Questions about DNS, at the name servers that the set of platforms names."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

import dns.exception
import dns.nameserver
import dns.resolver

from launchbook.errors import InputError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

LOOPBACK: Final = "127.0.0.1"
ANSWER_SECONDS: Final = 5.0
"""How long all servers together may take for one question."""
PORT: Final = 53
HIGHEST_PORT: Final = 65_535
_HINT: Final = (
    "Check the network and dns.nameservers of the set of platforms, then run the same "
    "command again."
)


class DnsResolver:
    """Looks names up. Nothing is cached: what changed a moment ago must show.

    Args:
        nameservers: Addresses, with a port after a colon where it is not 53; none
            uses those of the system.

    Raises:
        InputError: One of them is no address.
    """

    def __init__(self, nameservers: Sequence[str] = ()) -> None:
        self._nameservers = tuple(_server(each) for each in nameservers)

    @property
    def is_own(self) -> bool:
        """Whether the set of platforms names servers of its own."""
        return bool(self._nameservers)

    def at(self, servers: Sequence[str]) -> DnsResolver:
        """Return one that asks a zone's own name servers, by their names.

        They listen where those of the set of platforms do, so on port 53 but for
        the sandbox's.

        Raises:
            Unavailable: None of them has an address.
        """
        found = [self.addresses(each) for each in servers]
        addresses = [each[0] for each in found if each]
        if not addresses:
            raise Unavailable(
                f"none of {', '.join(servers)} has an address in DNS",
                hint=_HINT,
                platform="dns",
            )
        port = self._nameservers[0].port if self._nameservers else PORT
        return DnsResolver([_at_port(each, port) for each in addresses])

    def lookup(self, host: str, kind: str) -> tuple[str, ...]:
        """Return the values of a host's records of one kind; none is empty.

        Values have no dot at the end; the parts of a TXT are joined; a CAA reads as
        in a zone file.

        Args:
            host: Without a dot at the end.
            kind: As ``CNAME``. Aliases are followed for every other kind.

        Raises:
            Unavailable: No server answers the question.
        """
        resolver = dns.resolver.Resolver(configure=not self._nameservers)
        if self._nameservers:
            resolver.nameservers = list(self._nameservers)
        resolver.lifetime = ANSWER_SECONDS
        try:
            answer = resolver.resolve(
                f"{host}.", kind, raise_on_no_answer=False, search=False
            )
        except dns.resolver.NXDOMAIN:
            return ()
        except (dns.exception.DNSException, OSError) as error:
            raise Unavailable(
                f"DNS does not answer about {host}: {_reason(error)}",
                hint=_HINT,
                platform="dns",
            ) from error
        return tuple(_value(rdata) for rdata in answer.rrset or ())

    def addresses(self, host: str) -> tuple[str, ...]:
        """Return the IPv4 addresses of a host, else its IPv6 ones.

        Names below ``localhost`` are this machine (RFC 6761, section 6.3), and an
        address is its own.

        Raises:
            Unavailable: No server answers the question.
        """
        name = host.rstrip(".").lower()
        if name == "localhost" or name.endswith(".localhost"):
            return (LOOPBACK,)
        if is_address(name):
            return (name,)
        return self.lookup(name, "A") or self.lookup(name, "AAAA")


def is_address(host: str) -> bool:
    """Whether a host is an IP address and no name."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _at_port(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _server(text: str) -> dns.nameserver.Do53Nameserver:
    address, colon, port = text, "", ""
    if text.startswith("[") or text.count(":") == 1:
        address, colon, port = text.rpartition(":")
    is_port = port.isdigit() and 0 < int(port) <= HIGHEST_PORT
    if is_address(address) and is_port == bool(colon):
        return dns.nameserver.Do53Nameserver(
            address.strip("[]"), int(port) if colon else PORT
        )
    raise InputError(
        f"{text!r} is not the address of a name server",
        hint="Write an address, or an address and a port, as 127.0.0.1:5353 or "
        "[::1]:5353.",
    )


def _value(rdata: object) -> str:
    """A value without the quotes and dots of zone files."""
    strings = getattr(rdata, "strings", None)
    if strings is not None:
        return b"".join(strings).decode("utf-8", errors="replace")
    return str(rdata).removesuffix(".")


def _reason(error: Exception) -> str:
    if isinstance(error, dns.resolver.NoNameservers):
        return "every server refuses the question"
    if isinstance(error, dns.exception.Timeout):
        return "no server was in time"
    return str(error) or type(error).__name__
