"""`python -m backend.worker`: take jobs from the queue and do them."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

import asyncpg

from backend import batch, job, log
from backend.analyst import Analyst, choose_analyst
from backend.config import Config
from backend.database import SERVICE, Connection, Database
from backend.job import Job
from backend.problem import DatabaseUnavailable
from backend.start import configured
from backend.workspace import build_identity

UNAVAILABLE = (DatabaseUnavailable, asyncpg.PostgresError)
IDLE_SECONDS = 0.5
BEAT_SECONDS = 5
FORGET_WORKERS_HOURS = 24

_BEAT = """
insert into worker_heartbeats (worker, build) values ($1, $2)
on conflict (worker) do update set beat_at = now(), build = excluded.build
"""
_FORGET = (
    "delete from worker_heartbeats where beat_at < now() - make_interval(hours => $1)"
)
_READ = "select rating, comment from feedback where id = $1"
_STORE = """
update feedback
set score = $2, sentiment = $3, topics = $4, status = $5, analysed_at = now()
where id = $1 and status = 'received'
"""
Perform = Callable[[Job], Awaitable[None]]


class Worker:
    """Claims jobs and performs them, each result in one transaction with its job's end."""

    def __init__(self, database: Database, analyst: Analyst, concurrency: int) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._database = database
        self._analyst = analyst
        self._concurrency = concurrency
        self._kinds: dict[str, Perform] = {
            "ai_analysis": self._analyse,
            "payment_batch": self._pay,
        }

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until told to stop; jobs under way are finished first."""
        while not stopping.is_set():
            if await self.work_once() == 0:
                await wait(stopping, IDLE_SECONDS)

    async def work_once(self) -> int:
        """Do what is due, up to the concurrency; return how many jobs that were."""
        try:
            jobs = await self._database.run(
                SERVICE, lambda c: job.claim(c, self.name, self._concurrency)
            )
        except UNAVAILABLE as error:
            log.event("cannot work now", level=logging.WARNING, reason=str(error))
            return 0
        await asyncio.gather(*(self._perform(claimed) for claimed in jobs))
        return len(jobs)

    async def _perform(self, claimed: Job) -> None:
        fields: dict[str, Any] = {
            "job": claimed.id,
            "kind": claimed.kind,
            "attempts": claimed.attempts,
        }
        try:
            await self._choose(claimed)(claimed)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            log.event("a job failed", level=logging.WARNING, reason=reason, **fields)
            # Without a database the lease ends by itself and somebody takes the job.
            with suppress(*UNAVAILABLE):
                await self._database.run(
                    SERVICE, lambda c: job.fail(c, claimed, reason)
                )
        else:
            log.event("a job is done", **fields)

    def _choose(self, claimed: Job) -> Perform:
        if claimed.attempts > job.MAX_ATTEMPTS:
            raise ValueError("its workers died during every attempt")
        if claimed.kind not in self._kinds:
            raise ValueError(f"no such kind of job: {claimed.kind}")
        return self._kinds[claimed.kind]

    async def _analyse(self, claimed: Job) -> None:
        feedback_id = UUID(claimed.payload["feedback_id"])
        said: Any = await self._database.run(
            SERVICE, lambda c: c.fetchrow(_READ, feedback_id)
        )
        if said is None:  # deleted in the meantime: nothing left to do
            await self._database.run(SERVICE, lambda c: job.finish(c, claimed))
            return
        found = await self._analyst.analyse(said["rating"], said["comment"])

        async def store(connection: Connection) -> None:
            await connection.execute(
                _STORE,
                feedback_id,
                found.score,
                found.sentiment,
                found.topics,
                found.status,
            )
            await job.finish(connection, claimed)

        await self._database.run(SERVICE, store)

    async def _pay(self, claimed: Job) -> None:
        async def pay(connection: Connection) -> None:
            await batch.run_batch(connection, claimed.payload["week"])
            await job.finish(connection, claimed)

        await self._database.run(SERVICE, pay)

    async def beat(self, stopping: asyncio.Event, build: str | None) -> None:
        """Say every few seconds that this worker lives, and take it back at the end."""
        while not stopping.is_set():
            with suppress(*UNAVAILABLE):
                await self._database.run(SERVICE, lambda c: self._write_beat(c, build))
            await wait(stopping, BEAT_SECONDS)
        with suppress(*UNAVAILABLE):
            await self._database.run(
                SERVICE,
                lambda c: c.execute(
                    "delete from worker_heartbeats where worker = $1", self.name
                ),
                patience_seconds=0,
            )

    async def _write_beat(self, connection: Connection, build: str | None) -> None:
        await connection.execute(_BEAT, self.name, build)
        await connection.execute(_FORGET, FORGET_WORKERS_HOURS)


async def wait(stopping: asyncio.Event, seconds: float) -> None:
    """Wait some seconds, or until told to stop."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)


async def serve(config: Config) -> None:
    """Run one worker until SIGTERM or SIGINT."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    database = Database(config, "vocilia-worker")
    await database.open()
    build = build_identity()
    log.event("starting", build=build, has_background_jobs=config.has_background_jobs)
    try:
        if config.has_background_jobs:
            worker = Worker(database, choose_analyst(config), config.job_concurrency)
            await asyncio.gather(worker.run(stopping), worker.beat(stopping, build))
        else:
            await stopping.wait()
    finally:
        await database.close()
        log.event("stopped")


if __name__ == "__main__":
    asyncio.run(serve(configured(needs_port=False)))
