"""Railway: what a service may use, and what it used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from launchbook.model.scaling import Limits, Load
from launchbook.providers.railway.calls import RailwayCalls
from launchbook.transport.answer import Fields, fields_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from launchbook.model.railway import ServiceScope

GIGABYTE: Final = 10**9
"""The vendor tells the limit in bytes and takes it in gigabytes."""
SAMPLE_SECONDS: Final = 60


class CapacityVerbs(RailwayCalls):
    """The verbs around limits and metrics; a part of the client."""

    def read_limits(self, scope: ServiceScope) -> Limits:
        """Return the limits that somebody set for one replica of a service."""
        ids = {"environmentId": scope.environment_id, "serviceId": scope.service_id}
        data = self._run("limits", ids)
        override = data["serviceInstanceLimitOverride"]
        if override is None:
            return Limits()
        containers = Fields(override, "railway limits").optional_child("containers")
        if containers is None:
            return Limits()
        memory = containers.optional_number("memoryBytes")
        return Limits(
            vcpus=containers.optional_number("cpu"),
            memory_gb=None if memory is None else memory / GIGABYTE,
        )

    def update_limits(self, scope: ServiceScope, limits: Limits) -> None:
        """Set the limits that are not None."""
        given = {"vCPUs": limits.vcpus, "memoryGB": limits.memory_gb}
        order = {name: value for name, value in given.items() if value is not None}
        ids = {"environmentId": scope.environment_id, "serviceId": scope.service_id}
        self._run("limits_update", {"input": {**ids, **order}})

    def read_load(self, scope: ServiceScope, since: datetime) -> Load:
        """Return what a service's replicas used at the busiest minute since then."""
        data = self._run(
            "metrics",
            {
                "environmentId": scope.environment_id,
                "serviceId": scope.service_id,
                "startDate": since.isoformat(),
                "sampleRateSeconds": SAMPLE_SECONDS,
            },
        )
        found = {
            node.text("measurement"): _points(node)
            for node in fields_of(data["metrics"], "railway metrics")
        }
        cpu = _share(found.get("CPU_USAGE", {}), found.get("CPU_LIMIT", {}))
        memory = _share(
            found.get("MEMORY_USAGE_GB", {}), found.get("MEMORY_LIMIT_GB", {})
        )
        return Load(cpu, memory, points=len(found.get("CPU_USAGE", {})))


def _points(node: Fields) -> dict[int, float]:
    """Time to value."""
    return {
        each.whole("ts"): each.optional_number("value") or 0.0
        for each in node.children("values")
    }


def _share(used: Mapping[int, float], limit: Mapping[int, float]) -> float | None:
    """The largest share of the limit; None where there is none to compare with."""
    shares = [used[at] / limit[at] for at in used if limit.get(at)]
    return max(shares, default=None)
