"""The pool of transaction mode, without any server."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from launchbook.sandbox.pooler.pool import Login, TransactionPool
from launchbook.sandbox.pooler.tenant import Refused, Tenant

LOGIN = Login("abcdefghijklmnopqrst", "postgres", "postgres", "a password")


class FullHouse:
    """A project whose pool has no room."""

    def tenant(self, ref: str) -> Tenant | None:
        return Tenant(
            ref=ref,
            socket=Path("nowhere"),
            is_tls_enforced=False,
            networks=("0.0.0.0/0",),
            pool_size=0,
            session_limit=0,
        )


def test_a_client_that_waits_too_long_for_a_connection_is_refused() -> None:
    pool = TransactionPool(FullHouse(), wait_seconds=0.05)
    with pytest.raises(Refused) as refusal:
        asyncio.run(pool.acquire(LOGIN))
    assert "XX000" == refusal.value.sqlstate
    assert str(refusal.value) == (
        "(ECHECKOUTTIMEOUT) unable to check out connection from the pool after 50ms"
    )
