"""The way to PostgreSQL: a small pool, TLS, patience, and roles under RLS.

Everything runs inside a transaction, so it also works through a pooler in
transaction mode. A unit of work is repeated when the connection is lost, for as
long as a restart or a failover takes: units are therefore written so that running
them twice makes nothing twice.

A fifth of the pool is never used by requests: the health endpoints answer also
while everybody waits, and the pool is never reported as full.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import math
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

import asyncpg

from backend import log
from backend.config import Config
from backend.figures import Window
from backend.lost import may_pass
from backend.problem import DatabaseUnavailable

T = TypeVar("T")
Connection: TypeAlias = "asyncpg.Connection[Any]"
Work = Callable[[Connection], Awaitable[T]]

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 1.0
CONNECT_TIMEOUT_SECONDS = 5
COMMAND_TIMEOUT_SECONDS = 10
WINDOW_SECONDS = 300
SLOW_QUERY_SECONDS = 0.5
USED_AT_MOST = 0.8
"""Of a pool's connections, at any time."""


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


def tls_context(ca: str | None, *, is_local: bool) -> ssl.SSLContext | None:
    """Return a context that verifies certificate and host name (verify-full).

    With a CA, that one alone is trusted: it is pinned. Without one, the system's
    are, except on an engineer's own machine, where the URL's `sslmode` decides.
    """
    if ca is None:
        return None if is_local else ssl.create_default_context()
    # A variable written on one line carries its line ends as backslash-n.
    return ssl.create_default_context(cadata=ca.replace("\\n", "\n"))


def places_for_work(size: int) -> int:
    """How many of a pool's connections requests may use at once.

    One more is for the health endpoints, and all together stay below four fifths.
    """
    below = math.ceil(size * USED_AT_MOST) - 1
    return max(1, below - 1)


class Database:
    """A pool that opens connections when they are needed, not before."""

    def __init__(self, config: Config, application: str) -> None:
        self.size = config.database_pool_size
        self.queries = Window(WINDOW_SECONDS)
        self._patience_seconds = config.database_patience_seconds
        self._url = config.database_url
        self._tls = tls_context(
            config.database_ca, is_local=config.environment == "development"
        )
        self._application = application
        self._pool: asyncpg.Pool | None = None
        self._work_places = asyncio.Semaphore(places_for_work(self.size))
        self._probe_places = asyncio.Semaphore(1)

    async def open(self) -> None:
        """Make the pool. The database need not be there yet."""
        arguments: dict[str, Any] = {"ssl": self._tls} if self._tls else {}
        self._pool = await asyncpg.create_pool(
            self._url,
            min_size=0,
            max_size=self.size,
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
        patience_seconds: float | None = None,
    ) -> T:
        """Run a unit of work as `actor`, again when the connection is lost.

        Args:
            actor: As whom.
            work: May run more than once.
            patience_seconds: For how long it is tried again; the configured
                patience, which is longer than a restart takes, when left out.

        Raises:
            DatabaseUnavailable: It was lost again and again, until there was no
                patience left.
        """
        loop = asyncio.get_running_loop()
        patience = (
            self._patience_seconds if patience_seconds is None else patience_seconds
        )
        deadline = loop.time() + patience
        for attempt in itertools.count(1):
            try:
                async with self._work_places:
                    return await self._attempt(actor, work)
            except Exception as error:
                if not may_pass(error):
                    raise
                await self._note_loss(error, attempt)
            pause = _pause_seconds(attempt)
            if loop.time() + pause > deadline:
                break
            # Outside of the place: whoever waits does not keep others from trying.
            await asyncio.sleep(pause)
        raise DatabaseUnavailable("the database does not answer", {"retry-after": "5"})

    async def probe(self, actor: Actor, work: Work[T], timeout_seconds: float) -> T:
        """Run a reading once, at a place of its own: it tells how it is now.

        Raises:
            DatabaseUnavailable: There was no answer, or not in time.
        """
        try:
            async with asyncio.timeout(timeout_seconds), self._probe_places:
                return await self._attempt(actor, work)
        except Exception as error:
            if not may_pass(error):
                raise
            await self._note_loss(error, 1)
            raise DatabaseUnavailable(
                "the database does not answer", {"retry-after": "5"}
            ) from error

    async def _attempt(self, actor: Actor, work: Work[T]) -> T:
        async with self.acting(actor) as connection:
            return await work(connection)

    async def _note_loss(self, error: Exception, attempt: int) -> None:
        log.event(
            "the database connection was lost",
            level=logging.WARNING,
            attempt=attempt,
            reason=type(error).__name__,
        )
        if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
            # It answers, but it is not the primary any more: come back elsewhere.
            await self._ready().expire_connections()


def _pause_seconds(attempt: int) -> float:
    """Doubling pauses, spread so that requests do not return all at once."""
    doubled: float = FIRST_PAUSE_SECONDS * 2 ** min(attempt - 1, 10)
    return min(doubled, LONGEST_PAUSE_SECONDS) * random.uniform(0.5, 1.0)


async def _keep(_connection: Connection) -> None:
    """Nothing to reset: every setting is local to its transaction."""
