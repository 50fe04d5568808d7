"""The queue in the database: enqueue, claim, finish, fail, count."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from backend.database import Connection

MAX_ATTEMPTS = 5
FIRST_PAUSE_SECONDS = 2
LONGEST_PAUSE_SECONDS = 300
# A worker that died leaves its jobs running; after this they are anybody's.
LEASE_SECONDS = 60

_CLAIM = """
update jobs set status = 'running', attempts = attempts + 1, locked_at = now(), locked_by = $1
where id in (
  select id from jobs
  where (status = 'pending' and run_after <= now())
     or (status = 'running' and locked_at < now() - make_interval(secs => $3))
  order by run_after for update skip locked limit $2
)
returning id, kind, payload, attempts
"""
_BURY = """
insert into job_dead_letters (job_id, kind, payload, attempts, error)
select id, kind, payload, attempts, $2 from jobs where id = $1
on conflict (job_id) do nothing
"""


@dataclass(frozen=True)
class Job:
    """A claimed job. `attempts` counts this one too."""

    id: UUID
    kind: str
    payload: dict[str, Any]
    attempts: int


def pause_seconds(attempts: int) -> int:
    """How long a job rests after its n-th failed attempt."""
    return int(min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (attempts - 1)))


async def enqueue(
    connection: Connection, kind: str, payload: dict[str, Any], dedupe_key: str
) -> None:
    """Add a job, unless one with the same key is still open."""
    await connection.execute(
        "insert into jobs (kind, payload, dedupe_key) values ($1, $2::jsonb, $3)"
        " on conflict do nothing",
        kind,
        json.dumps(payload),
        dedupe_key,
    )


async def claim(connection: Connection, worker: str, limit: int) -> list[Job]:
    """Take up to `limit` due jobs that nobody else is taking."""
    rows = await connection.fetch(_CLAIM, worker, limit, float(LEASE_SECONDS))
    return [
        Job(row["id"], row["kind"], json.loads(row["payload"]), row["attempts"])
        for row in rows
    ]


async def finish(connection: Connection, job: Job) -> None:
    """Mark a job as done; part of the transaction that holds its result."""
    await connection.execute(
        "update jobs set status = 'done', finished_at = now(), last_error = null"
        " where id = $1",
        job.id,
    )


async def fail(connection: Connection, job: Job, error: str) -> None:
    """Let a failed job rest and try again, or bury it after its last attempt."""
    if job.attempts < MAX_ATTEMPTS:
        await connection.execute(
            "update jobs set status = 'pending', last_error = $2,"
            " run_after = now() + make_interval(secs => $3) where id = $1",
            job.id,
            error,
            float(pause_seconds(job.attempts)),
        )
        return
    await connection.execute(_BURY, job.id, error)
    await connection.execute(
        "update jobs set status = 'dead', last_error = $2, finished_at = now()"
        " where id = $1",
        job.id,
        error,
    )


async def count(connection: Connection) -> dict[str, int]:
    """Return how many jobs wait or run, and how many were given up."""
    row = await connection.fetchrow(
        "select (select count(*) from jobs where status in ('pending', 'running')) as pending,"
        " (select count(*) from job_dead_letters) as failed"
    )
    return {"pending_jobs": row["pending"], "failed_jobs": row["failed"]}
