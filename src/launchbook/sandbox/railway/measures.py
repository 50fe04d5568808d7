"""The fields of ``Query`` about what is consumed, measured on the real processes."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from launchbook.sandbox.railway.faults import not_authorized
from launchbook.sandbox.railway.log import read_moment
from launchbook.sandbox.railway.plans import MONTH_SECONDS, PRICES
from launchbook.sandbox.railway.state import WORKSPACE_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from graphql import GraphQLResolveInfo

    from launchbook.sandbox.railway.access import Reach
    from launchbook.sandbox.railway.meter import Meter, Sample
    from launchbook.sandbox.railway.parts import Parts
    from launchbook.sandbox.railway.views import View

    Info = GraphQLResolveInfo

DEFAULT_RATE_SECONDS: Final = 60
_TAGS: Final[Mapping[str, str]] = {
    "PROJECT_ID": "projectId",
    "ENVIRONMENT_ID": "environmentId",
    "SERVICE_ID": "serviceId",
    "DEPLOYMENT_ID": "deploymentId",
    "DEPLOYMENT_INSTANCE_ID": "deploymentInstanceId",
    "REGION": "region",
}
"""The tags that are emulated, by their names as arguments."""


class Measures:
    """Resolvers; each gets what its token may reach in ``info.context``.

    Args:
        parts: The emulator's shared parts.
        meter: Has the samples.
    """

    def __init__(self, parts: Parts, meter: Meter) -> None:
        self._state = parts.state
        self._clock = parts.clock
        self._meter = meter

    def fields(self) -> Mapping[str, Callable[..., Any]]:
        """Return the resolvers by field."""
        return {
            "metrics": self.metrics,
            "usage": self.usage,
            "estimatedUsage": self.estimated_usage,
        }

    def metrics(
        self, info: Info, *, measurements: list[str], start_date: str, **wanted: Any
    ) -> list[View]:
        """What replicas used over time: sums of the replicas, means over time."""
        samples = self._chosen(_reach(info), {**wanted, "start_date": start_date})
        rate = max(1, wanted.get("sample_rate_seconds") or DEFAULT_RATE_SECONDS)
        keys = _keys(wanted)
        return [
            {
                "measurement": measurement,
                "tags": tags,
                "values": _points(group, measurement, rate),
            }
            for measurement in measurements
            for tags, group in _grouped(samples, keys)
            if any(measurement in one.values for one in group)
        ]

    def usage(
        self, info: Info, *, measurements: list[str], **wanted: Any
    ) -> list[View]:
        """What replicas used up: vCPU minutes and gigabyte minutes."""
        samples = self._chosen(_reach(info), wanted)
        return [
            {
                "measurement": measurement,
                "tags": tags,
                "value": used(group, measurement),
            }
            for measurement in measurements
            for tags, group in _grouped(samples, _keys(wanted))
            if any(measurement in one.values for one in group)
        ]

    def estimated_usage(
        self, info: Info, *, measurements: list[str], **wanted: Any
    ) -> list[View]:
        """What each project will have used up after a month as it was so far."""
        samples = self._chosen(_reach(info), wanted)
        return [
            {
                "measurement": measurement,
                "projectId": tags["projectId"],
                "estimatedValue": used(group, measurement) * _months_share(group),
            }
            for measurement in measurements
            for tags, group in _grouped(samples, ["projectId"])
            if any(measurement in one.values for one in group)
        ]

    def spent_dollars(self) -> float:
        """Return what the samples cost so far, by the vendor's prices."""
        samples = self._meter.samples()
        return sum(used(samples, name) * price for name, price in PRICES.items())

    def _chosen(self, reach: Reach, wanted: Mapping[str, Any]) -> list[Sample]:
        """Return the samples of a scope that a token may see, within a time."""
        scope = self._scope(reach, wanted)
        begin, end = wanted.get("start_date"), wanted.get("end_date")
        first = read_moment(begin).timestamp() if begin else 0.0
        last = read_moment(end).timestamp() if end else self._clock.timestamp()
        return [
            one
            for one in self._meter.samples()
            if first <= one.at <= last and scope.items() <= one.tags.items()
        ]

    def _scope(self, reach: Reach, wanted: Mapping[str, Any]) -> dict[str, str]:
        if wanted.get("workspace_id") not in {None, WORKSPACE_ID}:
            raise not_authorized()
        if reach.token:
            return {"environmentId": reach.token.environment_id}
        scope = {
            "projectId": wanted.get("project_id"),
            "environmentId": wanted.get("environment_id"),
            "serviceId": wanted.get("service_id"),
        }
        named = {name: value for name, value in scope.items() if value}
        if "projectId" in named:
            reach.project(named["projectId"])
        if "environmentId" in named:
            reach.environment(named["environmentId"])
        if "serviceId" in named:
            reach.service(named["serviceId"])
        return named


def used(samples: Iterable[Sample], measurement: str) -> float:
    """Return a measurement times minutes, over all samples."""
    return sum(one.values.get(measurement, 0.0) * one.seconds / 60 for one in samples)


def _months_share(samples: Sequence[Sample]) -> float:
    """Return how often the time that was measured fits into a month."""
    return MONTH_SECONDS / _covered_seconds(samples)


def _keys(wanted: Mapping[str, Any]) -> list[str]:
    found = [_TAGS.get(tag) for tag in wanted.get("group_by") or ()]
    return [key for key in found if key]


def _grouped(
    samples: Iterable[Sample], keys: Sequence[str]
) -> list[tuple[dict[str, str], list[Sample]]]:
    """Return the samples by their tags of these names, each with those tags."""
    groups: dict[tuple[str, ...], list[Sample]] = defaultdict(list)
    for one in samples:
        groups[tuple(one.tags[key] for key in keys)].append(one)
    return [
        (dict(zip(keys, values, strict=True)), group)
        for values, group in groups.items()
    ]


def _points(samples: Iterable[Sample], measurement: str, rate: int) -> list[View]:
    """Return one point a time step: the mean over the time that was measured in it."""
    steps: dict[int, list[Sample]] = defaultdict(list)
    for one in samples:
        steps[int(one.at // rate) * rate].append(one)
    return [
        {"ts": step, "value": used(group, measurement) * 60 / _covered_seconds(group)}
        for step, group in sorted(steps.items())
    ]


def _covered_seconds(samples: Iterable[Sample]) -> float:
    """Return for how long was measured; replicas side by side count once."""
    lengths: dict[float, float] = defaultdict(float)
    for one in samples:
        lengths[one.at] = max(lengths[one.at], one.seconds)
    return sum(lengths.values())


def _reach(info: Info) -> Reach:
    reach: Reach = info.context
    return reach
