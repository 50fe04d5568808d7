"""The pooler's two doors."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from typing import TYPE_CHECKING

from launchbook.sandbox.pooler import session, transaction
from launchbook.sandbox.pooler.client import Client, welcome
from launchbook.sandbox.pooler.protocol import ProtocolError
from launchbook.sandbox.pooler.tenant import Breaker, Directory, Refused, Tenant, admit

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Awaitable, Callable

    Serve = Callable[[Client, Tenant], Awaitable[bool]]

_LOG = logging.getLogger(__name__)


class Pooler:
    """Listens for session mode and for transaction mode.

    Args:
        directory: Knows the projects.
        context: The certificate for 127.0.0.1.
    """

    def __init__(self, directory: Directory, context: ssl.SSLContext) -> None:
        self._directory = directory
        self._context = context
        self._breaker = Breaker()
        self._pool = transaction.TransactionPool()
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

    def clients(self, ref: str) -> int:
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
            try:
                await self._serve(Client(reader, writer, address), serve)
            except (OSError, asyncio.IncompleteReadError, ProtocolError) as error:
                _LOG.info("pooler client %s: %s", address, error)
            except asyncio.CancelledError:
                _LOG.info("pooler client %s: the pooler stops", address)
            finally:
                self._clients.discard(task)
                with contextlib.suppress(OSError, RuntimeError):
                    writer.close()

        return handle

    async def _serve(self, client: Client, serve: Serve) -> None:
        """Let a client in, or say why not."""
        if not await welcome(client, self._context):
            return
        now = asyncio.get_running_loop().time()
        try:
            found = self._directory.tenant(client.ref)
            tenant = admit(found, client.address, is_tls=client.is_tls)
            self._breaker.check(tenant.ref, client.address, now)
            is_good = await serve(client, tenant)
        except Refused as refusal:
            await client.refuse(refusal.sqlstate, str(refusal))
            return
        except (FileNotFoundError, ConnectionRefusedError):
            await client.refuse(
                "57P03", "the database system is not accepting connections"
            )
            return
        self._breaker.note(tenant.ref, client.address, now, is_good=is_good)

    async def _session(self, client: Client, tenant: Tenant) -> bool:
        """Serve in session mode, up to the project's number of clients."""
        if self._sessions[tenant.ref] >= tenant.session_limit:
            raise Refused(
                "XX000",
                "(EMAXCONNSESSION) max clients reached in session mode - max clients "
                f"are limited to pool_size: {tenant.session_limit}",
            )
        self._sessions[tenant.ref] += 1
        try:
            return await session.serve(client, tenant)
        finally:
            self._sessions[tenant.ref] -= 1

    async def _transaction(self, client: Client, tenant: Tenant) -> bool:
        """Serve in transaction mode."""
        return await transaction.serve(client, tenant, self._pool)
