"""The DNS server: UDP and TCP on one port of loopback."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import struct
from typing import TYPE_CHECKING, Any, Final, cast

import dns.exception
import dns.flags
import dns.message

from launchbook.sandbox.dns.answer import respond

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Callable, Sequence

    from launchbook.sandbox.dns.zone import ServedZone

    Zones = Callable[[], Sequence[ServedZone]]
    """Returns what is served at this moment."""

PLAIN_UDP_BYTES: Final = 512
"""What fits into an answer when the client says nothing else (RFC 1035, 2.3.4)."""
LARGEST_UDP_BYTES: Final = 1232
"""What is sent at the most however much the client would take (DNS flag day 2020)."""
IDLE_SECONDS: Final = 10.0
_LOG = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def serving(
    listener: socket.socket, datagrams: socket.socket, zones: Zones
) -> AsyncIterator[None]:
    """Answer on both sockets for the body."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: _Datagrams(zones), sock=datagrams
    )

    async def converse(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, OSError, TimeoutError):
            await _converse(reader, writer, zones)
        writer.close()

    server = await asyncio.start_server(converse, sock=listener)
    try:
        yield
    finally:
        transport.close()
        server.close()


class _Datagrams(asyncio.DatagramProtocol):
    """One datagram a question."""

    def __init__(self, zones: Zones) -> None:
        self._zones = zones
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        # Python 3.11's own transports are not of the class that they stand for.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Answer; what is no question is dropped."""
        query = _read(data)
        if query is None or self._transport is None:
            return
        self._transport.sendto(_short(query, respond(query, self._zones())), addr)


async def _converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, zones: Zones
) -> None:
    """Answer the questions of one connection, each with its length in front."""
    while True:
        async with asyncio.timeout(IDLE_SECONDS):
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            query = _read(await reader.readexactly(length))
        if query is None:
            return
        wire = respond(query, zones()).to_wire()
        writer.write(struct.pack("!H", len(wire)) + wire)
        await writer.drain()


def _read(data: bytes) -> dns.message.Message | None:
    try:
        query = dns.message.from_wire(data)
    except (dns.exception.DNSException, ValueError):
        _LOG.info("dropped %d bytes that are no question", len(data))
        return None
    return None if query.flags & dns.flags.QR else query


def _short(query: dns.message.Message, response: dns.message.Message) -> bytes:
    """The answer in one datagram; cut off and marked so when it is too long."""
    size = max(PLAIN_UDP_BYTES, min(query.payload or 0, LARGEST_UDP_BYTES))
    try:
        return response.to_wire(max_size=size)
    except dns.exception.TooBig:
        for section in (response.answer, response.authority, response.additional):
            section.clear()
        response.flags |= dns.flags.TC
        return response.to_wire(max_size=size)
