"""Railway's deployments: upload, deploy, poll, logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.errors import InputError, Unavailable
from launchbook.model.railway import Upload
from launchbook.providers.railway import wire
from launchbook.providers.railway.calls import RailwayCalls, scope_ids
from launchbook.transport.answer import Fields, fields_of
from launchbook.transport.request import Request

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.model.railway import Deployment, LogLine, ServiceScope

UPLOAD_TIMEOUT_SECONDS: Final = 300.0
LONGEST_LOG_LINES: Final = 5000
"""The vendor's cap on one log query."""


class DeploymentVerbs(RailwayCalls):
    """The verbs around deployments; a part of the client."""

    def upload(
        self, scope: ServiceScope, archive: bytes | Path, message: str
    ) -> Upload:
        """Deploy a gzip tarball. Not idempotent, so never sent twice.

        After a lost answer the deployment is looked for by its message, among
        those that were not there before.

        Raises:
            InputError: No service is named; the vendor would create one.
            Unavailable: No answer, and no such deployment.
        """
        request = upload_request(scope, archive, message)
        before = set(self._ids_by_message(scope, message))
        try:
            answer = self._sender.send(request)
        except Unavailable:
            now = self._ids_by_message(scope, message)
            new = next((found for found in now if found not in before), None)
            if new is None:
                raise
            return Upload(deployment_id=new)
        return wire.read_upload(Fields(answer.json(), "railway upload"))

    def deploy(self, scope: ServiceScope, commit_sha: str = "") -> str:
        """Deploy the service's connected source; returns the deployment's id."""
        data = self._run(
            "service_instance_deploy",
            {
                "serviceId": scope.service_id,
                "environmentId": scope.environment_id,
                "commitSha": commit_sha or None,
            },
        )
        return Fields(data, "railway").text("serviceInstanceDeployV2")

    def read_deployments(
        self, scope: ServiceScope, limit: int = 20
    ) -> tuple[Deployment, ...]:
        """Return the latest deployments of a service, newest first."""
        data = self._run("deployments", {"input": scope_ids(scope), "first": limit})
        answer = Fields(data["deployments"], "railway deployments")
        return tuple(
            wire.read_deployment(edge.child("node"))
            for edge in answer.children("edges")
        )

    def read_deployment(self, deployment_id: str) -> Deployment:
        """Return one deployment: poll the id that you created, never "latest"."""
        data = self._run("deployment", {"id": deployment_id})
        return wire.read_deployment(Fields(data["deployment"], "railway deployment"))

    def roll_back(self, deployment_id: str) -> None:
        """Order that a deployment of the past serves again, with its variables.

        The vendor answers no id: list the deployments afterwards.
        """
        self._run("deployment_rollback", {"id": deployment_id})

    def cancel(self, deployment_id: str) -> None:
        """Take a deployment off its way.

        Raises:
            Rejected: It is not on its way any more.
        """
        self._run("deployment_cancel", {"id": deployment_id})

    def read_build_logs(
        self, deployment_id: str, limit: int = 500
    ) -> tuple[LogLine, ...]:
        """Return the lines of a deployment's build, oldest first."""
        return self._log("build_logs", "buildLogs", deployment_id, limit)

    def read_deployment_logs(
        self, deployment_id: str, limit: int = 500
    ) -> tuple[LogLine, ...]:
        """Return the lines that a deployment's program wrote, oldest first."""
        return self._log("deployment_logs", "deploymentLogs", deployment_id, limit)

    def _ids_by_message(self, scope: ServiceScope, message: str) -> list[str]:
        """Return the deployments that carry a message, newest first."""
        found = self.read_deployments(scope)
        return [each.id for each in found if each.message == message]

    def _log(
        self, name: str, field: str, deployment_id: str, limit: int
    ) -> tuple[LogLine, ...]:
        lines = min(limit, LONGEST_LOG_LINES)
        data = self._run(name, {"deploymentId": deployment_id, "limit": lines})
        found = fields_of(data.get(field), f"railway {field}")
        return tuple(wire.read_log_line(node) for node in found)


def upload_request(scope: ServiceScope, archive: bytes | Path, message: str) -> Request:
    """Return the request that uploads a source (not in the GraphQL schema).

    Raises:
        InputError: No service is named; the vendor would create one.
    """
    if not scope.service_id:
        raise InputError(
            "an upload needs the id of a service",
            hint="Run `invoke provision.infrastructure` to create the service first.",
        )
    return Request(
        method="POST",
        path=f"/project/{scope.project_id}/environment/{scope.environment_id}/up",
        query={"serviceId": scope.service_id, "message": message},
        body=archive,
        headers={"Content-Type": "application/gzip"},
        endpoint_class="upload",
        timeout_seconds=UPLOAD_TIMEOUT_SECONDS,
    )
