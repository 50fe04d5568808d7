"""The rate limits, by operation."""

from __future__ import annotations

import pytest

from launchbook.sandbox.vercel.faults import ApiError
from launchbook.sandbox.vercel.rate import RateLimits

BEGIN = 1_800_000_000.0


class Counted:
    """A vendor's limits, on a clock that stands still."""

    def __init__(self, minute_seconds: float = 60.0) -> None:
        self.now = BEGIN
        self.limits = RateLimits(lambda: self.now, minute_seconds)

    def spend(self, operation: str, count: int) -> dict[str, str]:
        """Send requests; return the headers of the last answer."""
        return [self.limits.take(operation) for _ in range(count)][-1]

    def refusal(self, operation: str) -> tuple[ApiError, dict[str, str]]:
        """Send one request too many; return the refusal and its headers."""
        with pytest.raises(ApiError) as caught:
            self.limits.take(operation)
        return caught.value, self.limits.refusal_headers(caught.value)


def test_every_answer_tells_limit_rest_and_end_of_the_window() -> None:
    expected = {
        "X-RateLimit-Limit": "120",
        "X-RateLimit-Remaining": "118",
        "X-RateLimit-Reset": str(int(BEGIN) + 60),
    }
    assert expected == Counted().spend("POST /v10/projects/{project}/env", 2)


@pytest.mark.parametrize(
    ("operation", "limit", "seconds"),
    [
        ("POST /v10/projects/{project}/env", 120, 60),
        ("DELETE /v9/projects/{project}/env/{variable}", 60, 60),
        ("GET /v10/projects/{project}/env", 500, 60),
        ("POST /v10/projects/{project}/domains", 100, 60),
        ("POST /v9/projects/{project}/domains/{domain}/verify", 100, 60),
        ("GET /v13/deployments/{deployment}", 500, 60),
        ("GET /v7/deployments", 1000, 60),
        ("POST /v10/projects/{project}/promote/{deployment}", 500, 60),
        ("POST /v2/deployments/{deployment}/aliases", 120, 600),
        ("POST /v8/certs", 30, 3600),
        ("POST /v3/user/tokens", 32, 3600),
        ("POST /v13/deployments", 6000, 86_400),
    ],
)
def test_an_operation_has_so_many_requests_in_its_window(
    operation: str, limit: int, seconds: int
) -> None:
    counted = Counted()
    assert "0" == counted.spend(operation, limit)["X-RateLimit-Remaining"]
    error, headers = counted.refusal(operation)
    facts = {
        "total": limit,
        "remaining": 0,
        "reset": int(BEGIN) + seconds,
        "resetMs": (int(BEGIN) + seconds) * 1000,
    }
    assert (429, "rate_limited", facts) == (
        error.status,
        error.code,
        error.details["limit"],
    )
    assert str(seconds) == headers["Retry-After"]
    counted.now += seconds
    counted.spend(operation, 1)


def test_windows_are_short_where_all_delays_are() -> None:
    counted = Counted(minute_seconds=1.0)
    counted.spend("POST /v8/certs", 30)
    counted.now += 60
    counted.spend("POST /v8/certs", 30)
