"""Session mode: one server connection for as long as the client stays."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from typing import TYPE_CHECKING

from launchbook.sandbox.pooler.protocol import (
    AUTHENTICATION,
    ERROR,
    error_text,
    read_message,
    startup_packet,
)

if TYPE_CHECKING:
    from launchbook.sandbox.pooler.client import Client
    from launchbook.sandbox.pooler.tenant import Tenant

CHUNK_BYTES = 65536
BAD_LOGIN = ("28P01", "28000")


async def serve(client: Client, tenant: Tenant) -> bool:
    """Pass bytes between client and server until one of them ends.

    The login goes end to end: the server itself asks for and checks the password.

    Returns:
        Whether the login was good.
    """
    reader, writer = await asyncio.open_unix_connection(str(tenant.socket))
    try:
        writer.write(startup_packet(client.parameters or {}))
        pump = asyncio.create_task(_pump(client.reader, writer))
        try:
            if not await _watch_login(reader, client):
                return False
            await _pump(reader, client.writer)
        finally:
            pump.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await pump
    finally:
        writer.close()
    return True


async def _watch_login(reader: asyncio.StreamReader, client: Client) -> bool:
    """Pass the login on, and see how it ends."""
    while True:
        message = await read_message(reader)
        client.send(message)
        await client.writer.drain()
        if message.kind == ERROR:
            return not error_text(message).startswith(BAD_LOGIN)
        if message.kind == AUTHENTICATION:
            (question,) = struct.unpack("!I", message.content[:4])
            if question == 0:
                return True


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy bytes until the end of one side."""
    with contextlib.suppress(OSError):
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
        writer.close()
