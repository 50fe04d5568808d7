"""The emulator that the frame runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiohttp import web

from launchbook.sandbox.emulator import Emulator, rest_operation
from launchbook.sandbox.vercel.faults import ApiError
from launchbook.sandbox.vercel.platform import Platform
from launchbook.sandbox.vercel.rate import RateLimits
from launchbook.sandbox.vercel.routes import routes
from launchbook.sandbox.vercel.state import TEAM_ID

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from launchbook.sandbox.emulator import Handler
    from launchbook.sandbox.world import World

    Next = Callable[[web.Request], Awaitable[web.StreamResponse]]

BODY_LIMIT_BYTES: Final = 100 * 1024 * 1024
"""The largest file that the vendor takes."""
_SHORT_WINDOW_SECONDS: Final = 1.0
_REALISTIC_WINDOW_SECONDS: Final = 60.0


class VercelEmulator(Emulator):
    """Vercel's REST API, builds and edge.

    Args:
        world: The sandbox.
    """

    name = "vercel"

    def __init__(self, world: World) -> None:
        self._world = world
        self._platform = Platform.assemble(world)
        is_realistic = world.settings.is_realistic
        self._limits = RateLimits(
            world.clock.timestamp,
            _REALISTIC_WINDOW_SECONDS if is_realistic else _SHORT_WINDOW_SECONDS,
        )

    def application(self) -> web.Application:
        """Return the API."""

        @web.middleware
        async def middleware(request: web.Request, handler: Next) -> web.StreamResponse:
            return await self._answer(request, handler)

        application = web.Application(
            middlewares=[middleware], client_max_size=BODY_LIMIT_BYTES
        )
        application.add_routes(routes(self._platform))
        return application

    async def _answer(self, request: web.Request, handler: Next) -> web.StreamResponse:
        """Ask for the token, count, and give every answer its headers."""
        try:
            self._platform.doorkeeper.check(request)
            headers = self._limits.take(rest_operation(request).name)
            response = await handler(request)
        except ApiError as error:
            headers = self._limits.refusal_headers(error)
            response = error.response()
        if not response.prepared:
            response.headers.update(headers)
        return response

    async def start(self) -> None:
        """Read the state, and take up builds that were under way."""
        self._world.folder("vercel")
        self._platform.state.load()
        self._platform.builder.resume()
        self._platform.certifier.resume()

    async def stop(self) -> None:
        """End all builds; what they had reached is on disk."""
        await self._platform.builder.stop()
        await self._platform.certifier.stop()
        self._platform.state.save()
        self._platform.serving.forget()

    def error_response(self, status: int, code: str, message: str) -> web.Response:
        """Return an error in the vendor's shape."""
        return ApiError(status, code, message).response()

    def serves(self, host: str) -> Handler | None:
        """Return who answers a host name of a deployment."""
        return self._platform.serving.handler(host)

    def hosts(self) -> Iterable[str]:
        """Return the host names that lead to something or soon will."""
        return self._platform.state.hosts()

    def certified_until(self, host: str) -> float | None:
        """Return the end of a custom domain's certificate."""
        return self._platform.certifier.until(host)

    def status(self) -> Mapping[str, object]:
        """Return how much there is."""
        state = self._platform.state
        return {
            "projects": sorted(one.name for one in state.projects.values()),
            "deployments": len(state.deployments),
            "building": sum(not one.is_final for one in state.deployments.values()),
        }

    def endpoints(self) -> Mapping[str, Mapping[str, object]]:
        """Return the team that everything belongs to."""
        return {"vercel": {"team": TEAM_ID}}
