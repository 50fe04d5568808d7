"""The emulator as the frame sees it."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from aiohttp import web

from launchbook.sandbox.emulator import Emulator, Operation, rest_operation
from launchbook.sandbox.pooler import Pooler
from launchbook.sandbox.supabase.faults import (
    ApiError,
    edge_page,
    error_response,
    throttled_response,
)
from launchbook.sandbox.supabase.platform import Platform
from launchbook.sandbox.supabase.rate import SHORTENING, WINDOW_SECONDS, RateWindow
from launchbook.sandbox.supabase.routes import routes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from launchbook.sandbox.world import World

    Next = Callable[[web.Request], Awaitable[web.StreamResponse]]


class SupabaseEmulator(Emulator):
    """Management API, servers and pooler."""

    name = "supabase"

    def __init__(self, world: World) -> None:
        self._world = world
        self._platform = Platform(world)
        self._pooler: Pooler | None = None
        part = 1 if world.settings.is_realistic else SHORTENING
        self._rates = RateWindow(world.clock, WINDOW_SECONDS / part)

    def application(self) -> web.Application:
        """Return the Management API."""
        application = web.Application(middlewares=[self._door])
        application.add_routes(routes(self._platform))
        return application

    async def start(self) -> None:
        """Start the servers, then the pooler before them."""
        await self._platform.start()
        self._pooler = Pooler(
            self._platform.fleet,
            self._world.authority.address_context(),
            self._world.clock.timestamp,
            self._platform.is_connection_faulty,
        )
        await self._pooler.start(
            self._world.ports.bind("pooler_session"),
            self._world.ports.bind("pooler_transaction"),
        )

    async def stop(self) -> None:
        """Stop the pooler and the servers."""
        if self._pooler is not None:
            await self._pooler.stop()
            self._pooler = None
        await self._platform.stop()

    def error_response(self, status: int, code: str, message: str) -> web.Response:
        """Return an error in the vendor's shape."""
        return error_response(status, message, code)

    async def operation(self, request: web.Request) -> Operation:
        """Say what a request asks for; a read-only query changes nothing."""
        operation = rest_operation(request)
        is_reading = request.path.endswith("/database/query/read-only")
        return Operation(operation.name, operation.is_mutating and not is_reading)

    def status(self) -> Mapping[str, object]:
        """Return facts for people."""
        projects = self._platform.projects()
        pooler = self._pooler
        return {
            "projects": len(projects),
            "running": sum(each.status == "ACTIVE_HEALTHY" for each in projects),
            "session_clients": sum(
                pooler.client_count(each.ref) for each in projects if pooler
            ),
        }

    def endpoints(self) -> Mapping[str, Mapping[str, object]]:
        """Return the organization and the pooler's ports."""
        ports = self._platform.ports()
        return {
            "supabase": {"organization": self._platform.organization},
            "pooler": {
                "session_port": ports["session"],
                "transaction_port": ports["transaction"],
            },
        }

    @web.middleware
    async def _door(self, request: web.Request, handler: Next) -> web.StreamResponse:
        """Ask for the token, count, and turn errors into answers."""
        expected = f"Bearer {self._world.token(self.name)}".encode()
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, expected):
            return error_response(401, "Unauthorized")
        if self._platform.fault(request, "throttled_at_edge"):
            return edge_page()
        window = self._rates.count(request)
        if window.is_exceeded:
            response = throttled_response()
        else:
            response = await self._handled(request, handler)
        response.headers.update(window.headers)
        return response

    async def _handled(self, request: web.Request, handler: Next) -> web.Response:
        """Run the handler."""
        try:
            answer = await handler(request)
        except ApiError as error:
            return error_response(error.status, str(error))
        assert isinstance(answer, web.Response)  # noqa: S101 - no handler here streams
        return answer
