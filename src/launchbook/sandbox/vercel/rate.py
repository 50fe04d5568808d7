"""The vendor's rate limits, counted honestly and told in every answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.vercel.faults import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MINUTE: Final = 60.0
HOUR: Final = 3600.0
DAY: Final = 86_400.0
LIMITS: Final[Mapping[str, tuple[int, float]]] = {
    "POST /v10/projects/{project}/env": (120, MINUTE),
    "PATCH /v9/projects/{project}/env/{variable}": (120, MINUTE),
    "DELETE /v9/projects/{project}/env/{variable}": (60, MINUTE),
    "DELETE /v1/projects/{project}/env": (60, MINUTE),
    "POST /v10/projects/{project}/domains": (100, MINUTE),
    "PATCH /v9/projects/{project}/domains/{domain}": (100, MINUTE),
    "DELETE /v9/projects/{project}/domains/{domain}": (100, MINUTE),
    "POST /v9/projects/{project}/domains/{domain}/verify": (100, MINUTE),
    "GET /v7/deployments": (1000, MINUTE),
    "POST /v13/deployments": (6000, DAY),
    "POST /v2/files": (40_000, DAY),
    "POST /v2/deployments/{deployment}/aliases": (120, 10 * MINUTE),
    "POST /v8/certs": (30, HOUR),
    "POST /v3/user/tokens": (32, HOUR),
}
"""Requests in so many seconds, by operation, as the vendor's page of limits has them
for the Pro plan."""
OTHER_LIMIT: Final = (500, MINUTE)


@dataclass(slots=True)
class _Window:
    began_at: float
    ends_at: float
    left: int


class RateLimits:
    """Counts requests by operation in windows.

    Args:
        now: Sandbox time in seconds since 1970.
        minute_seconds: The vendor's minute, or less where all delays are short; the
            longer windows shrink with it.
    """

    def __init__(self, now: Callable[[], float], minute_seconds: float) -> None:
        self._now = now
        self._part = minute_seconds / MINUTE
        self._windows: dict[str, _Window] = {}

    def take(self, operation: str) -> dict[str, str]:
        """Count a request; return the headers that tell what is left.

        Raises:
            ApiError: 429, nothing is left.
        """
        limit, seconds = LIMITS.get(operation, OTHER_LIMIT)
        window, now = self._windows.get(operation), self._now()
        # One that begins later is of the time before the clock was set back.
        if window is None or not window.began_at <= now < window.ends_at:
            window = _Window(now, now + seconds * self._part, limit)
            self._windows[operation] = window
        if window.left == 0:
            raise self._refusal(limit, window)
        window.left -= 1
        return _headers(limit, window.left, window.ends_at)

    def _refusal(self, limit: int, window: _Window) -> ApiError:
        reset_ms = int(window.ends_at * 1000)
        facts = {
            "total": limit,
            "remaining": 0,
            "reset": int(window.ends_at),
            "resetMs": reset_ms,
        }
        message = f"Too many requests - more than {limit} in a window"
        return ApiError(429, "rate_limited", message, {"limit": facts})

    def refusal_headers(self, error: ApiError) -> dict[str, str]:
        """Return the headers of a 429, with ``Retry-After`` in whole seconds."""
        facts = error.details.get("limit")
        if not facts:
            return {}
        wait = max(1, round(facts["reset"] - self._now()))
        headers = _headers(facts["total"], 0, facts["reset"])
        return headers | {"Retry-After": str(wait)}


def _headers(limit: int, left: int, ends_at: float) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset": str(int(ends_at)),
    }
