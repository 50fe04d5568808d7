"""What the health endpoints read from the database."""

from __future__ import annotations

import time
from typing import Any

from backend import job
from backend.database import SERVICE, Connection, Database, Work

HEARTBEAT_STALE_SECONDS = 20

_LAST_BATCH = """
select id, completed_at, status, processed_count from payment_batches
order by started_at desc limit 1
"""
_WORKER = """
select count(*) as running, (array_agg(build order by started_at desc))[1] as build
from worker_heartbeats
where beat_at > now() - make_interval(secs => $1)
"""
_CONNECTIONS = """
select count(*) as open, current_setting('max_connections')::int as maximum
from pg_stat_activity where datname is not null
"""


async def once(database: Database, work: Work[Any], timeout_seconds: float) -> Any:
    """Run a reading without trying again: a health check tells how it is now.

    Raises:
        DatabaseUnavailable: There was no answer.
    """
    return await database.probe(SERVICE, work, timeout_seconds)


def pool(database: Database) -> dict[str, float]:
    """Return how much of this process's pool is in use."""
    active = database.active_connections
    return {
        "active_connections": active,
        "max_connections": database.size,
        "pool_utilization": round(100 * active / database.size, 1),
    }


async def last_backup(connection: Connection) -> str | None:
    """Return when the newest backup was completed; None until there are backups.

    The backups belong to who operates the product: `public.backups` with
    `completed_at` exists when they report to this database.
    """
    if await connection.fetchval("select to_regclass('public.backups')") is None:
        return None
    newest = await connection.fetchval("select max(completed_at) from public.backups")
    return newest.isoformat() if newest else None


async def jobs(connection: Connection) -> dict[str, Any]:
    """Return the fields of `/health/jobs` but the status, and the worker's build."""
    worker = await connection.fetchrow(_WORKER, float(HEARTBEAT_STALE_SECONDS))
    batch = await connection.fetchrow(_LAST_BATCH)
    return {
        "scheduler_running": worker["running"] > 0,
        "worker_build": worker["build"],
        "last_payment_batch": batch
        and {
            "batch_id": str(batch["id"]),
            "completed_at": batch["completed_at"] and batch["completed_at"].isoformat(),
            "status": batch["status"],
            "processed_count": batch["processed_count"],
        },
        "job_queue": await job.count(connection),
    }


async def server(connection: Connection) -> dict[str, Any]:
    """Return how many connections the server has, and how many it allows."""
    started = time.monotonic()
    row = await connection.fetchrow(_CONNECTIONS)
    return {
        "server_connections": row["open"],
        "server_max_connections": row["maximum"],
        "query_ms": round(1000 * (time.monotonic() - started), 2),
    }
