"""The vendor's rate limit: 120 requests a minute, a project and endpoint.

Source: the vendor's page on API rate limits (platform facts 3.1).
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from aiohttp import web

    from launchbook.sandbox.clock import SandboxClock

LIMIT: Final = 120
WINDOW_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Count:
    """Where a request stands in its window."""

    remaining: int
    reset_seconds: int
    is_exceeded: bool

    @property
    def headers(self) -> dict[str, str]:
        """The headers of every answer."""
        return {
            "X-RateLimit-Limit": str(LIMIT),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset_seconds),
        }


class RateWindow:
    """Counts requests by path and method over a minute that moves along."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._seen: dict[tuple[str, str], deque[float]] = defaultdict(deque)

    def count(self, request: web.Request) -> Count:
        """Count a request."""
        now = self._clock.timestamp()
        seen = self._seen[request.method, request.path]
        while seen and seen[0] <= now - WINDOW_SECONDS:
            seen.popleft()
        reset = int(seen[0] + WINDOW_SECONDS - now) + 1 if seen else int(WINDOW_SECONDS)
        if len(seen) >= LIMIT:
            return Count(0, reset, is_exceeded=True)
        seen.append(now)
        return Count(LIMIT - len(seen), reset, is_exceeded=False)
