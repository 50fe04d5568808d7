"""Routes about custom environments."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from aiohttp import web

from launchbook.sandbox.vercel.answers import ENVIRONMENT_LIMITS, environment_answer
from launchbook.sandbox.vercel.body import Fields, read_fields
from launchbook.sandbox.vercel.faults import ApiError, bad_request, not_found
from launchbook.sandbox.vercel.records import CustomEnvironment
from launchbook.sandbox.vercel.state import new_id

if TYPE_CHECKING:
    from launchbook.sandbox.vercel.platform import Platform
    from launchbook.sandbox.vercel.records import Json, Project

_SLUG: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")
_RESERVED: Final = frozenset({"production", "preview", "development"})
_FIELDS: Final = frozenset({"slug", "description", "branchMatcher"})
_MATCHERS: Final = ("equals", "startsWith", "endsWith")


class EnvironmentHandlers:
    """Environments beside production, preview and development."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._state = platform.state

    async def listed(self, request: web.Request) -> web.Response:
        """GET /v9/projects/{project}/custom-environments."""
        project = self._platform.project(request)
        environments = self._state.environments_of(project.id)
        return web.json_response(
            {
                "accountLimit": {"total": self._limit()},
                "environments": [
                    environment_answer(self._state, one) for one in environments
                ],
            }
        )

    async def read(self, request: web.Request) -> web.Response:
        """GET /v9/projects/{project}/custom-environments/{environment}."""
        return self._answer(self._environment(request))

    async def create(self, request: web.Request) -> web.Response:
        """POST /v9/projects/{project}/custom-environments: 402 over the limit."""
        project = self._platform.project(request)
        fields = await read_fields(request, _FIELDS | {"copyEnvVarsFrom"})
        slug = self._free_slug(project, fields.text("slug"))
        if len(self._state.environments_of(project.id)) >= self._limit():
            message = "The limit of custom environments of this plan is reached."
            raise ApiError(402, "custom_environments_limit_reached", message)
        moment = self._state.moment()
        environment = CustomEnvironment(
            id=new_id("env_"),
            project_id=project.id,
            slug=slug,
            created_at=moment,
            updated_at=moment,
            description=fields.optional_text("description"),
            branch_matcher=_matcher(fields),
        )
        self._state.environments[environment.id] = environment
        if origin := fields.optional_text("copyEnvVarsFrom"):
            self._copy_variables(project, origin, environment)
        self._state.save()
        return self._answer(environment, status=201)

    async def update(self, request: web.Request) -> web.Response:
        """PATCH /v9/projects/{project}/custom-environments/{environment}."""
        environment = self._environment(request)
        fields = await read_fields(request, _FIELDS)
        if "slug" in fields and fields.text("slug") != environment.slug:
            project = self._state.projects[environment.project_id]
            environment.slug = self._free_slug(project, fields.text("slug"))
        if "description" in fields:
            environment.description = fields.optional_text("description")
        if "branchMatcher" in fields:
            environment.branch_matcher = _matcher(fields)
        environment.updated_at = self._state.moment()
        self._state.save()
        return self._answer(environment)

    async def delete(self, request: web.Request) -> web.Response:
        """DELETE the same path: its names go, its variables apply nowhere else."""
        environment = self._environment(request)
        answer = self._answer(environment)
        for domain in self._state.domains_of(environment.project_id):
            if domain.custom_environment_id == environment.id:
                del self._state.domains[domain.name]
                self._state.aliases.pop(domain.name, None)
        for variable in self._state.variables_of(environment.project_id):
            if environment.id in variable.custom_environment_ids:
                variable.custom_environment_ids.remove(environment.id)
            if not variable.places:
                del self._state.variables[variable.id]
        del self._state.environments[environment.id]
        self._state.save()
        return answer

    def _limit(self) -> int:
        """Return how many a project may have on the team's plan."""
        return ENVIRONMENT_LIMITS.get(self._platform.plan, 0)

    def _environment(self, request: web.Request) -> CustomEnvironment:
        project = self._platform.project(request)
        name = request.match_info["environment"]
        environment = self._state.find_environment(project.id, name)
        if environment is None:
            raise not_found("Custom environment")
        return environment

    def _answer(
        self, environment: CustomEnvironment, status: int = 200
    ) -> web.Response:
        answer = environment_answer(self._state, environment)
        return web.json_response(answer, status=status)

    def _free_slug(self, project: Project, slug: str) -> str:
        if not _SLUG.fullmatch(slug) or slug in _RESERVED:
            raise bad_request(
                "`slug` should be up to 32 lower-case letters, digits and '-',"
                " and none of production, preview, development"
            )
        if self._state.find_environment(project.id, slug):
            message = f"A custom environment with slug {slug} already exists."
            raise ApiError(400, "custom_environment_already_exists", message)
        return slug

    def _copy_variables(
        self, project: Project, origin: str, environment: CustomEnvironment
    ) -> None:
        source = self._state.find_environment(project.id, origin)
        place = source.id if source else origin
        for variable in self._state.variables_of(project.id):
            if place in variable.places:
                copy = replace(
                    variable,
                    id=new_id(""),
                    target=[],
                    custom_environment_ids=[environment.id],
                    git_branch=None,
                )
                self._state.variables[copy.id] = copy


def _matcher(fields: Fields) -> Json | None:
    matcher = fields.mapping("branchMatcher")
    if not matcher:
        return None
    inner = Fields(matcher, {"type", "pattern"})
    return {"type": inner.choice("type", _MATCHERS), "pattern": inner.text("pattern")}
