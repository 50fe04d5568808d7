"""The server connections that clients in transaction mode share."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.pooler.server import ServerConnection
from launchbook.sandbox.pooler.tenant import Refused, open_tenant

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.sandbox.pooler.client import Client
    from launchbook.sandbox.pooler.tenant import Directory

WAIT_SECONDS: Final = 15.0
CHECKOUT_TIMEOUT: Final = (
    "(ECHECKOUTTIMEOUT) unable to check out connection from the pool after {:.0f}ms"
)

Key = tuple[str, str, str]
"""Project, role, database: who shares connections."""


@dataclass(frozen=True, slots=True)
class Login:
    """What a client proved to be.

    Attributes:
        password: Good when the client came; connections are opened with it.
    """

    ref: str
    role: str
    database: str
    password: str = field(repr=False)

    @classmethod
    def of(cls, client: Client, password: str) -> Login:
        """Return the login that a client asks for."""
        return cls(client.ref, client.role, client.database, password)

    @property
    def key(self) -> Key:
        """Who shares connections with it."""
        return self.ref, self.role, self.database

    async def connect(self, socket: Path) -> ServerConnection:
        """Open a server connection.

        Raises:
            LoginFailed: The server refused.
            OSError: It does not answer.
        """
        parameters = {"user": self.role, "database": self.database}
        return await ServerConnection.open(socket, parameters, self.password)


@dataclass
class _Shelf:
    """The connections of one key."""

    idle: list[ServerConnection] = field(default_factory=list)
    used_count: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def keep(self, connection: ServerConnection) -> None:
        """Let a connection lie idle."""
        connection.rest()
        self.idle.append(connection)

    async def take_idle(self) -> ServerConnection | None:
        """Return an idle connection that still lives, the latest first."""
        while self.idle:
            found = self.idle.pop()
            if await found.wake():
                return found
            found.close()
        return None


class TransactionPool:
    """All server connections of transaction mode.

    Args:
        directory: Asked before each transaction: projects pause and sizes change.
        wait_seconds: Real time that a client waits for a connection.
    """

    def __init__(
        self, directory: Directory, wait_seconds: float = WAIT_SECONDS
    ) -> None:
        self._directory = directory
        self._wait_seconds = wait_seconds
        self._shelves: dict[Key, _Shelf] = {}

    async def admit(self, login: Login) -> ServerConnection:
        """Prove a login by a real one, whatever lies idle; then keep or close it.

        Raises:
            LoginFailed: The server refused.
            Refused: The project is not up.
        """
        tenant = open_tenant(self._directory.tenant(login.ref))
        connection = await login.connect(tenant.socket)
        shelf = self._shelf(login.key)
        if shelf.used_count + len(shelf.idle) < tenant.pool_size:
            shelf.keep(connection)
        else:
            connection.close()
        return connection

    async def acquire(self, login: Login) -> ServerConnection:
        """Return a connection that nobody else uses.

        Raises:
            Refused: None became free in time, or the project is not up.
            LoginFailed: The password is not good any more.
        """
        shelf = self._shelf(login.key)
        await self._take_place(shelf, login)
        try:
            tenant = open_tenant(self._directory.tenant(login.ref))
            return await shelf.take_idle() or await login.connect(tenant.socket)
        except BaseException:
            await self._give_place(shelf)
            raise

    async def release(self, login: Login, connection: ServerConnection) -> None:
        """Give a connection back, with its session forgotten."""
        shelf = self._shelf(login.key)
        try:
            if await connection.reset():
                shelf.keep(connection)
            else:
                connection.close()
        except (OSError, asyncio.IncompleteReadError):
            connection.close()
        finally:
            await self._give_place(shelf)

    async def drop(self, login: Login, connection: ServerConnection) -> None:
        """Close a connection that cannot be used again."""
        connection.close()
        await self._give_place(self._shelf(login.key))

    def close(self) -> None:
        """Close every idle connection."""
        for shelf in self._shelves.values():
            for connection in shelf.idle:
                connection.close()
        self._shelves.clear()

    def _shelf(self, key: Key) -> _Shelf:
        return self._shelves.setdefault(key, _Shelf())

    async def _take_place(self, shelf: _Shelf, login: Login) -> None:
        """Wait for one of the places that the project's pool has now."""

        def has_place() -> bool:
            tenant = self._directory.tenant(login.ref)
            return tenant is None or shelf.used_count < tenant.pool_size

        try:
            async with asyncio.timeout(self._wait_seconds), shelf.changed:
                await shelf.changed.wait_for(has_place)
                shelf.used_count += 1
        except TimeoutError:
            text = CHECKOUT_TIMEOUT.format(self._wait_seconds * 1000)
            raise Refused("XX000", text) from None

    async def _give_place(self, shelf: _Shelf) -> None:
        shelf.used_count -= 1
        async with shelf.changed:
            # All of them: the one that is woken may be giving up just now.
            shelf.changed.notify_all()
