"""Projects: found, created, changed, paused, deleted."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from launchbook.sandbox.supabase.answers import organization_entry, project_answer
from launchbook.sandbox.supabase.faults import ApiError, name_taken
from launchbook.sandbox.supabase.keys import listed_keys
from launchbook.sandbox.supabase.platform import FREE
from launchbook.sandbox.supabase.regions import chosen_region, regions_answer
from launchbook.sandbox.supabase.sizes import DEFAULT_SIZE, SIZES
from launchbook.sandbox.supabase.state import Project

if TYPE_CHECKING:
    from launchbook.sandbox.supabase.platform import Platform

LONGEST_NAME: Final = 256
SERVICES: Final = ("auth", "db", "pooler", "realtime", "rest", "storage")
LARGEST_PAGE: Final = 100


async def body_of(request: web.Request) -> dict[str, Any]:
    """Return a request's JSON object.

    Raises:
        ApiError: 400, it is none.
    """
    try:
        body = json.loads(await request.text() or "{}")
    except ValueError:
        raise ApiError(400, "Invalid JSON body") from None
    if not isinstance(body, dict):
        raise ApiError(400, "The body must be an object")
    return body


def text_of(body: dict[str, Any], key: str) -> str:
    """Return a required text.

    Raises:
        ApiError: 400, it is missing or empty.
    """
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise ApiError(400, f"{key} must be a non-empty string")
    return value


class ProjectHandlers:
    """Handlers of projects, organizations and keys."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def profile(self, request: web.Request) -> web.Response:
        """Say whom the token stands for."""
        del request
        profile = {
            "gotrue_id": "00000000-0000-4000-8000-000000000001",
            "primary_email": "rehearsal@localhost",
            "username": "rehearsal",
        }
        return web.json_response(profile)

    async def organizations(self, request: web.Request) -> web.Response:
        """List the one organization."""
        del request
        slug = self._platform.organization
        return web.json_response([{"id": slug, "slug": slug, "name": "Rehearsal"}])

    async def organization_projects(self, request: web.Request) -> web.Response:
        """List an organization's projects, page by page."""
        if request.match_info["slug"] != self._platform.organization:
            raise ApiError(404, "Organization not found")
        offset = _number(request, "offset", 0)
        limit = min(_number(request, "limit", LARGEST_PAGE), LARGEST_PAGE)
        search = request.query.get("search", "")
        found = [each for each in self._platform.projects() if search in each.name]
        page = [organization_entry(each) for each in found[offset : offset + limit]]
        pagination = {"count": len(found), "limit": limit, "offset": offset}
        return web.json_response({"projects": page, "pagination": pagination})

    async def regions(self, request: web.Request) -> web.Response:
        """List where projects can be."""
        if request.query.get("organization_slug") != self._platform.organization:
            raise ApiError(404, "Organization not found")
        return web.json_response(regions_answer())

    async def listed(self, request: web.Request) -> web.Response:
        """List every project."""
        del request
        projects = self._platform.projects()
        return web.json_response(
            [project_answer(p, has_database=True) for p in projects]
        )

    async def create(self, request: web.Request) -> web.Response:
        """Create a project; it is COMING_UP until its server is."""
        body = await body_of(request)
        organization = body.get("organization_slug") or body.get("organization_id")
        if organization != self._platform.organization:
            raise ApiError(403, "You do not have access to this organization")
        name = text_of(body, "name")
        if len(name) > LONGEST_NAME:
            raise ApiError(400, f"name must be at most {LONGEST_NAME} characters")
        if self._platform.state.by_name(organization, name):
            raise name_taken(name)
        size = str(body.get("desired_instance_size") or DEFAULT_SIZE)
        if size not in SIZES:
            raise ApiError(400, f"desired_instance_size {size!r} is not available")
        project = Project(
            ref=self._platform.state.new_ref(),
            name=name,
            organization=organization,
            region=chosen_region(body),
            size=size,
            password=text_of(body, "db_pass"),
            secret=secrets.token_hex(32),
            created_at=self._platform.world.clock.iso(),
        )
        is_failing = self._platform.fault(request, "init_failed") is not None
        self._platform.add(project, is_failing=is_failing)
        return web.json_response(
            project_answer(project, has_database=False), status=201
        )

    async def read(self, request: web.Request) -> web.Response:
        """Return one project."""
        project = self._platform.project(request)
        return web.json_response(project_answer(project, has_database=True))

    async def rename(self, request: web.Request) -> web.Response:
        """Change a project's name."""
        project = self._platform.project(request)
        name = text_of(await body_of(request), "name")
        other = self._platform.state.by_name(project.organization, name)
        if other and other.ref != project.ref:
            raise name_taken(name)
        project.name = name
        self._platform.state.save()
        return web.json_response(_brief(project))

    async def delete(self, request: web.Request) -> web.Response:
        """Delete a project, with its data."""
        project = self._platform.project(request)
        await self._platform.remove(project)
        return web.json_response(_brief(project))

    async def pause(self, request: web.Request) -> web.Response:
        """Pause a project; on a paid plan there is no pause."""
        project = self._platform.project(request)
        if self._platform.plan != FREE:
            raise ApiError(
                400,
                "Project is not free-tier."
                " Please downgrade it to free-tier first and try again.",
            )
        if project.status != "ACTIVE_HEALTHY":
            raise ApiError(400, f"Project is {project.status} and cannot be paused")
        self._platform.change(project, "PAUSING")
        return web.Response()

    async def restore(self, request: web.Request) -> web.Response:
        """Wake a paused project."""
        project = self._platform.project(request)
        if project.status != "INACTIVE":
            raise ApiError(400, f"Project is {project.status} and cannot be restored")
        self._platform.change(project, "RESTORING")
        return web.Response()

    async def restart(self, request: web.Request) -> web.Response:
        """Restart a project's server."""
        self._platform.change(self._platform.awake(request), "RESTARTING")
        return web.Response()

    async def health(self, request: web.Request) -> web.Response:
        """Say of each service whether it is up; the database is really asked."""
        project = self._platform.project(request)
        asked = request.query.getall("services", [])
        names = [name for each in asked for name in each.split(",") if name]
        unknown = set(names) - set(SERVICES)
        if unknown or not names:
            raise ApiError(400, f"services must name some of {', '.join(SERVICES)}")
        status = await self._service_status(project)
        fault = self._platform.fault(request, "unhealthy")
        broken = str(fault.details.get("service", "db")) if fault else ""
        entries = [_health(n, "UNHEALTHY" if n == broken else status) for n in names]
        return web.json_response(entries)

    async def _service_status(self, project: Project) -> str:
        """Ask the database; the services before it come up a moment later."""
        if project.status == "COMING_UP":
            return "COMING_UP"
        if not await self._platform.fleet.answers(project.ref):
            return "UNHEALTHY"
        return "ACTIVE_HEALTHY" if self._platform.is_ready(project) else "COMING_UP"

    async def keys(self, request: web.Request) -> web.Response:
        """List a project's keys."""
        project = self._platform.project(request)
        is_revealed = request.query.get("reveal", "") in {"true", "1"}
        return web.json_response(listed_keys(project, is_revealed=is_revealed))


def _health(name: str, status: str) -> dict[str, object]:
    """The health of one service."""
    entry = {"name": name, "healthy": status == "ACTIVE_HEALTHY", "status": status}
    if status == "UNHEALTHY":
        entry["error"] = f"{name} does not answer"
    return entry


def _brief(project: Project) -> dict[str, object]:
    """What a change answers of a project."""
    return {"id": 1, "ref": project.ref, "name": project.name}


def _number(request: web.Request, name: str, default: int) -> int:
    """A whole number of the query.

    Raises:
        ApiError: 400, it is none.
    """
    text = request.query.get(name, str(default))
    if not text.isdigit():
        raise ApiError(400, f"{name} must be a whole number")
    return int(text)
