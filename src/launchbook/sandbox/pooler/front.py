"""The pooler's two doors."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections import Counter
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.pooler import session, transaction
from launchbook.sandbox.pooler.cancels import Cancels
from launchbook.sandbox.pooler.client import Client, welcome
from launchbook.sandbox.pooler.pool import TransactionPool
from launchbook.sandbox.pooler.protocol import ProtocolError
from launchbook.sandbox.pooler.tenant import (
    Breaker,
    Directory,
    Refused,
    Tenant,
    check_door,
    open_tenant,
)

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable

    Serve = Callable[[Client, Tenant], Awaitable[None]]
    IsFaulty = Callable[[str], bool]
    """Whether an ordered fault of an effect hits this connection."""

WELCOME_SECONDS: Final = 30.0
"""Real seconds in which a client must say who it is."""

STANDBY: Final = {"options": "-c default_transaction_read_only=on"}
"""What a connection looks like that a failover left on the former primary."""

_LOG = logging.getLogger(__name__)


class Pooler:
    """Listens for session mode and for transaction mode.

    Args:
        directory: Knows the projects.
        context: The certificate for 127.0.0.1.
        now: Sandbox time as seconds since 1970.
        is_faulty: Asked for each client in session mode, by effect: ``pool_full``,
            ``server_full``, ``standby``.
    """

    def __init__(
        self,
        directory: Directory,
        context: ssl.SSLContext,
        now: Callable[[], float],
        is_faulty: IsFaulty = lambda _: False,
    ) -> None:
        self._directory = directory
        self._context = context
        self._is_faulty = is_faulty
        self._breaker = Breaker(now)
        self._cancels = Cancels()
        self._pool = TransactionPool(directory)
        self._sessions: Counter[str] = Counter()
        self._servers: list[asyncio.Server] = []
        self._clients: set[asyncio.Task[None]] = set()

    async def start(
        self, session_door: socket.socket, transaction_door: socket.socket
    ) -> None:
        """Listen at both doors."""
        for door, serve in (
            (session_door, self._session),
            (transaction_door, self._transaction),
        ):
            self._servers.append(
                await asyncio.start_server(self._door(serve), sock=door)
            )

    async def stop(self) -> None:
        """Close the doors and every connection."""
        for server in self._servers:
            server.close()
        self._servers.clear()
        for task in list(self._clients):
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        self._pool.close()

    def client_count(self, ref: str) -> int:
        """Return how many clients a project has in session mode."""
        return self._sessions[ref]

    def _door(
        self, serve: Serve
    ) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        """Return what handles one connection at a door."""

        async def handle(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            task = asyncio.current_task()
            assert task is not None  # noqa: S101 - a handler always runs in a task
            self._clients.add(task)
            address = str(writer.get_extra_info("peername")[0])
            _send_at_once(writer)
            try:
                await self._handle(Client(reader, writer, address), serve)
            except (
                OSError,
                TimeoutError,
                asyncio.IncompleteReadError,
                ProtocolError,
            ) as error:
                _LOG.info("pooler client %s: %s", address, error)
            except asyncio.CancelledError:
                _LOG.info("pooler client %s: the pooler stops", address)
            finally:
                self._clients.discard(task)
                with contextlib.suppress(OSError, RuntimeError):
                    writer.close()

        return handle

    async def _handle(self, client: Client, serve: Serve) -> None:
        """Let a client in, or say why not."""
        async with asyncio.timeout(WELCOME_SECONDS):
            await welcome(client, self._context)
        if client.cancel_key:
            await self._cancels.forward(client.cancel_key)
            return
        try:
            await serve(client, self._admitted(client))
        except Refused as refusal:
            await client.refuse(refusal.sqlstate, str(refusal))
        except (FileNotFoundError, ConnectionRefusedError):
            await client.refuse("57P03", "the database system is shutting down")

    def _admitted(self, client: Client) -> Tenant:
        """Return the client's project, when it may come in.

        Raises:
            Refused: It may not.
        """
        tenant = self._directory.tenant(client.ref)
        open_tenant(tenant)
        assert tenant is not None  # noqa: S101 - open_tenant() refuses None
        check_door(tenant, client.role, client.address, is_tls=client.is_tls)
        self._breaker.check(tenant.ref, client.address)
        return tenant

    async def _session(self, client: Client, tenant: Tenant) -> None:
        """Serve in session mode, up to the project's number of clients."""
        is_full = self._sessions[tenant.ref] >= tenant.session_limit
        if is_full or self._is_faulty("pool_full"):
            raise Refused(
                "XX000",
                "(EMAXCONNSESSION) max clients reached in session mode - max clients "
                f"are limited to pool_size: {tenant.session_limit}",
            )
        if self._is_faulty("server_full"):
            raise Refused("53300", "sorry, too many clients already")
        if self._is_faulty("standby"):
            client.parameters |= STANDBY
        self._sessions[tenant.ref] += 1
        try:
            socket = open_tenant(tenant).socket
            await session.serve(client, socket, self._cancels, self._note(client))
        finally:
            self._sessions[tenant.ref] -= 1

    async def _transaction(self, client: Client, tenant: Tenant) -> None:
        """Serve in transaction mode."""
        del tenant
        note = self._note(client)
        await transaction.serve(client, self._pool, self._cancels, note)

    def _note(self, client: Client) -> Callable[[bool], None]:
        """Return what counts how a client's login went."""
        return lambda is_good: self._breaker.note(
            client.ref, client.address, is_good=is_good
        )


def _send_at_once(writer: asyncio.StreamWriter) -> None:
    """Small answers must not wait for the client's acknowledgement (40 ms each).

    asyncio does this itself only for sockets that were made with the protocol named.
    """
    found: socket.socket = writer.get_extra_info("socket")
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
