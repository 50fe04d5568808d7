"""The control API: plain HTTP on loopback, for the product and its tests."""

from __future__ import annotations

import contextlib
import hmac
import json
import logging
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeGuard

from aiohttp import web

from launchbook.sandbox.faults import InvalidFault, fault_from
from launchbook.sandbox.snapshot import InvalidSnapshotName, SnapshotMissing

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from aiohttp.typedefs import Middleware

    from launchbook.sandbox.snapshot import Snapshots
    from launchbook.sandbox.world import World

    Next = Callable[[web.Request], Awaitable[web.StreamResponse]]

_LOG = logging.getLogger(__name__)

_REFUSALS: Final = (
    (SnapshotMissing, 404, "snapshot-missing"),
    (InvalidSnapshotName, 400, "invalid-snapshot-name"),
    (InvalidFault, 400, "invalid-fault"),
)
MAX_ADVANCE_SECONDS: Final = 100 * 365 * 86_400
"""A hundred years: far beyond any retention, well within a date's range."""


class Controlled(Protocol):
    """What the control API steers: a running sandbox."""

    world: World
    snapshots: Snapshots
    down: asyncio.Event

    def status(self) -> dict[str, object]:
        """Return what runs now."""
        ...

    async def reset(self) -> None:
        """Empty the world."""
        ...


class _Refused(Exception):
    """A request that is answered with an error.

    Attributes:
        status: The HTTP status.
        code: A word for machines.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def control_application(sandbox: Controlled) -> web.Application:
    """Return the control API's application."""
    application = web.Application(middlewares=[_errors, _doorkeeper(sandbox.world)])
    control = _Control(sandbox)
    application.add_routes(
        [
            web.get("/status", control.status),
            web.get("/requests", control.requests),
            web.post("/advance", control.advance),
            web.get("/snapshots", control.snapshots),
            web.post("/snapshots/{name}", control.save),
            web.post("/snapshots/{name}/restore", control.restore),
            web.get("/faults", control.faults),
            web.post("/faults", control.add_fault),
            web.delete("/faults", control.clear_faults),
            web.post("/reset", control.reset),
            web.post("/down", control.down),
        ]
    )
    return application


@web.middleware
async def _errors(request: web.Request, handler: Next) -> web.StreamResponse:
    """Answer every refusal in one shape: ``{"error": code, "message": text}``."""
    try:
        return await handler(request)
    except Exception as error:  # noqa: BLE001 - the product must learn of anything
        return _answer_for(error, request)


def _answer_for(error: Exception, request: web.Request) -> web.Response:
    if isinstance(error, web.HTTPException):
        return _error(error.status, "no-such-route", error.reason)
    if isinstance(error, _Refused):
        return _error(error.status, error.code, str(error))
    for kind, status, code in _REFUSALS:
        if isinstance(error, kind):
            return _error(status, code, str(error))
    _LOG.error("control: %s %s failed", request.method, request.path, exc_info=error)
    return _error(500, "failed", f"{error}; see sandbox.log")


def _error(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": code, "message": message}, status=status)


def _doorkeeper(world: World) -> Middleware:
    """Let in whoever knows the token and means this address.

    The Host header is checked because a web page may make a browser connect to
    127.0.0.1 under a name of its own.
    """
    expected = f"Bearer {world.token('control')}".encode()

    @web.middleware
    async def doorkeeper(request: web.Request, handler: Next) -> web.StreamResponse:
        port = world.ports.number("control")
        if request.host not in {f"127.0.0.1:{port}", f"localhost:{port}"}:
            raise _Refused(403, "wrong-host", "the Host header is not this address")
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, expected):
            raise _Refused(401, "unauthorized", "the control token is missing or wrong")
        return await handler(request)

    return doorkeeper


class _Control:
    """The handlers."""

    def __init__(self, sandbox: Controlled) -> None:
        self._sandbox = sandbox
        self._world = sandbox.world

    async def status(self, request: web.Request) -> web.Response:
        del request
        return web.json_response(self._sandbox.status())

    async def requests(self, request: web.Request) -> web.Response:
        since = _number(request.query.get("since", "0"), "since")
        wanted = request.query.get("mutating")
        is_mutating = None if wanted is None else wanted in {"1", "true"}
        log = self._world.requests
        entries = log.listed(since=int(since), is_mutating=is_mutating)
        body = {
            "requests": [asdict(entry) for entry in entries],
            "count": len(entries),
            "mutating_count": sum(entry.is_mutating for entry in entries),
            "last_sequence": log.total_count,
        }
        return web.json_response(body)

    async def advance(self, request: web.Request) -> web.Response:
        seconds = (await _body(request)).get("seconds")
        if not _is_advance(seconds):
            message = f"seconds must be a number from 0 to {MAX_ADVANCE_SECONDS}"
            raise _Refused(400, "invalid-seconds", message)
        await self._world.advance(seconds)
        return web.json_response({"now": self._world.clock.iso()})

    async def snapshots(self, request: web.Request) -> web.Response:
        del request
        return web.json_response({"snapshots": self._sandbox.snapshots.listed()})

    async def save(self, request: web.Request) -> web.Response:
        saved = await self._sandbox.snapshots.save(request.match_info["name"])
        return web.json_response(saved, status=201)

    async def restore(self, request: web.Request) -> web.Response:
        await self._sandbox.snapshots.restore(request.match_info["name"])
        return web.json_response({"now": self._world.clock.iso()})

    async def faults(self, request: web.Request) -> web.Response:
        del request
        faults = [fault.as_json() for fault in self._world.faults.all()]
        return web.json_response({"faults": faults})

    async def add_fault(self, request: web.Request) -> web.Response:
        fault = self._world.faults.add(fault_from(await _body(request)))
        return web.json_response(fault.as_json(), status=201)

    async def clear_faults(self, request: web.Request) -> web.Response:
        del request
        self._world.faults.clear()
        return web.Response(status=204)

    async def reset(self, request: web.Request) -> web.Response:
        del request
        await self._sandbox.reset()
        return web.json_response(self._sandbox.status())

    async def down(self, request: web.Request) -> web.Response:
        del request
        self._sandbox.down.set()
        return web.json_response({"is_stopping": True}, status=202)


async def _body(request: web.Request) -> dict[str, Any]:
    with contextlib.suppress(json.JSONDecodeError, UnicodeDecodeError):
        body = json.loads(await request.read())
        if isinstance(body, dict):
            return body
    raise _Refused(400, "invalid-body", "the body must be a JSON object")


def _is_advance(value: object) -> TypeGuard[int | float]:
    """Whether a JSON value says how far to go; true and false do not."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value <= MAX_ADVANCE_SECONDS


def _number(text: str, name: str) -> int:
    if not text.isdecimal():
        raise _Refused(400, f"invalid-{name}", f"{name} must be a number from 0")
    return int(text)
