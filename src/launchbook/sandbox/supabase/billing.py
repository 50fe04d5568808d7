"""Routes about what is paid for: plan, add-ons, usage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiohttp import web

from launchbook.sandbox.supabase.addons import (
    COMPUTE,
    PITR,
    PITR_SIZES,
    addons_answer,
    find_variant,
    kind_of,
)
from launchbook.sandbox.supabase.faults import ApiError
from launchbook.sandbox.supabase.handlers import body_of, text_of
from launchbook.sandbox.supabase.platform import FREE
from launchbook.sandbox.supabase.sizes import SIZES

if TYPE_CHECKING:
    from launchbook.sandbox.supabase.platform import Platform
    from launchbook.sandbox.supabase.state import Project

CHANNELS: Final = ["ga"]


class BillingHandlers:
    """Handlers of the organization's plan and of what projects buy."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def organization(self, request: web.Request) -> web.Response:
        """GET /v1/organizations/{slug}: with its plan."""
        slug = self._platform.organization
        if request.match_info["slug"] != slug:
            raise ApiError(404, "Organization not found")
        answer = {
            "id": slug,
            "name": "Rehearsal",
            "plan": self._platform.plan,
            "opt_in_tags": [],
            "allowed_release_channels": CHANNELS,
        }
        return web.json_response(answer)

    async def addons(self, request: web.Request) -> web.Response:
        """GET /v1/projects/{ref}/billing/addons."""
        project = self._platform.project(request)
        answer = addons_answer(project, is_paid=self._platform.plan != FREE)
        return web.json_response(answer)

    async def apply_addon(self, request: web.Request) -> web.Response:
        """PATCH the same path: one of a kind; another instance size restarts."""
        project = self._platform.project(request)
        body = await body_of(request)
        kind, variant_id = text_of(body, "addon_type"), text_of(body, "addon_variant")
        if find_variant(kind, variant_id) is None:
            raise ApiError(400, f"{variant_id} is no {kind} that can be bought")
        if self._platform.plan == FREE:
            raise ApiError(403, "Add-ons need a paid plan")
        if kind == COMPUTE:
            await self._resize(project, variant_id.removeprefix("ci_"))
        else:
            _check_size(project, kind)
            if kind == PITR:
                await self._keep_history(project)
            project.addons[kind] = variant_id
        self._platform.state.save()
        return web.json_response({})

    async def remove_addon(self, request: web.Request) -> web.Response:
        """DELETE /v1/projects/{ref}/billing/addons/{addon_variant}."""
        project = self._platform.project(request)
        variant_id = request.match_info["addon_variant"]
        kind = kind_of(variant_id)
        if kind is None or project.addons.get(kind) != variant_id:
            raise ApiError(404, f"The project does not have {variant_id}")
        del project.addons[kind]
        if kind == PITR:
            await self._platform.fleet.drop_history(project)
            project.recoverable_from = 0.0
        self._platform.state.save()
        return web.json_response({})

    async def api_counts(self, request: web.Request) -> web.Response:
        """GET .../usage.api-counts: the services beside the database have none."""
        self._platform.project(request)
        return web.json_response({"result": []})

    async def request_count(self, request: web.Request) -> web.Response:
        """GET .../usage.api-requests-count: none, as above."""
        self._platform.project(request)
        return web.json_response({"result": [{"count": 0}]})

    async def _resize(self, project: Project, size: str) -> None:
        if PITR in project.addons and size in PITR_SIZES:
            raise ApiError(400, "Point in time recovery needs at least a small compute")
        if size == project.size:
            return
        if project.status != "ACTIVE_HEALTHY":
            raise ApiError(400, f"Project is {project.status} and cannot be resized")
        connections = SIZES[size].max_connections
        async with self._platform.fleet.admin(project.ref) as connection:
            await connection.execute(
                f"alter system set max_connections = {connections}"
            )
        project.size = size
        self._platform.change(project, "RESIZING")

    async def _keep_history(self, project: Project) -> None:
        """Make the database recoverable from now on, unless it is already."""
        if project.recoverable_from:
            return
        if project.status != "ACTIVE_HEALTHY":
            raise ApiError(400, f"Project is {project.status}: its database is not up")
        await self._platform.fleet.keep_history(project)
        project.recoverable_from = self._platform.world.clock.timestamp()


def _check_size(project: Project, kind: str) -> None:
    if kind == PITR and project.size in PITR_SIZES:
        raise ApiError(400, "Point in time recovery needs at least a small compute")
