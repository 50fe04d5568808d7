"""What runs for deployments now: pipelines and the replicas behind addresses."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.railway.replicas import ReplicaSet

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from launchbook.sandbox.railway.parts import Parts
    from launchbook.sandbox.railway.progress import Progress
    from launchbook.sandbox.railway.records import Deployment

STOP_GRACE_SECONDS: Final = 1.0
"""Real seconds between SIGTERM and SIGKILL when the sandbox stops."""


class Running:
    """The tasks and processes of all deployments.

    Args:
        parts: The emulator's shared parts.
        progress: Writes what happens to a deployment.
    """

    def __init__(self, parts: Parts, progress: Progress) -> None:
        self._parts = parts
        self._progress = progress
        self._pipelines: dict[str, asyncio.Task[object]] = {}
        self._sets: dict[str, ReplicaSet] = {}

    def replicas(self, deployment_id: str) -> ReplicaSet | None:
        """Return the processes of a deployment."""
        return self._sets.get(deployment_id)

    def sets(self) -> dict[str, ReplicaSet]:
        """Return the processes of all deployments by the deployment's id."""
        return dict(self._sets)

    def later(self, work: Coroutine[object, object, None], name: str) -> None:
        """Do something in the background."""
        _ = self._parts.background.run(work, name=name)

    def follow(
        self, deployment: Deployment, work: Coroutine[object, object, None]
    ) -> None:
        """Run a deployment's pipeline, so that ``clear`` can end it."""
        self._pipelines[deployment.id] = self._parts.background.run(
            work, name=f"deploy {deployment.id}"
        )

    def start_replicas(self, deployment: Deployment) -> ReplicaSet | None:
        """Start a deployment's processes; None when its image is gone."""
        folder = self._parts.working_folder(deployment)
        if folder is None:
            return None
        replicas = ReplicaSet(self._parts, deployment, folder)
        self._sets[deployment.id] = replicas
        return replicas

    def watch(self, deployment: Deployment) -> None:
        """Note the end of a live deployment's processes: CRASHED, or stopped."""
        if replicas := self._sets.get(deployment.id):
            self.later(self._watch(deployment, replicas), f"watch {deployment.id}")

    async def clear(self, deployment: Deployment, grace_seconds: float = 0.0) -> None:
        """End a deployment's pipeline and processes."""
        task = self._pipelines.pop(deployment.id, None)
        if task:
            task.cancel()
            await asyncio.wait({task})
        await self.end_replicas(deployment, grace_seconds)

    async def end_replicas(self, deployment: Deployment, grace_seconds: float) -> None:
        """End a deployment's processes: SIGTERM, the grace, SIGKILL."""
        replicas = self._sets.get(deployment.id)
        if replicas is None:
            return
        await replicas.end(grace_seconds)
        if self._sets.get(deployment.id) is replicas:
            del self._sets[deployment.id]

    async def stop(self) -> None:
        """End everything; no record changes."""
        await self._parts.background.stop()
        sets = list(self._sets.values())
        await asyncio.gather(*(one.end(STOP_GRACE_SECONDS) for one in sets))
        self._sets.clear()
        self._pipelines.clear()

    async def _watch(self, deployment: Deployment, replicas: ReplicaSet) -> None:
        await replicas.wait_ended()
        if replicas.is_ending:
            return
        deployment.is_stopped = True
        status = "CRASHED" if replicas.is_crashed else deployment.status
        self._progress.force(deployment, status)
