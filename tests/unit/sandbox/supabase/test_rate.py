"""The rate limit, by endpoint and by project."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from launchbook.sandbox.clock import SandboxClock
from launchbook.sandbox.supabase.rate import LIMIT, Count, RateWindow

PROJECT = "GET /v1/projects/{ref}"
USAGE = "GET /v1/projects/{ref}/analytics/endpoints/usage.api-counts"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> SandboxClock:
    return SandboxClock(real_seconds=NOON.timestamp)


def spend(window: RateWindow, endpoint: str, count: int, scope: str = "a") -> Count:
    return [window.count_one(endpoint, scope) for _ in range(count)][-1]


def test_every_answer_tells_limit_rest_and_the_seconds_until_the_end(
    clock: SandboxClock,
) -> None:
    expected = {
        "X-RateLimit-Limit": "120",
        "X-RateLimit-Remaining": "118",
        "X-RateLimit-Reset": "61",
    }
    assert expected == spend(RateWindow(clock), PROJECT, 2).headers


def test_projects_and_endpoints_have_budgets_of_their_own(clock: SandboxClock) -> None:
    window = RateWindow(clock)
    assert not spend(window, PROJECT, LIMIT).is_exceeded
    assert spend(window, PROJECT, 1).is_exceeded
    assert not spend(window, PROJECT, 1, "b").is_exceeded
    assert not spend(window, f"{PROJECT}/health", 1).is_exceeded


def test_usage_may_be_asked_for_thirty_times_a_minute(clock: SandboxClock) -> None:
    window = RateWindow(clock)
    assert "30" == spend(window, USAGE, 30).headers["X-RateLimit-Limit"]
    assert spend(window, USAGE, 1).is_exceeded
    clock.offset_seconds += 60
    assert not spend(window, USAGE, 1).is_exceeded
