"""Transaction mode: a server connection for as long as a transaction lasts.

Nothing of a session survives between two transactions: SET, LISTEN, advisory locks and
prepared statements are gone, as at the vendor's pooler.
"""

from __future__ import annotations

import asyncio
import secrets
import struct
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.pooler.pool import Login
from launchbook.sandbox.pooler.protocol import (
    AUTHENTICATION,
    BACKEND_KEY,
    CLEARTEXT,
    COPY_KINDS,
    FUNCTION_CALL,
    LOGGED_IN,
    PASSWORD,
    QUERY,
    READY,
    SYNC,
    TERMINATE,
    Message,
    ProtocolError,
    read_message,
)
from launchbook.sandbox.pooler.server import LoginFailed, ServerConnection

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from launchbook.sandbox.pooler.cancels import Cancels
    from launchbook.sandbox.pooler.client import Client
    from launchbook.sandbox.pooler.pool import TransactionPool

IDLE: Final = b"I"
"""Status in ReadyForQuery: not in a transaction."""


async def serve(
    client: Client,
    pool: TransactionPool,
    cancels: Cancels,
    note_login: Callable[[bool], None],
) -> None:
    """Serve a client until it leaves.

    Args:
        client: After its start-up packet.
        pool: Gives server connections.
        cancels: Where the client's key is known meanwhile.
        note_login: Told whether the password was good.
    """
    login = Login.of(client, await _ask_password(client))
    try:
        first = await pool.admit(login)
    except LoginFailed as error:
        note_login(False)  # noqa: FBT003 - the one thing that is told
        client.send(error.answer)
        await client.flush()
        return
    note_login(True)  # noqa: FBT003 - the one thing that is told
    key = secrets.token_bytes(8)
    client.send(
        Message(AUTHENTICATION, struct.pack("!I", LOGGED_IN)),
        *first.parameters,
        Message(BACKEND_KEY, key),
        Message(READY, IDLE),
    )
    await client.flush()
    served = _Served(client, pool, login)
    with cancels.known(key, served.working):
        message = await read_message(client.reader)
        while message.kind != TERMINATE:
            following = await served.transaction(message)
            message = following or await read_message(client.reader)


async def _ask_password(client: Client) -> str:
    """Ask for the password in clear text; TLS is around it."""
    client.send(Message(AUTHENTICATION, struct.pack("!I", CLEARTEXT)))
    await client.flush()
    answer = await read_message(client.reader)
    if answer.kind != PASSWORD:
        raise ProtocolError("a password was expected")
    return answer.content.rstrip(b"\0").decode(errors="replace")


class _Served:
    """A client that is logged in."""

    def __init__(self, client: Client, pool: TransactionPool, login: Login) -> None:
        self._client = client
        self._pool = pool
        self._login = login
        self._held: ServerConnection | None = None

    def working(self) -> tuple[Path, bytes] | None:
        """Return what works for the client now, if anything does."""
        return (self._held.socket, self._held.key) if self._held else None

    async def transaction(self, first: Message) -> Message | None:
        """Hold a server connection from a first message to the transaction's end.

        Returns:
            What the client sent after that end, if anything was read already.
        """
        held = self._held = await self._pool.acquire(self._login)
        try:
            following = await _Exchange(self._client, held).run(first)
        except BaseException:
            self._held = None
            await self._pool.drop(self._login, held)
            raise
        self._held = None
        await self._pool.release(self._login, held)
        return following


class _Exchange:
    """Messages both ways between a client and the connection that it holds."""

    def __init__(self, client: Client, connection: ServerConnection) -> None:
        self._client = client
        self._server = connection
        self._expected_count = 0
        self._is_batch_open = False
        self._ended = asyncio.Event()

    async def run(self, first: Message) -> Message | None:
        """Go on until the server is idle and nothing is expected of it.

        Returns:
            The message with which a quick client begins its next transaction.
        """
        await self._forward(first)
        answers = asyncio.create_task(self._answers())
        try:
            while True:
                message = await self._next(answers)
                if message is None or self._ended.is_set():
                    return message
                if message.kind == TERMINATE:
                    raise ConnectionResetError("the client left within a transaction")
                await self._forward(message)
        finally:
            answers.cancel()
            await asyncio.gather(answers, return_exceptions=True)

    async def _next(self, answers: asyncio.Task[None]) -> Message | None:
        """Return the client's next message, or None when the end comes before it."""
        incoming = asyncio.create_task(self._client.reader.readexactly(1))
        ended = asyncio.create_task(self._ended.wait())
        try:
            await asyncio.wait(
                {incoming, ended, answers}, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            # A cancelled read has taken nothing from the stream.
            incoming.cancel()
            ended.cancel()
            await asyncio.gather(incoming, ended, return_exceptions=True)
        if answers.done():
            await answers
        if incoming.cancelled():
            return None
        return await self._rest(incoming.result())

    async def _rest(self, kind: bytes) -> Message:
        """Read the rest of a message of which the first byte is known."""
        reader = self._client.reader
        (length,) = struct.unpack("!I", await reader.readexactly(4))
        if length < 4:
            raise ProtocolError(f"a message of {length} bytes")
        return Message(kind, await reader.readexactly(length - 4))

    async def _forward(self, message: Message) -> None:
        """Pass a message on, and remember what must be answered."""
        if message.kind in {QUERY, SYNC, FUNCTION_CALL}:
            self._expected_count += 1
            self._is_batch_open = False
        elif message.kind not in COPY_KINDS:
            self._is_batch_open = True
        self._server.writer.write(message.encode())
        await self._server.writer.drain()

    async def _answers(self) -> None:
        """Pass answers on; say when the server is idle with nothing to answer."""
        while True:
            message = await read_message(self._server.reader)
            self._client.send(message)
            await self._client.flush()
            if message.kind != READY:
                continue
            self._expected_count -= 1
            is_quiet = self._expected_count <= 0 and not self._is_batch_open
            if is_quiet and message.content == IDLE:
                self._ended.set()
