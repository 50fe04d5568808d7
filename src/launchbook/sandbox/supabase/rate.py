"""The vendor's rate limit: by endpoint, and by project (or organization, or user).

Source: the vendor's page on the Management API, section on rate limits (2026).
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from launchbook.sandbox.emulator import rest_operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

    from launchbook.sandbox.clock import SandboxClock

LIMIT: Final = 120
WINDOW_SECONDS: Final = 60.0
SHORTENING: Final = 60.0
"""So much shorter is the window where all delays are short."""
_USAGE: Final = "GET /v1/projects/{ref}/analytics/endpoints"
EXCEPTIONS: Final[Mapping[str, int]] = {
    f"{_USAGE}/usage.api-counts": 30,
    f"{_USAGE}/usage.api-requests-count": 30,
}
"""The emulated endpoints that have another limit."""


@dataclass(frozen=True, slots=True)
class Count:
    """Where a request stands in its window."""

    limit: int
    remaining: int
    reset_seconds: int
    is_exceeded: bool

    @property
    def headers(self) -> dict[str, str]:
        """The headers of every answer."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset_seconds),
        }


class RateWindow:
    """Counts requests by endpoint and scope over a minute that moves along.

    Args:
        clock: The sandbox's.
        window_seconds: The vendor's minute, or less where all delays are short.
    """

    def __init__(
        self, clock: SandboxClock, window_seconds: float = WINDOW_SECONDS
    ) -> None:
        self._clock = clock
        self._window_seconds = window_seconds
        self._seen: dict[tuple[str, str], deque[float]] = defaultdict(deque)

    def count(self, request: web.Request) -> Count:
        """Count a request."""
        facts = request.match_info
        return self.count_one(
            rest_operation(request).name, facts.get("ref") or facts.get("slug") or ""
        )

    def count_one(self, endpoint: str, scope: str) -> Count:
        """Count a request.

        Args:
            endpoint: Method and route.
            scope: The project or organization; empty: the user.
        """
        now, window = self._clock.timestamp(), self._window_seconds
        limit = EXCEPTIONS.get(endpoint, LIMIT)
        seen = self._seen[endpoint, scope]
        # What is later than now is of the time before the clock was set back.
        while seen and not now - window < seen[0] <= now:
            seen.popleft()
        reset = int(seen[0] + window - now) + 1 if seen else math.ceil(window)
        if len(seen) >= limit:
            return Count(limit, 0, reset, is_exceeded=True)
        seen.append(now)
        return Count(limit, limit - len(seen), reset, is_exceeded=False)
