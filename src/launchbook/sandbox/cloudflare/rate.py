"""The vendor's rate limit: 1,200 requests in five minutes, a user.

Source: the vendor's page on API rate limits (2026), also for the headers. Whoever
exceeds the limit is kept out for the next five minutes.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT: Final = 1200
WINDOW_SECONDS: Final = 300.0
SHORTENING: Final = 60.0
"""So much shorter is the window where all delays are short."""


@dataclass(frozen=True, slots=True)
class Count:
    """Where a request stands in its window.

    Attributes:
        reset_seconds: Until more is left, rounded up.
    """

    remaining: int
    reset_seconds: int
    is_exceeded: bool

    @property
    def headers(self) -> dict[str, str]:
        """The headers of every answer; ``Retry-After`` where it is a refusal."""
        told = {
            "Ratelimit": f'"default";r={self.remaining};t={self.reset_seconds}',
            "Ratelimit-Policy": f'"default";q={LIMIT};w={int(WINDOW_SECONDS)}',
        }
        if self.is_exceeded:
            told["Retry-After"] = str(self.reset_seconds)
        return told


class RateWindow:
    """Counts requests over a window that moves along.

    Args:
        now: Returns sandbox time in seconds.
        window_seconds: The vendor's five minutes, or less where all delays are short.
    """

    def __init__(
        self, now: Callable[[], float], window_seconds: float = WINDOW_SECONDS
    ) -> None:
        self._now = now
        self._window_seconds = window_seconds
        self._seen: deque[float] = deque()
        self._closed_until = 0.0

    def count(self) -> Count:
        """Count a request."""
        now, window = self._now(), self._window_seconds
        # What is later than now is of the time before the clock was set back.
        while self._seen and not now - window < self._seen[0] <= now:
            self._seen.popleft()
        if now >= self._closed_until and len(self._seen) >= LIMIT:
            self._closed_until = now + window
        if now < self._closed_until <= now + window:
            return Count(0, math.ceil(self._closed_until - now), is_exceeded=True)
        self._seen.append(now)
        reset = math.ceil(self._seen[0] + window - now)
        return Count(LIMIT - len(self._seen), reset, is_exceeded=False)
