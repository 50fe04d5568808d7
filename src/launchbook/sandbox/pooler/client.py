"""A client at the door: TLS, start-up packet, who it wants to be."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from launchbook.sandbox.pooler.protocol import (
    CANCEL_REQUEST,
    GSS_REQUEST,
    TLS_REQUEST,
    VERSION_3,
    Message,
    ProtocolError,
    error_message,
    parse_parameters,
    read_startup,
)

if TYPE_CHECKING:
    import ssl


@dataclass
class Client:
    """A client after its start-up packet.

    Attributes:
        role: The database role that it wants to be.
        ref: The project that it wants.
        parameters: Its start-up packet, with the role as ``user``.
    """

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    address: str
    is_tls: bool = False
    role: str = ""
    ref: str = ""
    parameters: dict[str, str] | None = None

    def send(self, *messages: Message) -> None:
        """Send messages."""
        self.writer.write(b"".join(message.encode() for message in messages))

    async def refuse(self, sqlstate: str, text: str) -> None:
        """Send a FATAL error."""
        self.send(error_message(sqlstate, text))
        with contextlib.suppress(OSError):
            await self.writer.drain()


async def welcome(client: Client, context: ssl.SSLContext) -> bool:
    """Go through start-up; False when there is nothing to serve afterwards.

    Raises:
        ProtocolError: It speaks something else.
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
            return False
        elif code == VERSION_3:
            _introduce(client, parse_parameters(content))
            return True
        else:
            raise ProtocolError(f"start-up code {code}")


def _introduce(client: Client, parameters: dict[str, str]) -> None:
    """Split ``role.ref``; the vendor's pooler knows projects by the user's name."""
    role, _, ref = parameters.get("user", "").partition(".")
    client.role, client.ref = role, ref
    client.parameters = {
        **parameters,
        "user": role,
        "database": parameters.get("database", "postgres"),
    }
