"""A project's repository: what is pushed there is deployed by the vendor itself."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from aiohttp import web

from launchbook.sandbox.vercel.answers import project_answer
from launchbook.sandbox.vercel.body import Fields, read_fields
from launchbook.sandbox.vercel.faults import ApiError, bad_request

if TYPE_CHECKING:
    from launchbook.sandbox.vercel.platform import Platform
    from launchbook.sandbox.vercel.records import Json, Project

GITHUB: Final = "github"
"""The only provider that is emulated; nobody pushes anything here."""
PROVIDERS: Final = (
    *(GITHUB, "github-limited", "gitlab", "bitbucket"),
    *("vercel", "cursor-origin"),
)
"""Those that the vendor's contract names."""
PRODUCTION_BRANCH: Final = "main"


class RepositoryHandlers:
    """The connection of a project with a repository.

    The two routes are in no contract file; the vendor's own command line uses them
    (``git connect`` and ``git disconnect``).
    """

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._state = platform.state

    async def connect(self, request: web.Request) -> web.Response:
        """POST /v9/projects/{project}/link."""
        project = self._platform.project(request)
        fields = await read_fields(request, {"type", "repo", "org", "gitCredentialId"})
        if project.link:
            message = "The project is connected with a repository already."
            raise ApiError(400, "repo_already_connected", message)
        link_repository(project, fields, self._state.moment())
        return self._changed(project)

    async def disconnect(self, request: web.Request) -> web.Response:
        """DELETE /v9/projects/{project}/link."""
        project = self._platform.project(request)
        if not project.link:
            message = "The project is not connected with a repository."
            raise ApiError(400, "not_connected", message)
        project.link = None
        return self._changed(project)

    def _changed(self, project: Project) -> web.Response:
        project.updated_at = self._state.moment()
        self._state.save()
        return web.json_response(project_answer(self._state, project))


def link_repository(project: Project, fields: Fields, moment: int) -> None:
    """Connect a project with the repository that a request names.

    Raises:
        ApiError: 400.
    """
    kind = fields.choice("type", PROVIDERS)
    if kind != GITHUB:
        raise ApiError(501, "not_emulated", f"repositories of {kind} are not emulated")
    owner, slash, name = fields.text("repo").partition("/")
    if not slash or not name:
        raise bad_request("`repo` should be owner/name")
    project.link = _link(kind, owner, name, moment)


def _link(kind: str, owner: str, name: str, moment: int) -> Json:
    return {
        "type": kind,
        "org": owner,
        "repo": name,
        # Numbers that stay the same for the same names, as the provider's do.
        "repoId": zlib.crc32(f"{owner}/{name}".encode()),
        "repoOwnerId": zlib.crc32(owner.encode()),
        "gitCredentialId": "cred_sandbox",
        "productionBranch": PRODUCTION_BRANCH,
        "sourceless": False,
        "deployHooks": [],
        "createdAt": moment,
        "updatedAt": moment,
    }
