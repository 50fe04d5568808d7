"""The upload of a source, which is not GraphQL."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from launchbook.sandbox.railway.archive import InvalidArchive, check_archive
from launchbook.sandbox.railway.faults import ApiError, UploadRefused
from launchbook.sandbox.railway.making import (
    make_instance,
    make_service,
    random_name,
)
from launchbook.sandbox.railway.state import new_id

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.sandbox.railway.access import Reach
    from launchbook.sandbox.railway.deployments import Deployments
    from launchbook.sandbox.railway.parts import Parts
    from launchbook.sandbox.railway.records import Deployment, ServiceInstance

MAX_UPLOAD_BYTES: Final = 512 << 20
"""The vendor's own number is not published; a larger one is answered with 413."""
_CHUNK_BYTES: Final = 1 << 20
_SITE: Final = "https://railway.com"


class Uploads:
    """Answers ``POST /project/{project}/environment/{environment}/up``.

    Args:
        parts: The emulator's shared parts.
        deployments: Runs what is deployed.
        max_bytes: The largest body.
    """

    def __init__(
        self,
        parts: Parts,
        deployments: Deployments,
        max_bytes: int = MAX_UPLOAD_BYTES,
    ) -> None:
        self._parts = parts
        self._deployments = deployments
        self._max_bytes = max_bytes

    async def answer(self, request: web.Request, reach: Reach) -> web.Response:
        """Keep the source, make a deployment, and name it.

        Raises:
            UploadRefused: 400 with a message, or 413.
        """
        snapshot_id = new_id()
        path = self._parts.snapshot_path(snapshot_id)
        try:
            await self._receive(request, path)
            instance = self._instance(request, reach)
        except (UploadRefused, ConnectionError):
            path.unlink(missing_ok=True)
            raise
        message = request.query.get("message", "")
        deployment = self._deployments.create(
            instance, meta=_meta(message), snapshot_id=snapshot_id
        )
        return web.json_response(_answer(deployment))

    async def _receive(self, request: web.Request, path: Path) -> None:
        """Write the body to a file, and look whether it is an archive."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        size = 0
        with path.open("xb") as file:
            async for chunk in request.content.iter_chunked(_CHUNK_BYTES):
                size += len(chunk)
                if size > self._max_bytes:
                    raise UploadRefused(413, "the upload is too large")
                file.write(chunk)
        try:
            await asyncio.to_thread(check_archive, path)
        except InvalidArchive as error:
            raise UploadRefused(400, str(error)) from error

    def _instance(self, request: web.Request, reach: Reach) -> ServiceInstance:
        """Return the service that is meant; without one, silently a new one."""
        ids = request.match_info
        try:
            project = reach.project(ids["project"])
            environment = reach.environment(ids["environment"], project.id)
            service_id = request.query.get("serviceId")
            if not service_id:
                state = self._parts.state
                service = make_service(state, project.id, random_name())
                return make_instance(state, service, environment)
            return reach.instance(service_id, environment.id)
        except ApiError as error:
            raise UploadRefused(400, error.message) from error


def _meta(message: str) -> dict[str, Any]:
    """Return what the API shows of an uploaded deployment."""
    return {
        "cliMessage": message,
        "commitMessage": message,
        "reason": "deploy",
        "cliCaller": "cli",
    }


def _answer(deployment: Deployment) -> dict[str, str]:
    page = (
        f"{_SITE}/project/{deployment.project_id}/service/{deployment.service_id}"
        f"?environmentId={deployment.environment_id}"
    )
    return {
        "deploymentId": deployment.id,
        "url": page,
        "logsUrl": f"{page}&id={deployment.id}",
        "deploymentDomain": deployment.url or "",
    }
