"""A limit on how often one caller may write."""

from __future__ import annotations

import time
from collections import Counter

from aiohttp import web

from backend.figures import Monotonic
from backend.problem import TooManyRequests


class RateLimit:
    """At most `maximum` calls of one caller in each window; None means no limit."""

    def __init__(
        self,
        maximum: int | None,
        window_seconds: float,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        self._maximum = maximum
        self._window_seconds = window_seconds
        self._monotonic = monotonic
        self._window_started = monotonic()
        self._calls: Counter[str] = Counter()

    def check(self, request: web.Request) -> None:
        """Count a call.

        Raises:
            TooManyRequests: The caller's share of this window is used up.
        """
        if self._maximum is None:
            return
        elapsed = self._monotonic() - self._window_started
        if elapsed >= self._window_seconds:
            self._calls.clear()
            self._window_started, elapsed = self._monotonic(), 0.0
        caller = caller_of(request)
        self._calls[caller] += 1
        if self._calls[caller] > self._maximum:
            wait = str(int(self._window_seconds - elapsed) + 1)
            raise TooManyRequests(
                "too many requests, wait a moment", {"retry-after": wait}
            )


def caller_of(request: web.Request) -> str:
    """The caller's address: the last hop that the platform's proxy wrote down."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    return forwarded.rpartition(",")[2].strip() or request.remote or "unknown"


LIMIT: web.AppKey[RateLimit] = web.AppKey("limit", RateLimit)
