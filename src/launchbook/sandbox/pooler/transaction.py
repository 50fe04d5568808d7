"""Transaction mode: a server connection for as long as a transaction lasts.

Nothing of a session survives between two transactions: SET, LISTEN, advisory locks and
prepared statements are gone, as at the vendor's pooler.
"""

from __future__ import annotations

import asyncio
import struct
from collections import defaultdict
from typing import TYPE_CHECKING

from launchbook.sandbox.pooler.protocol import (
    AUTHENTICATION,
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
from launchbook.sandbox.pooler.tenant import Refused

if TYPE_CHECKING:
    from launchbook.sandbox.pooler.client import Client
    from launchbook.sandbox.pooler.tenant import Tenant

CLEARTEXT = 3
WAIT_SECONDS = 15.0
BACKEND_KEY = b"K"
FUNCTION_CALL = b"F"
IDLE = b"I"

Key = tuple[str, str, str, str]
"""Project, role, database, password: who shares connections."""


class TransactionPool:
    """The server connections of all projects in transaction mode."""

    def __init__(self) -> None:
        self._idle: dict[Key, list[ServerConnection]] = defaultdict(list)
        self._places: dict[Key, asyncio.Semaphore] = {}

    async def acquire(self, key: Key, tenant: Tenant) -> ServerConnection:
        """Return a connection that nobody else uses.

        Raises:
            Refused: None became free in time.
            LoginFailed: The server refused the password.
        """
        places = self._places.setdefault(key, asyncio.Semaphore(tenant.pool_size))
        try:
            await asyncio.wait_for(places.acquire(), WAIT_SECONDS)
        except TimeoutError:
            raise Refused(
                "XX000",
                "(ECHECKOUTTIMEOUT) unable to check out connection from the pool",
            ) from None
        try:
            return await self._idle_or_new(key, tenant)
        except BaseException:
            places.release()
            raise

    async def _idle_or_new(self, key: Key, tenant: Tenant) -> ServerConnection:
        """Take an idle connection that still lives, or log in."""
        while self._idle[key]:
            found = self._idle[key].pop()
            if not (found.reader.at_eof() or found.writer.is_closing()):
                return found
            found.close()
        _, role, database, password = key
        parameters = {"user": role, "database": database}
        assert tenant.socket is not None  # noqa: S101 - admit() lets nobody in without one
        return await ServerConnection.open(tenant.socket, parameters, password)

    async def release(self, key: Key, connection: ServerConnection) -> None:
        """Give a connection back, with its session forgotten."""
        try:
            if await connection.reset():
                self._idle[key].append(connection)
            else:
                connection.close()
        except (OSError, asyncio.IncompleteReadError):
            connection.close()
        finally:
            self._places[key].release()

    def drop(self, key: Key, connection: ServerConnection) -> None:
        """Give back the place of a connection that cannot be used again."""
        connection.close()
        self._places[key].release()

    def close(self) -> None:
        """Close every idle connection."""
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()


async def serve(client: Client, tenant: Tenant, pool: TransactionPool) -> bool:
    """Serve a client until it leaves.

    Returns:
        Whether the login was good.
    """
    password = await _ask_password(client)
    database = (client.parameters or {})["database"]
    key = (tenant.ref, client.role, database, password)
    try:
        first = await pool.acquire(key, tenant)
    except LoginFailed as error:
        client.send(error.answer)
        await client.writer.drain()
        return False
    client.send(
        Message(AUTHENTICATION, struct.pack("!I", 0)),
        *first.parameters,
        Message(BACKEND_KEY, struct.pack("!II", 0, 0)),
        Message(READY, IDLE),
    )
    await pool.release(key, first)
    await client.writer.drain()
    while (message := await read_message(client.reader)).kind != TERMINATE:
        await _transaction(client, message, pool, (key, tenant))
    return True


async def _ask_password(client: Client) -> str:
    """Ask for the password in clear text; TLS is around it."""
    client.send(Message(AUTHENTICATION, struct.pack("!I", CLEARTEXT)))
    await client.writer.drain()
    answer = await read_message(client.reader)
    if answer.kind != PASSWORD:
        raise ProtocolError("a password was expected")
    return answer.content.rstrip(b"\0").decode(errors="replace")


async def _transaction(
    client: Client, first: Message, pool: TransactionPool, who: tuple[Key, Tenant]
) -> None:
    """Hold a server connection from a first message to the transaction's end."""
    key, tenant = who
    connection = await pool.acquire(key, tenant)
    exchange = _Exchange(client, connection)
    try:
        await exchange.run(first)
    except BaseException:
        pool.drop(key, connection)
        raise
    await pool.release(key, connection)


class _Exchange:
    """Messages both ways between a client and the connection that it holds."""

    def __init__(self, client: Client, connection: ServerConnection) -> None:
        self._client = client
        self._server = connection
        self._expected = 0
        self._is_batch_open = False
        self._ended = asyncio.Event()

    async def run(self, first: Message) -> None:
        """Go on until the server is idle and nothing is expected of it."""
        self._forward(first)
        answers = asyncio.create_task(self._answers())
        try:
            while await self._next(answers):
                pass
        finally:
            answers.cancel()

    async def _next(self, answers: asyncio.Task[None]) -> bool:
        """Pass the client's next message on; False when the transaction is over."""
        incoming = asyncio.create_task(self._client.reader.readexactly(1))
        ended = asyncio.create_task(self._ended.wait())
        done, waiting = await asyncio.wait(
            {incoming, ended, answers}, return_when=asyncio.FIRST_COMPLETED
        )
        for task in waiting - {answers}:
            task.cancel()
        if answers in done:
            await answers
        if incoming not in done:
            return False
        kind = incoming.result()
        (length,) = struct.unpack("!I", await self._client.reader.readexactly(4))
        content = await self._client.reader.readexactly(length - 4)
        if kind == TERMINATE:
            raise ConnectionResetError("the client left within a transaction")
        self._ended.clear()
        self._forward(Message(kind, content))
        return True

    def _forward(self, message: Message) -> None:
        """Pass a message on, and remember what must be answered."""
        if message.kind in {QUERY, SYNC, FUNCTION_CALL}:
            self._expected += 1
            self._is_batch_open = False
        else:
            self._is_batch_open = True
        self._server.writer.write(message.encode())

    async def _answers(self) -> None:
        """Pass answers on; say when the server is idle with nothing to answer."""
        while True:
            message = await read_message(self._server.reader)
            self._client.send(message)
            if message.kind != READY:
                continue
            await self._client.writer.drain()
            self._expected -= 1
            is_quiet = self._expected <= 0 and not self._is_batch_open
            if is_quiet and message.content == IDLE:
                self._ended.set()
