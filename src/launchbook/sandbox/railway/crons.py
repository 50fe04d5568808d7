"""Cron services: their command runs on schedule, on the sandbox's clock."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.process import Launch, run_to_end
from launchbook.sandbox.railway.faults import ApiError, unprocessable
from launchbook.sandbox.railway.log import RUNTIME
from launchbook.sandbox.railway.records import Execution
from launchbook.sandbox.railway.state import new_id
from launchbook.sandbox.schedule import InvalidSchedule, every_cron, next_moment

if TYPE_CHECKING:
    from datetime import datetime

    from launchbook.sandbox.railway.parts import Parts
    from launchbook.sandbox.railway.records import Deployment

SHORTEST_GAP: Final = timedelta(minutes=5)
"""Between two runs (platform docs, 2026)."""
RUN_LIMIT_SECONDS: Final = 86_400.0
_LOOKED_AT: Final = 60
"""Moments of a schedule whose gaps are looked at: an hour of minutes."""


def check_schedule(expression: str, now: datetime) -> None:
    """Refuse a schedule that is none, or that runs too often.

    Raises:
        ApiError: With a reason.
    """
    before = None
    moment = now
    try:
        for _ in range(_LOOKED_AT):
            moment = next_moment(expression, moment)
            if before and moment - before < SHORTEST_GAP:
                raise ApiError("Cron schedule must be at least 5 minutes apart")
            before = moment
    except InvalidSchedule:
        if before is None:
            raise unprocessable() from None


class Crons:
    """The schedules of all live cron deployments.

    Args:
        parts: The emulator's shared parts.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._state = parts.state
        self._schedules: dict[str, asyncio.Task[object]] = {}
        self._runs: dict[str, asyncio.Task[object]] = {}

    def schedule(self, deployment: Deployment) -> None:
        """Run a deployment's command from now on, at every moment it names."""
        self._stop_schedule(deployment)
        work = every_cron(
            self._parts.clock,
            str(deployment.cron_schedule),
            partial(self._at_moment, deployment),
        )
        name = f"cron {deployment.id}"
        self._schedules[deployment.id] = self._parts.background.run(work, name=name)

    def unschedule(self, deployment: Deployment) -> None:
        """End a deployment's schedule and the run that is under way."""
        self._stop_schedule(deployment)
        if run := self._runs.pop(deployment.id, None):
            run.cancel()

    def run_now(self, deployment: Deployment) -> None:
        """Start a run at once, unless one is under way.

        Raises:
            ApiError: One is.
        """
        if self.is_running(deployment):
            raise ApiError("An execution is already running")
        _ = self._start(deployment)

    def is_running(self, deployment: Deployment) -> bool:
        """Whether a run is under way."""
        run = self._runs.get(deployment.id)
        return bool(run and not run.done())

    def close_interrupted(self) -> None:
        """Mark the runs that a stop of the sandbox ended."""
        for execution in self._state.executions.values():
            if execution.status == "RUNNING":
                self._close(execution, "STOPPED")

    def forget(self) -> None:
        """Forget all tasks, which have ended."""
        self._schedules.clear()
        self._runs.clear()

    def _stop_schedule(self, deployment: Deployment) -> None:
        if schedule := self._schedules.pop(deployment.id, None):
            schedule.cancel()

    async def _at_moment(self, deployment: Deployment, moment: datetime) -> None:
        """Run once, or leave the moment out while the run before lives."""
        del moment
        if self.is_running(deployment):
            self._close(self._record(deployment), "SKIPPED")
            return
        await asyncio.wait({self._start(deployment)})

    def _start(self, deployment: Deployment) -> asyncio.Task[object]:
        execution = self._record(deployment)
        run = self._parts.background.run(
            self._run(deployment, execution), name=f"execution {execution.id}"
        )
        self._runs[deployment.id] = run
        return run

    def _record(self, deployment: Deployment) -> Execution:
        now = self._state.now()
        execution = Execution(
            id=new_id(),
            deployment_id=deployment.id,
            environment_id=deployment.environment_id,
            service_id=deployment.service_id,
            status="RUNNING",
            created_at=now,
            updated_at=now,
        )
        self._state.executions[execution.id] = execution
        self._state.save()
        return execution

    async def _run(self, deployment: Deployment, execution: Execution) -> None:
        parts = self._parts
        folder = parts.working_folder(deployment)
        status = "CRASHED"
        try:
            if folder is None:
                return
            launch = Launch(
                str(deployment.settings["startCommand"]),
                folder,
                parts.log_path(deployment, f"run-{execution.id}"),
                parts.environment(deployment, {"RAILWAY_REPLICA_ID": execution.id}),
            )
            write = partial(
                parts.logs.write, deployment, RUNTIME, replica_id=execution.id
            )
            ended = await run_to_end(
                launch,
                parts.world.processes,
                limit_seconds=RUN_LIMIT_SECONDS,
                on_line=write,
            )
            write(f"the start command ended with status {ended.exit_status}")
            status = "CRASHED" if ended.exit_status else "EXITED"
        except asyncio.CancelledError:
            status = "STOPPED"
            raise
        finally:
            self._close(execution, status)

    def _close(self, execution: Execution, status: str) -> None:
        execution.status = status
        execution.updated_at = self._state.now()
        execution.completed_at = execution.updated_at
        self._state.save()
