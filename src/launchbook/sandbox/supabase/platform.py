"""What the handlers share: projects, servers, and what happens to them in time."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.background import Background
from launchbook.sandbox.delays import delay_seconds
from launchbook.sandbox.postgres import DatabaseFailed
from launchbook.sandbox.supabase.faults import not_found
from launchbook.sandbox.supabase.fleet import Fleet
from launchbook.sandbox.supabase.state import State

if TYPE_CHECKING:
    from aiohttp import web

    from launchbook.sandbox.supabase.state import Project
    from launchbook.sandbox.world import World

ORGANIZATION: Final = "rehearsal"
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
        """Read the projects and start the servers of those that are up."""
        self.state.load()
        for project in self.state.projects.values():
            if project.status in {"COMING_UP", "RESTORING", "RESTARTING"}:
                self._background.start(self._bring_up(project), name=project.ref)
            elif project.is_up:
                await self.fleet.start(project)
            if not project.restrictions.is_applied:
                self.settle_restrictions(project)

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

    def is_ready(self, project: Project) -> bool:
        """Whether the services around the database answer too."""
        return (
            bool(project.ready_at) and self.world.clock.timestamp() >= project.ready_at
        )

    def add(self, project: Project) -> None:
        """Keep a new project and begin to bring it up."""
        self.state.projects[project.ref] = project
        self.state.save()
        self._background.start(self._bring_up(project), name=project.ref)

    async def remove(self, project: Project) -> None:
        """Delete a project and its server."""
        project.status = "GOING_DOWN"
        del self.state.projects[project.ref]
        self.state.save()
        await self.fleet.remove(project.ref)

    def pause(self, project: Project) -> None:
        """Begin to pause a project."""
        self._set(project, "PAUSING")
        self._background.start(self._put_to_sleep(project), name=project.ref)

    def wake(self, project: Project) -> None:
        """Begin to wake a project."""
        self._set(project, "RESTORING")
        self._background.start(self._bring_up(project), name=project.ref)

    def restart(self, project: Project) -> None:
        """Begin to restart a project's server."""
        self._set(project, "RESTARTING")
        self._background.start(self._restart(project), name=project.ref)

    def settle_restrictions(self, project: Project) -> None:
        """Put stored network restrictions in force a moment later."""
        self._background.start(self._settle(project), name=f"{project.ref} network")

    async def _settle(self, project: Project) -> None:
        rules = project.restrictions
        await self.world.clock.delay("supabase.setting")
        rules.is_applied = True
        self.state.save()

    async def _bring_up(self, project: Project) -> None:
        """The server first, then its services, then the pooler's configuration."""
        name = (
            "supabase.restore" if project.status == "RESTORING" else "supabase.create"
        )
        try:
            await self.fleet.start(project)
        except DatabaseFailed:
            _LOG.exception("project %s could not be brought up", project.ref)
            self._set(project, "INIT_FAILED")
            return
        await self.world.clock.delay(name)
        now = self.world.clock.timestamp()
        project.ready_at = now + self._delay("supabase.health")
        project.pooler_at = now + self._delay("supabase.pooler")
        self._set(project, "ACTIVE_HEALTHY")

    async def _put_to_sleep(self, project: Project) -> None:
        await self.world.clock.delay("supabase.pause")
        await self.fleet.stop(project.ref)
        self._set(project, "INACTIVE")

    async def _restart(self, project: Project) -> None:
        await self.fleet.stop(project.ref)
        await self.world.clock.delay("supabase.restart")
        await self.fleet.start(project)
        self._set(project, "ACTIVE_HEALTHY")

    def _delay(self, name: str) -> float:
        """The length of a delay in this sandbox."""
        is_realistic = self.world.settings.is_realistic
        return delay_seconds(name, is_realistic=is_realistic)

    def _set(self, project: Project, status: str) -> None:
        """Change a project's status."""
        project.status = status
        self.state.save()
