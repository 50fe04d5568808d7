"""The vendor's two rate limits: the plan's, told in headers, and the edge's, not told.

Sources: the vendor's page on its public API (requests an hour and a second, by plan,
with headers); terraform-community-providers/terraform-provider-railway issue 55 (the
edge counts requests without a query string, and answers with its own code 1015).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HOURLY: Final[Mapping[str, int]] = {"FREE": 100, "HOBBY": 1_000, "PRO": 10_000}
"""Requests an hour, by plan."""
PER_SECOND: Final[Mapping[str, int]] = {"HOBBY": 10, "PRO": 50}
"""Requests a second, by plan; none is published for the free one."""
EDGE_PER_SECOND: Final = 10
"""Requests a second without any query string, of everybody."""
HOUR_SECONDS: Final = 3600.0
SHORTENING: Final = 60.0
"""So much shorter is every window where all delays are short."""


@dataclass(slots=True)
class _Window:
    """Requests of one stretch of time, which begins with the first of them."""

    length_seconds: float
    began_at: float = 0.0
    ends_at: float = 0.0
    count: int = 0

    def take(self, now: float) -> int:
        """Count a request; return how many there were in its window.

        A window that begins later is of the time before the sandbox's clock was set
        back, as a reset does.
        """
        if not self.began_at <= now < self.ends_at:
            self.began_at, self.ends_at = now, now + self.length_seconds
            self.count = 0
        self.count += 1
        return self.count


@dataclass(frozen=True, slots=True)
class Budget:
    """Where a request stands.

    Attributes:
        left: Requests that are left in the window; below 0, this one is too many.
        reset_at: Sandbox time at which the window ends.
        reset_seconds: Whole seconds until then, at least 1.
    """

    limit: int
    left: int
    reset_at: float
    reset_seconds: int

    @property
    def is_spent(self) -> bool:
        """Whether the request is refused."""
        return self.left < 0

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the answer; ``Retry-After`` where it is a refusal."""
        told = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(0, self.left)),
            "X-RateLimit-Reset": str(int(self.reset_at)),
        }
        if self.is_spent:
            told["Retry-After"] = str(self.reset_seconds)
        return told


class RateLimits:
    """Counts the account's requests.

    Args:
        now: Sandbox time in seconds since 1970.
        is_realistic: Whether the windows are as long as the vendor's.
    """

    def __init__(self, now: Callable[[], float], *, is_realistic: bool) -> None:
        self._now = now
        part = 1.0 if is_realistic else SHORTENING
        self._hour = _Window(HOUR_SECONDS / part)
        self._second = _Window(1.0 / part)
        self._edge = _Window(1.0 / part)

    def is_stopped_at_edge(self, *, has_query_string: bool) -> bool:
        """Count a request at the edge; answer whether it comes no further."""
        return not has_query_string and self._edge.take(self._now()) > EDGE_PER_SECOND

    def take(self, plan: str) -> Budget:
        """Count a request that came further; return the scarcer of its budgets."""
        hour = self._budget(self._hour, HOURLY[plan])
        if hour.is_spent or plan not in PER_SECOND:
            return hour
        second = self._budget(self._second, PER_SECOND[plan])
        return second if second.is_spent else hour

    def _budget(self, window: _Window, limit: int) -> Budget:
        now = self._now()
        left = limit - window.take(now)
        wait_seconds = max(1, math.ceil(window.ends_at - now))
        return Budget(limit, left, window.ends_at, wait_seconds)


def spent_response(headers: Mapping[str, str]) -> web.Response:
    """Return what the API says when the plan's limit is reached."""
    body = {"errors": [{"message": "Too Many Requests"}], "data": None}
    return web.json_response(body, status=429, headers=dict(headers))


def edge_response() -> web.Response:
    """Return what the edge says: no JSON, and no header about a limit."""
    return web.Response(status=429, text="error code: 1015")
