"""Vercel's deployments: files by digest, poll, logs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from launchbook.errors import Rejected, Unavailable
from launchbook.providers.vercel import wire
from launchbook.providers.vercel.calls import VercelCalls
from launchbook.transport.request import Request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from launchbook.model.vercel import (
        Deployment,
        DeploymentOrder,
        LogLine,
        SourceFile,
    )

PARALLEL_UPLOADS: Final = 8
UPLOAD_TIMEOUT_SECONDS: Final = 300.0
MOST_ROUNDS: Final = 3
"""How often a deployment is ordered while files are said to be missing."""


class DeploymentVerbs(VercelCalls):
    """The verbs around deployments; a part of the client."""

    def deploy(self, order: DeploymentOrder) -> Deployment:
        """Order a deployment, uploading the files that the vendor lacks.

        After a lost answer the deployment is looked for by its labels, among
        those that were not there before.

        Raises:
            Rejected: The order is wrong, or files stay missing.
            Unavailable: No answer, and no such deployment.
        """
        before = {each.id for each in self._labelled(order)}
        try:
            return self._order(order)
        except Unavailable:
            new = [each for each in self._labelled(order) if each.id not in before]
            if not new:
                raise
            return new[0]

    def read_deployment(self, id_or_url: str) -> Deployment:
        """Return one deployment: poll the id that you created, never "latest"."""
        answer = self._fields(self._read(f"/v13/deployments/{id_or_url}"), "deployment")
        return wire.read_deployment(answer)

    def read_deployments(
        self, project_id: str, *, limit: int = 20, target: str = ""
    ) -> tuple[Deployment, ...]:
        """Return the latest deployments of a project, newest first.

        Args:
            project_id: The project's id.
            limit: At most 100.
            target: ``production`` or ``preview``; empty for all.
        """
        request = self._read(
            "/v7/deployments",
            {"projectId": project_id, "limit": limit, "target": target or None},
            endpoint_class="deployment_list",
        )
        nodes = self._fields(request, "deployments").children("deployments")
        return tuple(wire.read_deployment(node) for node in nodes)

    def read_build_logs(
        self, deployment_id: str, limit: int = 500
    ) -> tuple[LogLine, ...]:
        """Return the lines of a deployment's build, oldest first."""
        request = self._read(
            f"/v3/deployments/{deployment_id}/events",
            {"builds": 1, "direction": "forward", "limit": limit},
        )
        return wire.read_events(self._send(request))

    def upload_files(self, files: Iterable[SourceFile]) -> None:
        """Upload contents, several at a time; the vendor keeps them by digest."""
        with ThreadPoolExecutor(PARALLEL_UPLOADS, "upload") as pool:
            for _ in pool.map(
                lambda file: self._send(self.upload_request(file)), files
            ):
                pass

    def upload_request(self, file: SourceFile) -> Request:
        """Return the request that uploads one content; twice does no harm."""
        return Request(
            method="POST",
            path="/v2/files",
            query={"teamId": self._team},
            body=file.content,
            headers={
                "Content-Type": "application/octet-stream",
                "x-now-digest": file.sha,
            },
            is_safe_to_retry=True,
            endpoint_class="upload",
            timeout_seconds=UPLOAD_TIMEOUT_SECONDS,
        )

    def order_request(self, order: DeploymentOrder) -> Request:
        """Return the request that orders a deployment.

        ``forceNew``: an identical order would else be answered with an earlier
        deployment, whose variables may be older.
        """
        return self._write(
            "POST",
            "/v13/deployments",
            wire.write_deployment(order),
            query={"forceNew": "1", "skipAutoDetectionConfirmation": "1"},
        )

    def _order(self, order: DeploymentOrder) -> Deployment:
        by_sha = {file.sha: file for file in order.files}
        for attempt in range(1, MOST_ROUNDS + 1):
            try:
                answer = self._fields(self.order_request(order), "deployment")
            except Rejected as refusal:
                missing = _missing(refusal)
                if not missing or attempt == MOST_ROUNDS:
                    raise
                self.upload_files([by_sha[sha] for sha in missing if sha in by_sha])
            else:
                return wire.read_deployment(answer)
        raise AssertionError

    def _labelled(self, order: DeploymentOrder) -> list[Deployment]:
        """Return the deployments that carry all labels of an order, newest first."""
        wanted = order.meta.items()
        found = self.read_deployments(order.project_id)
        return [each for each in found if wanted and wanted <= each.meta.items()]


def _missing(refusal: Rejected) -> list[str]:
    """Return the digests that a refusal names, each once."""
    if refusal.vendor_code != "missing_files":
        return []
    named = refusal.details.get("missing")
    return list(dict.fromkeys(map(str, named))) if isinstance(named, list) else []
