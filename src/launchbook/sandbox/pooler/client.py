"""A client at the door: TLS, start-up packet, who it wants to be."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from launchbook.sandbox.pooler.protocol import (
    CANCEL_REQUEST,
    GSS_REQUEST,
    TLS_REQUEST,
    VERSION_3,
    VERSION_4,
    Message,
    ProtocolError,
    error_message,
    parse_parameters,
    read_startup,
    version_message,
)

if TYPE_CHECKING:
    import asyncio
    import ssl
    from collections.abc import Mapping


@dataclass
class Client:
    """A connection from a client.

    Attributes:
        role: The database role that it wants to be.
        ref: The project that it wants.
        parameters: Its start-up packet, with the role as ``user``.
        cancel_key: Not empty: it only wants another connection's query cancelled.
    """

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    address: str
    is_tls: bool = False
    role: str = ""
    ref: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    cancel_key: bytes = b""

    @property
    def database(self) -> str:
        """The database that it wants."""
        return self.parameters["database"]

    def send(self, *messages: Message) -> None:
        """Send messages; ``flush`` waits until there is room again."""
        self.writer.write(b"".join(message.encode() for message in messages))

    async def flush(self) -> None:
        """Wait until the client has taken most of what was sent."""
        await self.writer.drain()

    async def refuse(self, sqlstate: str, text: str) -> None:
        """Send a FATAL error."""
        self.send(error_message(sqlstate, text))
        with contextlib.suppress(OSError):
            await self.flush()


async def welcome(client: Client, context: ssl.SSLContext) -> None:
    """Go through start-up: TLS when it is asked for, then who the client is.

    Raises:
        ProtocolError: It speaks something else.
        asyncio.IncompleteReadError: It left.
    """
    while True:
        code, content = await read_startup(client.reader)
        if code == TLS_REQUEST and not client.is_tls:
            client.writer.write(b"S")
            await client.writer.drain()
            await client.writer.start_tls(context)
            client.is_tls = True
        elif code in {GSS_REQUEST, TLS_REQUEST}:
            client.writer.write(b"N")
        elif code == CANCEL_REQUEST:
            client.cancel_key = content
            return
        elif VERSION_3 <= code < VERSION_4:
            _introduce(client, parse_parameters(content))
            if code != VERSION_3:
                client.send(version_message())
            return
        else:
            raise ProtocolError(f"start-up code {code}")


def _introduce(client: Client, parameters: Mapping[str, str]) -> None:
    """Split ``role.ref``; the vendor's pooler knows projects by the user's name."""
    role, _, ref = parameters.get("user", "").partition(".")
    client.role, client.ref = role, ref
    known = {k: v for k, v in parameters.items() if not k.startswith("_pq_.")}
    client.parameters = {"database": "postgres", **known, "user": role}
