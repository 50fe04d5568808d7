"""The vendor's rate limit: 1,200 requests in five minutes, a user.

Source: the vendor's page on API rate limits (2026).
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT: Final = 1200
WINDOW_SECONDS: Final = 300.0


class RateWindow:
    """Counts requests over a window that moves along.

    Args:
        now: Returns sandbox time in seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._seen: deque[float] = deque()

    def is_exceeded(self) -> bool:
        """Count a request; answer whether it is one too many."""
        now = self._now()
        while self._seen and self._seen[0] <= now - WINDOW_SECONDS:
            self._seen.popleft()
        if len(self._seen) >= LIMIT:
            return True
        self._seen.append(now)
        return False
