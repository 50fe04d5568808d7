"""What Locust said at one moment: its own statistics, read without Locust.

``outside/users.py`` writes the file once a second, so that what was measured is known
whenever a run ends, also when it is ended.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of request, as Locust counts it.

    Attributes:
        name: As ``backend GET /health``.
        response_times: Milliseconds, rounded by Locust to two digits, to how often.
    """

    name: str
    requests: int
    failures: int
    total_ms: float
    response_times: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of a load run.

    Attributes:
        users: Present now.
        most_users: Present at once so far.
        seconds: Since the first user came.
        cpu_percent: The highest of any generating process so far; 100 is one core.
        has_cpu_warning: Locust itself said that it was too slow.
        machine_percent: How busy all processors of the machine were, on average, with
            whatever ran there.
        workers: That generate now.
        is_final: Nothing comes after it.
        errors: What failed and how often, the most frequent first.
    """

    users: int = 0
    most_users: int = 0
    seconds: float = 0.0
    cpu_percent: float = 0.0
    has_cpu_warning: bool = False
    machine_percent: float = 0.0
    workers: int = 0
    is_final: bool = False
    entries: tuple[Entry, ...] = ()
    errors: tuple[tuple[str, int], ...] = ()

    @property
    def requests(self) -> int:
        """All requests so far."""
        return sum(each.requests for each in self.entries)

    @property
    def failures(self) -> int:
        """All failed requests so far."""
        return sum(each.failures for each in self.entries)


def read_snapshot(path: Path) -> Snapshot | None:
    """Return what the file says; None while there is none."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return parse(document)


def parse(document: Mapping[str, Any]) -> Snapshot:
    """Return a snapshot as Locust's process wrote it."""
    errors = [
        (f"{each['method']} {each['name']}: {each['error']}", int(each["occurrences"]))
        for each in document["errors"]
    ]
    return Snapshot(
        users=int(document["users"]),
        most_users=int(document["most_users"]),
        seconds=float(document["seconds"]),
        cpu_percent=float(document["cpu_percent"]),
        has_cpu_warning=bool(document["has_cpu_warning"]),
        machine_percent=float(document["machine_percent"]),
        workers=int(document["workers"]),
        is_final=bool(document["is_final"]),
        entries=tuple(_entry(each) for each in document["entries"]),
        errors=tuple(sorted(errors, key=lambda each: -each[1])),
    )


def _entry(said: Mapping[str, Any]) -> Entry:
    """One of Locust's ``StatsEntry``, as JSON has it."""
    times = {int(ms): int(count) for ms, count in said["response_times"].items()}
    return Entry(
        name=str(said["name"]),
        requests=int(said["num_requests"]),
        failures=int(said["num_failures"]),
        total_ms=float(said["total_response_time"]),
        response_times=times,
    )


def average_ms(entries: Sequence[Entry]) -> float | None:
    """Return the mean of all requests; None without any."""
    count = sum(each.requests for each in entries)
    return sum(each.total_ms for each in entries) / count if count else None


def percentile_ms(entries: Iterable[Entry], percent: float) -> float | None:
    """Return the time in which a share of all requests was answered.

    Of the two digits that Locust keeps: 2040 ms is told as 2000 ms.
    """
    times: dict[int, int] = {}
    for entry in entries:
        for ms, count in entry.response_times.items():
            times[ms] = times.get(ms, 0) + count
    wanted = ceil(sum(times.values()) * percent / 100)
    seen = 0
    for ms in sorted(times):
        seen += times[ms]
        if seen >= wanted:
            return float(ms)
    return None
