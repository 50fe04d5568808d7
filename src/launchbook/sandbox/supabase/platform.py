"""What the handlers share: projects, servers, and what happens to them in time."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.background import Background
from launchbook.sandbox.installation import DatabaseFailed
from launchbook.sandbox.supabase.faults import ApiError, not_found, paused
from launchbook.sandbox.supabase.fleet import Fleet
from launchbook.sandbox.supabase.state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from aiohttp import web

    from launchbook.sandbox.faults import Fault
    from launchbook.sandbox.supabase.state import Project
    from launchbook.sandbox.world import World

ORGANIZATION: Final = "rehearsal"
DEFAULT_PLAN: Final = "pro"
FREE: Final = "free"
CONNECT: Final = "CONNECT session"
"""The operation of a client that comes to the pooler in session mode."""
ASLEEP: Final = frozenset({"INACTIVE", "PAUSING"})
_LOG = logging.getLogger(__name__)


class Platform:
    """The vendor's inside.

    Attributes:
        organization: Slug of the one organization.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.organization = ORGANIZATION
        self.state = State(world.document("supabase/state"))
        self.fleet = Fleet(world, self.state)
        self._background = Background("supabase")

    async def start(self) -> None:
        """Read the projects, start their servers, go on with what was under way."""
        self.state.load()
        await self.fleet.remove_strangers()
        await asyncio.gather(*(self._resume(each) for each in self.projects()))

    async def stop(self) -> None:
        """Stop everything; it is on disk."""
        await self._background.stop()
        await self.fleet.stop_all()

    def ports(self) -> dict[str, int]:
        """Return the pooler's ports by mode."""
        ports = self.world.ports
        return {
            "session": ports.number("pooler_session"),
            "transaction": ports.number("pooler_transaction"),
        }

    @property
    def plan(self) -> str:
        """The organization's plan; ask once an occasion."""
        fault = self.world.faults.take("supabase", "organization", "plan")
        return str(fault.details.get("plan", DEFAULT_PLAN)) if fault else DEFAULT_PLAN

    def projects(self) -> list[Project]:
        """Return all projects, the oldest first."""
        return sorted(self.state.projects.values(), key=lambda each: each.created_at)

    def project(self, request: web.Request) -> Project:
        """Return the project that a path names.

        Raises:
            ApiError: 404, there is none.
        """
        found = self.state.projects.get(request.match_info["ref"])
        if found is None:
            raise not_found()
        return found

    def awake(self, request: web.Request) -> Project:
        """Return the project that a path names, whose server must answer.

        Raises:
            ApiError: 404, there is none; 540, it is paused; 400, it is not up.
        """
        project = self.project(request)
        if project.status in ASLEEP:
            raise paused()
        if project.status != "ACTIVE_HEALTHY":
            raise ApiError(400, f"Project is {project.status}: its database is not up")
        return project

    def fault(self, request: web.Request, effect: str) -> Fault | None:
        """Return the ordered fault of this vendor's own that hits a request."""
        resource = request.match_info.route.resource
        path = request.path if resource is None else resource.canonical
        return self.world.faults.take("supabase", f"{request.method} {path}", effect)

    def is_connection_faulty(self, effect: str) -> bool:
        """Whether an ordered fault of this effect hits a client of the pooler."""
        return self.world.faults.take("supabase", CONNECT, effect) is not None

    def is_ready(self, project: Project) -> bool:
        """Whether the services around the database answer too."""
        now = self.world.clock.timestamp()
        return bool(project.ready_at) and now >= project.ready_at

    def has_pooler(self, project: Project) -> bool:
        """Whether the pooler's configuration is there yet."""
        now = self.world.clock.timestamp()
        return bool(project.pooler_at) and now >= project.pooler_at

    def add(self, project: Project, *, is_failing: bool) -> None:
        """Keep a new project and begin to bring it up (or to fail)."""
        self.state.projects[project.ref] = project
        self.state.save()
        self._begin(project, self._fail if is_failing else self._bring_up)

    async def remove(self, project: Project) -> None:
        """Delete a project and its server."""
        project.status = "GOING_DOWN"
        del self.state.projects[project.ref]
        self.state.save()
        await self.fleet.remove(project.ref)

    def change(self, project: Project, status: str) -> None:
        """Begin what leads out of PAUSING, RESTORING or RESTARTING."""
        self._set(project, status)
        self._begin(project, self._ways[status])

    def recover(self, project: Project, moment: float) -> None:
        """Begin to bring the database back to a moment of the past.

        Args:
            project: Whose.
            moment: Sandbox time in seconds since 1970.
        """
        project.recover_to = self.world.clock.real_seconds_at(moment)
        self.change(project, "RESTORING")

    def settle_restrictions(self, project: Project) -> None:
        """Put stored network restrictions in force a moment later."""
        self._begin(project, self._settle)

    @property
    def _ways(
        self,
    ) -> dict[str, Callable[[Project], Coroutine[object, object, None]]]:
        """What goes on while a project has a status."""
        return {
            "COMING_UP": self._bring_up,
            "RESTORING": self._restore,
            "RESTARTING": self._restart,
            "RESIZING": self._restart,
            "PAUSING": self._put_to_sleep,
        }

    def _begin(
        self,
        project: Project,
        way: Callable[[Project], Coroutine[object, object, None]],
    ) -> None:
        self._background.start(way(project), name=f"{way.__name__} {project.ref}")

    async def _resume(self, project: Project) -> None:
        """Start a server again, or go on with what a stop interrupted."""
        if not project.restrictions.is_applied:
            self.settle_restrictions(project)
        if project.status in self._ways:
            self._begin(project, self._ways[project.status])
        elif project.is_up:
            try:
                await self.fleet.start(project)
            except DatabaseFailed:
                _LOG.exception("project %s could not be started", project.ref)
                self._set(project, "ACTIVE_UNHEALTHY")

    async def _settle(self, project: Project) -> None:
        rules = project.restrictions
        await self.world.clock.delay("supabase.setting")
        rules.apply()
        self.state.save()

    async def _bring_up(self, project: Project) -> None:
        """The server first, then its services, then the pooler's configuration."""
        is_new = project.status == "COMING_UP"
        try:
            await self.fleet.start(project)
        except DatabaseFailed:
            _LOG.exception("project %s could not be brought up", project.ref)
            self._set(project, "INIT_FAILED" if is_new else "RESTORE_FAILED")
            return
        clock = self.world.clock
        await clock.delay("supabase.create" if is_new else "supabase.restore")
        now = clock.timestamp()
        project.ready_at = now + clock.length("supabase.health")
        project.pooler_at = now + clock.length("supabase.pooler")
        self._set(project, "ACTIVE_HEALTHY")

    async def _restore(self, project: Project) -> None:
        """From sleep, or back to a moment of the past."""
        if not project.recover_to:
            await self._bring_up(project)
            return
        await self.world.clock.delay("supabase.recover")
        try:
            await self.fleet.recover(project)
        except DatabaseFailed:
            _LOG.exception("project %s could not be recovered", project.ref)
            self._set(project, "RESTORE_FAILED")
            return
        project.recover_to = 0.0
        self._set(project, "ACTIVE_HEALTHY")

    async def _fail(self, project: Project) -> None:
        await self.world.clock.delay("supabase.create")
        self._set(project, "INIT_FAILED")

    async def _put_to_sleep(self, project: Project) -> None:
        await self.world.clock.delay("supabase.pause")
        await self.fleet.stop(project.ref)
        self._set(project, "INACTIVE")

    async def _restart(self, project: Project) -> None:
        await self.fleet.stop(project.ref)
        await self.world.clock.delay("supabase.restart")
        try:
            await self.fleet.start(project)
        except DatabaseFailed:
            _LOG.exception("project %s could not be restarted", project.ref)
            self._set(project, "ACTIVE_UNHEALTHY")
        else:
            self._set(project, "ACTIVE_HEALTHY")

    def _set(self, project: Project, status: str) -> None:
        """Change a project's status, unless it was deleted meanwhile."""
        project.status = status
        if project.ref in self.state.projects:
            self.state.save()
