"""Asks the sandbox's own DNS server, as the outside world would."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import dns.asyncquery
import dns.exception
import dns.message
import dns.rdatatype

from launchbook.sandbox.ports import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable

TIMEOUT_SECONDS: Final = 2.0


class Names:
    """Looks names up over UDP, and over TCP where an answer is too long for it.

    Args:
        port: Returns the port of the server.
    """

    def __init__(self, port: Callable[[], int]) -> None:
        self._port = port

    async def lookup(self, host: str, kind: str) -> tuple[str, ...]:
        """Return the values of a host's records of one kind, none when there are none.

        Host names have no dot at the end; the parts of a TXT are joined.
        """
        query = dns.message.make_query(f"{host.rstrip('.')}.", kind)
        try:
            # Not its own time-out: that loses a cancellation which comes together
            # with the answer, and whoever stops the task would wait for ever.
            async with asyncio.timeout(TIMEOUT_SECONDS):
                response, _ = await dns.asyncquery.udp_with_fallback(
                    query, LOOPBACK, port=self._port()
                )
        except (dns.exception.DNSException, OSError, KeyError):
            return ()
        wanted = dns.rdatatype.from_text(kind)
        return tuple(
            _value(rdata)
            for rrset in response.answer
            if rrset.rdtype == wanted
            for rdata in rrset
        )


def _value(rdata: object) -> str:
    """A value without the quotes and dots of zone files."""
    strings = getattr(rdata, "strings", None)
    if strings is not None:
        return b"".join(strings).decode("utf-8", errors="replace")
    text = str(rdata)
    return text.removesuffix(".")
