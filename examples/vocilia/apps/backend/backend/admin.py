"""What the staff sees and does."""

from __future__ import annotations

from datetime import UTC, datetime

from aiohttp import web

from backend import batch, job
from backend.account import STAFF, require
from backend.database import SERVICE
from backend.feedback import as_json
from backend.problem import BadRequest
from backend.shapes import read_body
from backend.state import state_of

_DEAD_LETTERS = """
select id, kind, attempts, error, died_at from job_dead_letters order by died_at desc limit $1
"""


async def list_batches(request: web.Request) -> web.Response:
    """GET /api/admin/batches: the newest payment batches."""
    require(request, STAFF)
    rows = await state_of(request).database.run(
        SERVICE, lambda connection: batch.list_batches(connection, 52)
    )
    return web.json_response({"batches": [as_json(row) for row in rows]})


async def run_batch(request: web.Request) -> web.Response:
    """POST /api/admin/batches: enqueue the batch of a week, the running one by default."""
    require(request, STAFF)
    body = await read_body(request, "batch")
    week = body.get("week", batch.week_of(datetime.now(UTC)))
    try:
        batch.end_of_week(week)
    except ValueError:
        raise BadRequest("week: there is no such week") from None
    await state_of(request).database.run(
        SERVICE,
        lambda connection: job.enqueue(
            connection, "payment_batch", {"week": week}, f"payment_batch:{week}"
        ),
    )
    return web.json_response({"week": week, "status": "enqueued"}, status=202)


async def list_dead_letters(request: web.Request) -> web.Response:
    """GET /api/admin/dead-letters: the jobs that were given up, newest first."""
    require(request, STAFF)
    rows = await state_of(request).database.run(
        SERVICE, lambda connection: connection.fetch(_DEAD_LETTERS, 50)
    )
    return web.json_response({"dead_letters": [as_json(row) for row in rows]})
