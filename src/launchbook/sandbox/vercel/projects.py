"""Routes about projects."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from launchbook.sandbox.vercel.answers import project_answer
from launchbook.sandbox.vercel.body import Fields, read_fields
from launchbook.sandbox.vercel.faults import ApiError, bad_request
from launchbook.sandbox.vercel.paging import cut, read_end
from launchbook.sandbox.vercel.platform import account_of
from launchbook.sandbox.vercel.records import Domain, Project
from launchbook.sandbox.vercel.repositories import link_repository
from launchbook.sandbox.vercel.settings import (
    DEFAULTS,
    NOT_EMULATED,
    ON_CREATE,
    ON_UPDATE,
    checked_settings,
)
from launchbook.sandbox.vercel.state import USER_ID, new_id
from launchbook.sandbox.vercel.variables import write_variables

if TYPE_CHECKING:
    from launchbook.sandbox.vercel.platform import Platform
    from launchbook.sandbox.vercel.records import Json
    from launchbook.sandbox.vercel.state import State

_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9._-]{0,98}[a-z0-9])?")


class ProjectHandlers:
    """Projects, and the secrets that bypass their protection."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._state = platform.state

    async def read(self, request: web.Request) -> web.Response:
        """GET /v9/projects/{project}."""
        project = self._platform.project(request)
        return web.json_response(project_answer(self._state, project))

    async def listed(self, request: web.Request) -> web.Response:
        """GET /v10/projects, by ``search`` and page by page (``from``)."""
        account_id, query = account_of(request), request.query
        before = read_end(query, "from")
        found = sorted(
            (
                project
                for project in self._state.projects.values()
                if project.account_id == account_id
                and query.get("search", "") in project.name
                and project.updated_at < before
            ),
            key=lambda project: project.updated_at,
            reverse=True,
        )
        shown, pagination = cut(found, query, lambda project: project.updated_at)
        projects = [project_answer(self._state, one) for one in shown]
        return web.json_response({"projects": projects, "pagination": pagination})

    async def create(self, request: web.Request) -> web.Response:
        """POST /v11/projects: 409 when the name is taken."""
        account_id = account_of(request)
        fields = await read_fields(request, ON_CREATE, NOT_EMULATED)
        name = checked_name(fields.text("name"))
        settings = DEFAULTS | checked_settings(fields)
        if self._state.find_project(account_id, name):
            raise _name_taken(name)
        project = add_project(self._state, account_id, name, settings)
        try:
            self._add_variables(project, fields.data.get("environmentVariables"))
            if repository := fields.mapping("gitRepository"):
                wish = Fields(repository, {"type", "repo"})
                link_repository(project, wish, project.created_at)
        except ApiError:
            self._state.remove_project(project)
            raise
        self._state.save()
        return web.json_response(project_answer(self._state, project))

    def _add_variables(self, project: Project, entries: object) -> None:
        """Write a new project's variables; here a single target may be a text."""
        if entries is None:
            return
        if not isinstance(entries, list):
            raise bad_request("`environmentVariables` should be array")
        for entry in entries:
            if isinstance(entry, dict) and isinstance(entry.get("target"), str):
                entry["target"] = [entry["target"]]
        write_variables(self._state, project, entries, is_upsert=False)

    async def update(self, request: web.Request) -> web.Response:
        """PATCH /v9/projects/{project}."""
        project = self._platform.project(request)
        fields = await read_fields(request, ON_UPDATE, NOT_EMULATED)
        settings = checked_settings(fields)
        if "name" in fields:
            name = checked_name(fields.text("name"))
            other = self._state.find_project(project.account_id, name)
            if other is not None and other is not project:
                raise _name_taken(name)
            project.name = name
        project.settings.update(settings)
        project.updated_at = self._state.moment()
        self._state.save()
        return web.json_response(project_answer(self._state, project))

    async def delete(self, request: web.Request) -> web.Response:
        """DELETE /v9/projects/{project}: with everything that it has."""
        project = self._platform.project(request)
        builder = self._platform.builder
        deployments = self._state.deployments_of(project.id)
        for deployment in deployments:
            await builder.abandon(deployment)
        self._state.remove_project(project)
        self._state.save()
        for deployment in deployments:
            builder.folders(deployment).remove()
        return web.Response(status=204)

    async def change_bypass(self, request: web.Request) -> web.Response:
        """PATCH /v1/projects/{project}/protection-bypass."""
        project = self._platform.project(request)
        fields = await read_fields(request, {"generate", "revoke", "update"})
        if "revoke" in fields:
            revoke = Fields(fields.mapping("revoke"), {"secret", "regenerate"})
            self._revoke(project, revoke)
        if "update" in fields:
            change = fields.mapping("update")
            self._bypass(project, change).update(
                (key, change[key]) for key in ("isEnvVar", "note") if key in change
            )
        if "generate" in fields or not fields.data:
            generate = Fields(fields.mapping("generate"), {"secret", "note"})
            self._generate(project, generate)
        self._state.save()
        return web.json_response({"protectionBypass": project.bypasses})

    def _generate(self, project: Project, wish: Fields) -> None:
        secret = wish.optional_text("secret") or secrets.token_hex(16)
        if not re.fullmatch(r"[A-Za-z0-9]{32}", secret):
            raise bad_request("`secret` should be 32 letters and digits")
        project.bypasses[secret] = {
            "createdAt": self._state.moment(),
            "createdBy": USER_ID,
            "scope": "automation-bypass",
        }
        if note := wish.optional_text("note"):
            project.bypasses[secret]["note"] = note

    def _revoke(self, project: Project, wish: Fields) -> None:
        self._bypass(project, wish.data)
        del project.bypasses[wish.text("secret")]
        if wish.boolean("regenerate", default=False):
            self._generate(project, Fields({}, ()))

    def _bypass(self, project: Project, wish: Json) -> Json:
        found = project.bypasses.get(str(wish.get("secret")))
        if found is None:
            raise ApiError(404, "not_found", "Protection bypass secret not found.")
        return found


def _name_taken(name: str) -> ApiError:
    message = f'A project with name "{name}" already exists, please use a new name.'
    return ApiError(409, "conflict", message)


def checked_name(name: str) -> str:
    """Return a valid project name.

    Raises:
        ApiError: 400.
    """
    if not _NAME.fullmatch(name) or "---" in name:
        raise bad_request(
            "`name` should be up to 100 lower-case letters, digits, '.', '_' and '-'"
            " without '---'"
        )
    return name


def add_project(
    state: State, account_id: str, name: str, settings: dict[str, Any] | None = None
) -> Project:
    """Add a project, with the host name that the platform gives it."""
    moment = state.moment()
    project = Project(
        id=new_id("prj_"),
        account_id=account_id,
        name=name,
        settings=dict(DEFAULTS if settings is None else settings),
        created_at=moment,
        updated_at=moment,
    )
    host = state.free_host(name)
    state.projects[project.id] = project
    state.domains[host] = Domain(
        name=host,
        project_id=project.id,
        created_at=moment,
        updated_at=moment,
        is_generated=True,
    )
    return project
