"""Routes about who one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from launchbook.sandbox.vercel.answers import team_answer, user_answer
from launchbook.sandbox.vercel.faults import forbidden
from launchbook.sandbox.vercel.paging import whole
from launchbook.sandbox.vercel.state import TEAM_ID, TEAM_SLUG

if TYPE_CHECKING:
    from launchbook.sandbox.vercel.platform import Platform


class AccountHandlers:
    """The user and the one team."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def user(self, request: web.Request) -> web.Response:
        """GET /v2/user."""
        del request
        return web.json_response(user_answer())

    async def teams(self, request: web.Request) -> web.Response:
        """GET /v2/teams."""
        del request
        teams = [team_answer(self._platform.plan)]
        return web.json_response({"teams": teams, "pagination": whole(teams)})

    async def team(self, request: web.Request) -> web.Response:
        """GET /v2/teams/{team}, by id or slug."""
        if request.match_info["team"] not in {TEAM_ID, TEAM_SLUG}:
            raise forbidden("Not authorized")
        return web.json_response(team_answer(self._platform.plan))
