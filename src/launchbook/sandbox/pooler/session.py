"""Session mode: one server connection for as long as the client stays."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.pooler.protocol import (
    AUTHENTICATION,
    BACKEND_KEY,
    ERROR,
    LOGGED_IN,
    READY,
    Message,
    error_text,
    read_message,
    startup_packet,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from launchbook.sandbox.pooler.cancels import Cancels
    from launchbook.sandbox.pooler.client import Client

CHUNK_BYTES: Final = 65536
BAD_LOGIN: Final = ("28P01", "28000")


async def serve(
    client: Client, socket: Path, cancels: Cancels, note_login: Callable[[bool], None]
) -> None:
    """Pass bytes between client and server until one of them ends.

    The login goes end to end: the server itself asks for and checks the password.

    Args:
        client: After its start-up packet.
        socket: Of the project's server.
        cancels: Where the client's key is known meanwhile.
        note_login: Told whether the password was good.
    """
    reader, writer = await asyncio.open_unix_connection(str(socket))
    writer.write(startup_packet(client.parameters))
    upwards = asyncio.create_task(_pump(client.reader, writer))
    try:
        key = await _watch_login(reader, client, note_login)
        if key is not None:
            with cancels.known(key, lambda: (socket, key)):
                await _pump(reader, client.writer)
    finally:
        upwards.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await upwards
        writer.close()


async def _watch_login(
    reader: asyncio.StreamReader, client: Client, note_login: Callable[[bool], None]
) -> bytes | None:
    """Pass the login on; return the client's key, or None when it was refused."""
    key = b""
    while True:
        message = await read_message(reader)
        client.send(message)
        await client.flush()
        if message.kind == ERROR:
            if error_text(message).startswith(BAD_LOGIN):
                note_login(False)  # noqa: FBT003 - the one thing that is told
            return None
        if _is_logged_in(message):
            note_login(True)  # noqa: FBT003 - the one thing that is told
        if message.kind == BACKEND_KEY:
            key = message.content
        if message.kind == READY:
            return key


def _is_logged_in(message: Message) -> bool:
    """Whether the server says that the login is complete."""
    if message.kind != AUTHENTICATION:
        return False
    (question,) = struct.unpack("!I", message.content[:4])
    return bool(question == LOGGED_IN)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy bytes until the end of one side."""
    with contextlib.suppress(OSError):
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
    writer.close()
