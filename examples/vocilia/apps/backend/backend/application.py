"""The web application: routes, and what starts and ends with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import asyncpg
from aiohttp import web

from backend import account, admin, feedback, health, log
from backend.config import Config
from backend.database import Database
from backend.limit import LIMIT, RateLimit
from backend.middleware import MIDDLEWARES, add_headers
from backend.problem import DatabaseUnavailable
from backend.seed import seed
from backend.state import STATE, State

LARGEST_BODY_BYTES = 64 * 1024
SAMPLE_SECONDS = 5
SEED_AGAIN_SECONDS = 5

ROUTES = (
    web.get("/health", health.show),
    web.get("/health/detailed", health.show_detailed),
    web.get("/health/database", health.show_database),
    web.get("/health/jobs", health.show_jobs),
    web.get("/api/shops/{code}", feedback.show_shop),
    web.post("/api/feedback", feedback.leave),
    web.get("/api/reward", feedback.show_reward),
    web.get("/api/session/{audience:probe|reward}", account.show_probe),
    web.post("/api/business/session", account.open_business),
    web.get("/api/feedback", feedback.list_feedback),
    web.post("/api/feedback/{id}/review", feedback.review),
    web.get("/api/rewards", feedback.list_rewards),
    web.post("/api/admin/session", account.open_staff),
    web.get("/api/admin/batches", admin.list_batches),
    web.post("/api/admin/batches", admin.run_batch),
    web.get("/api/admin/dead-letters", admin.list_dead_letters),
)


def build_application(config: Config) -> web.Application:
    """Return the application; nothing is opened before it starts."""
    application = web.Application(
        middlewares=MIDDLEWARES, client_max_size=LARGEST_BODY_BYTES
    )
    database = Database(config, "vocilia-backend")
    application[STATE] = State(config, database)
    application[LIMIT] = RateLimit(
        config.rate_limit_max, config.rate_limit_window_seconds
    )
    application.add_routes(ROUTES)
    application.on_response_prepare.append(add_headers)
    application.cleanup_ctx.append(_hold_database)
    application.cleanup_ctx.append(_work_beside)
    return application


async def _hold_database(application: web.Application) -> AsyncIterator[None]:
    database = application[STATE].database
    await database.open()
    yield
    await database.close()


async def _work_beside(application: web.Application) -> AsyncIterator[None]:
    state = application[STATE]
    tasks = [asyncio.create_task(_sample(state))]
    if state.config.has_demo:
        tasks.append(asyncio.create_task(_seed_when_possible(state)))
    yield
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _sample(state: State) -> None:
    while True:
        await asyncio.sleep(SAMPLE_SECONDS)
        state.processor.sample()


async def _seed_when_possible(state: State) -> None:
    """Seed once the database is there and its schema is."""
    while True:
        try:
            await seed(state.config, state.database)
        except (DatabaseUnavailable, asyncpg.PostgresError) as error:
            log.event("cannot seed yet", reason=str(error))
            await asyncio.sleep(SEED_AGAIN_SECONDS)
        else:
            return
