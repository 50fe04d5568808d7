"""Deployments: from a source to the processes that traffic goes to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from launchbook.sandbox.railway.crons import Crons
from launchbook.sandbox.railway.faults import ApiError
from launchbook.sandbox.railway.pipeline import Pipeline, draining_seconds
from launchbook.sandbox.railway.progress import Progress
from launchbook.sandbox.railway.records import Deployment
from launchbook.sandbox.railway.running import Running
from launchbook.sandbox.railway.state import new_id

if TYPE_CHECKING:
    from launchbook.sandbox.railway.parts import Parts
    from launchbook.sandbox.railway.records import ServiceInstance
    from launchbook.sandbox.railway.replicas import Replica, ReplicaSet

RESUME_SECONDS: Final = 10.0
"""Sandbox seconds that a start waits for processes to be ready again."""
_UNREADY_STATUSES: Final = frozenset({"QUEUED", "INITIALIZING"})


class Deployments:
    """Makes, changes and ends the deployments of the account.

    Args:
        parts: The emulator's shared parts.

    Attributes:
        crons: The schedules of cron services.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._state = parts.state
        self._progress = Progress(parts)
        self._running = Running(parts, self._progress)
        self.crons = Crons(parts)
        self._pipeline = Pipeline(parts, self._progress, self._running, self.crons)

    # --- making --------------------------------------------------------------

    def create(
        self,
        instance: ServiceInstance,
        *,
        meta: dict[str, Any],
        snapshot_id: str | None = None,
        image_id: str | None = None,
    ) -> Deployment:
        """Make a deployment of a service as it is set now, and run it.

        Args:
            instance: The service in its environment.
            meta: What the API shows as ``meta``.
            snapshot_id: The source to build.
            image_id: The deployment whose built files are taken instead.
        """
        now, service = self._state.now(), self._state.service(instance.service_id)
        domains = self._state.domains_of(service.id, instance.environment_id)
        own = self._state.variables_at(instance.environment_id, service.id)
        deployment = Deployment(
            id=new_id(),
            project_id=service.project_id,
            environment_id=instance.environment_id,
            service_id=service.id,
            created_at=now,
            updated_at=now,
            status_updated_at=now,
            snapshot_id=snapshot_id,
            settings=dict(instance.settings),
            variables=self._parts.variables.for_deployment(instance),
            unrendered=dict(own),
            meta=meta,
            image_id=image_id,
            url=domains[0].host if domains else None,
        )
        return self.launch(deployment)

    def launch(self, deployment: Deployment) -> Deployment:
        """Run a new deployment; one still on its way is superseded."""
        ids = (deployment.service_id, deployment.environment_id)
        for other in self._state.deployments_of(*ids):
            if other.is_pending:
                self.abandon(other)
        self._state.deployments[deployment.id] = deployment
        self._state.save()
        self._running.follow(deployment, self._pipeline.run(deployment))
        return deployment

    def redeploy(
        self, deployment: Deployment, *, is_image_kept: bool = False
    ) -> Deployment:
        """Deploy the same source (or image) again, with the variables of now.

        Raises:
            ApiError: It has neither.
        """
        instance = self._instance(deployment)
        meta = {**deployment.meta, "reason": "redeploy"}
        if is_image_kept and self._parts.has_image(deployment):
            return self.create(
                instance,
                meta=meta,
                snapshot_id=deployment.snapshot_id,
                image_id=deployment.image_id,
            )
        if not deployment.snapshot_id:
            raise ApiError("Cannot redeploy without a snapshot")
        return self.create(instance, meta=meta, snapshot_id=deployment.snapshot_id)

    def redeploy_live(self, instance: ServiceInstance) -> Deployment | None:
        """Deploy again what is live, as a write of variables does.

        Returns:
            The new deployment; None when the service was never deployed.

        Raises:
            ApiError: It cannot be done (yet); what was written stays written.
        """
        latest = self.latest(instance)
        if latest is None:
            return None
        if latest.status in _UNREADY_STATUSES:
            raise ApiError(
                "Cannot redeploy yet, please wait for the original deployment to finish"
            )
        live = self._state.deployments.get(instance.active_deployment_id or "")
        return self.redeploy(live or latest)

    def latest(self, instance: ServiceInstance) -> Deployment | None:
        """Return the newest deployment of a service in its environment."""
        found = self._state.deployments_of(instance.service_id, instance.environment_id)
        return found[0] if found else None

    # --- what is running -----------------------------------------------------

    def replicas(self, deployment_id: str) -> ReplicaSet | None:
        """Return the processes of a deployment."""
        return self._running.replicas(deployment_id)

    def running(self) -> list[tuple[Deployment, Replica]]:
        """Return every replica whose process lives now."""
        return [
            (self._state.deployments[key], replica)
            for key, found in self._running.sets().items()
            if key in self._state.deployments
            for replica in found.replicas
            if replica.is_running
        ]

    def abandon(self, deployment: Deployment) -> None:
        """Mark a deployment REMOVED now and end its processes right after."""
        self._progress.remove(deployment)
        self._running.later(self._running.clear(deployment), f"end {deployment.id}")

    async def end(self, deployment: Deployment) -> None:
        """End a deployment's processes; it is stopped afterwards."""
        deployment.is_stopped = True
        self._state.save()
        self.crons.unschedule(deployment)
        await self._running.clear(deployment)

    async def remove(self, deployment: Deployment) -> None:
        """End a deployment and mark it REMOVED; traffic goes nowhere then."""
        instance = self._instance(deployment)
        if instance.active_deployment_id == deployment.id:
            instance.active_deployment_id = None
        self._progress.remove(deployment)
        await self.end(deployment)

    async def retire(self, instance: ServiceInstance) -> None:
        """End a service in one environment and forget all that it had there."""
        found = self._state.deployments_of(instance.service_id, instance.environment_id)
        for deployment in found:
            await self.end(deployment)
        self._state.remove_instance(instance)
        self._state.save()
        await asyncio.to_thread(self._parts.discard, found)

    async def restart(self, deployment: Deployment) -> None:
        """End a deployment's processes and start them anew; nothing else changes."""
        await self._running.clear(deployment, draining_seconds(deployment))
        deployment.is_stopped = False
        self._progress.force(deployment, "SUCCESS")
        self._run_again(deployment)

    async def resume(self) -> None:
        """Continue after a start: processes, schedules, deployments on their way."""
        self.crons.close_interrupted()
        for deployment in list(self._state.deployments.values()):
            if deployment.is_pending:
                self._running.follow(deployment, self._pipeline.run(deployment))
            elif deployment.status == "REMOVING":
                self._progress.remove(deployment)
        live = [one for one in self._live() if not one.is_stopped]
        sets = [self._run_again(one) for one in live]
        await asyncio.gather(*(one.wait_ready(RESUME_SECONDS) for one in sets if one))

    async def stop(self) -> None:
        """End everything; the records stay as they are."""
        await self._running.stop()
        self.crons.forget()

    def _run_again(self, deployment: Deployment) -> ReplicaSet | None:
        """Start what a live deployment consists of: processes, or a schedule."""
        if deployment.cron_schedule:
            self.crons.schedule(deployment)
            return None
        replicas = self._running.start_replicas(deployment)
        self._running.watch(deployment)
        return replicas

    def _live(self) -> list[Deployment]:
        active = [one.active_deployment_id for one in self._state.instances.values()]
        return [self._state.deployments[key] for key in active if key]

    def _instance(self, deployment: Deployment) -> ServiceInstance:
        instance = self._state.find_instance(
            deployment.service_id, deployment.environment_id
        )
        if instance is None:
            raise ApiError("ServiceInstance not found")
        return instance
