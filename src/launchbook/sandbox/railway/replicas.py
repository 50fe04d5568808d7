"""Replicas: the real processes of one deployment, restarted by its policy.

Every process gets a free port of its own in ``PORT``, also where the service has
a variable of that name: replicas share one machine here, so a number that
somebody chose could be taken already. The API still shows the variable as set.
"""

from __future__ import annotations

import asyncio
import itertools
from functools import partial
from typing import TYPE_CHECKING, Final

import aiohttp

from launchbook.sandbox.delays import delay_seconds
from launchbook.sandbox.ports import LOOPBACK, free_port
from launchbook.sandbox.process import Launch, ServiceProcess
from launchbook.sandbox.railway.log import BUILD, RUNTIME
from launchbook.sandbox.railway.state import new_id

if TYPE_CHECKING:
    from pathlib import Path

    from launchbook.sandbox.railway.parts import Parts
    from launchbook.sandbox.railway.records import Deployment

HEALTHCHECK_HOST: Final = "healthcheck.railway.app"
HEALTHCHECK_TIMEOUT_SECONDS: Final = 300
"""The vendor's default (platform docs, 2026)."""
STABLE_SECONDS: Final = 60.0
"""After as long a life, a crash counts as the first one again."""
_LOOK_SECONDS: Final = 0.05
_ANSWER_SECONDS: Final = 10.0


class Replica:
    """One process behind a service's address.

    Attributes:
        id: The vendor's id of the instance.
        port: Where it listens, when it does.
        status: The vendor's word: CREATED, RUNNING, RESTARTING, EXITED, CRASHED,
            REMOVED.
    """

    def __init__(self, parts: Parts, deployment: Deployment, index: int) -> None:
        self._parts = parts
        self._deployment = deployment
        self._index = index
        self._process: ServiceProcess | None = None
        self._started_at = 0.0
        self.id = new_id()
        self.port = free_port()
        self.status = "CREATED"

    @property
    def is_running(self) -> bool:
        """Whether its process lives now."""
        return self.status == "RUNNING"

    @property
    def pid(self) -> int:
        """Its process, which leads the group of all that it starts; 0 for none."""
        return self._process.pid if self._process else 0

    @property
    def has_ended(self) -> bool:
        """Whether it will not run again by itself."""
        return self.status in {"EXITED", "CRASHED", "REMOVED"}

    @property
    def age_seconds(self) -> float:
        """Sandbox seconds since its process started."""
        return self._parts.clock.timestamp() - self._started_at

    async def run(self, folder: Path) -> None:
        """Start the process, and start it again as the policy says."""
        restarts = 0
        while True:
            exit_status = await self._run_once(folder)
            if self.age_seconds > STABLE_SECONDS:
                restarts = 0
            if not self._shall_restart(exit_status, restarts):
                self.status = "CRASHED" if exit_status else "EXITED"
                return
            restarts += 1
            self.status = "RESTARTING"
            await self._parts.clock.delay("railway.restart")

    async def _run_once(self, folder: Path) -> int:
        parts, deployment = self._parts, self._deployment
        extra = {"PORT": str(self.port), "RAILWAY_REPLICA_ID": self.id}
        launch = Launch(
            _words(str(deployment.settings["startCommand"])),
            folder,
            parts.log_path(deployment, f"replica-{self._index}"),
            parts.environment(deployment, extra),
        )
        self._process = await ServiceProcess.start(
            launch,
            parts.world.processes,
            on_line=partial(parts.logs.write, deployment, RUNTIME, replica_id=self.id),
        )
        self._started_at = parts.clock.timestamp()
        self.status = "RUNNING"
        await self._process.wait()
        # What it started and left behind would hold its port.
        exit_status = await self._process.kill()
        self._log(f"the start command ended with status {exit_status}")
        return exit_status

    def _shall_restart(self, exit_status: int, restarts: int) -> bool:
        settings = self._deployment.settings
        policy = settings.get("restartPolicyType", "ON_FAILURE")
        if policy == "ALWAYS":
            return True
        limit = int(settings.get("restartPolicyMaxRetries", 10))
        return policy == "ON_FAILURE" and exit_status != 0 and restarts < limit

    async def end(self, grace_seconds: float) -> None:
        """End the process: SIGTERM, and SIGKILL after the grace.

        The task of ``run`` must have been cancelled before.
        """
        if not self.has_ended:
            self.status = "REMOVED"
        if self._process and self._process.is_alive:
            await self._process.terminate(grace_seconds)

    def _log(self, message: str) -> None:
        self._parts.logs.write(self._deployment, RUNTIME, message, self.id)


class ReplicaSet:
    """All replicas of one deployment.

    Args:
        parts: The emulator's shared parts.
        deployment: Whose they are.
        folder: Where the start command runs.

    Attributes:
        is_ending: Somebody ends them; their end is no crash.
    """

    def __init__(self, parts: Parts, deployment: Deployment, folder: Path) -> None:
        self._parts = parts
        self._deployment = deployment
        self.is_ending = False
        count = replica_count(deployment)
        self.replicas = [Replica(parts, deployment, number) for number in range(count)]
        self._turn = itertools.count()
        self._tasks = [
            parts.background.run(replica.run(folder), name=f"replica {replica.id}")
            for replica in self.replicas
        ]

    def ports(self) -> list[int]:
        """Return the ports of the running replicas; another one first each time."""
        ports = [replica.port for replica in self.replicas if replica.is_running]
        if not ports:
            return []
        first = next(self._turn) % len(ports)
        return ports[first:] + ports[:first]

    @property
    def is_crashed(self) -> bool:
        """Whether a replica crashed for good."""
        return any(replica.status == "CRASHED" for replica in self.replicas)

    async def wait_ended(self) -> None:
        """Wait until no replica will run again by itself."""
        await asyncio.wait(self._tasks)

    async def wait_ready(self, limit_seconds: float | None = None) -> bool:
        """Wait until all are ready; return whether they became so.

        Args:
            limit_seconds: Sandbox seconds; the health check's own by default.
        """
        checks = (self._ready(replica, limit_seconds) for replica in self.replicas)
        return all(await asyncio.gather(*checks))

    async def end(self, grace_seconds: float) -> None:
        """End all processes."""
        self.is_ending = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(one.end(grace_seconds) for one in self.replicas))

    async def _ready(self, replica: Replica, limit_seconds: float | None) -> bool:
        path = self._deployment.settings.get("healthcheckPath")
        if path:
            return await self._healthy(replica, path, limit_seconds)
        return await self._settled(replica)

    async def _settled(self, replica: Replica) -> bool:
        """Without a health check, to be alive after a moment is all that counts."""
        moment = delay_seconds(
            "railway.settle", is_realistic=self._parts.world.settings.is_realistic
        )
        while not replica.has_ended:
            if replica.is_running and replica.age_seconds >= moment:
                return True
            await asyncio.sleep(_LOOK_SECONDS)
        return replica.status == "EXITED"

    async def _healthy(
        self, replica: Replica, path: str, limit_seconds: float | None
    ) -> bool:
        settings, clock = self._deployment.settings, self._parts.clock
        limit = limit_seconds or float(
            settings.get("healthcheckTimeout") or HEALTHCHECK_TIMEOUT_SECONDS
        )
        deadline = clock.timestamp() + limit
        seen = ""
        while not replica.has_ended:
            found = await self._ask(replica, path)
            if found == "200":
                return True
            if found != seen:
                self._log(f"healthcheck {path}: {found}, trying again")
                seen = found
            if clock.timestamp() >= deadline:
                self._log(f"healthcheck {path} did not answer 200 within {limit:g} s")
                return False
            await asyncio.sleep(_LOOK_SECONDS)
        self._log(f"healthcheck {path}: the process ended before it answered 200")
        return False

    async def _ask(self, replica: Replica, path: str) -> str:
        """Return the status of one check, or why there is none."""
        try:
            async with self._parts.world.client.get(
                f"http://{LOOPBACK}:{replica.port}/{path.lstrip('/')}",
                headers={"Host": HEALTHCHECK_HOST},
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=_ANSWER_SECONDS),
            ) as answer:
                return str(answer.status)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return "service unavailable"

    def _log(self, message: str) -> None:
        self._parts.logs.write(self._deployment, BUILD, message)


def _words(command: str) -> list[str]:
    """Return a command as a shell runs it that waits for its end on SIGTERM.

    The signal goes to the whole group; a shell that died of it at once would make
    the program look ended while it still drains.
    """
    return ["/bin/sh", "-c", f"trap 'exit 143' TERM\n{command}"]


def replica_count(deployment: Deployment) -> int:
    """Return how many replicas a deployment has, over all its regions."""
    regions = deployment.settings.get("multiRegionConfig")
    if isinstance(regions, dict) and regions:
        counts = (
            region.get("numReplicas") or 1 for region in regions.values() if region
        )
        return max(1, sum(counts))
    return max(1, int(deployment.settings.get("numReplicas") or 1))
