"""The emulator as the frame sees it."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from aiohttp import web

from launchbook.sandbox.cloudflare.faults import (
    ApiError,
    error_response,
    throttled_response,
    unauthenticated,
)
from launchbook.sandbox.cloudflare.handlers import ACCOUNT_ID, Handlers
from launchbook.sandbox.cloudflare.publication import Publication
from launchbook.sandbox.cloudflare.rate import (
    SHORTENING,
    WINDOW_SECONDS,
    Count,
    RateWindow,
)
from launchbook.sandbox.cloudflare.routes import routes
from launchbook.sandbox.cloudflare.state import State
from launchbook.sandbox.emulator import Emulator, rest_operation

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from launchbook.sandbox.dns.zone import ServedZone
    from launchbook.sandbox.world import World

    Next = Callable[[web.Request], Awaitable[web.StreamResponse]]

ORDERED: Final = Count(0, 60, is_exceeded=True)
"""What a limit that was ordered says."""


class CloudflareEmulator(Emulator):
    """Zones and records; the frame's DNS server serves them.

    Args:
        world: The sandbox.
    """

    name = "cloudflare"

    def __init__(self, world: World) -> None:
        self._world = world
        self._state = State(world.document("cloudflare/state"))
        self._publication = Publication(world, self._state)
        self._handlers = Handlers(world, self._state, self._publication)
        part = 1 if world.settings.is_realistic else SHORTENING
        self._rates = RateWindow(world.clock.timestamp, WINDOW_SECONDS / part)

    def application(self) -> web.Application:
        """Return the API."""
        application = web.Application(middlewares=[self._door])
        application.add_routes(routes(self._handlers))
        return application

    async def start(self) -> None:
        """Read the zones."""
        self._state.load()

    async def stop(self) -> None:
        """Nothing runs; everything is on disk."""

    def error_response(self, status: int, code: str, message: str) -> web.Response:
        """Return an error in the vendor's envelope."""
        return error_response(status, code, message)

    def zones(self) -> Iterable[ServedZone]:
        """Return what the DNS server serves now."""
        return self._publication.zones()

    def status(self) -> Mapping[str, object]:
        """Return how many zones and records there are."""
        zones = self._state.zones.values()
        return {
            "zones": len(zones),
            "records": sum(len(zone.records) for zone in zones),
        }

    def endpoints(self) -> Mapping[str, Mapping[str, object]]:
        """Return the account."""
        return {"cloudflare": {"account": ACCOUNT_ID}}

    @web.middleware
    async def _door(self, request: web.Request, handler: Next) -> web.StreamResponse:
        """Ask for the token, count, and turn errors into answers."""
        try:
            self._authenticate(request)
        except ApiError as error:
            return error_response(error.status, error.code, str(error))
        operation = rest_operation(request).name
        if self._world.faults.take(self.name, operation, "rate_limited"):
            return throttled_response(ORDERED.headers)
        count = self._rates.count()
        if count.is_exceeded:
            return throttled_response(count.headers)
        response = await self._handled(request, handler)
        response.headers.update(count.headers)
        return response

    async def _handled(self, request: web.Request, handler: Next) -> web.StreamResponse:
        """Run the handler."""
        try:
            return await handler(request)
        except ApiError as error:
            return error_response(error.status, error.code, str(error))

    def _authenticate(self, request: web.Request) -> None:
        expected = f"Bearer {self._world.token(self.name)}".encode()
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, expected):
            raise unauthenticated()
