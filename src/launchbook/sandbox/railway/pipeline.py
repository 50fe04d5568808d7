"""The way of one deployment: source, image, processes, check, traffic."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from launchbook.sandbox.railway.builds import Builds, DeployFailed
from launchbook.sandbox.railway.log import BUILD

if TYPE_CHECKING:
    from launchbook.sandbox.railway.crons import Crons
    from launchbook.sandbox.railway.parts import Parts
    from launchbook.sandbox.railway.progress import Progress
    from launchbook.sandbox.railway.records import Deployment
    from launchbook.sandbox.railway.running import Running


class Pipeline:
    """Brings deployments up. A failed one leaves what served before as it was.

    Args:
        parts: The emulator's shared parts.
        progress: Writes what happens to a deployment.
        running: Tasks and processes.
        crons: Schedules.
    """

    def __init__(
        self, parts: Parts, progress: Progress, running: Running, crons: Crons
    ) -> None:
        self._parts = parts
        self._state = parts.state
        self._builds = Builds(parts)
        self._progress = progress
        self._running = running
        self._crons = crons

    async def run(self, deployment: Deployment) -> None:
        """Bring a deployment from QUEUED to its last status."""
        try:
            await self._make_image(deployment)
            await self._bring_up(deployment)
        except DeployFailed as error:
            await self._failed(deployment, error)
        except OSError as error:
            self._parts.logs.write(deployment, BUILD, f"cannot run: {error}")
            await self._failed(deployment, DeployFailed(str(error)))
        except Exception as error:
            # A fault of the emulator itself must not leave a client waiting.
            self._parts.logs.write(deployment, BUILD, f"the sandbox failed: {error!r}")
            await self._failed(deployment, DeployFailed("the sandbox failed"))
            raise

    async def _failed(self, deployment: Deployment, error: DeployFailed) -> None:
        self._progress.fail(deployment, error)
        await self._running.end_replicas(deployment, 0.0)

    async def _make_image(self, deployment: Deployment) -> None:
        await self._parts.clock.delay("railway.queue")
        self._progress.move(deployment, "INITIALIZING")
        service = self._state.service(deployment.service_id)
        if self._parts.faults.take(f"deploy {service.name}", "stuck"):
            deployment.is_stopped = True
            self._state.save()
            await asyncio.Event().wait()
        if deployment.image_id:
            return
        with self._progress.step(deployment, "SNAPSHOT_CODE"):
            await self._builds.prepare(deployment)
        self._progress.move(deployment, "BUILDING")
        with self._progress.step(deployment, "BUILD_IMAGE"):
            await self._builds.build(deployment)
        deployment.image_id = deployment.id

    async def _bring_up(self, deployment: Deployment) -> None:
        self._progress.move(deployment, "DEPLOYING")
        commands = deployment.settings.get("preDeployCommand") or []
        if commands:
            with self._progress.step(deployment, "PRE_DEPLOY_COMMAND"):
                for command in commands:
                    await self._builds.run_pre_deploy(deployment, command)
        with self._progress.step(deployment, "CREATE_CONTAINER"):
            await self._parts.clock.delay("railway.deploy")
        if not deployment.cron_schedule:
            await self._start_and_check(deployment)
        self._switch(deployment)

    async def _start_and_check(self, deployment: Deployment) -> None:
        replicas = self._running.start_replicas(deployment)
        if replicas is None:
            raise DeployFailed("the image is gone")
        has_check = bool(deployment.settings.get("healthcheckPath"))
        check = (
            self._progress.step(deployment, "HEALTHCHECK")
            if has_check
            else contextlib.nullcontext()
        )
        with check:
            if not await replicas.wait_ready():
                status = "FAILED" if has_check else "CRASHED"
                raise DeployFailed("the replicas never became healthy", status)

    def _switch(self, deployment: Deployment) -> None:
        """Move traffic to a deployment; the one before is drained and REMOVED."""
        instance = self._state.find_instance(
            deployment.service_id, deployment.environment_id
        )
        if instance is None:
            raise DeployFailed("the service is gone", "REMOVED")
        former = self._state.deployments.get(instance.active_deployment_id or "")
        self._progress.move(deployment, "SUCCESS")
        instance.active_deployment_id = deployment.id
        deployment.was_live = True
        if former:
            self._crons.unschedule(former)
            self._progress.force(former, "REMOVING")
            self._running.later(self._drain(former), f"drain {former.id}")
        if deployment.cron_schedule:
            self._crons.schedule(deployment)
        self._running.watch(deployment)
        self._state.save()

    async def _drain(self, former: Deployment) -> None:
        overlap = float(former.settings.get("overlapSeconds") or 0)
        await self._parts.clock.sleep(overlap)
        with self._progress.step(former, "DRAIN_INSTANCES"):
            await self._running.clear(former, draining_seconds(former))
            await self._parts.clock.delay("railway.drain")
        self._progress.remove(former)


def draining_seconds(deployment: Deployment) -> float:
    """Return the time between SIGTERM and SIGKILL; the vendor's default is 0."""
    return float(deployment.settings.get("drainingSeconds") or 0)
