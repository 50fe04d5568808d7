"""What the handlers of one emulator share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from launchbook.sandbox.vercel.answers import PLAN
from launchbook.sandbox.vercel.blobs import Blobs
from launchbook.sandbox.vercel.builder import Builder
from launchbook.sandbox.vercel.certifier import Certifier
from launchbook.sandbox.vercel.faults import OrderedFaults, forbidden, not_found
from launchbook.sandbox.vercel.publication import Publisher
from launchbook.sandbox.vercel.serving import Serving
from launchbook.sandbox.vercel.state import TEAM_ID, TEAM_SLUG, USER_ID, State
from launchbook.sandbox.vercel.tokens import Doorkeeper
from launchbook.sandbox.vercel.workshop import Workshop

if TYPE_CHECKING:
    from aiohttp import web

    from launchbook.sandbox.vercel.records import Deployment, Project
    from launchbook.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Platform:
    """The parts of one emulator, put together."""

    world: World
    state: State
    faults: OrderedFaults
    blobs: Blobs
    publisher: Publisher
    builder: Builder
    serving: Serving
    certifier: Certifier
    doorkeeper: Doorkeeper

    @classmethod
    def assemble(cls, world: World) -> Platform:
        """Return the parts for a sandbox; nothing is read from disk yet."""
        state = State(world.document("vercel/state"), world.clock)
        faults = OrderedFaults(world.faults)
        blobs = Blobs(world.home / "vercel" / "blobs")
        publisher = Publisher(state, world.clock, faults)
        workshop = Workshop(state, blobs, world.processes)
        builder = Builder(world, state, workshop, publisher, faults)
        serving = Serving(world, state, faults, builder.folders)
        return cls(
            world=world,
            state=state,
            faults=faults,
            blobs=blobs,
            publisher=publisher,
            builder=builder,
            serving=serving,
            certifier=Certifier(world, state, faults),
            doorkeeper=Doorkeeper(state, world.token("vercel")),
        )

    @property
    def plan(self) -> str:
        """The team's plan: pro, or what the fault ``plan`` says."""
        fault = self.faults.take("team", "plan")
        return str(fault.details.get("plan", PLAN)) if fault else PLAN

    def project(self, request: web.Request) -> Project:
        """Return the project that a request's path names.

        Raises:
            ApiError: 404, or 403 for another team.
        """
        name = request.match_info["project"]
        project = self.state.find_project(account_of(request), name)
        if project is None:
            raise not_found("Project")
        return project

    def deployment(self, request: web.Request) -> Deployment:
        """Return the deployment that a request's path names, by id or host name.

        Raises:
            ApiError: 404, or 403 for another team.
        """
        name = request.match_info["deployment"]
        found = self.state.find_deployment(account_of(request), name)
        if found is None:
            raise not_found("Deployment")
        return found


def account_of(request: web.Request) -> str:
    """Return the account that a request acts in.

    Without ``teamId`` and ``slug`` that is the user's personal scope, which is
    another account than the team's: the vendor's trap.

    Raises:
        ApiError: 403, a team that the token is not a member of.
    """
    team_id, slug = request.query.get("teamId"), request.query.get("slug")
    if not team_id and not slug:
        return USER_ID
    if team_id in {None, TEAM_ID} and slug in {None, TEAM_SLUG}:
        return TEAM_ID
    raise forbidden("Not authorized")
