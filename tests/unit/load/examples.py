"""What Locust says of its runs, as its process writes it."""

from __future__ import annotations

from typing import Any

from launchbook.load.generator import Observed
from launchbook.load.scenario import Phase
from launchbook.load.snapshot import parse
from launchbook.load.verdict import Budget

BUDGET = Budget.of(
    {
        "api": {
            "average_ms": 1000,
            "p95_ms": 2000,
            "error_percent": 1,
            "query_ms": 100,
        },
        "pool_percent": 80,
    }
)
PHASE = Phase("load", users=100, seconds=300)


def entry(
    name: str = "backend GET /health",
    times: dict[str, int] | None = None,
    failures: int = 0,
) -> dict[str, Any]:
    """One kind of request, as Locust serializes it (shortened)."""
    times = {"20": 900, "1900": 100} if times is None else times
    return {
        "name": name,
        "method": "GET",
        "num_requests": sum(times.values()),
        "num_failures": failures,
        "total_response_time": sum(int(ms) * count for ms, count in times.items()),
        "response_times": times,
    }


def document(*entries: dict[str, Any], **changes: object) -> dict[str, Any]:
    """A whole snapshot of a run in which nothing went wrong."""
    return {
        "users": 100,
        "most_users": 100,
        "seconds": 300.0,
        "cpu_percent": 40.0,
        "has_cpu_warning": False,
        "machine_percent": 50.0,
        "workers": 1,
        "is_final": True,
        "entries": list(entries) or [entry()],
        "errors": [],
        **changes,
    }


def observed(
    *entries: dict[str, Any], lost_workers: int = 0, **changes: object
) -> Observed:
    """What the generator tells of such a run."""
    return Observed(PHASE, parse(document(*entries, **changes)), lost_workers)
