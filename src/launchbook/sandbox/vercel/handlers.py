"""Routes about variables and uploaded files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiohttp import web

from launchbook.sandbox.vercel.answers import (
    opened_variable_answer,
    variable_answer,
)
from launchbook.sandbox.vercel.blobs import DigestError
from launchbook.sandbox.vercel.body import read_fields, read_json
from launchbook.sandbox.vercel.faults import ApiError, bad_request, not_found
from launchbook.sandbox.vercel.paging import whole
from launchbook.sandbox.vercel.platform import account_of
from launchbook.sandbox.vercel.variables import (
    FIELDS,
    KINDS,
    check_places,
    checked_key,
    checked_value,
    outcome_answer,
    seal,
    write_variables,
)

if TYPE_CHECKING:
    from launchbook.sandbox.vercel.platform import Platform
    from launchbook.sandbox.vercel.records import Project, Variable

_WRITE_OPERATION: Final = "POST /v10/projects/{project}/env"


class VariableHandlers:
    """Variables of a project."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._state = platform.state

    async def listed(self, request: web.Request) -> web.Response:
        """GET /v10/projects/{project}/env: encrypted values stay encrypted."""
        project = self._platform.project(request)
        query = request.query
        place = query.get("customEnvironmentId")
        if slug := query.get("customEnvironmentSlug"):
            environment = self._state.find_environment(project.id, slug)
            place = environment.id if environment else slug
        envs = [
            variable_answer(variable)
            for variable in self._state.variables_of(project.id)
            if (place is None or place in variable.custom_environment_ids)
            and query.get("gitBranch") in {None, variable.git_branch}
        ]
        return web.json_response({"envs": envs, "pagination": whole(envs)})

    async def read(self, request: web.Request) -> web.Response:
        """GET /v1/projects/{project}/env/{variable}: decrypted, if it may be."""
        variable = self._variable(self._platform.project(request), request)
        return web.json_response(opened_variable_answer(variable))

    async def create(self, request: web.Request) -> web.Response:
        """POST /v10/projects/{project}/env: 201 may say that some failed."""
        project = self._platform.project(request)
        self._refuse_on_order(request)
        sent = await read_json(request)
        outcome = write_variables(
            self._state,
            project,
            sent,
            is_upsert=request.query.get("upsert") == "true",
            broken_keys=self._broken_keys(sent),
        )
        if outcome.failed and not outcome.created:
            error = outcome.failed[0]["error"]
            details = {key: error[key] for key in error.keys() - {"code", "message"}}
            raise ApiError(400, error["code"], error["message"], details)
        self._state.save()
        answer = outcome_answer(outcome, is_single=not isinstance(sent, list))
        return web.json_response(answer, status=201)

    async def update(self, request: web.Request) -> web.Response:
        """PATCH /v9/projects/{project}/env/{variable}."""
        project = self._platform.project(request)
        self._refuse_on_order(request)
        variable = self._variable(project, request)
        fields = await read_fields(request, FIELDS)
        kind = fields.choice("type", KINDS) if "type" in fields else variable.kind
        target = sorted(fields.texts("target")) if "target" in fields else None
        places = variable.target if target is None else target
        custom = variable.custom_environment_ids
        if "customEnvironmentIds" in fields:
            custom = sorted(fields.texts("customEnvironmentIds"))
        check_places(self._state, project, kind, places, custom)
        if "key" in fields:
            variable.key = checked_key(fields.text("key"))
        if "value" in fields:
            variable.value = checked_value(fields)
            variable.sealed = seal(variable.value)
        if "comment" in fields:
            variable.comment = fields.optional_text("comment")
        if "gitBranch" in fields:
            variable.git_branch = fields.optional_text("gitBranch")
        variable.kind = "sensitive" if variable.kind == "sensitive" else kind
        variable.target, variable.custom_environment_ids = places, custom
        variable.updated_at = self._state.moment()
        self._state.save()
        return web.json_response(variable_answer(variable))

    async def delete(self, request: web.Request) -> web.Response:
        """DELETE /v9/projects/{project}/env/{variable}."""
        project = self._platform.project(request)
        self._refuse_on_order(request)
        variable = self._variable(project, request)
        del self._state.variables[variable.id]
        self._state.save()
        return web.json_response(variable_answer(variable))

    async def delete_many(self, request: web.Request) -> web.Response:
        """DELETE /v1/projects/{project}/env: ``ids``; unknown ones are passed over."""
        project = self._platform.project(request)
        self._refuse_on_order(request)
        wanted = (await read_fields(request, {"ids"})).texts("ids")
        if not wanted:
            raise bad_request("missing required property `ids`")
        own = {variable.id for variable in self._state.variables_of(project.id)}
        gone = [id_ for id_ in dict.fromkeys(wanted) if id_ in own]
        for id_ in gone:
            del self._state.variables[id_]
        self._state.save()
        return web.json_response({"deleted": len(gone), "ids": gone})

    def _variable(self, project: Project, request: web.Request) -> Variable:
        variable = self._state.variables.get(request.match_info["variable"])
        if variable is None or variable.project_id != project.id:
            raise not_found("Environment variable")
        return variable

    def _refuse_on_order(self, request: web.Request) -> None:
        resource = request.match_info.route.resource
        path = resource.canonical if resource else request.path
        if self._platform.faults.take(f"{request.method} {path}", "env_conflict"):
            message = "There is an ongoing env update for this project, try again."
            raise ApiError(409, "conflict", message)

    def _broken_keys(self, sent: object) -> set[str]:
        """Return the names that fail by order: those it names, or the last one."""
        fault = self._platform.faults.take(_WRITE_OPERATION, "env_partial")
        if fault is None:
            return set()
        entries = sent if isinstance(sent, list) else [sent]
        last = [entry.get("key") for entry in entries if isinstance(entry, dict)][-1:]
        return set(fault.details.get("keys", last))


class FileHandlers:
    """Contents of files, by digest."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def upload(self, request: web.Request) -> web.Response:
        """POST /v2/files: the same content may come again."""
        account_of(request)
        headers = request.headers
        digest = headers.get("x-vercel-digest") or headers.get("x-now-digest")
        try:
            self._platform.blobs.add(await request.read(), digest)
        except DigestError as error:
            raise bad_request(str(error)) from error
        return web.json_response({"urls": []})
