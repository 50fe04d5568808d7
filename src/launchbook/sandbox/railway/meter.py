"""Measures what the replicas consume: samples by the clock, for metrics and bills."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.consumption import measure
from launchbook.sandbox.railway.variables import DEFAULT_REGION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from launchbook.sandbox.railway.deployments import Deployments
    from launchbook.sandbox.railway.parts import Parts
    from launchbook.sandbox.railway.records import Deployment
    from launchbook.sandbox.railway.replicas import Replica

KEPT_COUNT: Final = 20_000
"""Samples of single replicas that are kept; older ones are forgotten."""
DEFAULT_VCPUS: Final = 8.0
DEFAULT_MEMORY_GB: Final = 8.0
"""What a replica may use when nobody set limits, as ``serviceInstanceLimits`` says."""
_GIGABYTE: Final = 10**9
_MIN_GAP_SECONDS: Final = 0.2
"""Over a shorter time the system's own clock ticks are too coarse."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one replica consumed up to a moment.

    Attributes:
        at: Sandbox seconds since 1970; the same for all that were taken together.
        seconds: How long the time was that it stands for.
        tags: The vendor's ids by its names (``serviceId``, ...).
        values: By measurement: vCPUs and gigabytes.
    """

    at: float
    seconds: float
    tags: Mapping[str, str]
    values: Mapping[str, float]


class Meter:
    """Samples all running replicas.

    Args:
        parts: The emulator's shared parts.
        deployments: Knows what runs.
    """

    def __init__(self, parts: Parts, deployments: Deployments) -> None:
        self._parts = parts
        self._deployments = deployments
        self._samples: deque[Sample] = deque(maxlen=KEPT_COUNT)
        self._last: dict[str, tuple[float, float]] = {}

    def start(self) -> None:
        """Begin anew; what was measured before the stop is forgotten."""
        self._samples.clear()
        self._last.clear()
        self._parts.background.start(self._run(), name="meter")

    def samples(self) -> list[Sample]:
        """Return what was measured, oldest first, up to now."""
        self._take()
        return list(self._samples)

    async def _run(self) -> None:
        while True:
            await self._parts.clock.delay("railway.sample")
            self._take()

    def _take(self) -> None:
        seen, now = {}, self._parts.clock.timestamp()
        for deployment, replica in self._deployments.running():
            seen[replica.id] = self._measured(deployment, replica, now)
        self._last = seen

    def _measured(
        self, deployment: Deployment, replica: Replica, now: float
    ) -> tuple[float, float]:
        """Add a sample of a replica, from its second measurement on."""
        # Processes live in real time, whatever the clock was advanced by.
        moment = now - self._parts.clock.offset_seconds
        consumed = measure(replica.pid)
        before, spent = self._last.get(replica.id, (moment, consumed.cpu_seconds))
        seconds = moment - before
        if seconds < _MIN_GAP_SECONDS:
            return before, spent
        values = {
            "CPU_USAGE": max(0.0, consumed.cpu_seconds - spent) / seconds,
            "MEMORY_USAGE_GB": consumed.memory_bytes / _GIGABYTE,
            **self._limits(deployment),
            **self._ordered(deployment),
        }
        self._samples.append(Sample(now, seconds, _tags(deployment, replica), values))
        return moment, consumed.cpu_seconds

    def _limits(self, deployment: Deployment) -> dict[str, float]:
        instance = self._parts.state.find_instance(
            deployment.service_id, deployment.environment_id
        )
        limits = instance.limits if instance else {}
        return {
            "CPU_LIMIT": limits.get("vCPUs", DEFAULT_VCPUS),
            "MEMORY_LIMIT_GB": limits.get("memoryGB", DEFAULT_MEMORY_GB),
        }

    def _ordered(self, deployment: Deployment) -> dict[str, float]:
        """Return what a replica is to be measured at by the fault ``load``."""
        service = self._parts.state.service(deployment.service_id)
        fault = self._parts.faults.take(f"metrics {service.name}", "load")
        names = {"cpu": "CPU_USAGE", "memory_gb": "MEMORY_USAGE_GB"}
        details = fault.details if fault else {}
        return {
            measurement: float(details[name])
            for name, measurement in names.items()
            if name in details
        }


def _tags(deployment: Deployment, replica: Replica) -> dict[str, str]:
    return {
        "projectId": deployment.project_id,
        "environmentId": deployment.environment_id,
        "serviceId": deployment.service_id,
        "deploymentId": deployment.id,
        "deploymentInstanceId": replica.id,
        "region": str(deployment.settings.get("region") or DEFAULT_REGION),
    }
