"""The four health endpoints. Every figure is measured, none is assumed."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from backend import figures, reading
from backend.database import Connection
from backend.problem import timestamp
from backend.state import State, state_of

POOL_LIMIT_PERCENT = 80
MEMORY_LIMIT_PERCENT = 85
SLOW_DATABASE_MS = 100
HEALTHY, DEGRADED = "healthy", "degraded"


def _status(is_healthy: bool) -> str:
    return HEALTHY if is_healthy else DEGRADED


async def _ping(connection: Connection) -> None:
    await connection.fetchval("select 1")


async def show(request: web.Request) -> web.Response:
    """GET /health: 200 when the database answers, 503 when not."""
    state = state_of(request)
    await reading.once(state.database, _ping, state.config.health_timeout_seconds)
    return web.json_response({**_alive(state), "build": state.build})


def _alive(state: State) -> dict[str, Any]:
    return {
        "status": HEALTHY,
        "timestamp": timestamp(),
        "uptime": round(time.monotonic() - state.started, 3),
    }


async def show_detailed(request: web.Request) -> web.Response:
    """GET /health/detailed: the same, with checks, performance and configuration."""
    state = state_of(request)
    memory = figures.memory()
    checks = await _checks(state, memory)
    is_healthy = all(check["status"] == HEALTHY for check in checks)
    return web.json_response(
        {
            **_alive(state),
            "status": _status(is_healthy),
            "build": state.build,
            "memory": memory,
            "checks": checks,
            "performance": {
                "avg_response_time_ms": state.requests.mean_ms,
                "requests_per_minute": state.requests.count,
                "error_rate_percent": state.requests.marked_percent,
                "cpu_usage_percent": state.processor.usage_percent,
                "memory_usage_percent": memory["usage_percent"],
            },
            "configuration": configuration(state.environ),
        }
    )


async def _checks(state: State, memory: Mapping[str, float]) -> list[dict[str, Any]]:
    pool = reading.pool(state.database)

    async def read(
        connection: Connection,
    ) -> tuple[dict[str, Any], dict[str, Any], float]:
        server = await reading.server(connection)
        started = time.monotonic()
        jobs = await reading.jobs(connection)
        return server, jobs, 1000 * (time.monotonic() - started)

    timeout = state.config.health_timeout_seconds
    server, jobs, jobs_ms = await reading.once(state.database, read, timeout)
    query_ms = server.pop("query_ms")
    return [
        _check("database", query_ms < SLOW_DATABASE_MS, query_ms, server),
        _check(
            "connection_pool", pool["pool_utilization"] < POOL_LIMIT_PERCENT, 0, pool
        ),
        _check("jobs", jobs["scheduler_running"], jobs_ms, jobs),
        _check("memory", memory["usage_percent"] < MEMORY_LIMIT_PERCENT, 0, memory),
    ]


def _check(
    name: str, is_healthy: bool, response_time_ms: float, details: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "name": name,
        "status": _status(is_healthy),
        "response_time_ms": round(response_time_ms, 2),
        "details": dict(details),
        "last_checked": timestamp(),
    }


def configuration(environ: Mapping[str, str]) -> dict[str, Any]:
    """Prove which variables arrived without showing one.

    `LAUNCHBOOK_VARIABLES` lists the names; the fingerprint is an HMAC-SHA256 with
    the key JWT_SECRET over the canonical JSON of the names that are set and their values.
    """
    listed = environ.get("LAUNCHBOOK_VARIABLES", "").split(",")
    names = sorted({name.strip() for name in listed} & set(environ))
    values = {name: environ[name] for name in names}
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    key = environ.get("JWT_SECRET", "").encode()
    fingerprint = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return {"names": names, "fingerprint": fingerprint}


async def show_database(request: web.Request) -> web.Response:
    """GET /health/database: pool, query performance and the newest backup."""
    state = state_of(request)
    pool = reading.pool(state.database)
    newest = await reading.once(
        state.database, reading.last_backup, state.config.health_timeout_seconds
    )
    return web.json_response(
        {
            "status": _status(pool["pool_utilization"] < POOL_LIMIT_PERCENT),
            "connection_pool": pool,
            "query_performance": {
                "avg_response_time_ms": state.database.queries.mean_ms,
                "slow_queries_count": state.database.queries.marked,
            },
            "last_backup": newest,
        }
    )


async def show_jobs(request: web.Request) -> web.Response:
    """GET /health/jobs: the worker, the newest payment batch, the queue."""
    state = state_of(request)
    jobs = await reading.once(
        state.database, reading.jobs, state.config.health_timeout_seconds
    )
    del jobs["worker_build"]
    return web.json_response({"status": _status(jobs["scheduler_running"]), **jobs})
