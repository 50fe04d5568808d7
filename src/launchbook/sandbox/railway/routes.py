"""The emulator as the frame sees it, and its two routes."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from aiohttp import web

from launchbook.sandbox.emulator import Emulator, Handler, Operation, rest_operation
from launchbook.sandbox.railway import handlers
from launchbook.sandbox.railway.access import Reach, reach_of
from launchbook.sandbox.railway.account import Account
from launchbook.sandbox.railway.certifier import Certifier
from launchbook.sandbox.railway.deployments import Deployments
from launchbook.sandbox.railway.domain_views import DomainViews
from launchbook.sandbox.railway.domains import CustomDomains
from launchbook.sandbox.railway.faults import (
    DEFAULT_CODE,
    ApiError,
    UploadRefused,
    not_authorized,
)
from launchbook.sandbox.railway.front import Front
from launchbook.sandbox.railway.measures import Measures
from launchbook.sandbox.railway.meter import Meter
from launchbook.sandbox.railway.parts import Parts
from launchbook.sandbox.railway.patches import Patches
from launchbook.sandbox.railway.plans import DEFAULT_PLAN
from launchbook.sandbox.railway.projects import Projects
from launchbook.sandbox.railway.queries import Queries
from launchbook.sandbox.railway.rate import (
    HOURLY,
    RateLimits,
    edge_response,
    spent_response,
)
from launchbook.sandbox.railway.rollouts import Rollouts
from launchbook.sandbox.railway.services import Services
from launchbook.sandbox.railway.state import WORKSPACE_ID
from launchbook.sandbox.railway.triggers import Triggers
from launchbook.sandbox.railway.uploads import MAX_UPLOAD_BYTES, Uploads
from launchbook.sandbox.railway.views import Views

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from launchbook.sandbox.world import World

    Next = Callable[[web.Request], Awaitable[web.StreamResponse]]

GRAPHQL_PATH: Final = "/graphql/v2"
UPLOAD_PATH: Final = "/project/{project}/environment/{environment}/up"
MAX_QUERY_BYTES: Final = 8 << 20


class RailwayEmulator(Emulator):
    """Railway: GraphQL, uploads, and real processes behind its host names.

    Args:
        world: The sandbox.
        max_upload_bytes: The largest source that is taken.
    """

    name = "railway"

    def __init__(
        self, world: World, *, max_upload_bytes: int = MAX_UPLOAD_BYTES
    ) -> None:
        self._world = world
        self._parts = Parts(world)
        self._deployments = Deployments(self._parts)
        self._certifier = Certifier(self._parts)
        domain_views = DomainViews(self._parts, self._certifier)
        views = Views(self._parts, self._deployments, domain_views)
        self._uploads = Uploads(self._parts, self._deployments, max_upload_bytes)
        self._front = Front(self._parts, self._deployments)
        self._meter = Meter(self._parts, self._deployments)
        is_realistic = world.settings.is_realistic
        self._rates = RateLimits(world.clock.timestamp, is_realistic=is_realistic)
        measures = Measures(self._parts, self._meter)
        self._root = {
            **Queries(self._parts, views).fields(),
            **Projects(self._parts, self._deployments, views).fields(),
            **Services(self._parts, self._deployments, views).fields(),
            **Rollouts(self._parts, self._deployments, views).fields(),
            **Patches(self._parts, self._deployments, views).fields(),
            **CustomDomains(self._parts, self._certifier, domain_views).fields(),
            **Account(self._parts, measures, views).fields(),
            **Triggers(self._parts, views).fields(),
            **measures.fields(),
        }

    def application(self) -> web.Application:
        """Return the vendor's API."""
        application = web.Application(
            middlewares=[self._door], client_max_size=MAX_QUERY_BYTES
        )
        application.add_routes(
            [
                web.post(GRAPHQL_PATH, self._graphql),
                web.post(UPLOAD_PATH, self._upload),
            ]
        )
        return application

    async def start(self) -> None:
        """Read the state; start live processes and continue deployments."""
        self._parts.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._parts.state.load()
        await self._deployments.resume()
        self._certifier.resume()
        self._meter.start()

    async def stop(self) -> None:
        """End every process and task; deployments on their way begin again."""
        await self._deployments.stop()
        self._parts.state.save()

    def error_response(self, status: int, code: str, message: str) -> web.Response:
        """Return an error in the vendor's shape."""
        known = {"not_emulated": "NOT_EMULATED"}
        extensions = {"code": known.get(code, DEFAULT_CODE)}
        error = {"message": message, "extensions": extensions}
        body = {"message": message, "errors": [error], "data": None}
        return web.json_response(body, status=status)

    async def operation(self, request: web.Request) -> Operation:
        """Return the GraphQL field that is asked for, or the route."""
        if request.path != GRAPHQL_PATH or request.method != "POST":
            return rest_operation(request)
        try:
            asked = handlers.read_request(await request.read())
        except handlers.InvalidRequest:
            return Operation(rest_operation(request).name, is_mutating=False)
        return asked.as_operation()

    def serves(self, host: str) -> Handler | None:
        """Return who answers a host name at the edge."""
        return self._front.serves(host)

    def hosts(self) -> Iterable[str]:
        """Return the host names of services."""
        return self._front.hosts()

    def certified_until(self, host: str) -> float | None:
        """Return the end of a custom domain's certificate."""
        return self._certifier.until(host)

    def status(self) -> Mapping[str, object]:
        """Return counts for the control API."""
        state = self._parts.state
        return {
            "projects": len(state.projects),
            "services": len(state.services),
            "deployments": len(state.deployments),
        }

    def endpoints(self) -> Mapping[str, Mapping[str, object]]:
        """Return the workspace that everything belongs to."""
        return {"railway": {"workspace": WORKSPACE_ID}}

    @web.middleware
    async def _door(self, request: web.Request, handler: Next) -> web.StreamResponse:
        """Count each request: at the edge, then against the plan."""
        has_query = bool(request.query_string)
        if self._rates.is_stopped_at_edge(has_query_string=has_query):
            return edge_response()
        plan = self._parts.faults.lasting_plan or DEFAULT_PLAN
        budget = self._rates.take(plan if plan in HOURLY else DEFAULT_PLAN)
        if budget.is_spent:
            return spent_response(budget.headers)
        response = await handler(request)
        if response.status != HTTPStatus.TOO_MANY_REQUESTS:
            response.headers.update(budget.headers)
        return response

    async def _graphql(self, request: web.Request) -> web.Response:
        try:
            asked = handlers.read_request(await request.read())
        except handlers.InvalidRequest as error:
            return handlers.unreadable(error)
        faults, has_query = self._parts.faults, bool(request.query_string)
        limited = faults.limit(asked.name, has_query_string=has_query)
        if limited is not None:
            return limited
        reach = self._reach(request)
        if reach is None:
            return handlers.refusal(not_authorized())
        return await handlers.answer(asked, self._root, reach, faults)

    async def _upload(self, request: web.Request) -> web.Response:
        operation = rest_operation(request).name
        limited = self._parts.faults.limit(operation, has_query_string=True)
        if limited is not None:
            return limited
        reach = self._reach(request)
        if reach is None:
            return UploadRefused(401, "Unauthorized").response()
        try:
            return await self._uploads.answer(request, reach)
        except UploadRefused as error:
            return error.response()
        except ApiError as error:
            return UploadRefused(400, error.message).response()

    def _reach(self, request: web.Request) -> Reach | None:
        token = self._world.token(self.name)
        return reach_of(request, self._parts.state, token)


def build(world: World) -> RailwayEmulator:
    """Return the emulator of one sandbox."""
    return RailwayEmulator(world)
