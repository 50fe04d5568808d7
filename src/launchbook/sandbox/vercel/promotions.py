"""Routes that move production: promote and rollback."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from launchbook.sandbox.vercel.answers import USERNAME
from launchbook.sandbox.vercel.faults import ApiError
from launchbook.sandbox.vercel.listing import is_rollback_candidate
from launchbook.sandbox.vercel.state import USER_ID

if TYPE_CHECKING:
    from launchbook.sandbox.vercel.platform import Platform
    from launchbook.sandbox.vercel.records import Deployment, Project


class PromotionHandlers:
    """Both answer at once; ``lastAliasRequest`` of the project tells the rest."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._state = platform.state

    async def promote(self, request: web.Request) -> web.Response:
        """POST /v10/projects/{project}/promote/{deployment}.

        409 when it is production already, 422 when it never can be.
        """
        project, deployment = self._both(request)
        if deployment.target != "production" or deployment.state != "READY":
            message = "Only a ready production deployment can be promoted."
            raise ApiError(422, "unprocessable_entity", message)
        self._start(project, deployment, "promote")
        return web.Response(status=201)

    async def roll_back(self, request: web.Request) -> web.Response:
        """POST /v1/projects/{project}/rollback/{deployment}.

        409 when it is production already, 422 when it has never been.
        """
        project, deployment = self._both(request)
        if project.production_deployment_id != deployment.id and (
            not is_rollback_candidate(self._state, deployment)
        ):
            message = "The deployment is not a rollback candidate."
            raise ApiError(422, "unprocessable_entity", message)
        self._start(project, deployment, "rollback")
        if description := request.query.get("description"):
            project.rollback_description = {
                "userId": USER_ID,
                "username": USERNAME,
                "description": description,
                "createdAt": self._state.moment(),
            }
            self._state.save()
        return web.Response(status=201)

    def _both(self, request: web.Request) -> tuple[Project, Deployment]:
        project = self._platform.project(request)
        deployment = self._platform.deployment(request)
        if deployment.project_id != project.id:
            message = "The deployment belongs to another project."
            raise ApiError(422, "unprocessable_entity", message)
        return project, deployment

    def _start(self, project: Project, deployment: Deployment, kind: str) -> None:
        if project.production_deployment_id == deployment.id:
            message = "The deployment is the current production deployment already."
            raise ApiError(409, "conflict", message)
        job = project.last_alias_request
        if job and job["jobStatus"] in {"pending", "in-progress"}:
            message = "Another promote or rollback of this project is under way."
            raise ApiError(409, "conflict", message)
        project.last_alias_request = {
            "fromDeploymentId": project.production_deployment_id,
            "toDeploymentId": deployment.id,
            "jobStatus": "pending",
            "requestedAt": self._state.moment(),
            "type": kind,
        }
        self._state.save()
        self._platform.builder.start_job(project)
