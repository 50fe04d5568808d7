"""The vendor's rate limits, counted honestly and told in every answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.vercel.faults import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MINUTE_LIMITS: Final[Mapping[str, int]] = {
    "POST /v10/projects/{project}/env": 120,
    "PATCH /v9/projects/{project}/env/{variable}": 120,
    "DELETE /v9/projects/{project}/env/{variable}": 60,
    "DELETE /v1/projects/{project}/env": 60,
    "POST /v10/projects/{project}/domains": 100,
    "DELETE /v9/projects/{project}/domains/{domain}": 100,
    "POST /v9/projects/{project}/domains/{domain}/verify": 100,
    "GET /v7/deployments": 1000,
    "POST /v2/files": 1000,
}
"""Requests in a window, by operation, as the vendor's page of limits has them
(files: a share of the daily figure)."""
OTHER_LIMIT: Final = 500


@dataclass(slots=True)
class _Window:
    ends_at: float
    left: int


class RateLimits:
    """Counts requests by operation in windows.

    Args:
        now: Sandbox time in seconds since 1970.
        window_seconds: The vendor's minute, or less where all delays are short.
    """

    def __init__(self, now: Callable[[], float], window_seconds: float) -> None:
        self._now = now
        self._window_seconds = window_seconds
        self._windows: dict[str, _Window] = {}

    def take(self, operation: str) -> dict[str, str]:
        """Count a request; return the headers that tell what is left.

        Raises:
            ApiError: 429, nothing is left.
        """
        limit = MINUTE_LIMITS.get(operation, OTHER_LIMIT)
        window = self._windows.get(operation)
        if window is None or window.ends_at <= self._now():
            window = _Window(self._now() + self._window_seconds, limit)
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
