"""Which failures of the database pass by themselves.

A restart, a failover or a full pooler is over within a minute; a wrong password or a
wrong statement never is. Nothing else is tried again.
"""

from __future__ import annotations

import asyncpg

LOST = (
    OSError,  # also refused connections, TLS failures and time-outs
    asyncpg.InterfaceError,  # the connection was closed under us
    asyncpg.InternalClientError,  # it is being closed: the server's farewell was unread
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,  # starting up, or shutting down
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleSessionTimeoutError,
    asyncpg.TooManyConnectionsError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby: the primary has moved
)

POOLER_WORDS = (
    "EMAXCONNSESSION",  # session mode: every place of the pool is taken
    "Max client connections reached",  # the same, in older words
    "ECHECKOUTTIMEOUT",  # transaction mode: no place became free in time
    "DbHandler exited",  # the pooler has lost the server
    "Tenant or user not found",  # also while a project is being restarted
)
"""The pooler's own refusals have no SQLSTATE of their own (XX000): known by words.

A wrong password is none of them, so nobody is locked out for trying again.
"""


def may_pass(error: BaseException) -> bool:
    """Whether the same work can succeed a moment later, on another connection."""
    if isinstance(error, LOST):
        return True
    is_poolers = isinstance(error, asyncpg.InternalServerError)
    return is_poolers and any(word in str(error) for word in POOLER_WORDS)
