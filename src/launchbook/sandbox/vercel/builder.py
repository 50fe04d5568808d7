"""Takes deployments from QUEUED to READY and on to their names."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.background import Background
from launchbook.sandbox.vercel.blobs import Folders
from launchbook.sandbox.vercel.buildlog import BuildLog
from launchbook.sandbox.vercel.workshop import BuildError, Workshop

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.sandbox.vercel.faults import OrderedFaults
    from launchbook.sandbox.vercel.publication import Publisher
    from launchbook.sandbox.vercel.records import Deployment, Project
    from launchbook.sandbox.vercel.state import State
    from launchbook.sandbox.world import World

CONCURRENT_BUILDS: Final = 3
"""Builds that run at once; the others wait in QUEUED."""


class Builder:
    """Runs builds and promotion jobs beside the requests.

    Args:
        world: The sandbox.
        state: The account.
        workshop: Does the real work.
        publisher: Gives ready deployments their names.
        faults: What is to go wrong.
    """

    def __init__(
        self,
        world: World,
        state: State,
        workshop: Workshop,
        publisher: Publisher,
        faults: OrderedFaults,
    ) -> None:
        self._clock = world.clock
        self._state = state
        self._workshop = workshop
        self._publisher = publisher
        self._faults = faults
        self._home: Path = world.folder("vercel")
        self._background = Background("vercel")
        self._slots = asyncio.Semaphore(CONCURRENT_BUILDS)
        self._tasks: dict[str, asyncio.Task[object]] = {}

    def folders(self, deployment: Deployment) -> Folders:
        """Return where a deployment's files lie."""
        return Folders(self._home, deployment.id)

    def log(self, deployment: Deployment) -> BuildLog:
        """Return a deployment's build log."""
        return BuildLog(self.folders(deployment).events, self._state.moment)

    def start(self, deployment: Deployment) -> None:
        """Build a deployment, and publish it when it is ready."""
        task = self._background.run(self._deploy(deployment), name=deployment.id)
        self._tasks[deployment.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(deployment.id, None))

    def start_job(self, project: Project) -> None:
        """Do the promote or rollback that a project's job asks for."""
        work = self._publisher.move_production(project)
        job = self._background.run(work, name=f"job:{project.name}")
        self._tasks[project.id] = job
        job.add_done_callback(lambda _: self._tasks.pop(project.id, None))

    def resume(self) -> None:
        """Take up what was under way when the sandbox stopped.

        A build begins again from the files that were sent: nobody sees a
        difference but in the time it takes.
        """
        for deployment in self._state.deployments.values():
            if not deployment.is_final or self._publisher.is_due(deployment):
                self.start(deployment)
        for project in self._state.projects.values():
            job = project.last_alias_request
            if job and job["jobStatus"] in {"pending", "in-progress"}:
                self.start_job(project)

    async def stop(self) -> None:
        """End all builds and jobs; ``resume`` takes them up."""
        await self._background.stop()

    async def abandon(self, deployment: Deployment) -> None:
        """End one deployment's build and wait until its processes are gone."""
        if task := self._tasks.get(deployment.id):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _deploy(self, deployment: Deployment) -> None:
        if not deployment.is_final:
            self._enter(deployment, "QUEUED")
            await self._clock.delay("vercel.queue")
            async with self._slots:
                await self._build(deployment)
        if self._publisher.is_due(deployment):
            await self._publisher.publish(deployment)

    async def _build(self, deployment: Deployment) -> None:
        deployment.booted_at = self._enter(deployment, "INITIALIZING")
        await self._clock.delay("vercel.initialize")
        deployment.building_at = self._enter(deployment, "BUILDING")
        try:
            await self._workshop.make(deployment, self.folders(deployment))
            await self._clock.delay("vercel.build")
            self._fail_on_order(deployment)
        except BuildError as failure:
            self._end_badly(deployment, failure)
        except OSError as error:
            unexpected = BuildError("UNEXPECTED_ERROR", str(error), "buildStep")
            self._end_badly(deployment, unexpected)
        else:
            self._end_well(deployment)

    def _enter(self, deployment: Deployment, state: str) -> int:
        moment = self._state.moment()
        deployment.state = state
        self._state.save()
        return moment

    def _fail_on_order(self, deployment: Deployment) -> None:
        fault = self._faults.take(f"build {deployment.name}", "build_failed")
        if fault:
            message = str(fault.details.get("message", "An unexpected error occurred"))
            raise BuildError("UNEXPECTED_ERROR", message, "buildStep")

    def _end_badly(self, deployment: Deployment, failure: BuildError) -> None:
        log = self.log(deployment)
        log.add(f"Error: {failure.message}", kind="stderr", level="error")
        deployment.error_code = failure.code
        deployment.error_message = failure.message
        deployment.error_step = failure.step
        deployment.ready_at = self._enter(deployment, "ERROR")
        self._state.save()

    def _end_well(self, deployment: Deployment) -> None:
        self.log(deployment).add("Deployment completed")
        if self._publisher.stages(deployment):
            deployment.substate = "STAGED"
        deployment.ready_at = self._enter(deployment, "READY")
        self._state.save()
