"""Routes about deployments."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Final

from aiohttp import web

from launchbook.sandbox.vercel.body import Fields, read_fields
from launchbook.sandbox.vercel.buildlog import event_answer
from launchbook.sandbox.vercel.deployment_answers import (
    deployment_answer,
    listed_deployment_answer,
)
from launchbook.sandbox.vercel.faults import ApiError, bad_request, not_found
from launchbook.sandbox.vercel.listing import chosen, is_rollback_candidate
from launchbook.sandbox.vercel.orders import (
    FIELDS,
    NOT_EMULATED,
    Place,
    fingerprint,
    read_files,
    read_labels,
    read_place,
    read_settings,
)
from launchbook.sandbox.vercel.paging import cut, read_end, read_number
from launchbook.sandbox.vercel.platform import account_of
from launchbook.sandbox.vercel.projects import add_project, checked_name
from launchbook.sandbox.vercel.records import Deployment
from launchbook.sandbox.vercel.state import new_id

if TYPE_CHECKING:
    from launchbook.sandbox.vercel.platform import Platform
    from launchbook.sandbox.vercel.records import Json, Project

FOLLOW_SECONDS: Final = 0.1
"""How often a followed log is looked at."""


class DeploymentHandlers:
    """Deployments, their logs and their end."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._state = platform.state
        self._builder = platform.builder

    async def create(self, request: web.Request) -> web.Response:
        """POST /v13/deployments: queued at once, built beside.

        Without ``forceNew`` an identical order is answered with the deployment
        that it made before, unless that one failed.
        """
        account_id = account_of(request)
        fields = await read_fields(request, FIELDS, NOT_EMULATED)
        name = checked_name(fields.text("name"))
        origin = self._origin(account_id, fields)
        files = (
            self._builder.folders(origin).read_files()
            if origin
            else read_files(self._platform.blobs, fields)
        )
        deployment = self._ordered(request, account_id, name, fields)
        deployment.fingerprint = fingerprint(deployment.fingerprint, files)
        if origin:
            deployment.meta = origin.meta | deployment.meta
            deployment.git = origin.git | deployment.git
        if request.query.get("forceNew") not in {"1", "true"}:
            earlier = self._earlier(deployment)
            if earlier:
                return web.json_response(deployment_answer(self._state, earlier))
        self._builder.folders(deployment).save_files(files)
        self._state.deployments[deployment.id] = deployment
        self._state.save()
        self._builder.start(deployment)
        return web.json_response(deployment_answer(self._state, deployment))

    def _origin(self, account_id: str, fields: Fields) -> Deployment | None:
        """Return the deployment whose files are built again, if one is named."""
        name = fields.optional_text("deploymentId")
        if name is None:
            return None
        origin = self._state.find_deployment(account_id, name)
        if origin is None:
            raise not_found("Deployment")
        return origin

    def _ordered(
        self, request: web.Request, account_id: str, name: str, fields: Fields
    ) -> Deployment:
        """Return the deployment; a project that is only named is made for it."""
        wanted = fields.optional_text("project")
        project = self._state.find_project(account_id, wanted or name)
        if project:
            return self._deployment(request, project, fields)
        if wanted:
            raise not_found("Project")
        project = add_project(self._state, account_id, name)
        try:
            return self._deployment(request, project, fields)
        except ApiError:
            self._state.remove_project(project)
            raise

    def _deployment(
        self, request: web.Request, project: Project, fields: Fields
    ) -> Deployment:
        place: Place = read_place(self._state, project, fields)
        is_skipped = request.query.get("skipAutoDetectionConfirmation") == "1"
        settings = read_settings(
            self._state, project, fields, is_detection_skipped=is_skipped
        )
        meta = read_labels(fields, "meta")
        git = read_labels(fields, "gitMetadata")
        takes_domains = fields.boolean("autoAssignCustomDomains", default=True)
        where = [place.target, place.custom_environment_id, takes_domains]
        return Deployment(
            id=new_id("dpl_"),
            project_id=project.id,
            account_id=project.account_id,
            name=project.name,
            host=self._state.own_host(project.name),
            created_at=self._state.moment(),
            settings=settings,
            meta=meta,
            git=git,
            fingerprint=fingerprint(project.id, where, settings, meta, git),
            target=place.target,
            custom_environment_id=place.custom_environment_id,
            takes_domains=takes_domains,
        )

    def _earlier(self, deployment: Deployment) -> Deployment | None:
        for one in self._state.deployments_of(deployment.project_id):
            is_same = one.fingerprint == deployment.fingerprint
            if is_same and one.state not in {"ERROR", "CANCELED"}:
                return one
        return None

    async def read(self, request: web.Request) -> web.Response:
        """GET /v13/deployments/{deployment}, by id, own host name, or alias."""
        deployment = self._platform.deployment(request)
        return web.json_response(deployment_answer(self._state, deployment))

    async def listed(self, request: web.Request) -> web.Response:
        """GET /v7/deployments, newest first; pages go on with ``until``."""
        found = chosen(self._state, account_of(request), request.query)
        shown, pagination = cut(found, request.query, lambda one: one.created_at)
        deployments = [
            listed_deployment_answer(
                self._state,
                one,
                is_rollback_candidate=is_rollback_candidate(self._state, one),
            )
            for one in shown
        ]
        return web.json_response({"deployments": deployments, "pagination": pagination})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """GET /v3/deployments/{deployment}/events: the build's real log."""
        deployment = self._platform.deployment(request)
        if request.query.get("follow") in {"1", "true"}:
            return await self._followed(request, deployment)
        events = self._events(deployment)
        since = read_number(request.query, "since", 0)
        until = read_end(request.query)
        events = [one for one in events if since <= one["created"] <= until]
        if request.query.get("direction") == "backward":
            events.reverse()
        limit = read_number(request.query, "limit", -1)
        return web.json_response(events if limit < 0 else events[:limit])

    def _events(self, deployment: Deployment) -> list[Json]:
        lines = self._builder.log(deployment).read()
        return [event_answer(x, deployment.id, n) for n, x in enumerate(lines)]

    async def _followed(
        self, request: web.Request, deployment: Deployment
    ) -> web.StreamResponse:
        """Stream the log, a JSON object a line, until the build has ended."""
        response = web.StreamResponse()
        response.content_type = "application/stream+json"
        await response.prepare(request)
        sent = 0
        while True:
            is_last = deployment.is_final
            events = self._events(deployment)
            for event in events[sent:]:
                await response.write(json.dumps(event).encode() + b"\n")
            sent = len(events)
            if is_last:
                break
            await asyncio.sleep(FOLLOW_SECONDS)
        await response.write_eof()
        return response

    async def cancel(self, request: web.Request) -> web.Response:
        """PATCH /v12/deployments/{deployment}/cancel: its processes end."""
        deployment = self._platform.deployment(request)
        if deployment.is_final:
            raise bad_request("The deployment cannot be canceled: its build has ended")
        await self._builder.abandon(deployment)
        deployment.state = "CANCELED"
        deployment.canceled_at = self._state.moment()
        self._state.save()
        return web.json_response(deployment_answer(self._state, deployment))

    async def delete(self, request: web.Request) -> web.Response:
        """DELETE /v13/deployments/{deployment}: its names lead nowhere then."""
        deployment = self._platform.deployment(request)
        await self._builder.abandon(deployment)
        self._state.remove_deployment(deployment)
        self._state.save()
        self._builder.folders(deployment).remove()
        return web.json_response({"uid": deployment.id, "state": "DELETED"})
