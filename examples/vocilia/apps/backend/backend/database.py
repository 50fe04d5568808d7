"""The way to PostgreSQL: a small pool, TLS, retries, and roles under RLS.

Everything runs inside a transaction, so it also works through a pooler in
transaction mode. A unit of work is repeated when the connection is lost: units
are therefore written so that running them twice makes nothing twice.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

import asyncpg

from backend import log
from backend.figures import Window
from backend.problem import DatabaseUnavailable

T = TypeVar("T")
Connection: TypeAlias = "asyncpg.Connection[Any]"
Work = Callable[[Connection], Awaitable[T]]

POOL_SIZE = 5
ATTEMPTS = 5
FIRST_PAUSE_SECONDS = 0.1
CONNECT_TIMEOUT_SECONDS = 5
COMMAND_TIMEOUT_SECONDS = 10
WINDOW_SECONDS = 300
SLOW_QUERY_SECONDS = 0.5
LOST = (
    OSError,  # also refused connections, TLS failures and time-outs
    asyncpg.InterfaceError,  # the connection was closed under us
    asyncpg.InternalClientError,  # it is being closed: the server's farewell was unread
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)


@dataclass(frozen=True)
class Actor:
    """As whom the database is used: a role and the request's claims."""

    role: str
    claims: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> str:
        """Return the claims as PostgREST would set them."""
        return json.dumps({"role": self.role, **self.claims})


CUSTOMER = Actor("anon")
SERVICE = Actor("service_role")


def customer_of(feedback_id: str) -> Actor:
    """The customer who holds the claim to the reward of a feedback."""
    return Actor("anon", {"feedback_id": feedback_id})


def owner(user_id: str) -> Actor:
    """The owner of a business, as Supabase's `auth.uid()` knows them."""
    return Actor("authenticated", {"sub": user_id})


def tls_context(ca: str | None) -> ssl.SSLContext | None:
    """Return a context that verifies certificate and host name (verify-full).

    None without a CA: then the URL's own `sslmode` decides.
    """
    if ca is None:
        return None
    # A variable written on one line carries its line ends as backslash-n.
    return ssl.create_default_context(cadata=ca.replace("\\n", "\n"))


class Database:
    """A pool that opens connections when they are needed, not before."""

    def __init__(self, url: str, ca: str | None, application: str) -> None:
        self._url = url
        self._tls = tls_context(ca)
        self._application = application
        self._pool: asyncpg.Pool | None = None
        self.queries = Window(WINDOW_SECONDS)

    async def open(self) -> None:
        """Make the pool. The database need not be there yet."""
        arguments: dict[str, Any] = {"ssl": self._tls} if self._tls else {}
        self._pool = await asyncpg.create_pool(
            self._url,
            min_size=0,
            max_size=POOL_SIZE,
            timeout=CONNECT_TIMEOUT_SECONDS,
            command_timeout=COMMAND_TIMEOUT_SECONDS,
            statement_cache_size=0,
            reset=_keep,
            server_settings={"application_name": self._application},
            **arguments,
        )

    async def close(self) -> None:
        """Give the connections back; those in use get a moment to finish."""
        if self._pool is None:
            return
        try:
            await asyncio.wait_for(self._pool.close(), 5)
        except TimeoutError:
            self._pool.terminate()

    @property
    def active_connections(self) -> int:
        """Connections of this process that are serving somebody now."""
        pool = self._ready()
        return int(pool.get_size() - pool.get_idle_size())

    def _ready(self) -> asyncpg.Pool:
        if self._pool is None:
            raise DatabaseUnavailable("the connection pool is not open")
        return self._pool

    @asynccontextmanager
    async def acting(self, actor: Actor) -> AsyncIterator[Connection]:
        """Give a connection in a transaction that acts as `actor`."""
        async with self._ready().acquire(timeout=CONNECT_TIMEOUT_SECONDS) as connection:
            with connection.query_logger(self._measure):
                async with connection.transaction():
                    await connection.execute(
                        "select set_config('role', $1, true),"
                        " set_config('request.jwt.claims', $2, true)",
                        actor.role,
                        actor.as_json(),
                    )
                    yield connection

    def _measure(self, query: asyncpg.connection.LoggedQuery) -> None:
        is_slow = query.elapsed > SLOW_QUERY_SECONDS
        self.queries.add(query.elapsed, is_marked=is_slow)

    async def run(
        self,
        actor: Actor,
        work: Work[T],
        *,
        attempts: int = ATTEMPTS,
        timeout_seconds: float | None = None,
    ) -> T:
        """Run a unit of work as `actor`, again when the connection is lost.

        Raises:
            DatabaseUnavailable: It was lost, or took longer than the time-out,
                `attempts` times in a row.
        """
        for attempt in range(1, attempts + 1):
            try:
                async with asyncio.timeout(timeout_seconds):
                    async with self.acting(actor) as connection:
                        return await work(connection)
            except LOST as error:
                log.event(
                    "the database connection was lost",
                    level=logging.WARNING,
                    attempt=attempt,
                    reason=type(error).__name__,
                )
                if attempt < attempts:
                    await asyncio.sleep(_pause_seconds(attempt))
        raise DatabaseUnavailable("the database does not answer", {"retry-after": "5"})


def _pause_seconds(attempt: int) -> float:
    """Doubling pauses, spread so that replicas do not return all at once."""
    pause: float = FIRST_PAUSE_SECONDS * 2 ** (attempt - 1)
    return pause * random.uniform(0.5, 1.5)


async def _keep(_connection: Connection) -> None:
    """Nothing to reset: every setting is local to its transaction."""
